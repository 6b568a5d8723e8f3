"""What the token room answers with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.user.results import UserType


class State(StrEnum):
    """Whether a token takes anybody in now, as far as the token alone decides."""

    OPEN = "open"
    DISABLED = "disabled"
    EXPIRED = "expired"
    USED_UP = "used-up"


class Expiry(StrEnum):
    """Kinds of expiry to narrow a list to."""

    NONE = "none"
    FUTURE = "future"
    EXPIRED = "expired"


class Standing(StrEnum):
    """What a person is to a token."""

    NEW = "new"
    KNOWN = "known"
    ENROLLED = "enrolled"


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `limit` is None for unlimited, `expires_at` None for never.

    `domains` is None for the portal's list, and empty for any. `blocked_by` has the code of
    everything that keeps every newcomer out now.
    """

    KEY = "code"
    TABLE = (
        "id",
        "code",
        "nickname",
        "content",
        "creates",
        "uses",
        "limit",
        "expires_at",
        "state",
        "blocked_by",
    )

    id: int
    code: str
    nickname: str | None
    content: str
    creates: UserType
    limit: int | None
    uses: int
    expires_at: datetime | None
    active: bool
    state: State
    blocked_by: list[str]
    title: str
    domains: list[str] | None
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Link:
    """A token's link, by which people redeem it."""

    KEY = "link"

    id: int
    link: str


@dataclass(frozen=True, slots=True)
class Minted:
    """One of many tokens made at once, and whom it is meant for."""

    KEY = "code"

    code: str
    recipient: str | None
    status: State


@dataclass(frozen=True, slots=True)
class Minting:
    """How many tokens were made at once, and where their codes were written to."""

    KEY = "file"

    file: str
    count: int


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Whom a token let in; somebody who was enrolled already has used nothing."""

    KEY = "login"

    login: str
    email: str
    content: str
    is_new_person: bool
    is_new_enrollment: bool
    redeemed_at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """One use of a token. A person who was deleted has no name, a deleted item no code.

    `fingerprint` is the SHA-256 of the code as it is compared; it stays when the token is gone.
    """

    KEY = "login"
    TABLE = ("redeemed_at", "login", "email", "is_new_person", "token_id", "nickname", "content")

    redeemed_at: datetime
    token_id: int
    nickname: str | None
    fingerprint: str
    login: str | None
    email: str | None
    first_name: str | None
    last_name: str | None
    is_new_person: bool
    content: str | None
    operator: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would happen at `at`, whom it was asked for, and what they are to the token."""

    KEY = "token_id"

    token_id: int
    nickname: str | None
    at: datetime
    email: str | None
    person: Standing | None
    is_open: bool
