"""What the commands on enrollments in items return."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.enrollment.results import Reason, ShownPhase


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """One reason of one enrollment."""

    reason: Reason
    reference: str
    since_at: datetime


@dataclass(frozen=True, slots=True)
class EnrollmentShown:
    """One enrollment with its reasons, and what the person did with the item so far."""

    KEY = "id"

    id: int
    login: str
    content: str
    title: str
    phase: ShownPhase
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    reasons: list[ReasonShown]
    views: int
    best_score: int | None
    last_event_at: datetime | None
