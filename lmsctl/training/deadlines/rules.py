"""Pure decisions on deadlines: what is said of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.kit import wall_clock
from lmsctl.training.rules import has_passed


def describe_stops(
    code: str,
    registration_at: datetime | None,
    cancellation_at: datetime | None,
    now: datetime,
    zone: ZoneInfo,
) -> str | None:
    """Return a sentence on when a session stops taking and letting go people, in `zone`.

    None when nothing but its start stops that. What is past already is pointed out.
    """
    parts = [
        f"{what} {wall_clock.show(at, zone)}{' (past)' if has_passed(at, now) else ''}"
        for what, at in (
            ("registration stops", registration_at),
            ("cancellations stop", cancellation_at),
        )
        if at is not None
    ]
    return f"{code}: {', '.join(parts)}." if parts else None
