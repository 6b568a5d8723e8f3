"""Since when people are, or last were, inactive or ended: what they miss is sent later."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0006"

# Frozen here, so that this version stays what it was when the models go on.
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Add a column to people; of those who are away already nobody knows since when."""
    op.add_column("users", sa.Column("away_at", MOMENT, nullable=True))
