"""What the report room answers with: one record for the rows of each report."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.training.results import EnrolledBy
from lmsctl.user.results import UserOrigin, UserStatus, UserType


@dataclass(frozen=True, slots=True)
class ParticipationRow:
    """Somebody who takes part in a training; `session` is None until one is chosen.

    `type`, `status`, `department` and `origin` are the person's. `state` is what they said to the
    invitation, or `enrolled`; `side` is who enrolled them.
    """

    KEY = "login"
    LEAST_IMPORTANT = (
        "certificate",
        "points",
        "days_attended",
        "access_at",
        "enrolled_at",
        "side",
        "origin",
        "email",
        "department",
        "type",
        "status",
        "name",
        "state",
    )
    TABLE = (
        *("login", "name", "department", "training", "session", "state"),
        *("enrolled_at", "days_attended", "points", "certificate"),
    )

    login: str
    name: str
    email: str | None
    type: UserType
    status: UserStatus
    department: str
    origin: UserOrigin
    training: str
    session: str | None
    state: str
    side: EnrolledBy
    enrolled_at: datetime
    access_at: datetime
    days_attended: int
    points: int | None
    certificate: str | None
