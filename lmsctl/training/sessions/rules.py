"""Pure decisions on sessions: when their days are, how many places there are, their state."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lmsctl.kit import canonical, limits, time_errors, timewords, wall_clock
from lmsctl.kit.timewords import TimeWord
from lmsctl.training.rules import SessionDayRecord, SessionRecord
from lmsctl.training.sessions.errors import (
    CapacityBelowTaken,
    CapacityWrong,
    CapacityZero,
    SessionCanceled,
    SessionDaysOverlap,
    SessionDayTooLong,
    SessionDayUnknown,
    SessionStartMissing,
    UrlWrong,
)
from lmsctl.training.sessions.results import SessionState

_URL_LIMIT = 2_000
_MOST_PLACES = 1_000_000
_LONGEST_DAY = timedelta(hours=24)


def check_optional(given: str | None, field: str, max_chars: int = 255) -> str | None:
    """Return a text of one line fit to be stored, None for none or a blank one."""
    return canonical.check_text(given or "", field=field, max_chars=max_chars, min_chars=0) or None


def check_url(given: str | None) -> str | None:
    """Return the address of a page on the web, None for none or a blank one; raises UrlWrong."""
    text = check_optional(given, "url", _URL_LIMIT)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        is_page = parts.scheme in {"https", "http"} and bool(parts.hostname)
    except ValueError:
        is_page = False
    if not is_page or any(map(str.isspace, text)):
        raise UrlWrong(given=canonical.excerpt(text), field="--url")
    return text


def day_span(
    starts: TimeWord, duration: timedelta, now: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return from when to when a day lasts; its duration is elapsed time.

    A time without offset is one of `zone`. A start in the past is fine. Raises SessionStartMissing,
    SessionDayTooLong, TimeOutOfRange and what reading the time raises.
    """
    starts_at = timewords.moment_or_now(starts, now, zone, SessionStartMissing, "--starts")
    return starts_at, day_end(starts_at, duration)


def day_end(starts_at: datetime, duration: timedelta) -> datetime:
    """Return when a day ends; raises SessionDayTooLong and TimeOutOfRange."""
    if duration > _LONGEST_DAY:
        hours = int(duration / timedelta(hours=1))
        raise SessionDayTooLong(given=f"A day of {hours} hours", field="--duration")
    try:
        return starts_at + duration
    except OverflowError:
        given = f"The end of a day that starts at {wall_clock.show_utc(starts_at)}"
        raise time_errors.TimeOutOfRange(given=given) from None


def days_except(
    days: Sequence[SessionDayRecord], number: int
) -> list[tuple[int, SessionDayRecord]]:
    """Return the days with their numbers, from 1 on, without the one with that number."""
    return [item for item in enumerate(days, start=1) if item[0] != number]


def check_no_overlap(
    starts_at: datetime, ends_at: datetime, others: Sequence[tuple[int, SessionDayRecord]]
) -> None:
    """Raise SessionDaysOverlap when a day would overlap one of `others`, each with its number."""
    for number, day in others:
        if starts_at < day.ends_at and day.starts_at < ends_at:
            raise SessionDaysOverlap(starts_at=starts_at, ends_at=ends_at, day=number)


def get_day(
    session: SessionRecord, days: Sequence[SessionDayRecord], number: int
) -> SessionDayRecord:
    """Return the day with that number, from 1 in the order of their starts.

    Raises SessionDayUnknown.
    """
    if not 1 <= number <= len(days):
        raise SessionDayUnknown(session=session.code, given=number, last=len(days), field="--day")
    return days[number - 1]


def state_at(session: SessionRecord, now: datetime) -> SessionState:
    """Return where a session stands at `now`; its end belongs to what comes after it."""
    if session.canceled_at is not None:
        return SessionState.CANCELED
    if now < session.starts_at:
        return SessionState.NOT_STARTED
    if now < session.ends_at:
        return SessionState.RUNNING
    return SessionState.COMPLETED if session.is_recorded else SessionState.AWAITING_ASSIGNMENT


def check_not_canceled(session: SessionRecord) -> None:
    """Raise SessionCanceled for a session that will not take place."""
    if session.canceled_at is not None:
        raise SessionCanceled(session=session.code, training=session.training)


def parse_capacity(given: str) -> int | None:
    """Return the number of places, None for `unlimited`.

    Raises NumberMalformed, CapacityWrong and CapacityZero.
    """
    return limits.parse(
        given, most=_MOST_PLACES, wrong=CapacityWrong, zero=CapacityZero, field="--limit"
    )


def people_over_capacity(session: SessionRecord, capacity: int | None) -> int:
    """Return how many people would have more than their place with that capacity.

    Those who were let in above it deliberately stay; beyond them, raises CapacityBelowTaken.
    """
    if capacity is None:
        return 0
    over = max(0, session.taken - capacity)
    if over > session.over_capacity:
        raise CapacityBelowTaken(
            taken=session.taken,
            capacity=capacity,
            least=session.taken - session.over_capacity,
            field="--limit",
        )
    return over
