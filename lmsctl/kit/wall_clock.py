"""Calculating with wall clocks: days and distances in a zone, across jumps and double hours."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from lmsctl.kit.time_errors import (
    LocalDayMissing,
    LocalTimeMissing,
    LocalTimeRepeated,
    TimeOutOfRange,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


_SECOND = timedelta(seconds=1)


class Unit(StrEnum):
    """What distances are counted in; the values are how they are written."""

    MINUTE = "min"
    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "mo"
    YEAR = "y"


class Amount(NamedTuple):
    """A distance such as `2d`: how many of which unit."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        """Return it as it is written: `2d`."""
        return f"{self.number}{self.unit}"


_MONTHS_A_YEAR = 12
ELAPSED = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}
_WALL_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_WALL_MONTHS = {Unit.MONTH: 1, Unit.YEAR: _MONTHS_A_YEAR}


def before(start: datetime, amount: int, unit: Unit, zone: ZoneInfo) -> datetime:
    """Return the moment `amount` of `unit` before `start` (aware), in UTC, reached in one step.

    24 hours are always 24 hours; a day, week or month leads to the same time on the wall clock of
    `zone`. From the 31st to a month without one it is that month's last day; out of a spring jump
    the clock is moved on by the length of the jump; in a double hour the first pass counts. Raises
    TimeOutOfRange.
    """
    distance = Amount(-amount, unit)
    try:
        return shift(start, distance, zone)
    except OverflowError:
        raise TimeOutOfRange(given=f"{amount}{unit} before {show_utc(start)}") from None


def show(moment: datetime, zone: ZoneInfo) -> str:
    """Return an aware moment after RFC 3339 in `zone`, in whole seconds with the offset.

    Where RFC 3339 cannot write the local time (an offset with seconds, as all zones had before
    standard time, or a year outside 1 to 9999) it is UTC instead.
    """
    try:
        local = moment.astimezone(zone)
    except OverflowError:
        return show_utc(moment)
    offset = local.utcoffset() or timedelta()
    return show_utc(moment) if offset.seconds % 60 else local.isoformat(timespec="seconds")


def show_span(first: datetime, last: datetime, zone: ZoneInfo) -> str:
    """Return from when to when something lasts, in `zone`; a day that is the same stands once."""
    begin, end = show(first, zone), show(last, zone)
    day, _, time = end.partition("T")
    return f"{begin} to {time if begin.startswith(day) else end}"


def show_span_minutes(first: datetime, last: datetime, zone: ZoneInfo) -> str:
    """Return from when to when something lasts as people read it in `zone`."""
    begin, end = show_minutes(first, zone), show_minutes(last, zone)
    day, _, time = end.partition(" ")
    return f"{begin} to {time if begin.startswith(day) else end}"


def show_minutes(moment: datetime, zone: ZoneInfo) -> str:
    """Return an aware moment as people read it in `zone`, `2026-03-03 09:15`.

    Where the calendar of `zone` ends before it, it is UTC instead.
    """
    try:
        local = moment.astimezone(zone)
    except OverflowError:
        local = moment.astimezone(UTC)
    return local.replace(tzinfo=None).isoformat(" ", "minutes")


def show_utc(moment: datetime) -> str:
    """Return an aware moment after RFC 3339 in UTC, in whole seconds with `Z`."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def shift(moment: datetime, distance: Amount, zone: ZoneInfo) -> datetime:
    """Return the moment that is `distance` after `moment` (before it, if that is negative).

    Minutes and hours are elapsed time; days and more lead to the same time on the wall clock of
    `zone`. Raises OverflowError out of the calendar.
    """
    number, unit = distance
    if unit in ELAPSED:
        return moment.astimezone(UTC) + number * ELAPSED[unit]
    wall = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    if unit in _WALL_DAYS:
        wall += timedelta(days=number * _WALL_DAYS[unit])
    else:
        wall = _months_later(wall, number * _WALL_MONTHS[unit])
    return first_reading(wall, zone)


def _months_later(wall: datetime, months: int) -> datetime:
    year, month = divmod(wall.year * _MONTHS_A_YEAR + wall.month - 1 + months, _MONTHS_A_YEAR)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    return wall.replace(year=year, month=month + 1, day=min(wall.day, _last_day(year, month + 1)))


def _last_day(year: int, month: int) -> int:
    if month == _MONTHS_A_YEAR:
        return 31
    return (date(year, month + 1, 1) - timedelta(days=1)).day


def first_reading(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when `zone` shows `wall`: the earlier time of two, moved forward out of a jump."""
    # fold 0 is both: the first of two readings, and in a jump the offset before it (PEP 495)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _readings(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the moments, none to two in order, at which clocks in `zone` show `wall`."""
    candidates = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(m for m in candidates if m.astimezone(zone).replace(tzinfo=None) == wall)


def only_reading(text: str, wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the one moment at which clocks in `zone` show `wall`, which `text` writes.

    Raises LocalTimeMissing and LocalTimeRepeated.
    """
    readings = _readings(wall, zone)
    if len(readings) == 1:
        return readings[0]
    refusal = LocalTimeRepeated if readings else LocalTimeMissing
    raise refusal(
        given=text,
        zone=zone.key,
        before=wall.replace(tzinfo=zone, fold=0).isoformat(),
        after=wall.replace(tzinfo=zone, fold=1).isoformat(),
    )


def first_second(day: date, zone: ZoneInfo) -> datetime:
    """Return the first second of `day` in `zone`; raises LocalDayMissing."""
    midnight = datetime.combine(day, time())
    readings = _readings(midnight, zone)
    return _on(day, readings[0] if readings else _after_jump(midnight, zone), zone)


def last_second(day: date, zone: ZoneInfo) -> datetime:
    """Return the last second of `day` in `zone`; raises LocalDayMissing."""
    last = datetime.combine(day, time(23, 59, 59))
    readings = _readings(last, zone)
    return _on(day, readings[-1] if readings else _after_jump(last, zone) - _SECOND, zone)


def _on(day: date, moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.astimezone(zone).date() != day:
        raise LocalDayMissing(day=day, zone=zone.key)
    return moment


def _after_jump(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment after the jump that swallows `wall`."""
    earlier = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    later = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset_after = later.astimezone(zone).utcoffset()
    while later - earlier > _SECOND:
        middle = earlier + (later - earlier) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset_after:
            later = middle
        else:
            earlier = middle
    return later
