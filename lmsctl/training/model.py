"""The tables of the training room."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col

from lmsctl.content.results import CatalogAudience
from lmsctl.kit import canonical, columns
from lmsctl.training.results import Deadline, EnrolledBy, InvitationAnswer, TrainingKind
from lmsctl.user.results import UserType

# What distances of deadlines are counted in.
_UNITS = ("h", "d", "w", "mo")


class Training(SQLModel, table=True):
    """A live event, held in one session or in several of which each person attends one.

    It belongs to a department. Learners stop being able to come, and to go, a distance before each
    session starts, or only when it starts (both parts null); a locked one lets nobody go.
    """

    __tablename__ = "trainings"
    __table_args__ = (
        columns.one_of("type", TrainingKind),
        columns.one_of("registration_unit", _UNITS),
        columns.one_of("cancellation_unit", _UNITS),
        CheckConstraint("registration_amount BETWEEN 1 AND 9999", name="registration_distance"),
        CheckConstraint("cancellation_amount BETWEEN 1 AND 9999", name="cancellation_distance"),
        CheckConstraint(
            "(registration_amount IS NULL) = (registration_unit IS NULL)",
            name="registration_whole",
        ),
        CheckConstraint(
            "(cancellation_amount IS NULL) = (cancellation_unit IS NULL)",
            name="cancellation_whole",
        ),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    code: str = Field(sa_column=columns.text())
    code_key: str = Field(sa_column=columns.derived("code", canonical.key, unique=True))
    title: str = Field(sa_column=columns.text())
    type: TrainingKind = Field(sa_column=columns.choice(TrainingKind))
    description: str = Field(sa_column=columns.text())
    department_id: int = Field(sa_column=columns.reference("departments"))
    organizer_id: int | None = Field(
        sa_column=columns.reference("users", null=True, gone="SET NULL")
    )
    time_zone: str = Field(sa_column=columns.zone())
    registration_amount: int | None = Field(sa_column=columns.number(null=True))
    registration_unit: str | None = Field(sa_column=columns.text(null=True))
    cancellation_amount: int | None = Field(sa_column=columns.number(null=True))
    cancellation_unit: str | None = Field(sa_column=columns.text(null=True))
    is_locked: bool = Field(sa_column=columns.truth())
    is_telling_supervisors: bool = Field(sa_column=columns.truth())
    created_at: datetime = Field(sa_column=columns.moment())
    version: int = Field(sa_column=columns.number(default=1))


class TrainingSession(SQLModel, table=True):
    """One chance to attend a training: on one day or several, with a number of places.

    `canceled_at` ends it for good and keeps the row. `taken` counts the people who hold a place;
    `over_capacity` of them were put in deliberately although all places were taken, so that the
    check below still finds a place that was given twice by mistake.
    """

    __tablename__ = "training_sessions"
    __table_args__ = (
        CheckConstraint("capacity >= 1", name="capacity_positive"),
        CheckConstraint("taken >= 0 AND over_capacity >= 0", name="places_count"),
        CheckConstraint(
            "capacity IS NULL OR taken <= capacity + over_capacity", name="places_not_oversold"
        ),
        UniqueConstraint("training_id", "code_key"),
        # So that nobody can be enrolled in a session of another training.
        UniqueConstraint("id", "training_id"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    training_id: int = Field(sa_column=columns.reference("trainings", gone="CASCADE", index=False))
    code: str = Field(sa_column=columns.text())
    code_key: str = Field(sa_column=columns.derived("code", canonical.key))
    title: str | None = Field(sa_column=columns.text(null=True))
    instructor: str | None = Field(sa_column=columns.text(null=True))
    capacity: int | None = Field(sa_column=columns.number(null=True))
    taken: int = Field(sa_column=columns.number(default=0))
    over_capacity: int = Field(sa_column=columns.number(default=0))
    canceled_at: datetime | None = Field(sa_column=columns.moment(null=True))
    created_at: datetime = Field(sa_column=columns.moment())
    version: int = Field(sa_column=columns.number(default=1))


class SessionDay(SQLModel, table=True):
    """One stretch of time of a session; every session has at least one.

    `uid` names it in calendars for good, and `revision` counts its changes, as RFC 5545 asks of
    UID and SEQUENCE.
    """

    __tablename__ = "session_days"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="day_lasts"),
        CheckConstraint("revision >= 0", name="revision_counts"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    session_id: int = Field(sa_column=columns.reference("training_sessions", gone="CASCADE"))
    starts_at: datetime = Field(sa_column=columns.moment())
    ends_at: datetime = Field(sa_column=columns.moment())
    place: str | None = Field(sa_column=columns.text(null=True))
    url: str | None = Field(sa_column=columns.text(null=True))
    uid: str = Field(sa_column=columns.text(unique=True))
    revision: int = Field(sa_column=columns.number(default=0))


class TrainingOpening(SQLModel, table=True):
    """To whom the catalog offers a training: a type, a group, a department and all below, all."""

    __tablename__ = "training_openings"
    __table_args__ = (
        columns.one_of("opening", CatalogAudience),
        columns.one_of("type", UserType),
        CheckConstraint("(opening = 'type') = (type IS NOT NULL)", name="type_named"),
        CheckConstraint("(opening = 'group') = (group_id IS NOT NULL)", name="group_named"),
        CheckConstraint(
            "(opening = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        UniqueConstraint("training_id", "type"),
        UniqueConstraint("training_id", "group_id"),
        UniqueConstraint("training_id", "department_id"),
        columns.partial_index(
            "training_openings_everybody", "training_id", unique=True, where="opening = 'everybody'"
        ),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    training_id: int = Field(sa_column=columns.reference("trainings", gone="CASCADE", index=False))
    opening: CatalogAudience = Field(sa_column=columns.choice(CatalogAudience))
    type: UserType | None = Field(sa_column=columns.choice(UserType, null=True))
    group_id: int | None = Field(
        sa_column=columns.reference("user_groups", null=True, gone="CASCADE")
    )
    department_id: int | None = Field(
        sa_column=columns.reference("departments", null=True, gone="CASCADE")
    )


class TrainingEnrollment(SQLModel, table=True):
    """One person in one training, in one of its sessions or in none yet.

    `canceled_at` ends it and keeps the row; whoever comes again gets a new one, so that at most one
    of a person in a training is alive. `side` is who enrolled them. A pre-selected session was
    chosen for them, and only an administrator changes it.

    `calendar_uid` names its entry in calendars for good, and `moves` counts how often it was about
    another time or place, as RFC 5545 asks of UID and SEQUENCE. `organizer_address` is where the
    answers to it go, from the first message on that named such an address.
    """

    __tablename__ = "training_enrollments"
    __table_args__ = (
        columns.one_of("side", EnrolledBy),
        columns.one_of("answer", InvitationAnswer),
        CheckConstraint(
            "session_id IS NOT NULL OR NOT is_preselected", name="preselected_session_named"
        ),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_when"),
        CheckConstraint(
            "(result_at IS NULL) = (points IS NULL AND certificate IS NULL)", name="result_when"
        ),
        CheckConstraint("points >= 0", name="points_count"),
        CheckConstraint("moves >= 0", name="moves_count"),
        ForeignKeyConstraint(
            ["session_id", "training_id"],
            ["training_sessions.id", "training_sessions.training_id"],
        ),
        columns.partial_index(
            "training_enrollments_alive",
            "user_id",
            "training_id",
            unique=True,
            where="canceled_at IS NULL",
        ),
        Index("training_enrollments_by_session", "session_id"),
        Index("training_enrollments_by_uid", "calendar_uid", unique=True),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE"))
    training_id: int = Field(sa_column=columns.reference("trainings", gone="CASCADE"))
    session_id: int | None = Field(sa_column=columns.number(null=True))
    is_preselected: bool = Field(sa_column=columns.truth())
    side: EnrolledBy = Field(sa_column=columns.choice(EnrolledBy))
    access_at: datetime = Field(sa_column=columns.moment())
    enrolled_at: datetime = Field(sa_column=columns.moment())
    canceled_at: datetime | None = Field(sa_column=columns.moment(null=True))
    answer: InvitationAnswer | None = Field(sa_column=columns.choice(InvitationAnswer, null=True))
    answered_at: datetime | None = Field(sa_column=columns.moment(null=True))
    points: int | None = Field(sa_column=columns.number(null=True))
    certificate: str | None = Field(sa_column=columns.text(null=True))
    result_at: datetime | None = Field(sa_column=columns.moment(null=True))
    moves: int = Field(sa_column=columns.number(default=0))
    calendar_uid: str = Field(sa_column=columns.text(default=""))
    organizer_address: str | None = Field(sa_column=columns.text(null=True))


class HostEntry(SQLModel, table=True):
    """What names the entry of a session in the calendar of who organizes or instructs it.

    `uid`, `changes` and `organizer_address` are what they are of a `TrainingEnrollment`.
    """

    __tablename__ = "host_entries"
    __table_args__ = (
        CheckConstraint("changes >= 0", name="changes_count"),
        UniqueConstraint("session_id", "user_id"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    session_id: int = Field(
        sa_column=columns.reference("training_sessions", gone="CASCADE", index=False)
    )
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE"))
    uid: str = Field(sa_column=columns.text(unique=True))
    changes: int = Field(sa_column=columns.number(default=0))
    organizer_address: str | None = Field(sa_column=columns.text(null=True))


class Attendance(SQLModel, table=True):
    """Whether a participant was there on one day, and for how many minutes if that is known."""

    __tablename__ = "attendances"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes_count"),
        CheckConstraint("minutes IS NULL OR is_present", name="minutes_of_presence"),
        columns.STRICT_LINK,
    )

    enrollment_id: int = Field(
        sa_column=columns.reference("training_enrollments", gone="CASCADE", primary=True)
    )
    day_id: int = Field(
        sa_column=columns.reference("session_days", gone="CASCADE", primary=True, index=True)
    )
    is_present: bool = Field(sa_column=columns.truth())
    minutes: int | None = Field(sa_column=columns.number(null=True))
    recorded_at: datetime = Field(sa_column=columns.moment())


class DeadlineExtension(SQLModel, table=True):
    """Until when a deadline of a training is extended for one person, and who allowed that, why.

    It is theirs whether or not they are enrolled; a later one takes its place.
    """

    __tablename__ = "deadline_extensions"
    __table_args__ = (
        columns.one_of("deadline", Deadline),
        UniqueConstraint("user_id", "training_id", "deadline"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE", index=False))
    training_id: int = Field(sa_column=columns.reference("trainings", gone="CASCADE"))
    deadline: Deadline = Field(sa_column=columns.choice(Deadline))
    until_at: datetime = Field(sa_column=columns.moment())
    reason: str = Field(sa_column=columns.text())
    given_by: str = Field(sa_column=columns.text())
    given_at: datetime = Field(sa_column=columns.moment())


# Whether somebody takes part, and was not taken out again.
IS_LIVE = col(TrainingEnrollment.canceled_at).is_(None)
