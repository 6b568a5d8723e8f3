"""What becomes of the sessions of a training that gets another time zone."""

from collections.abc import Sequence
from dataclasses import replace

from lmsctl.audit import actions as audit
from lmsctl.kit import wall_clock
from lmsctl.kit.time_errors import ZoneMissing
from lmsctl.kit.work import Work
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training.rules import SessionDayRecord, SessionWithDays, TrainingRecord
from lmsctl.training.sessions import rules as session_rules
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.actions.planning import audit_name, news_of_change
from lmsctl.training.telling import actions as telling


def sessions_to_come(work: Work, training: TrainingRecord) -> list[SessionWithDays]:
    """Return the sessions of a training that are not canceled and have days to come, as now."""
    sessions = [
        one
        for one in session_store.listed(work, ANYWHERE, training.id)
        if one.canceled_at is None and one.ends_at > work.now
    ]
    days = session_store.days_of(work, [one.id for one in sessions])
    return [SessionWithDays(one, days[one.id]) for one in sessions]


def describe_new_readings(
    work: Work, sessions: Sequence[SessionWithDays], old: TrainingRecord, new: TrainingRecord
) -> list[str]:
    """Return a sentence for each start to come that clocks show differently in the new zone.

    Nothing is said where the old zone is not known here: the change repairs that.
    """
    try:
        _ = old.zone
    except ZoneMissing:
        return []
    return [
        f"{_name(one, number)} starts at {wall_clock.show(day.starts_at, new.zone)} now,"
        f" the same instant as {wall_clock.show(day.starts_at, old.zone)}."
        for one in sessions
        for number, day in enumerate(one.days, start=1)
        if day.starts_at > work.now
        and day.starts_at.astimezone(old.zone).replace(tzinfo=None)
        != day.starts_at.astimezone(new.zone).replace(tzinfo=None)
    ]


def _name(session: SessionWithDays, number: int) -> str:
    """Return what one day of a session is called, by its number."""
    return session.session.code + (f", day {number}," if len(session.days) > 1 else "")


def keep_clock(
    work: Work, sessions: Sequence[SessionWithDays], old: TrainingRecord, new: TrainingRecord
) -> list[str]:
    """Let the days that have not begun start at the same time on the clocks of the new zone.

    Each lasts as long as before. A time that the new zone skips moves forward, and of two the
    earlier counts. Everybody is told as when a session is moved. Returns a sentence for each moved
    start. Raises SessionDaysOverlap.
    """
    notes: list[str] = []
    changed: list[SessionWithDays] = []
    news: dict[int, telling.HostNews] = {}
    for before in sorted(sessions, key=lambda one: one.session.id):
        session_store.get_for_update(work, before.session.id)
        days = [_moved(work, day, old, new) for day in before.days]
        moved = [
            (number, day)
            for number, day in enumerate(days, start=1)
            if day.starts_at != before.days[number - 1].starts_at
        ]
        if not moved:
            continue
        for number, day in moved:
            others = session_rules.days_except(days, number)
            session_rules.check_no_overlap(day.starts_at, day.ends_at, others)
            session_store.change_day(work, day.id, starts_at=day.starts_at, ends_at=day.ends_at)
            was = wall_clock.show(before.days[number - 1].starts_at, old.zone)
            notes.append(
                f"{_name(before, number)} starts at {wall_clock.show(day.starts_at, new.zone)} now,"
                f" before at {was}."
            )
        session_store.change(work, before.session.id)
        name = audit_name(new, before.session.code)
        audit.record(work, "session.changed", name, changed=["ends_at", "starts_at"])
        at = session_store.get_with_days(work, before.session.id)
        telling.tell_changed(work, new, before, at, {day.id for _, day in moved})
        changed.append(at)
        news[at.session.id] = news_of_change(work, new, before, at)
    telling.tell_hosts(work, new, changed, news)
    return notes


def _moved(
    work: Work, day: SessionDayRecord, old: TrainingRecord, new: TrainingRecord
) -> SessionDayRecord:
    """Return a day as it is when clocks in the new zone show what those in the old one showed."""
    if day.starts_at <= work.now:
        return day
    wall = day.starts_at.astimezone(old.zone).replace(tzinfo=None)
    starts_at = wall_clock.first_reading(wall, new.zone)
    duration = day.ends_at - day.starts_at
    return replace(day, starts_at=starts_at, ends_at=session_rules.day_end(starts_at, duration))
