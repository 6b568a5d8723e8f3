"""What the enrollment room answers with, and its words."""

from enum import StrEnum


class Phase(StrEnum):
    """How far somebody is with an item."""

    PRE_ENROLLED = "pre-enrolled"
    ENROLLED = "enrolled"
    COMPLETED = "completed"


class Reason(StrEnum):
    """Why somebody is enrolled; one enrollment may have several."""

    ADMINISTRATOR = "administrator"
    IMPORT = "import"
    RULE = "rule"
    TOKEN = "token"  # noqa: S105 - the door, not a secret
    OPEN_LINK = "open-link"
    PATHWAY = "pathway"


class Event(StrEnum):
    """What somebody did; signing in is the one that concerns no item."""

    VIEWED = "viewed"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    SIGNED_IN = "signed-in"
