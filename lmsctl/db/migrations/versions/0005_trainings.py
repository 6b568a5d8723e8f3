"""Trainings: their sessions and days, to whom they are offered, and who takes part."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TRUTH = sa.Integer().with_variant(sa.Boolean(), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the tables of trainings and of the people in them; nothing that is there changes."""
    add_trainings()
    add_sessions()
    add_openings()
    add_enrollments()
    add_extensions()


def add_trainings() -> None:
    op.create_table(
        "trainings",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.Column("organizer_id", NUMBER, nullable=True),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("registration_amount", NUMBER, nullable=True),
        sa.Column("registration_unit", sa.Text, nullable=True),
        sa.Column("cancellation_amount", NUMBER, nullable=True),
        sa.Column("cancellation_unit", sa.Text, nullable=True),
        sa.Column("is_locked", TRUTH, nullable=False),
        sa.Column("is_telling_supervisors", TRUTH, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", NUMBER, server_default="1", nullable=False),
        sa.CheckConstraint("type IN ('meeting', 'webinar')", name="type_known"),
        sa.CheckConstraint(
            "registration_unit IN ('h', 'd', 'w', 'mo')", name="registration_unit_known"
        ),
        sa.CheckConstraint(
            "cancellation_unit IN ('h', 'd', 'w', 'mo')", name="cancellation_unit_known"
        ),
        sa.CheckConstraint("registration_amount BETWEEN 1 AND 9999", name="registration_distance"),
        sa.CheckConstraint("cancellation_amount BETWEEN 1 AND 9999", name="cancellation_distance"),
        sa.CheckConstraint(
            "(registration_amount IS NULL) = (registration_unit IS NULL)", name="registration_whole"
        ),
        sa.CheckConstraint(
            "(cancellation_amount IS NULL) = (cancellation_unit IS NULL)", name="cancellation_whole"
        ),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"]),
        sa.ForeignKeyConstraint(["organizer_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_key"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_trainings_department_id", "trainings", ["department_id"])
    op.create_index("ix_trainings_organizer_id", "trainings", ["organizer_id"])


def add_sessions() -> None:
    op.create_table(
        "training_sessions",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("training_id", NUMBER, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=True),
        sa.Column("instructor", sa.Text, nullable=True),
        sa.Column("capacity", NUMBER, nullable=True),
        sa.Column("taken", NUMBER, server_default="0", nullable=False),
        sa.Column("over_capacity", NUMBER, server_default="0", nullable=False),
        sa.Column("canceled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", NUMBER, server_default="1", nullable=False),
        sa.CheckConstraint("capacity >= 1", name="capacity_positive"),
        sa.CheckConstraint("taken >= 0 AND over_capacity >= 0", name="places_count"),
        sa.CheckConstraint(
            "capacity IS NULL OR taken <= capacity + over_capacity", name="places_not_oversold"
        ),
        sa.ForeignKeyConstraint(["training_id"], ["trainings.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("training_id", "code_key"),
        sa.UniqueConstraint("id", "training_id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "session_days",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("session_id", NUMBER, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("place", sa.Text, nullable=True),
        sa.Column("url", sa.Text, nullable=True),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("revision", NUMBER, server_default="0", nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="day_lasts"),
        sa.CheckConstraint("revision >= 0", name="revision_counts"),
        sa.ForeignKeyConstraint(["session_id"], ["training_sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_session_days_session_id", "session_days", ["session_id"])


def add_openings() -> None:
    op.create_table(
        "training_openings",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("training_id", NUMBER, nullable=False),
        sa.Column("opening", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=True),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("department_id", NUMBER, nullable=True),
        sa.CheckConstraint(
            "opening IN ('type', 'department', 'group', 'everybody')", name="opening_known"
        ),
        sa.CheckConstraint("type IN ('staff', 'client', 'prospect')", name="type_known"),
        sa.CheckConstraint("(opening = 'type') = (type IS NOT NULL)", name="type_named"),
        sa.CheckConstraint("(opening = 'group') = (group_id IS NOT NULL)", name="group_named"),
        sa.CheckConstraint(
            "(opening = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["user_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["training_id"], ["trainings.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("training_id", "type"),
        sa.UniqueConstraint("training_id", "group_id"),
        sa.UniqueConstraint("training_id", "department_id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_training_openings_department_id", "training_openings", ["department_id"])
    op.create_index("ix_training_openings_group_id", "training_openings", ["group_id"])
    op.create_index(
        "training_openings_everybody",
        "training_openings",
        ["training_id"],
        unique=True,
        sqlite_where=sa.text("opening = 'everybody'"),
        postgresql_where=sa.text("opening = 'everybody'"),
    )


def add_enrollments() -> None:
    op.create_table(
        "training_enrollments",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("training_id", NUMBER, nullable=False),
        sa.Column("session_id", NUMBER, nullable=True),
        sa.Column("is_preselected", TRUTH, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("access_at", MOMENT, nullable=False),
        sa.Column("enrolled_at", MOMENT, nullable=False),
        sa.Column("canceled_at", MOMENT, nullable=True),
        sa.Column("answer", sa.Text, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("points", NUMBER, nullable=True),
        sa.Column("certificate", sa.Text, nullable=True),
        sa.Column("result_at", MOMENT, nullable=True),
        sa.Column("moves", NUMBER, server_default="0", nullable=False),
        sa.CheckConstraint("side IN ('administrator', 'learner')", name="side_known"),
        sa.CheckConstraint("answer IN ('confirmed', 'declined')", name="answer_known"),
        sa.CheckConstraint(
            "session_id IS NOT NULL OR NOT is_preselected", name="preselected_session_named"
        ),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_when"),
        sa.CheckConstraint(
            "(result_at IS NULL) = (points IS NULL AND certificate IS NULL)", name="result_when"
        ),
        sa.CheckConstraint("points >= 0", name="points_count"),
        sa.CheckConstraint("moves >= 0", name="moves_count"),
        sa.ForeignKeyConstraint(
            ["session_id", "training_id"],
            ["training_sessions.id", "training_sessions.training_id"],
        ),
        sa.ForeignKeyConstraint(["training_id"], ["trainings.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_training_enrollments_training_id", "training_enrollments", ["training_id"])
    op.create_index("ix_training_enrollments_user_id", "training_enrollments", ["user_id"])
    op.create_index("training_enrollments_by_session", "training_enrollments", ["session_id"])
    op.create_index(
        "training_enrollments_alive",
        "training_enrollments",
        ["user_id", "training_id"],
        unique=True,
        sqlite_where=sa.text("canceled_at IS NULL"),
        postgresql_where=sa.text("canceled_at IS NULL"),
    )
    op.create_table(
        "attendances",
        sa.Column("enrollment_id", NUMBER, nullable=False),
        sa.Column("day_id", NUMBER, nullable=False),
        sa.Column("is_present", TRUTH, nullable=False),
        sa.Column("minutes", NUMBER, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("minutes >= 0", name="minutes_count"),
        sa.CheckConstraint("minutes IS NULL OR is_present", name="minutes_of_presence"),
        sa.ForeignKeyConstraint(["day_id"], ["session_days.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["enrollment_id"], ["training_enrollments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("enrollment_id", "day_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_attendances_day_id", "attendances", ["day_id"])


def add_extensions() -> None:
    op.create_table(
        "deadline_extensions",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("training_id", NUMBER, nullable=False),
        sa.Column("deadline", sa.Text, nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.CheckConstraint("deadline IN ('registration', 'cancellation')", name="deadline_known"),
        sa.ForeignKeyConstraint(["training_id"], ["trainings.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "training_id", "deadline"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_deadline_extensions_training_id", "deadline_extensions", ["training_id"])
