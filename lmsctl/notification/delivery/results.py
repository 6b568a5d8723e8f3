"""What the delivery of mails answers with."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.notification.results import MessageState


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail that is about to be sent: all that makes it, and how often it was tried."""

    id: int
    kind: str
    recipient: str | None
    subject: str
    body: str
    calendar: str | None
    message_id: str
    due_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one mail."""

    KEY = "id"
    TABLE = ("id", "kind", "recipient", "state", "tries", "next_try_at", "error")
    LEAST_IMPORTANT = ("tries", "kind", "next_try_at", "id")
    TOTALS = "state"

    id: int
    kind: str
    recipient: str | None
    subject: str
    state: MessageState
    tries: int
    next_try_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a mail did not leave: in one line, and whether trying it again would be in vain."""

    text: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many mails are due and how many have failed."""

    due: int
    failed: int
