"""Every way a time, a distance or a zone can be refused."""

from __future__ import annotations

from lmsctl.kit.errors import Misconfigured, Rejected, Usage

_GRAMMAR = (
    "Write 2026-11-22T09:00:00+01:00, 2026-11-22T09:00, 2026-11-22, now, today, tomorrow, never,"
    " or a distance from now such as +2d or -90min (min, h, d, w, mo, y)."
)


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
    message = "{given} is not a valid date or time: {reason}."
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

    message = "'{given}' is not a valid moment to look at."
    hint = "Give --at a moment, for example +2d or 2026-03-01, or leave it out for now."


class CellTimeInvalid(Rejected):
    """A date or time in a file that cannot be taken."""

    code = "cell_time_invalid"
    message = "{given} cannot be taken as a date: {reason}."
    hint = "{advice}"
