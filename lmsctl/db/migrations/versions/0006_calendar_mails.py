"""What messages tell of, and the calendar entries that mails carry."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add two columns to messages; those that are there tell of nothing and carry nothing."""
    op.add_column("notifications", sa.Column("about", sa.Text, nullable=True))
    op.add_column("notifications", sa.Column("calendar", sa.Text, nullable=True))
