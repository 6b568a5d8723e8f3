"""What the training room answers with, and its words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.training.sessions.results import SessionRow


class TrainingKind(StrEnum):
    """How people come together in a training."""

    MEETING = "meeting"
    WEBINAR = "webinar"


class Deadline(StrEnum):
    """What a training can stop some time before a session starts."""

    REGISTRATION = "registration"
    CANCELLATION = "cancellation"


class EnrolledBy(StrEnum):
    """Who enrolled somebody: an administrator, or they themselves."""

    ADMINISTRATOR = "administrator"
    LEARNER = "learner"


class InvitationAnswer(StrEnum):
    """What a participant says to an invitation."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class TrainingDetail:
    """A training with its sessions in the order in which they start.

    `stop_registration` and `stop_cancellations` are distances before each start, such as `2d`.
    """

    KEY = "code"

    id: int
    code: str
    title: str
    type: TrainingKind
    description: str
    department: str | None
    organizer: str | None
    time_zone: str
    stop_registration: str | None
    stop_cancellations: str | None
    locked: bool
    notifies_supervisors: bool
    sessions: list[SessionRow]
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A training, as listed; `sessions` counts those that are not canceled."""

    KEY = "code"
    LEAST_IMPORTANT = ("time_zone", "organizer", "id", "type", "department", "sessions")

    id: int
    code: str
    title: str
    type: TrainingKind
    department: str | None
    organizer: str | None
    time_zone: str
    sessions: int
    next_start_at: datetime | None
