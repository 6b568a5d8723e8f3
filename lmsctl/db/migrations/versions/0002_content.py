"""Content and enrollment: items, who may see them, who learns them and how far they are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TRUTH = sa.Integer().with_variant(sa.Boolean(), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")


def upgrade() -> None:
    """Add the tables of content and enrollment; nothing that is there changes."""
    op.create_table(
        "content_items",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("parent_id", NUMBER, nullable=True),
        sa.Column("is_inheriting", TRUTH, nullable=False),
        sa.Column("link", sa.Text, nullable=True),
        sa.Column("owner_id", NUMBER, nullable=True),
        sa.Column("due_days", NUMBER, nullable=True),
        sa.Column("due_on", DAY, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", NUMBER, server_default="1", nullable=False),
        sa.CheckConstraint("kind <> 'folder' OR status = 'active'", name="folder_active"),
        sa.CheckConstraint("kind <> 'pathway' OR status <> 'draft'", name="pathway_no_draft"),
        sa.CheckConstraint(
            "kind IN ('folder', 'course', 'topic', 'article', 'pathway')", name="kind_known"
        ),
        sa.CheckConstraint("source IN ('own', 'copied', 'library')", name="source_known"),
        sa.CheckConstraint("status IN ('draft', 'active', 'archived')", name="status_known"),
        sa.CheckConstraint("due_days >= 1", name="due_days_positive"),
        sa.CheckConstraint("due_days IS NULL OR due_on IS NULL", name="due_once"),
        sa.CheckConstraint("parent_id <> id", name="not_in_itself"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["parent_id"], ["content_items.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_key"),
        sa.UniqueConstraint("link"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_content_items_owner_id", "content_items", ["owner_id"])
    op.create_index("ix_content_items_parent_id", "content_items", ["parent_id"])
    op.create_table(
        "catalog_rules",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("opening", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=True),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("department_id", NUMBER, nullable=True),
        sa.CheckConstraint(
            "(opening = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        sa.CheckConstraint("(opening = 'group') = (group_id IS NOT NULL)", name="group_named"),
        sa.CheckConstraint("(opening = 'type') = (type IS NOT NULL)", name="type_named"),
        sa.CheckConstraint(
            "opening IN ('type', 'department', 'group', 'everybody')", name="opening_known"
        ),
        sa.CheckConstraint("type IN ('staff', 'client', 'prospect')", name="type_known"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["user_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["content_items.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "department_id"),
        sa.UniqueConstraint("item_id", "group_id"),
        sa.UniqueConstraint("item_id", "type"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "catalog_rules_everybody",
        "catalog_rules",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("opening = 'everybody'"),
        postgresql_where=sa.text("opening = 'everybody'"),
    )
    op.create_index("ix_catalog_rules_department_id", "catalog_rules", ["department_id"])
    op.create_index("ix_catalog_rules_group_id", "catalog_rules", ["group_id"])
    op.create_table(
        "content_grants",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("user_id", NUMBER, nullable=True),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("department_id", NUMBER, nullable=True),
        sa.CheckConstraint(
            "(audience = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        sa.CheckConstraint("(audience = 'group') = (group_id IS NOT NULL)", name="group_named"),
        sa.CheckConstraint("(audience = 'user') = (user_id IS NOT NULL)", name="user_named"),
        sa.CheckConstraint(
            "audience IN ('user', 'group', 'department', 'organization')", name="audience_known"
        ),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["user_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["content_items.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "department_id"),
        sa.UniqueConstraint("item_id", "group_id"),
        sa.UniqueConstraint("item_id", "user_id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "content_grants_organization",
        "content_grants",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("audience = 'organization'"),
        postgresql_where=sa.text("audience = 'organization'"),
    )
    op.create_index("ix_content_grants_department_id", "content_grants", ["department_id"])
    op.create_index("ix_content_grants_group_id", "content_grants", ["group_id"])
    op.create_index("ix_content_grants_user_id", "content_grants", ["user_id"])
    op.create_table(
        "enrollments",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("enrolled_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.Column("canceled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(phase = 'completed') = (completed_at IS NOT NULL)", name="completed_when"
        ),
        sa.CheckConstraint(
            "phase IN ('pre-enrolled', 'enrolled', 'completed')", name="phase_known"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["content_items.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "item_id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_enrollments_item_id", "enrollments", ["item_id"])
    op.create_table(
        "pathway_items",
        sa.Column("pathway_id", NUMBER, nullable=False),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("is_mandatory", TRUTH, nullable=False),
        sa.CheckConstraint("pathway_id <> item_id", name="not_in_itself"),
        sa.CheckConstraint("position >= 1", name="position_counts"),
        sa.ForeignKeyConstraint(["item_id"], ["content_items.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["pathway_id"], ["content_items.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pathway_id", "item_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_pathway_items_item_id", "pathway_items", ["item_id"])
    op.create_table(
        "progress_events",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("item_id", NUMBER, nullable=True),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("score", NUMBER, nullable=True),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.CheckConstraint("(event = 'signed-in') = (item_id IS NULL)", name="item_named"),
        sa.CheckConstraint(
            "event IN ('viewed', 'completed', 'passed', 'failed', 'signed-in')", name="event_known"
        ),
        sa.CheckConstraint(
            "score IS NULL OR event IN ('completed', 'passed', 'failed')", name="score_of_result"
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="score_percent"),
        sa.ForeignKeyConstraint(["item_id"], ["content_items.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "item_id", "event", "happened_at"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_progress_events_happened_at", "progress_events", ["happened_at"])
    op.create_index("progress_events_by_item", "progress_events", ["item_id", "event"])
    op.create_index(
        "progress_events_signed_in",
        "progress_events",
        ["user_id", "happened_at"],
        unique=True,
        sqlite_where=sa.text("item_id IS NULL"),
        postgresql_where=sa.text("item_id IS NULL"),
    )
    op.create_table(
        "enrollment_reasons",
        sa.Column("enrollment_id", NUMBER, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "reason IN ('administrator', 'import', 'rule', 'token', 'open-link', 'pathway')",
            name="reason_known",
        ),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("enrollment_id", "reason", "reference"),
        sqlite_strict=True,
    )
