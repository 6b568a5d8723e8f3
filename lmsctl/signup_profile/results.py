"""What the sign-up profile room answers with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from lmsctl.kit.daily import DailyCounts
from lmsctl.registration.results import RegistrationState as Registration
from lmsctl.user.results import UserOrigin, UserType


class ProfileState(StrEnum):
    """Whether the link lets people in now, as far as the profile alone decides."""

    UPCOMING = "upcoming"
    OPEN = "open"
    ENDED = "ended"
    USED_UP = "used-up"


@dataclass(frozen=True, slots=True)
class Profile:
    """A sign-up profile; `limit` is None for unlimited, `domains` None for the portal's list.

    `blocked_by` has the code of everything that keeps everybody out now.
    """

    KEY = "code"
    HEADING = ("name", "code", "department", "starts_at", "ends_at", "state", "blocked_by", "used")
    TABLE = (
        "code",
        "name",
        "department",
        "starts_at",
        "ends_at",
        "used",
        "limit",
        "state",
        "blocked_by",
    )
    LEAST_IMPORTANT = ("blocked_by", "starts_at", "name", "department", "ends_at")
    ABSENT: ClassVar[Mapping[str, str]] = {"limit": "unlimited", "ends_at": "never"}

    id: int
    code: str
    name: str
    department: str
    starts_at: datetime
    ends_at: datetime | None
    limit: int | None
    used: int
    state: ProfileState
    blocked_by: list[str]
    domains: list[str] | None
    link: str
    version: int


@dataclass(frozen=True, slots=True)
class ProfileDetail(Profile):
    """A sign-up profile, and how many signed up on each of the latest days.

    Sign-ups that came to nothing do not count, as in `used`.
    """

    per_day: DailyCounts


@dataclass(frozen=True, slots=True)
class ProfileLink:
    """A profile's link."""

    KEY = "link"

    code: str
    link: str


@dataclass(frozen=True, slots=True)
class ProfileActivation:
    """One activation: who, when, in what state. A person who was deleted has no name."""

    KEY = "login"
    NEWEST = "registered_at"
    TOTALS = "state"
    ABSENT: ClassVar[Mapping[str, str]] = {"login": "(removed account)"}
    LEAST_IMPORTANT = ("origin", "type", "department", "email", "last_name", "first_name")

    login: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    department: str | None
    registered_at: datetime
    state: Registration
    type: UserType | None
    origin: UserOrigin | None


@dataclass(frozen=True, slots=True)
class SignupExplanation:
    """What would happen at `at`, whom it was asked for, and what a newcomer has to give."""

    KEY = "profile"

    profile: str
    at: datetime
    email: str | None
    is_open: bool
    asks_for: list[str]
