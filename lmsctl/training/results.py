"""What the training room answers with, and its words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.user.results import UserStatus


class TrainingKind(StrEnum):
    """How people come together in a training."""

    MEETING = "meeting"
    WEBINAR = "webinar"


class SessionState(StrEnum):
    """Where a session stands; over means awaiting-assignment until attendance is recorded."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    AWAITING_ASSIGNMENT = "awaiting-assignment"
    COMPLETED = "completed"
    CANCELED = "canceled"


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
class SessionDayRow:
    """One day of a session; days count from 1 in the order in which they start."""

    KEY = "day"

    day: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    place: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session, as listed: `capacity` is None for unlimited, `taken` counts people.

    It starts with the first of its `days` and ends with the last; `free` is None without capacity.
    A deadline that is None is the start itself.
    """

    KEY = "code"
    TABLE = ("training", "code", "title", "starts_at", "ends_at", "state", "taken", "capacity")

    id: int
    training: str
    code: str
    title: str | None
    instructor: str | None
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    days: int
    capacity: int | None
    taken: int
    free: int | None
    registration_stops_at: datetime | None
    cancellations_stop_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """One session with each of its days; what is listed of it means the same here."""

    KEY = "code"

    id: int
    training: str
    code: str
    title: str | None
    instructor: str | None
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    days: list[SessionDayRow]
    capacity: int | None
    taken: int
    free: int | None
    registration_stops_at: datetime | None
    cancellations_stop_at: datetime | None
    time_zone: str
    version: int


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

    id: int
    code: str
    title: str
    type: TrainingKind
    department: str | None
    organizer: str | None
    time_zone: str
    sessions: int
    next_start_at: datetime | None


class TimelineEvent(StrEnum):
    """What happens at an instant of a timeline."""

    ACCESS = "access"
    REGISTRATION_STOPS = "registration-stops"
    CANCELLATIONS_STOP = "cancellations-stop"
    STARTS = "starts"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One coming instant of a training; `local` is `at` in the training's zone."""

    KEY = "local"
    TABLE = ("local", "turn", "session", "effect")

    at: datetime
    local: str
    turn: TimelineEvent
    session: str | None
    effect: str


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part in a training; `session` is None until one is chosen.

    `state` is what they said to the invitation, or `enrolled`; `status` is that of their account.
    """

    KEY = "login"
    TABLE = ("login", "email", "status", "session", "state", "access_at", "days_attended", "points")

    login: str
    email: str | None
    session: str | None
    state: str
    status: UserStatus
    department: str | None
    is_preselected: bool
    side: EnrolledBy
    access_at: datetime
    enrolled_at: datetime
    days_attended: int
    points: int | None
    certificate: str | None


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """Whether somebody was there on one day of a session; nothing is known where it is None."""

    KEY = "login"

    login: str
    day: int
    is_present: bool | None
    minutes: int | None
    recorded_at: datetime | None
