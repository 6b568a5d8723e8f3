"""What the commands on enrollments in items return."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.enrollment.results import Reason, ShownPhase
from lmsctl.kit import wall_clock


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """One reason of one enrollment."""

    reason: Reason
    reference: str
    since_at: datetime

    def show(self, zone: ZoneInfo, *, in_table: bool = False) -> str:
        """Return it in words, with the moment in `zone`."""
        show = wall_clock.show_minutes if in_table else wall_clock.show
        what = f"{self.reason.value} {self.reference}".strip()
        return f"{what} since {show(self.since_at, zone)}"


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
