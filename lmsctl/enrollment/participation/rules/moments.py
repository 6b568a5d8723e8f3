"""The moments that administrators give: from when on people have access, and extensions."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lmsctl.enrollment.participation.errors import (
    AccessMissing,
    ExtensionMissing,
)
from lmsctl.kit import time_errors, timewords
from lmsctl.kit.timewords import TimeWord


def resolve_extension_end(until: TimeWord, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment to which a deadline is extended: for a day the end of it.

    Raises ExtensionMissing for a moment that never comes, and what reading the time raises.
    """
    first, last = until.start(now, zone), until.end(now, zone)
    if first is None or last is None:
        raise ExtensionMissing(given=until.text, field="--until")
    # Acts are allowed strictly before a deadline, so that the last second of a day counts too.
    try:
        return last if first == last else last + timedelta(seconds=1)
    except OverflowError:
        raise time_errors.TimeOutOfRange(given=until.text, field="--until") from None


def resolve_access(word: TimeWord | None, now: datetime, zone: ZoneInfo) -> datetime:
    """Return from when on somebody has access to a training: now when it is past or not given.

    Raises AccessMissing for a moment that never comes, and what reading the time raises.
    """
    return max(timewords.moment_or_now(word, now, zone, AccessMissing, "--access-at"), now)
