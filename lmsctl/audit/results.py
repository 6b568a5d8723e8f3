"""What the audit room answers with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class AuditVerdict(StrEnum):
    """Whether it was done or refused."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit log."""

    KEY = "id"
    NEWEST = "id"
    TABLE = ("id", "happened_at", "operator", "actor", "command", "verdict", "code", "target")
    LEAST_IMPORTANT = ("actor", "operator", "id", "code")

    id: int
    happened_at: datetime
    operator: str
    actor: str | None
    command: str
    verdict: AuditVerdict
    code: str
    target: str
    detail: dict[str, Any]


class ChainBreach(StrEnum):
    """How the chain of seals of the log does not fit what is there."""

    CHANGED = "changed"
    MISSING = "missing"
    MISPLACED = "misplaced"
    BEYOND = "beyond"
    HEADLESS = "headless"
    HEAD_CHANGED = "head_changed"


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """One place where the log is not what was sealed: from one number of the chain to another.

    `id` is the entry that stands there, if one does.
    """

    KEY = "breach"
    WRAPS = True

    breach: ChainBreach
    first: int
    last: int
    id: int | None
    sentence: str
    hint: str


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """The log and its seals: how many entries are sealed, how many not yet, and the last seal."""

    KEY = "seal"

    sealed: int
    unsealed: int
    seal: str | None
    broken: int
