"""Indexes in the order in which messages and uses of tokens are listed."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the indexes; nothing in the rows changes."""
    op.create_index("notifications_in_order", "notifications", ["due_at", "id"])
    op.drop_index("redemptions_by_token", "redemptions")
    op.create_index("redemptions_by_token", "redemptions", ["token_id", "redeemed_at", "id"])
    op.create_index("redemptions_in_order", "redemptions", ["redeemed_at", "id"])
