"""Mails leave: how often each was tried, when next, by whom, with what end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Give each message what its delivery needs, and workers an index to take the next one by."""
    for column in (
        sa.Column("tries", NUMBER, server_default="0", nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=True),
        sa.Column("lease", TEXT, nullable=True),
        sa.Column("last_error", TEXT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
    ):
        op.add_column("notifications", column)
    op.drop_index("notifications_due", "notifications")
    op.create_index("notifications_due", "notifications", ["state", "next_try_at", "due_at", "id"])
