"""How the clock of a zone changes, as calendars tell it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lmsctl.notification.calendar.rules.series import Series, moments_of

_A_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A change of the clock of a zone; `wall_before` is when it comes by the clock before it."""

    wall_before: datetime
    offset_before: timedelta
    offset_after: timedelta
    name: str
    is_summer: bool


def span_of(series: Series) -> tuple[ZoneInfo | None, datetime, datetime]:
    """Return the zone of a series, and a time in UTC that begins before it and ends after it.

    The zone is None in UTC. The time is whole years, so that few different ones are asked for.
    """
    moments = list(moments_of(series))
    zone = series.first.starts_at.tzinfo
    years = {moment.astimezone(UTC).year for moment in moments}
    # A day more than enough for every offset.
    first = datetime(max(min(years) - 1, MINYEAR), 12, 1, tzinfo=UTC)
    last = datetime(min(max(years) + 1, MAXYEAR), 12, 1, tzinfo=UTC)
    return (zone if isinstance(zone, ZoneInfo) else None), first, last


def clock_changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[ClockChange]:
    """Yield how the clock of a zone is at `first`, as if it changed then, and then its changes.

    They are those to `last`; both are in UTC.
    """
    yield _change(zone, first, first)
    at = first
    while at < last:
        after = min(at + _A_DAY, last)
        if _offset(zone, at) != _offset(zone, after):
            before = at
            while after - before > _SECOND:
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                if _offset(zone, middle) == _offset(zone, at):
                    before = middle
                else:
                    after = middle
            yield _change(zone, before, after)
        at = min(at + _A_DAY, last)


def _change(zone: ZoneInfo, before: datetime, at: datetime) -> ClockChange:
    offset_before, local = _offset(zone, before), at.astimezone(zone)
    return ClockChange(
        (at + offset_before).replace(tzinfo=None),
        offset_before,
        _offset(zone, at),
        local.tzname() or zone.key,
        bool(local.dst()),
    )


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
