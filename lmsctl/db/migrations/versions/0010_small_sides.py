"""Indexes of the people who are not like most: those who are not active, or were not imported."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the indexes; nothing in the rows changes."""
    for name, columns, where in (
        ("users_not_active", ["status"], "status <> 'active'"),
        ("users_not_imported", ["origin", "login_key"], "origin <> 'import'"),
    ):
        op.create_index(
            name, "users", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
