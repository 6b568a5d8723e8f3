"""What the list of enrollments returns."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.enrollment.results import ShownPhase


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """An enrollment in content or in a training, as listed.

    Each of `reasons` is a word and what it refers to; in a training it is who enrolled them.
    Whoever takes part in a training is in the phase enrolled, and in none of its sessions while
    `session` is None. The two sorts are numbered apart.
    """

    KEY = "login"
    LEAST_IMPORTANT = (
        "canceled_at",
        "completed_at",
        "id",
        "enrolled_at",
        "title",
        "reasons",
        "due_at",
    )
    TABLE = (
        *("login", "content", "training", "session", "phase"),
        *("enrolled_at", "due_at", "completed_at", "reasons"),
    )

    id: int
    login: str
    content: str | None
    training: str | None
    session: str | None
    title: str
    phase: ShownPhase
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    reasons: list[str]
