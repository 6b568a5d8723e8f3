"""What the group room answers with."""

from dataclasses import dataclass

from lmsctl.user.results import UserStatus


@dataclass(frozen=True, slots=True)
class GroupDetail:
    """One group; `department` is the path of the one it belongs to, `members` counts everybody."""

    KEY = "name"

    id: int
    name: str
    department: str
    members: int


@dataclass(frozen=True, slots=True)
class GroupPerson:
    """One person in a group."""

    KEY = "login"
    LEAST_IMPORTANT = ("department", "first_name", "last_name", "email")

    login: str
    email: str | None
    first_name: str
    last_name: str
    status: UserStatus
    department: str
