"""What several rooms of enrollment return, and the words that they share."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.kit.answer import Outcome


class Phase(StrEnum):
    """How far somebody is with an item, as it is stored."""

    PRE_ENROLLED = "pre-enrolled"
    ENROLLED = "enrolled"
    COMPLETED = "completed"


class ShownPhase(StrEnum):
    """How far somebody is with an item, as it is shown; who was canceled is in no other phase."""

    PRE_ENROLLED = "pre-enrolled"
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Reason(StrEnum):
    """Why somebody is enrolled; one enrollment may have several."""

    ADMINISTRATOR = "administrator"
    IMPORT = "import"
    RULE = "rule"
    TOKEN = "token"  # noqa: S105 - the way they came, not a secret
    OPEN_LINK = "open-link"
    PATHWAY = "pathway"
    CATALOG = "catalog"


class EventKind(StrEnum):
    """What somebody did; signing in is the one that concerns no item."""

    VIEWED = "viewed"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """What became of one person and one item, or one training and maybe a session of it.

    `code` and `message` say why it did not work.
    """

    KEY = "login"
    LEAST_IMPORTANT = ("message", "due_at", "code")

    login: str
    content: str | None
    outcome: Outcome
    due_at: datetime | None
    code: str | None
    message: str | None
    training: str | None = None
    session: str | None = None
