"""Seats are counted only where the plan has a limit."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forget counts that nobody keeps any more."""
    op.execute("UPDATE portals SET seats_taken = 0 WHERE seat_limit IS NULL")
