"""The one source of time."""

from datetime import UTC, datetime

from lmsctl.kit.errors import Usage


class ClockUnreadable(Usage):
    """The frozen clock holds no RFC 3339 moment."""

    code = "clock_unreadable"
    says = "LMSCTL_NOW is set to '{given}', which is not a moment with an offset."
    hint = "Write it like 2026-03-01T09:00:00Z, or unset it."


def read(frozen: str | None = None) -> datetime:
    """Return the moment in UTC, cut to whole seconds: `frozen` when given, else the real one.

    `frozen` is RFC 3339 with an offset; anything else raises ClockUnreadable.
    """
    if frozen is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(frozen)
    except ValueError as error:
        raise ClockUnreadable(given=frozen) from error
    if moment.tzinfo is None:
        raise ClockUnreadable(given=frozen)
    return moment.astimezone(UTC).replace(microsecond=0)
