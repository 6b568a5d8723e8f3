"""Since when people are, or last were, away; and items are theirs who came by an open link."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

# Frozen here, so that this version stays what it was when the models go on.
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add a column to people, and grant items to whom their folder was opened in their stead.

    Of those who are away already nobody knows since when.
    """
    op.add_column("users", sa.Column("away_at", MOMENT, nullable=True))
    op.execute(
        """
        INSERT INTO content_grants (item_id, audience, user_id)
        SELECT i.id, 'user', u.id
        FROM users u
        JOIN content_items i ON i.code = u.origin_detail
        JOIN content_grants g ON g.item_id = i.parent_id AND g.user_id = u.id
        WHERE u.origin = 'open-link' AND NOT EXISTS (
            SELECT 1 FROM content_grants k WHERE k.item_id = i.id AND k.user_id = u.id)
        """
    )
