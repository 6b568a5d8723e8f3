"""What commands on the people in trainings answer with."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.training.results import EnrolledBy
from lmsctl.user.results import UserStatus


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part in a training; `session` is None until one is chosen.

    `state` is what they said to the invitation, or `enrolled`; `status` is that of their account.
    """

    KEY = "login"
    TABLE = ("login", "email", "status", "session", "state", "access_at", "days_attended", "points")
    LEAST_IMPORTANT = ("points", "days_attended", "access_at", "email", "status")

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
    LEAST_IMPORTANT = ("recorded_at",)

    login: str
    day: int
    is_present: bool | None
    minutes: int | None
    recorded_at: datetime | None
