"""Until when learners come and go: setting deadlines, locking, and what is still to come."""

from collections.abc import Iterator
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.kit import wall_clock
from lmsctl.kit.wall_clock import Amount
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import rules, store
from lmsctl.training.access import actions as access
from lmsctl.training.access.actions import scope_of_participants, visible_scope
from lmsctl.training.actions import to_result
from lmsctl.training.deadlines.results import TimelineEntry, TimelineEvent
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.training.results import Deadline, TrainingDetail
from lmsctl.training.sessions import store as session_store


def get_restrictable_for_update(work: Work, given: str) -> rules.TrainingRecord:
    """Return a training whose deadlines and lock the actor may set, locked.

    Raises TrainingUnknown, and what `access.check_may_restrict` raises.
    """
    return rights.get_for_update(work, lambda: get_restrictable(work, given), store.lock)


def get_restrictable(work: Work, given: str) -> rules.TrainingRecord:
    """Return a training whose deadlines and lock the actor may set, without locking it.

    Whoever may enroll people sees every training. Raises what `get_restrictable_for_update` raises.
    """
    access.require_restricting(work)
    found = store.get(work, given, ANYWHERE)
    access.check_may_restrict(work, found.path, found.code)
    work.about = f"training {found.code}"
    return found


def set_deadlines(
    work: Work, given: str, wanted: dict[Deadline, Amount | None]
) -> tuple[TrainingDetail, bool]:
    """Set how long before each session learners stop coming and going; returns the training.

    None switches a deadline off, one that is not in `wanted` stays. A deadline that is past already
    holds at once. Also returns whether anything changed. Raises TrainingUnknown and TimeOutOfRange.
    """
    row = get_restrictable_for_update(work, given)
    before = {Deadline.REGISTRATION: row.registration, Deadline.CANCELLATION: row.cancellation}
    changes = {
        deadline: distance for deadline, distance in wanted.items() if before[deadline] != distance
    }
    if changes:
        columns: dict[str, object] = {}
        for deadline, distance in changes.items():
            columns[f"{deadline}_amount"] = distance.number if distance else None
            columns[f"{deadline}_unit"] = distance.unit if distance else None
        store.change(work, row.id, **columns)
        told = {deadline.value: str(distance or "off") for deadline, distance in changes.items()}
        audit.record(work, "training.deadlines_set", f"training {row.code}", **told)
    return to_result(work, store.by_id(work, row.id)), bool(changes)


def set_lock(work: Work, given: str, *, is_on: bool) -> tuple[TrainingDetail, bool]:
    """Forbid learners to leave and to switch, or allow it again; returns whether that is new.

    Raises TrainingUnknown.
    """
    row = get_restrictable_for_update(work, given)
    if row.is_locked != is_on:
        store.change(work, row.id, is_locked=is_on)
        audit.record(work, f"training.{'' if is_on else 'un'}locked", f"training {row.code}")
    return to_result(work, store.by_id(work, row.id)), row.is_locked != is_on


# What is to come ---------------------------------------------------------------------------------


def timeline(work: Work, given: str) -> tuple[rules.TrainingRecord, list[TimelineEntry]]:
    """Return a training the actor sees, and its instants that are still to come, in their order.

    Raises TrainingUnknown.
    """
    row = store.get(work, given, visible_scope(work))
    coming = [
        instant
        for session in session_store.listed(work, ANYWHERE, row.id)
        if session.canceled_at is None
        for instant in _session_entries(work, row, session)
    ]
    coming += _access_entries(work, row)
    return row, sorted(
        (instant for instant in coming if instant.at > work.now),
        key=lambda instant: (instant.at, instant.session or "", instant.turn),
    )


def _session_entries(
    work: Work, row: rules.TrainingRecord, session: rules.SessionRecord
) -> Iterator[TimelineEntry]:
    """Yield what happens when in a session: its deadlines, and the start and end of each day."""
    code = session.code
    stops = (
        (
            session.registration_stops_at,
            TimelineEvent.REGISTRATION_STOPS,
            f"From then on learners can neither join {code} nor switch to it.",
        ),
        (
            session.cancellations_stop_at,
            TimelineEvent.CANCELLATIONS_STOP,
            f"From then on learners can no longer leave {code} or switch away from it.",
        ),
    )
    for at, turn, effect in stops:
        if at is not None:
            yield _entry(row, at, turn, code, effect)
    days = session_store.days(work, session.id)
    for number, day in enumerate(days, start=1):
        what = f"Day {number} of {code}" if len(days) > 1 else code
        begun = " Learners can no longer join, leave or switch." if number == 1 else ""
        over = " Attendance is to be recorded." if number == len(days) else ""
        yield _entry(row, day.starts_at, TimelineEvent.STARTS, code, f"{what} starts.{begun}")
        yield _entry(row, day.ends_at, TimelineEvent.ENDS, code, f"{what} ends.{over}")


def _access_entries(work: Work, row: rules.TrainingRecord) -> Iterator[TimelineEntry]:
    """Yield when how many people get access to a training."""
    for start in showing_store.access_starts(work, scope_of_participants(work, row), row.id):
        who = f"{start.people} {'person sees' if start.people == 1 else 'people see'}"
        effect = f"From then on {who} the training."
        yield _entry(row, start.access_at, TimelineEvent.ACCESS, start.session, effect)


def _entry(
    row: rules.TrainingRecord, at: datetime, turn: TimelineEvent, session: str | None, effect: str
) -> TimelineEntry:
    """Return an entry of the timeline, with its moment in the training's zone."""
    return TimelineEntry(at, wall_clock.show(at, row.zone), turn, session, effect)
