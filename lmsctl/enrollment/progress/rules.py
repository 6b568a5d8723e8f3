"""Pure decisions on what people did: which events there are, and when they count."""

from datetime import datetime

from lmsctl.enrollment.progress.errors import EventInFuture, EventNeedsContent, ScoreWrong
from lmsctl.enrollment.results import EventKind

_SCORED = frozenset({EventKind.COMPLETED, EventKind.PASSED, EventKind.FAILED})
_FULL_SCORE = 100


def check_event(event: EventKind, score: int | None, *, has_content: bool) -> None:
    """Raise EventNeedsContent or ScoreWrong when an event has what it cannot have, or lacks it."""
    if has_content == (event is EventKind.SIGNED_IN):
        raise EventNeedsContent(event=event.value, needs="takes no" if has_content else "needs")
    if score is not None and (event not in _SCORED or not 0 <= score <= _FULL_SCORE):
        raise ScoreWrong(given=score, event=event.value, field="--score")


def check_happened(happened_at: datetime, now: datetime) -> None:
    """Raise EventInFuture for a moment that is still to come."""
    if happened_at > now:
        raise EventInFuture(happened_at=happened_at, field="--at")
