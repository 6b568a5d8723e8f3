"""What recording progress returns."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.enrollment.results import EventKind


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing that somebody did; `content` is None for signing in, `score` is in percent."""

    KEY = "login"

    login: str
    content: str | None
    event: EventKind
    score: int | None
    happened_at: datetime
    source: str
