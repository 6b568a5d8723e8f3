"""Making, showing, changing and canceling the sessions of trainings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.audit import actions as audit
from lmsctl.kit import canonical, secret, wall_clock
from lmsctl.kit.limits import UNLIMITED
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.versions import check_version
from lmsctl.kit.work import Work
from lmsctl.training import rules
from lmsctl.training.access.actions import get_for_update
from lmsctl.training.rules import SessionWithDays, TrainingRecord
from lmsctl.training.sessions import rules as session_rules
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.actions.showing import to_result
from lmsctl.training.sessions.errors import SessionExists, SessionOver
from lmsctl.training.sessions.results import SessionDetail
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling.store import audiences as telling_store


@dataclass(frozen=True, slots=True)
class DayPlan:
    """When and where a new day of a session is.

    A time without offset is one of `zone`, or of the training's zone when that is None.
    """

    starts: TimeWord
    duration: timedelta
    place: str | None = None
    url: str | None = None
    zone: ZoneInfo | None = None

    def span(self, now: datetime, training: TrainingRecord) -> tuple[datetime, datetime]:
        """Return from when to when the day lasts; raises what `rules.day_span` raises."""
        return session_rules.day_span(self.starts, self.duration, now, self.zone or training.zone)


@dataclass(frozen=True, slots=True)
class DayChange:
    """What of a day of a session changes; None leaves it as it is. `zone` is as in DayPlan."""

    day: int = 1
    starts: TimeWord | None = None
    duration: timedelta | None = None
    place: str | None = None
    url: str | None = None
    zone: ZoneInfo | None = None


def create_session(  # noqa: PLR0913 - one keyword for each thing a session has
    work: Work,
    given: str,
    *,
    code: str,
    plan: DayPlan,
    capacity: str = UNLIMITED,
    title: str | None = None,
    instructor: str | None = None,
) -> SessionDetail:
    """Make a session of a training, with its first day; needs `training.manage` over it.

    Raises TrainingUnknown, SessionExists, NumberMalformed, CapacityWrong, CapacityZero, UrlWrong,
    and what the checks of texts and times raise.
    """
    training = get_for_update(work, given)
    text = canonical.check_code(code, "code")
    if session_store.find_by_code(work, training, canonical.key(text)):
        raise SessionExists(training=training.code, given=text, field="--code")
    starts_at, ends_at = plan.span(work.now, training)
    number = session_store.add(
        work,
        training_id=training.id,
        code=text,
        code_key=canonical.key(text),
        title=session_rules.check_optional(title, "title"),
        instructor=session_rules.check_optional(instructor, "instructor"),
        capacity=session_rules.parse_capacity(capacity),
        created_at=work.now,
    )
    _add_day(work, number, plan, starts_at, ends_at)
    audit.record(work, "session.created", audit_name(training, text))
    telling.tell_hosts(work, training, [session_store.get_with_days(work, number)])
    return to_result(work, session_store.by_id(work, number))


def audit_name(training: TrainingRecord, code: str) -> str:
    """Return how a session is called in the audit log."""
    return f"session {training.code}:{code}"


def _add_day(
    work: Work, session_id: int, plan: DayPlan, starts_at: datetime, ends_at: datetime
) -> None:
    """Insert a day of a session as `plan` says; raises what the checks of its texts raise."""
    session_store.add_day(
        work,
        session_id=session_id,
        starts_at=starts_at,
        ends_at=ends_at,
        place=session_rules.check_optional(plan.place, "place"),
        url=session_rules.check_url(plan.url),
        uid=secret.identifier(),
    )


def find_conflicting_session(work: Work, given: str, code: str) -> SessionDetail | None:
    """Return the session that `create_session` would collide with, or None.

    Needs `training.manage` over the training. Raises TrainingUnknown.
    """
    found = session_store.find_by_code(work, get_for_update(work, given), canonical.key(code))
    return to_result(work, found) if found else None


def _get_open_for_update(
    work: Work, given_training: str, given: str
) -> tuple[TrainingRecord, rules.SessionRecord]:
    """Return a session that is not canceled, locked after its training.

    Needs `training.manage` over it. Raises TrainingUnknown, SessionUnknown, SessionCanceled.
    """
    training = get_for_update(work, given_training)
    found = session_store.get(work, training, given)
    work.about = audit_name(training, found.code)
    row = session_store.get_for_update(work, found.id)
    session_rules.check_not_canceled(row)
    return training, row


def edit_session(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    given_training: str,
    given: str,
    *,
    shift: DayChange,
    capacity: str | None = None,
    title: str | None = None,
    instructor: str | None = None,
    if_version: int | None = None,
) -> tuple[SessionDetail, bool]:
    """Change a session, and when and where one of its days is; returns it and whether it changed.

    Empty texts take title, instructor, place and address away. Raises TrainingUnknown,
    SessionUnknown, SessionCanceled, VersionStale, SessionDayUnknown, SessionDaysOverlap,
    CapacityBelowTaken and what the checks raise.
    """
    training, row = _get_open_for_update(work, given_training, given)
    check_version(f"{training.code}:{row.code}", row.version, if_version)
    wanted: dict[str, Any] = {}
    if capacity is not None:
        wanted["capacity"] = session_rules.parse_capacity(capacity)
        wanted["over_capacity"] = session_rules.people_over_capacity(row, wanted["capacity"])
    if title is not None:
        wanted["title"] = session_rules.check_optional(title, "title")
    if instructor is not None:
        wanted["instructor"] = session_rules.check_optional(instructor, "instructor")
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    before = session_store.get_with_days(work, row.id)
    moved = _change_day(work, training, row, shift)
    if changes or moved:
        session_store.change(work, row.id, **changes)
        changed = sorted([*changes, *moved])
        audit.record(work, "session.changed", audit_name(training, row.code), changed=changed)
    if moved:
        day = before.days[shift.day - 1]
        _tell_changed(work, training, before, [day.id] if day.ends_at > work.now else ())
    elif changes:
        here = telling_store.audience_of_session(training.id, row.id)
        at = session_store.get_with_days(work, row.id)
        telling.renew_invitations(work, training, at, here)
        telling.tell_hosts(work, training, [at])
    return to_result(work, session_store.by_id(work, row.id)), bool(changes or moved)


def _tell_changed(
    work: Work,
    training: TrainingRecord,
    before: SessionWithDays,
    were_to_come: Collection[int] = (),
) -> None:
    """Tell the people in a session, and who holds it, that a day of it has changed."""
    at = session_store.get_with_days(work, before.session.id)
    telling.tell_changed(work, training, before, at, were_to_come)
    telling.tell_hosts(
        work, training, [at], {at.session.id: news_of_change(work, training, before, at)}
    )


def news_of_change(
    work: Work, training: TrainingRecord, before: SessionWithDays, at: SessionWithDays
) -> telling.HostNews:
    """Return what who holds a session hears when it is at another time or place."""
    name = f"the session {at.session.code} of '{training.title}'"
    return telling.HostNews(
        f"When or where {name} takes place has changed",
        telling.describe_change(telling.first_before(work, before), at),
    )


def _change_day(
    work: Work, training: TrainingRecord, row: rules.SessionRecord, shift: DayChange
) -> Sequence[str]:
    """Change a day of a session as `shift` says, and return the names of what changed."""
    days = session_store.days(work, row.id)
    day = session_rules.get_day(row, days, shift.day)
    wanted: dict[str, Any] = {}
    duration = day.ends_at - day.starts_at if shift.duration is None else shift.duration
    if shift.starts is not None:
        plan = DayPlan(shift.starts, duration, zone=shift.zone)
        wanted["starts_at"], wanted["ends_at"] = plan.span(work.now, training)
    elif shift.duration is not None:
        wanted["ends_at"] = session_rules.day_end(day.starts_at, duration)
    if shift.place is not None:
        wanted["place"] = session_rules.check_optional(shift.place, "place")
    if shift.url is not None:
        wanted["url"] = session_rules.check_url(shift.url)
    changes = {name: value for name, value in wanted.items() if getattr(day, name) != value}
    if changes:
        changed = replace(day, **changes)
        session_rules.check_no_overlap(
            changed.starts_at, changed.ends_at, session_rules.days_except(days, shift.day)
        )
        session_store.change_day(work, day.id, **changes)
    return list(changes)


def add_day(work: Work, given_training: str, given: str, plan: DayPlan) -> SessionDetail:
    """Add a day to a session; needs `training.manage` over its training.

    Raises TrainingUnknown, SessionUnknown, SessionCanceled, SessionDaysOverlap, UrlWrong and what
    the checks of texts and times raise.
    """
    training, row = _get_open_for_update(work, given_training, given)
    starts_at, ends_at = plan.span(work.now, training)
    before = session_store.get_with_days(work, row.id)
    session_rules.check_no_overlap(starts_at, ends_at, session_rules.days_except(before.days, 0))
    _add_day(work, row.id, plan, starts_at, ends_at)
    session_store.change(work, row.id)
    audit.record(work, "session.day_added", audit_name(training, row.code))
    _tell_changed(work, training, before)
    return to_result(work, session_store.by_id(work, row.id))


def _without_session(count: int) -> str:
    """Return a sentence on how many people have no session any more."""
    return f"{count} {'person is' if count == 1 else 'people are'} without a session.\n"


def cancel_session(work: Work, given_training: str, given: str) -> tuple[SessionDetail, bool]:
    """Cancel a session for good; its people stay in the training and may choose another one.

    Returns it and whether that changed anything. Needs `training.manage` over its training. Raises
    TrainingUnknown, SessionUnknown and SessionOver.
    """
    training = get_for_update(work, given_training)
    found = session_store.get(work, training, given)
    work.about = audit_name(training, found.code)
    row = session_store.get_for_update(work, found.id)
    if row.canceled_at is not None:
        return to_result(work, row), False
    if row.ends_at <= work.now:
        ends_at = wall_clock.show(row.ends_at, training.zone)
        raise SessionOver(session=row.code, training=training.code, ends_at=ends_at)
    here = telling_store.audience_of_session(training.id, row.id)
    at = session_store.get_with_days(work, row.id)
    telling.tell_canceled(work, training, at, here)
    session_store.remove_everybody(work, row.id)
    session_store.change(work, row.id, canceled_at=work.now)
    audit.record(work, "session.canceled", audit_name(training, row.code), people=row.taken)
    said = f"The session {row.code} of '{training.title}' was canceled"
    news = {row.id: telling.HostNews(said, _without_session(row.taken))}
    telling.tell_hosts(work, training, [at], news, are_gone=True)
    return to_result(work, session_store.by_id(work, row.id)), True
