"""Rules that enroll whoever joins, and who waits for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TRUTH = sa.Integer().with_variant(sa.Boolean(), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the tables of rules; nothing that is there changes."""
    op.create_table(
        "autoenroll_rules",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("department_id", NUMBER, nullable=True),
        sa.Column("is_deep", TRUTH, nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("type", sa.Text, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(target = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        sa.CheckConstraint("(target = 'group') = (group_id IS NOT NULL)", name="group_named"),
        sa.CheckConstraint("(target = 'type') = (type IS NOT NULL)", name="type_named"),
        sa.CheckConstraint("target IN ('department', 'group', 'type')", name="target_known"),
        sa.CheckConstraint("type IN ('staff', 'client', 'prospect')", name="type_known"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["user_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["content_items.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_key"),
        sa.UniqueConstraint("item_id", "department_id"),
        sa.UniqueConstraint("item_id", "group_id"),
        sa.UniqueConstraint("item_id", "type"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_autoenroll_rules_department_id", "autoenroll_rules", ["department_id"])
    op.create_index("ix_autoenroll_rules_group_id", "autoenroll_rules", ["group_id"])
    op.create_table(
        "autoenroll_waiting",
        sa.Column("rule_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["autoenroll_rules.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rule_id", "user_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_autoenroll_waiting_user_id", "autoenroll_waiting", ["user_id"])
