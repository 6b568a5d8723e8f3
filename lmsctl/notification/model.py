"""The table of the notification room."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from lmsctl.kit import columns
from lmsctl.notification.results import KEPT_STATES, Channel, MessageState


class Notification(SQLModel, table=True):
    """One message: queued in the transaction of the change it tells of, then sent or failed.

    A mail has an address; a notice has a person only and appears when it is due. `message_id` never
    changes, so that a mail delivered twice is recognized as one. `about` names what the message
    tells of where somebody may have to find it again, and `calendar` is what a mail carries for
    calendar programs: iCalendar objects, one after the other.

    A mail that was not tried yet has no `next_try_at`. Whoever is about to send it puts their mark
    into `lease` and the moment at which it is free for others again into `next_try_at`. `tries`
    counts those with an end, `last_error` says what went wrong in the last one.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        columns.one_of("channel", Channel),
        columns.one_of("state", KEPT_STATES),
        CheckConstraint("(channel = 'mail') = (address IS NOT NULL)", name="mail_has_address"),
        Index("notifications_due", "state", "next_try_at", "due_at", "id"),
        Index("notifications_in_order", "due_at", "id"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    user_id: int | None = Field(sa_column=columns.reference("users", null=True, gone="CASCADE"))
    channel: Channel = Field(sa_column=columns.choice(Channel))
    kind: str = Field(sa_column=columns.text())
    address: str | None = Field(sa_column=columns.text(null=True))
    reason: str = Field(sa_column=columns.text())
    subject: str = Field(sa_column=columns.text())
    body: str = Field(sa_column=columns.text())
    message_id: str = Field(sa_column=columns.text(unique=True))
    state: MessageState = Field(sa_column=columns.choice(MessageState))
    due_at: datetime = Field(sa_column=columns.moment())
    created_at: datetime = Field(sa_column=columns.moment())
    about: str | None = Field(sa_column=columns.text(null=True))
    calendar: str | None = Field(sa_column=columns.text(null=True))
    tries: int = Field(default=0, sa_column=columns.number(default=0))
    next_try_at: datetime | None = Field(default=None, sa_column=columns.moment(null=True))
    lease: str | None = Field(default=None, sa_column=columns.text(null=True))
    last_error: str | None = Field(default=None, sa_column=columns.text(null=True))
    sent_at: datetime | None = Field(default=None, sa_column=columns.moment(null=True))
