"""Times as people write them: the words of the command line, dates in files, deadlines, zones.

It is long because the parts of its grammar refer to each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MINYEAR, UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from lmsctl.kit.canonical import excerpt
from lmsctl.kit.errors import Refusal, Usage
from lmsctl.kit.time_errors import (
    CellTimeInvalid,
    DateNotYearFirst,
    DeadlineInvalid,
    DurationInvalid,
    LeapSecond,
    TimeNotOnCalendar,
    TimeNotUnderstood,
    TimeOutOfRange,
    TimeUnitAmbiguous,
    TimeUnitUnknown,
    TimeWithoutSign,
    TimeWithoutUnit,
)
from lmsctl.kit.wall_clock import (
    ELAPSED,
    Amount,
    Unit,
    first_second,
    last_second,
    only_reading,
    shift,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

Reckoning: TypeAlias = "Callable[[datetime, ZoneInfo], datetime | None]"


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
        return shift(now, Amount(number, unit), zone)

    return TimeWord(text, moment, moment)


def _day_from_now(text: str, days: int) -> TimeWord:
    def day(now: datetime, zone: ZoneInfo) -> date:
        return now.astimezone(zone).date() + timedelta(days=days)

    return TimeWord(
        text,
        lambda now, zone: first_second(day(now, zone), zone),
        lambda now, zone: last_second(day(now, zone), zone),
    )


def _day(text: str, day: date) -> TimeWord:
    return TimeWord(
        text,
        lambda _now, zone: first_second(day, zone),
        lambda _now, zone: last_second(day, zone),
    )


def _local(text: str, wall: datetime) -> TimeWord:
    def moment(_now: datetime, zone: ZoneInfo) -> datetime:
        return only_reading(text, wall, zone)

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
_FIXED = {**ELAPSED, Unit.DAY: timedelta(days=1), Unit.WEEK: timedelta(weeks=1)}
_DEADLINE_UNITS = frozenset({Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH})


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
