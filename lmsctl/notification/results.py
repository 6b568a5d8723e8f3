"""What the notification room answers with, and its words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.kit.answer import Outcome


class Channel(StrEnum):
    """Where a message goes."""

    MAIL = "mail"
    ACCOUNT = "account"


class MessageState(StrEnum):
    """How far a message has come; rows keep those in KEPT_STATES, and how often it was tried."""

    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    GAVE_UP = "gave_up"


KEPT_STATES = (MessageState.QUEUED, MessageState.SENT, MessageState.FAILED)


class MessageKind(StrEnum):
    """What a message is about; 'notification list --kind' takes these words."""

    ACCOUNT_CREATED = "account_created"
    CONFIRMATION = "confirmation"
    ENROLLED = "enrolled"
    INVITATION = "invitation"
    OPENED = "opened"
    PLAN_THRESHOLD = "plan_threshold"
    TRAINING_CANCELLATION = "training_cancellation"
    TRAINING_CHANGE = "training_change"
    TRAINING_INSTRUCTOR = "training_instructor"
    TRAINING_INVITATION = "training_invitation"
    TRAINING_ORGANIZER = "training_organizer"
    TRAINING_SUPERVISION = "training_supervision"


@dataclass(frozen=True, slots=True)
class Message:
    """One mail in the outbox, or one notice in an account."""

    KEY = "id"
    TABLE = ("id", "channel", "kind", "recipient", "subject", "due_at", "state", "last_error")
    LEAST_IMPORTANT = ("last_error", "channel", "recipient", "id", "kind")

    id: int
    channel: Channel
    kind: str
    recipient: str
    subject: str
    due_at: datetime
    state: MessageState
    created_at: datetime
    tries: int
    next_try_at: datetime | None
    last_error: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """One message as it would arrive."""

    KEY = "id"
    LINES = "body"

    id: int
    channel: Channel
    kind: str
    recipient: str
    reason: str
    subject: str
    body: str
    due_at: datetime
    state: MessageState
    message_id: str
    calendar: str | None
    tries: int
    next_try_at: datetime | None
    last_error: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody finds in their account."""

    KEY = "id"
    TABLE = ("sent_at", "kind", "subject")
    LEAST_IMPORTANT = ("id", "kind")

    id: int
    sent_at: datetime
    kind: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class TakenAnswer:
    """What an answer of somebody's calendar program has done: `updated` or `unchanged`."""

    KEY = "login"

    login: str
    training: str
    session: str | None
    answer: str
    outcome: Outcome
