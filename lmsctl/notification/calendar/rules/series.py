"""How the days of a session become a daily series, as all calendar programs understand one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby

from lmsctl.kit import zones
from lmsctl.kit.time_errors import ZoneMissing
from lmsctl.notification.calendar.rules.entry import EntryDay, one_line

# So many dates from the first day to the last are written as a daily series with exceptions.
_MOST_DATES = 1000
_A_DAY = timedelta(days=1)
_NAMES_OF_UTC = frozenset({"UTC", "UCT", "Universal", "Zulu"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """All of an entry on one date: local moments; `note` has the parts of it where it has several.

    Between the parts there may be breaks.
    """

    starts_at: datetime
    ends_at: datetime
    place: str
    url: str
    note: str

    def pattern(self, slot: datetime) -> tuple[object, ...]:
        """Return what is alike for occurrences that need no entry of their own at their slots."""
        wall = self.ends_at.replace(tzinfo=None) - self.starts_at.replace(tzinfo=None)
        # Between moments of one zone Python counts on the wall clock; what has passed may differ.
        passed = self.ends_at.astimezone(UTC) - self.starts_at.astimezone(UTC)
        early = slot.replace(tzinfo=None) - self.starts_at.replace(tzinfo=None)
        return early, wall, passed, self.place, self.url, self.note


@dataclass(frozen=True, slots=True)
class Series:
    """A daily series: `first`, then an occurrence on each following date, `count` with the first.

    None is on the dates at `excluded`; `others` are in place of those at the given moments.
    """

    first: Occurrence
    count: int
    excluded: Sequence[datetime]
    others: Sequence[tuple[datetime, Occurrence]]


def series_of(days: Sequence[EntryDay], zone_name: str) -> Series:
    """Return the days as a series in their zone, or in UTC where its clock is not clear about them.

    Days on one date of their zone are one occurrence. All moments are in the one zone.
    """
    zone = _known_zone(zone_name)
    try:
        parts = [_in_zone(day, zone) for day in days]
    except OverflowError:  # the calendar of the zone ends before them
        zone, parts = UTC, [_in_zone(day, UTC) for day in days]
    dates = [list(on) for _, on in groupby(parts, key=lambda part: part.starts_at.date())]
    found = _arrange([_joined(on, zone) for on in dates])
    if all(map(_is_clear, moments_of(found))):
        return found
    return _arrange([_joined(on, UTC) for on in dates])


def _known_zone(name: str) -> tzinfo:
    """Return the zone, or UTC for its own names and for what is not known here."""
    if name.removeprefix("Etc/") in _NAMES_OF_UTC:
        return UTC
    try:
        return zones.from_database(name)
    except ZoneMissing:
        return UTC


def _in_zone(day: EntryDay, zone: tzinfo) -> EntryDay:
    return EntryDay(
        day.starts_at.astimezone(zone), day.ends_at.astimezone(zone), day.place, day.url
    )


def _joined(parts: Sequence[EntryDay], zone: tzinfo) -> Occurrence:
    """Return what is on one date as one occurrence in a zone."""
    places = dict.fromkeys(one_line(part.place) for part in parts if part.place)
    url = next((part.url for part in parts if part.url), "")
    return Occurrence(
        starts_at=parts[0].starts_at.astimezone(zone),
        ends_at=max(part.ends_at for part in parts).astimezone(zone),
        place=" / ".join(places) or url,
        url=url,
        note="\n".join(_describe(part) for part in parts) if len(parts) > 1 else "",
    )


def _describe(part: EntryDay) -> str:
    """Return when and where one of several parts of a date is."""
    spots = "".join(f", {one_line(spot)}" for spot in (part.place, part.url) if spot)
    return f"{part.starts_at:%H:%M} to {part.ends_at:%H:%M}{spots}"


def _arrange(found: Sequence[Occurrence]) -> Series:
    """Return occurrences, in the order of their starts, as a series.

    A series has a slot on every date from the first to the last. Where they are too far apart, or
    two are on one date (of UTC), it has as many slots as there are occurrences, which move.
    """
    first, last = found[0], found[-1]
    by_date = {one.starts_at.date(): one for one in found}
    count = (last.starts_at.date() - first.starts_at.date()).days + 1
    is_moving = count > _MOST_DATES or len(by_date) < len(found)
    slots = list(_slots(first, len(found) if is_moving else count))
    taken = found if is_moving else [by_date.get(slot.date()) for slot in slots]
    pairs = list(zip(slots, taken, strict=True))
    return Series(
        first,
        len(slots),
        [slot for slot, one in pairs if one is None],
        [
            (slot, one)
            for slot, one in pairs
            if one and one.pattern(slot) != first.pattern(slots[0])
        ],
    )


def _slots(first: Occurrence, count: int) -> Iterator[datetime]:
    """Yield the moments at which a daily series has an occurrence by itself."""
    return (first.starts_at + number * _A_DAY for number in range(count))


def moments_of(series: Series) -> Iterator[datetime]:
    """Yield every moment that is written of a series."""
    yield from _slots(series.first, series.count)
    for one in (series.first, *(other for _, other in series.others)):
        yield from (one.starts_at, one.ends_at)


def _is_clear(moment: datetime) -> bool:
    """Say whether every program reads the clock of its zone as this moment, and can write it."""
    offset = moment.utcoffset()
    is_once = offset == moment.replace(fold=1 - moment.fold).utcoffset()
    return is_once and offset is not None and not offset.seconds % 60
