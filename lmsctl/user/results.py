"""What the user room answers with, and the words it uses for people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class UserType(StrEnum):
    """Whether a person is staff, a client or a prospect."""

    STAFF = "staff"
    CLIENT = "client"
    PROSPECT = "prospect"


class UserStatus(StrEnum):
    """Whether a person counts: only active people sign in, are enrolled and are mailed."""

    PENDING = "pending"
    ACTIVE = "active"
    INACTIVE = "inactive"
    ENDED = "ended"


class UserOrigin(StrEnum):
    """How a person came in."""

    ADMINISTRATOR = "administrator"
    IMPORT = "import"
    OPEN_LINK = "open-link"
    PROFILE = "profile"
    TOKEN = "token"  # noqa: S105 - how they came, not a secret


class SupervisorMode(StrEnum):
    """Where a person's supervisor comes from."""

    OWN = "own"
    NONE = "none"
    INHERITED = "inherited"


@dataclass(frozen=True, slots=True)
class UserDetail:
    """A person, as shown."""

    KEY = "login"
    TABLE = ("login", "email", "first_name", "last_name", "type", "status", "department")
    LEAST_IMPORTANT = ("type", "department", "first_name", "last_name")

    id: int
    login: str
    email: str | None
    first_name: str
    last_name: str
    type: UserType
    status: UserStatus
    department: str
    supervisor: str | None
    supervisor_mode: SupervisorMode
    roles: list[str]
    groups: list[str]
    fields: dict[str, str]
    origin: UserOrigin
    origin_detail: str | None
    created_at: datetime
    scheduled_status: UserStatus | None
    scheduled_at: datetime | None
    policy_accepted_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person, as listed and exported."""

    KEY = "login"
    TABLE = ("login", "email", "first_name", "last_name", "type", "status", "department")
    LEAST_IMPORTANT = ("type", "department", "first_name", "last_name")

    id: int
    login: str
    email: str | None
    first_name: str
    last_name: str
    type: UserType
    status: UserStatus
    department: str
    origin: UserOrigin
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeletedUser:
    """A person who was deleted, and what went with them."""

    KEY = "login"

    login: str
    removed: dict[str, Any]
