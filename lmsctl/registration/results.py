"""What the registration room answers with, and its words."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lmsctl.kit.answer import Renamed

_FORMER = {"expires_at": "ends_at"}


class RegistrationState(StrEnum):
    """How far a registration has come; a pending one holds a seat and its entry point's place."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class RegistrationSwitches:
    """How self-registration is set, and how many of the seats of the plan are used.

    `seats_limit` is None for unlimited.
    """

    KEY = "is_on"

    is_on: bool
    confirm_email: bool
    domains: list[str] | None
    hold_hours: int
    seats_used: int
    seats_limit: int | None


@dataclass(frozen=True, slots=True)
class RegisteredUser(Renamed):
    """A person who has just registered; `ends_at` only while the address is unconfirmed.

    Somebody known stays where they are, so that `department` is None.
    """

    KEY = "login"
    LEAST_IMPORTANT = ("is_new_person", "ends_at", "source", "department", "email")
    FORMER = _FORMER

    login: str
    email: str
    status: str
    department: str | None
    registered_at: datetime
    expires_at: datetime | None = field(init=False)
    source: str
    is_new_person: bool = True
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingRegistration(Renamed):
    """A registration that waits for its confirmation."""

    KEY = "login"
    LEAST_IMPORTANT = ("id", "department", "source", "registered_at", "email")
    FORMER = _FORMER

    id: int
    login: str
    email: str | None
    department: str
    source: str
    registered_at: datetime
    expires_at: datetime = field(init=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmedRegistration:
    """A registration whose address is confirmed."""

    KEY = "login"

    login: str
    email: str | None
    status: str
    confirmed_at: datetime
