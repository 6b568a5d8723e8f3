"""Tokens, and the ledger of their uses, which outlives them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TRUTH = sa.Integer().with_variant(sa.Boolean(), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add the tables of tokens; nothing that is there changes."""
    op.create_table(
        "tokens",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_digest", sa.Text, nullable=False),
        sa.Column("nickname", sa.Text, nullable=True),
        sa.Column("content_id", NUMBER, nullable=False),
        sa.Column("creates", sa.Text, nullable=False),
        sa.Column("use_limit", NUMBER, nullable=True),
        sa.Column("uses", NUMBER, server_default="0", nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("is_active", TRUTH, nullable=False),
        sa.Column("domains_json", sa.Text, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("run_id", NUMBER, nullable=True),
        sa.Column("version", NUMBER, server_default="1", nullable=False),
        sa.CheckConstraint("creates IN ('staff', 'client', 'prospect')", name="creates_known"),
        sa.CheckConstraint("use_limit >= 1", name="limit_positive"),
        sa.CheckConstraint("uses >= 0", name="uses_count"),
        sa.CheckConstraint("use_limit IS NULL OR uses <= use_limit", name="uses_not_oversold"),
        sa.ForeignKeyConstraint(["content_id"], ["content_items.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_digest"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_tokens_content_id", "tokens", ["content_id"])
    op.create_table(
        "redemptions",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("token_id", NUMBER, nullable=False),
        sa.Column("nickname", sa.Text, nullable=True),
        sa.Column("code_digest", sa.Text, nullable=False),
        sa.Column("user_id", NUMBER, nullable=True),
        sa.Column("content_id", NUMBER, nullable=True),
        sa.Column("is_new_person", TRUTH, nullable=False),
        sa.Column("redeemed_at", MOMENT, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(["content_id"], ["content_items.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("redemptions_by_token", "redemptions", ["token_id"])
    op.create_index("ix_redemptions_content_id", "redemptions", ["content_id"])
    op.create_index("ix_redemptions_user_id", "redemptions", ["user_id"])
