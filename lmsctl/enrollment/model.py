"""The tables of the enrollment room."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from lmsctl.enrollment.results import EventKind, Phase, Reason
from lmsctl.kit import columns


class Enrollment(SQLModel, table=True):
    """One person in one item, once.

    pre-enrolled -> enrolled -> completed. `canceled_at` ends it in any phase and keeps the row;
    enrolling again takes it away; in the phase pre-enrolled the pathway took it away, else somebody
    did by hand. `due_at` is fixed when the phase becomes enrolled, and is not
    touched by later changes of the item.
    """

    __tablename__ = "enrollments"
    __table_args__ = (
        columns.one_of("phase", Phase),
        CheckConstraint(
            "(phase = 'completed') = (completed_at IS NOT NULL)", name="completed_when"
        ),
        UniqueConstraint("user_id", "item_id"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE", index=False))
    item_id: int = Field(sa_column=columns.reference("content_items", gone="CASCADE"))
    phase: Phase = Field(sa_column=columns.choice(Phase))
    enrolled_at: datetime = Field(sa_column=columns.moment())
    due_at: datetime | None = Field(sa_column=columns.moment(null=True))
    completed_at: datetime | None = Field(sa_column=columns.moment(null=True))
    canceled_at: datetime | None = Field(sa_column=columns.moment(null=True))


class EnrollmentReason(SQLModel, table=True):
    """Why somebody is enrolled; `reference` names the token, rule or pathway, or is empty."""

    __tablename__ = "enrollment_reasons"
    __table_args__ = (columns.one_of("reason", Reason), columns.STRICT_LINK)

    enrollment_id: int = Field(
        sa_column=columns.reference("enrollments", gone="CASCADE", primary=True)
    )
    reason: Reason = Field(sa_column=columns.choice_key(Reason))
    reference: str = Field(sa_column=columns.text_key())
    since_at: datetime = Field(sa_column=columns.moment())


class ProgressEvent(SQLModel, table=True):
    """What one person did at one instant; the same twice is one event. `score` is in percent."""

    __tablename__ = "progress_events"
    __table_args__ = (
        columns.one_of("event", EventKind),
        CheckConstraint("(event = 'signed-in') = (item_id IS NULL)", name="item_named"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_percent"),
        CheckConstraint(
            "score IS NULL OR event IN ('completed', 'passed', 'failed')", name="score_of_result"
        ),
        UniqueConstraint("user_id", "item_id", "event", "happened_at"),
        columns.partial_index(
            "progress_events_signed_in",
            "user_id",
            "happened_at",
            unique=True,
            where="item_id IS NULL",
        ),
        Index("progress_events_by_item", "item_id", "event"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE", index=False))
    item_id: int | None = Field(
        sa_column=columns.reference("content_items", null=True, gone="CASCADE", index=False)
    )
    event: EventKind = Field(sa_column=columns.choice(EventKind))
    score: int | None = Field(sa_column=columns.number(null=True))
    happened_at: datetime = Field(sa_column=columns.moment(index=True))
    recorded_at: datetime = Field(sa_column=columns.moment())
    source: str = Field(sa_column=columns.text())
