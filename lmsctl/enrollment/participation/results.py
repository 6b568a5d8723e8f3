"""What the commands on people in trainings return, and their words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.training.results import Deadline, EnrolledBy

# The state of who has just left; `session` is the one they were in.
LEFT = "left"


@dataclass(frozen=True, slots=True)
class ParticipationStatus:
    """How somebody takes part in a training; `state` is what they said, `enrolled` or `left`."""

    KEY = "login"
    LEAST_IMPORTANT = ("is_preselected", "access_at")

    login: str
    training: str
    session: str | None
    state: str
    is_preselected: bool
    access_at: datetime


@dataclass(frozen=True, slots=True)
class DayAttended:
    """One day of somebody's session, and whether they were there; None is not recorded."""

    day: int
    starts_at: datetime
    ends_at: datetime
    is_present: bool | None
    minutes: int | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadlineExtended:
    """Until when a deadline of a training holds off for somebody, and who allowed that, why."""

    deadline: Deadline
    until_at: datetime
    reason: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class ParticipationShown:
    """How one person takes part in a training, or did before it was canceled.

    `state` is canceled, or what they said to the invitation, or enrolled. `side` is who enrolled
    them. `attendance` has the days of their session.
    """

    KEY = "id"

    id: int
    login: str
    training: str
    title: str
    session: str | None
    state: str
    side: EnrolledBy
    is_preselected: bool
    access_at: datetime
    enrolled_at: datetime
    answered_at: datetime | None
    canceled_at: datetime | None
    attendance: list[DayAttended]
    points: int | None
    certificate: str | None
    result_at: datetime | None
    extensions: list[DeadlineExtended]


@dataclass(frozen=True, slots=True)
class Extension:
    """Until when a deadline of a training holds off for one person, and why."""

    KEY = "login"

    login: str
    training: str
    deadline: Deadline
    until_at: datetime
    reason: str


class LearnerAct(StrEnum):
    """What a learner may do with a training."""

    JOIN = "join"
    LEAVE = "leave"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class ClosedGate:
    """One reason why a person may not do something; `remedy` says who could change that.

    `opens_at` is when it opens by itself, None for never.
    """

    KEY = "code"
    WRAPS = True
    BELOW = "remedy"

    act: LearnerAct
    code: str
    message: str
    opens_at: datetime | None
    remedy: str


@dataclass(frozen=True, slots=True)
class ParticipationExplained:
    """What a person may do in a training at `at`; None is what is no question for them."""

    KEY = "training"

    login: str
    training: str
    session: str | None
    at: datetime
    may_join: bool | None
    may_leave: bool | None
    may_switch: bool | None
