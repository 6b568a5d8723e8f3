"""What commands on redeeming tokens answer with, and their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from lmsctl.user.results import UserOrigin, UserType


class RedeemerKind(StrEnum):
    """What a person is to a token."""

    NEW = "new"
    KNOWN = "known"
    ENROLLED = "enrolled"


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
class RedemptionRow:
    """One use of a token. A person who was deleted has no name, a deleted item no code.

    `fingerprint` is the SHA-256 of the code as it is compared; it stays when the token is gone.
    """

    KEY = "login"
    NEWEST = "redeemed_at"
    ABSENT: ClassVar[Mapping[str, str]] = {"login": "(removed account)"}
    TABLE = ("redeemed_at", "login", "email", "is_new_person", "token_id", "nickname", "content")
    LEAST_IMPORTANT = (
        "origin",
        "type",
        "actor",
        "operator",
        "fingerprint",
        "nickname",
        "token_id",
        "is_new_person",
        "email",
        "content",
    )

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
    type: UserType | None
    origin: UserOrigin | None


@dataclass(frozen=True, slots=True)
class TokenExplanation:
    """What would happen at `at`, whom it was asked for, and what they are to the token."""

    KEY = "token_id"

    token_id: int
    nickname: str | None
    at: datetime
    email: str | None
    person: RedeemerKind | None
    is_open: bool
