"""The table of the notification room."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from lmsctl.kit import columns
from lmsctl.notification.results import Channel, MessageState


class Notification(SQLModel, table=True):
    """One message: queued in the transaction of the change it tells of, then sent or failed.

    A mail has an address; a notice has a person only and appears when it is due. `message_id` never
    changes, so that a mail delivered twice is recognized as one. `about` names what the message
    tells of where somebody may have to find it again, and `calendar` is what a mail carries for
    calendar programs: iCalendar objects, one after the other.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        columns.one_of("channel", Channel),
        columns.one_of("state", MessageState),
        CheckConstraint("(channel = 'mail') = (address IS NOT NULL)", name="mail_has_address"),
        Index("notifications_due", "state", "due_at"),
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
