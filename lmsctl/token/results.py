"""What the token room answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from lmsctl.kit.answer import Renamed
from lmsctl.kit.daily import DailyCounts
from lmsctl.user.results import UserType


class TokenState(StrEnum):
    """Whether a token takes anybody in now, as far as the token alone decides."""

    OPEN = "open"
    DISABLED = "disabled"
    EXPIRED = "expired"
    USED_UP = "used-up"


class ExpiryFilter(StrEnum):
    """Kinds of expiry to narrow a list to."""

    NONE = "none"
    FUTURE = "future"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class TokenDetail(Renamed):
    """A token; `limit` is None for unlimited, `ends_at` None for never.

    `domains` is None for the portal's list, and empty for any. `blocked_by` has the code of
    everything that keeps every newcomer out now.
    """

    KEY = "code"
    HEADING = ("code", "nickname", "content", "ends_at", "state", "blocked_by", "used")
    TABLE = (
        "id",
        "code",
        "nickname",
        "content",
        "creates",
        "used",
        "limit",
        "ends_at",
        "state",
        "blocked_by",
    )
    LEAST_IMPORTANT = ("blocked_by", "id", "nickname", "creates", "ends_at", "content")
    ABSENT: ClassVar[Mapping[str, str]] = {"limit": "unlimited", "ends_at": "never"}
    FORMER: ClassVar[Mapping[str, str]] = {"uses": "used", "expires_at": "ends_at"}

    id: int
    code: str
    nickname: str | None
    content: str
    creates: UserType
    limit: int | None
    uses: int = field(init=False)
    expires_at: datetime | None = field(init=False)
    active: bool
    state: TokenState
    blocked_by: list[str]
    title: str
    domains: list[str] | None
    created_at: datetime
    version: int
    used: int
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenWithUses(TokenDetail):
    """A token, and how often it was redeemed on each of the latest days."""

    per_day: DailyCounts


@dataclass(frozen=True, slots=True)
class TokenLink:
    """A token's link, by which people redeem it."""

    KEY = "link"

    id: int
    link: str
