"""Times as people write them: the words of the command line, dates in files, deadlines, zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeAlias

from lmsctl.kit.canonical import excerpt, nearest
from lmsctl.kit.errors import Misconfigured, Refusal, Rejected, Usage

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

_GRAMMAR = (
    "Write 2026-11-22T09:00:00+01:00, 2026-11-22T09:00, 2026-11-22, now, today, tomorrow, never,"
    " or a distance from now such as +2d or -90min (min, h, d, w, mo, y)."
)
Reckoning: TypeAlias = "Callable[[datetime, ZoneInfo], datetime | None]"
_SECOND = timedelta(seconds=1)


class TimeNotUnderstood(Usage):
    """A time that is not in the grammar, in no way we know better advice for."""

    code = "time_not_understood"
    message = "{given} is not a time."
    hint = _GRAMMAR


class TimeWithoutUnit(Usage):
    """A bare number, which may be anything from minutes to years."""

    code = "time_without_unit"
    message = "{given} is a number without a unit."
    hint = "Add a sign and one of min, h, d, w, mo, y, as in +2d, or write a date as 2026-11-22."


class TimeUnitAmbiguous(Usage):
    """A bare `m`, which may be minutes or months."""

    code = "time_unit_ambiguous"
    message = "The m in {given} may be minutes or months."
    hint = "Write min for minutes or mo for months."


class TimeUnitUnknown(Usage):
    """A number with a unit that is not in the grammar."""

    code = "time_unit_unknown"
    message = "{given} has a unit that is not known."
    hint = "The units are min, h, d, w, mo and y, in small letters and without a blank."


class TimeWithoutSign(Usage):
    """A distance from now that does not say in which direction."""

    code = "time_without_sign"
    message = "{given} does not say whether it is before or after now."
    hint = "Write +{given} for later than now, -{given} for earlier."


class DateNotYearFirst(Usage):
    """A date on the command line in an order that readers disagree about."""

    code = "date_not_year_first"
    message = "{given} is a date that does not begin with the year, or has no hyphens."
    hint = "Write year, month and day as in 2026-11-22."


class TimeNotOnCalendar(Usage):
    """A date or time of the right shape that no calendar or clock shows."""

    code = "time_not_on_calendar"
    message = "{given} is on no calendar or clock: {reason}."
    hint = "Check the month (1 to 12), the day of the month, the hour (0 to 23) and the offset."


class TimeOutOfRange(Usage):
    """A moment before the year 1 or after the year 9999."""

    code = "time_out_of_range"
    message = "{given} is outside the years 1 to 9999."
    hint = "Choose a nearer moment, or never where no end is meant."


class LeapSecond(Usage):
    """The second 60, which RFC 3339 allows and no clock of ours can hold."""

    code = "time_leap_second"
    message = "{given} is a leap second, which cannot be stored."
    hint = "Write the second before it, :59, or the one after it."


class LocalTimeMissing(Usage):
    """A local time that clocks jump over."""

    code = "local_time_missing"
    message = "{given} does not exist in {zone}: the clocks there jump over it."
    hint = "Add the offset that you mean: {before} or {after}."


class LocalTimeRepeated(Usage):
    """A local time that clocks show twice."""

    code = "local_time_repeated"
    message = "{given} occurs twice in {zone}: the clocks there are set back over it."
    hint = "Add the offset that you mean: {before} or {after}."


class LocalDayMissing(Usage):
    """A day that a zone left out when it changed sides of the date line."""

    code = "local_day_missing"
    message = "The day {day} does not exist in {zone}: the calendar there jumps over it."
    hint = "Name the day before or after it, or a time with an offset."


class DurationInvalid(Usage):
    """A duration that is not a number and a unit of fixed length."""

    code = "duration_invalid"
    message = "{given} is not a duration."
    hint = "Write 1 to 9999 with min, h, d or w, such as 90min or 2h."


class DeadlineInvalid(Usage):
    """A distance of a deadline that is neither `off` nor an amount with one of its four units."""

    code = "deadline_invalid"
    message = "{given} is not a distance before the start."
    hint = "Write 1 to 9999 with h, d, w or mo, such as 2d or 1mo, or write off."


class ZoneUnknown(Usage):
    """A time zone on the command line that is not an IANA name, letter by letter."""

    code = "time_zone_unknown"
    message = "{given} is not the name of a time zone."
    hint = "{advice}"


class ZoneMissing(Misconfigured):
    """A zone that was taken once, and that this machine's list of zones does not have."""

    code = "time_zone_missing"
    message = "The time zone {given}, which the portal or a training keeps, is not known here."
    hint = (
        "Install a newer tzdata, or name another zone: 'lmsctl settings set time-zone=ZONE --tz"
        " UTC', for a training 'lmsctl training edit CODE --time-zone ZONE'."
    )


class AskedMomentMissing(Usage):
    """A question about a moment that never comes; each room has a code of its own for it."""

    message = "'{given}' is no moment to look at."
    hint = "Give --at a moment, for example +2d or 2026-03-01, or leave it out for now."


class CellTimeInvalid(Rejected):
    """A date or time in a file that cannot be taken."""

    code = "cell_time_invalid"
    message = "{given} cannot be taken as a date: {reason}."
    hint = "{advice}"


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


@dataclass(frozen=True, slots=True)
class TimeWord:
    """A time as written, not yet a moment: that takes the present and a zone.

    `text` is what was written. `start` and `end` differ for days only. Both take the present as an
    aware datetime and give an aware datetime in UTC in whole seconds, or None for `never`. Where
    the time cannot be taken they raise LocalTimeMissing, LocalTimeRepeated, LocalDayMissing or
    TimeOutOfRange; if it came from a file, CellTimeInvalid.
    """

    text: str
    _first: Reckoning
    _last: Reckoning
    _of_file: bool = False

    def start(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the moment this is as a start: for a day its first instant in `zone`."""
        return self._reckon(self._first, now, zone)

    def end(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the moment this is as an inclusive end: for a day its last second in `zone`."""
        return self._reckon(self._last, now, zone)

    def _reckon(self, reckoning: Reckoning, now: datetime, zone: ZoneInfo) -> datetime | None:
        refusal: Usage
        try:
            return reckoning(now.replace(microsecond=0), zone)
        except OverflowError:
            refusal = TimeOutOfRange(given=self.text)
        except Usage as caught:
            refusal = caught
        raise in_file(refusal, self.text) if self._of_file else refusal


def moment_or_now(
    word: TimeWord | None, now: datetime, zone: ZoneInfo, missing: type[Refusal], field: str
) -> datetime:
    """Return the moment a word means as a start, `now` when it is None.

    Raises `missing`, with the option `field`, for a moment that never comes, and what `start` does.
    """
    moment = now if word is None else word.start(now, zone)
    if moment is None:
        raise missing(given=word.text if word else "", field=field)
    return moment


def _from_now(text: str, number: int, unit: Unit) -> TimeWord:
    def moment(now: datetime, zone: ZoneInfo) -> datetime:
        return _shift(now, Amount(number, unit), zone)

    return TimeWord(text, moment, moment)


def _day_from_now(text: str, days: int) -> TimeWord:
    def day(now: datetime, zone: ZoneInfo) -> date:
        return now.astimezone(zone).date() + timedelta(days=days)

    return TimeWord(
        text,
        lambda now, zone: _first_second(day(now, zone), zone),
        lambda now, zone: _last_second(day(now, zone), zone),
    )


def _day(text: str, day: date) -> TimeWord:
    return TimeWord(
        text,
        lambda _now, zone: _first_second(day, zone),
        lambda _now, zone: _last_second(day, zone),
    )


def _local(text: str, wall: datetime) -> TimeWord:
    def moment(_now: datetime, zone: ZoneInfo) -> datetime:
        return _only_reading(text, wall, zone)

    return TimeWord(text, moment, moment)


def _fixed(text: str, at: datetime | None) -> TimeWord:
    def moment(_now: datetime, _zone: ZoneInfo) -> datetime | None:
        return at

    return TimeWord(text, moment, moment)


_WORDS: dict[str, TimeWord] = {
    "never": _fixed("never", None),
    "now": _from_now("now", 0, Unit.MINUTE),
    "today": _day_from_now("today", 0),
    "tomorrow": _day_from_now("tomorrow", 1),
}
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[Tt ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]+)?)?"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
)
_DISTANCE = re.compile(r"(?P<number>[+-][0-9]+)(?P<unit>min|h|d|w|mo|y)")
_AMOUNT = re.compile(r"(?P<number>[1-9][0-9]{0,3})(?P<unit>min|h|d|w|mo)")
_MISTAKES: tuple[tuple[str, type[Usage]], ...] = (
    (r"[+-]?[0-9]+", TimeWithoutUnit),
    (r"[+-]?[0-9]* ?m", TimeUnitAmbiguous),
    (r"[0-9]+(min|h|d|w|mo|y)", TimeWithoutSign),
    (r"[+-]?[0-9]+ ?[A-Za-z]+", TimeUnitUnknown),
    (
        r"(?!....-..-..)[0-9]{1,4}([/.-])[0-9]{1,2}\1[0-9]{1,4}([Tt ].*)?",
        DateNotYearFirst,
    ),
    (r"[+-]?[0-9]{5,}-.*", TimeOutOfRange),
)
# Digits beyond this are out of every calendar, and Python refuses to read very long ones.
_LONGEST_NUMBER = len("+999999999")
_LEAP = 60
_MONTHS_A_YEAR = 12
_ELAPSED = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}
_WALL_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_WALL_MONTHS = {Unit.MONTH: 1, Unit.YEAR: _MONTHS_A_YEAR}
_FIXED = {**_ELAPSED, Unit.DAY: timedelta(days=1), Unit.WEEK: timedelta(weeks=1)}
_DEADLINE_UNITS = frozenset({Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH})
# Files that zone databases hold and that name no place or offset.
_NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})


def parse(text: str) -> TimeWord:
    """Return the time that an argument writes; syntax and calendar only, no zone is needed.

    Taken are: date and time with offset after RFC 3339 (also `t`, `z`, a blank for T, and without
    seconds; fractions are cut off), date and time without offset, a date, `now`, `today`,
    `tomorrow`, `never`, and `+N` or `-N` with min, h, d, w, mo or y. Raises TimeNotUnderstood or
    one of the more helpful refusals of this module, all of the class usage.
    """
    given = text.strip()
    return (
        _WORDS.get(given)
        or _distance(given)
        or _local_time(given)
        or _date_or_moment(given)
        or _explain(given)
    )


def in_file(refusal: Usage, given: str) -> CellTimeInvalid:
    """Return `refusal` of the time `given` as the refusal of something in a file.

    A wrong time on the command line is a matter of usage; the same in a file is rejected.
    """
    return CellTimeInvalid(
        given=excerpt(given),
        reason=refusal.format_message().rstrip("."),
        advice=refusal.format_hint(),
    )


def parse_duration(text: str) -> timedelta:
    """Return the length that `90min`, `2h`, `1d` or `1w` stands for; a day is 24 hours.

    Raises DurationInvalid.
    """
    amount = _amount(text.strip())
    if amount is None or amount.unit not in _FIXED:
        raise DurationInvalid(given=excerpt(text))
    return amount.number * _FIXED[amount.unit]


def parse_amount(text: str) -> Amount | None:
    """Return how far before the start a deadline lies, None for `off`.

    The amount is 1 to 9999 of h, d, w or mo. Raises DeadlineInvalid.
    """
    given = text.strip()
    if given == "off":
        return None
    amount = _amount(given)
    if amount is None or amount.unit not in _DEADLINE_UNITS:
        raise DeadlineInvalid(given=excerpt(text))
    return amount


def local_day(word: TimeWord, moment: datetime, zone: ZoneInfo) -> date:
    """Return the day on which `moment`, what `word` stands for, falls in `zone`.

    Raises TimeOutOfRange.
    """
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        raise TimeOutOfRange(given=word.text) from None


def before(start: datetime, amount: int, unit: Unit, zone: ZoneInfo) -> datetime:
    """Return the moment `amount` of `unit` before `start` (aware), in UTC, reached in one step.

    24 hours are always 24 hours; a day, week or month leads to the same time on the wall clock of
    `zone`. From the 31st to a month without one it is that month's last day; out of a spring jump
    the clock is moved on by the length of the jump; in a double hour the first pass counts. Raises
    TimeOutOfRange.
    """
    distance = Amount(-amount, unit)
    try:
        return _shift(start, distance, zone)
    except OverflowError:
        raise TimeOutOfRange(given=f"{amount}{unit} before {show_utc(start)}") from None


def zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name such as Europe/Berlin, spelled exactly.

    Raises ZoneUnknown with the nearest name; paths and the machine's own `localtime` are unknown.
    """
    # only commands that handle times should pay for loading the zone machinery
    from zoneinfo import ZoneInfo

    known = _zone_names()
    if name not in known:
        near = nearest(name, known)
        meant = (
            f"Did you mean {near}?" if near else "Use an IANA name such as Europe/Berlin or UTC."
        )
        raise ZoneUnknown(field="time_zone", given=excerpt(name), advice=meant)
    return ZoneInfo(name)


def kept_zone(name: str) -> ZoneInfo:
    """Return the time zone that a row of the database names.

    It was known where it was written, and need not be here. Raises ZoneMissing.
    """
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ZoneMissing(given=excerpt(name)) from error


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


def show_utc(moment: datetime) -> str:
    """Return an aware moment after RFC 3339 in UTC, in whole seconds with `Z`."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _distance(given: str) -> TimeWord | None:
    match = _DISTANCE.fullmatch(given)
    if match is None:
        return None
    if len(match["number"]) > _LONGEST_NUMBER:
        raise TimeOutOfRange(given=excerpt(given))
    return _from_now(given, int(match["number"]), Unit(match["unit"]))


def _local_time(given: str) -> TimeWord | None:
    match = _ISO.fullmatch(given)
    if match is None or match["hour"] is None or match["offset"] or match["fraction"]:
        return None
    return _local(given, datetime.combine(_iso_date(given, match), _time(given, match)))


def _date_or_moment(given: str) -> TimeWord | None:
    match = _ISO.fullmatch(given)
    if match is None or (match["hour"] and not match["offset"]):
        return None
    day = _iso_date(given, match)
    if match["hour"] is None:
        return _day(given, day)
    at = datetime.combine(day, _time(given, match), _offset(given, match))
    try:
        return _fixed(given, at.astimezone(UTC))
    except OverflowError:
        raise TimeOutOfRange(given=given) from None


def _iso_date(given: str, match: re.Match[str]) -> date:
    return _date(given, int(match["year"]), int(match["month"]), int(match["day"]))


def _date(given: str, year: int, month: int, day: int) -> date:
    if year < MINYEAR:
        raise TimeOutOfRange(given=given)
    try:
        return date(year, month, day)
    except ValueError:
        reason = f"{year:04} has no day {day} of month {month}"
        raise TimeNotOnCalendar(given=given, reason=reason) from None


def _time(given: str, match: re.Match[str]) -> time:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if second == _LEAP:
        raise LeapSecond(given=given)
    try:
        return time(hour, minute, second)
    except ValueError:
        reason = f"no clock shows {hour:02}:{minute:02}:{second:02}"
        raise TimeNotOnCalendar(given=given, reason=reason) from None


def _offset(given: str, match: re.Match[str]) -> timezone:
    written = match["offset"]
    if written in "Zz":
        return UTC
    try:
        size = time(int(written[1:3]), int(written[4:6]))
    except ValueError:
        reason = f"there is no offset {written}"
        raise TimeNotOnCalendar(given=given, reason=reason) from None
    length = timedelta(hours=size.hour, minutes=size.minute)
    return timezone(-length if written[0] == "-" else length)


def _amount(given: str) -> Amount | None:
    match = _AMOUNT.fullmatch(given)
    return Amount(int(match["number"]), Unit(match["unit"])) if match else None


def _explain(given: str) -> NoReturn:
    for shape, refusal in _MISTAKES:
        if re.fullmatch(shape, given):
            raise refusal(given=excerpt(given))
    raise TimeNotUnderstood(given=excerpt(given) or "An empty text")


def _shift(moment: datetime, distance: Amount, zone: ZoneInfo) -> datetime:
    number, unit = distance
    if unit in _ELAPSED:
        return moment.astimezone(UTC) + number * _ELAPSED[unit]
    wall = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    if unit in _WALL_DAYS:
        wall += timedelta(days=number * _WALL_DAYS[unit])
    else:
        wall = _months_later(wall, number * _WALL_MONTHS[unit])
    return _settle(wall, zone)


def _months_later(wall: datetime, months: int) -> datetime:
    year, month = divmod(wall.year * _MONTHS_A_YEAR + wall.month - 1 + months, _MONTHS_A_YEAR)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    return wall.replace(year=year, month=month + 1, day=min(wall.day, _last_day(year, month + 1)))


def _last_day(year: int, month: int) -> int:
    if month == _MONTHS_A_YEAR:
        return 31
    return (date(year, month + 1, 1) - timedelta(days=1)).day


def _settle(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when `zone` shows `wall`: the earlier time of two, moved forward out of a jump."""
    # fold 0 is both: the first of two readings, and in a jump the offset before it (PEP 495)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _readings(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the moments, none to two in order, at which clocks in `zone` show `wall`."""
    candidates = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(m for m in candidates if m.astimezone(zone).replace(tzinfo=None) == wall)


def _only_reading(text: str, wall: datetime, zone: ZoneInfo) -> datetime:
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


def _first_second(day: date, zone: ZoneInfo) -> datetime:
    midnight = datetime.combine(day, time())
    readings = _readings(midnight, zone)
    return _on(day, readings[0] if readings else _after_jump(midnight, zone), zone)


def _last_second(day: date, zone: ZoneInfo) -> datetime:
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


@cache
def _zone_names() -> frozenset[str]:
    # the list that tzdata brings: zoneinfo makes one by opening every file of the database
    listing = Path(import_module("tzdata").__path__[0], "zones").read_text(encoding="ascii")
    return frozenset(listing.split()) - _NOT_ZONES
