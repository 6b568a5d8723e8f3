"""What a learner's view returns, and its words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.enrollment.results import Phase
from lmsctl.training.sessions.results import SessionChoice


class CourseAccess(StrEnum):
    """Why an item is among somebody's courses: enrolled in it, or merely open to them."""

    ENROLLED = "enrolled"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Course:
    """One item that a person is enrolled in or may open; `because` says why, in words.

    Of a training (`kind` training) there are the session they are in and what they have answered,
    and the instants before which they may leave and may switch; None when they may not.
    """

    KEY = "code"
    TABLE = ("code", "title", "access", "phase", "due_at", "session", "leave_until", "switch_until")
    LEAST_IMPORTANT = (
        "switch_until",
        "leave_until",
        "answer",
        "because",
        "session",
        "due_at",
        "access",
    )

    code: str
    kind: str
    title: str
    status: str
    access: CourseAccess
    phase: Phase | None
    enrolled_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    because: list[str]
    session: str | None = None
    answer: str | None = None
    leave_until: datetime | None = None
    switch_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One item that the catalog offers to a person; `because` names the rules.

    Of a training (`kind` training) `sessions` are those that can be joined now, `choices` are the
    same with their days, places and how many places are free, and `join_until` is the instant
    before which one of them can.
    """

    KEY = "code"
    TABLE = ("code", "title", "is_enrolled", "because", "choices", "join_until")
    LEAST_IMPORTANT = ("join_until", "because")
    BELOW = "choices"

    code: str
    kind: str
    title: str
    is_enrolled: bool
    because: list[str]
    sessions: list[str] | None = None
    join_until: datetime | None = None
    choices: list[SessionChoice] | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """One day of a session that a person is in, and before which instant they may leave it."""

    KEY = "training"
    TABLE = ("starts_at", "ends_at", "title", "training", "session", "place", "leave_until")
    LEAST_IMPORTANT = ("leave_until", "url", "place", "ends_at", "training")

    training: str
    title: str
    session: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    url: str | None
    leave_until: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """Where a calendar was written to, and how many entries it has."""

    KEY = "file"

    file: str
    entries: int
