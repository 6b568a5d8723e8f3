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
