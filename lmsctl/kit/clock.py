"""The one source of time."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime

from lmsctl.kit.errors import Usage


class ClockUnreadable(Usage):
    """The frozen clock holds no RFC 3339 moment."""

    code = "clock_unreadable"
    message = "LMSCTL_NOW is set to '{given}', which is not a moment with an offset."
    hint = "Write it like 2026-03-01T09:00:00Z, or unset it."


class ClockOutOfRange(Usage):
    """A moment around which the calendar has no room for holds, due days and zones."""

    code = "clock_out_of_range"
    message = "LMSCTL_NOW is set to '{given}', too near the end of the calendar."
    hint = "Choose a moment in the years {first} to {last}."


# The longest distance that is reckoned from now without a question is a hold of a year.
_YEARS = range(MINYEAR + 1, MAXYEAR)


def read(frozen: str | None = None) -> datetime:
    """Return the moment in UTC, cut to whole seconds: `frozen` when given, else the real one.

    `frozen` is RFC 3339 with an offset; anything else raises ClockUnreadable, and a moment in the
    first or the last year of the calendar ClockOutOfRange.
    """
    if frozen is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(frozen)
    except ValueError as error:
        raise ClockUnreadable(given=frozen) from error
    if moment.tzinfo is None:
        raise ClockUnreadable(given=frozen)
    if moment.year not in _YEARS:
        raise ClockOutOfRange(given=frozen, first=_YEARS[0], last=_YEARS[-1])
    return moment.astimezone(UTC).replace(microsecond=0)
