"""The log is searched by who did something, and by the command."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Let entries be found by their actor and by their command without reading all of them."""
    where = sa.text("actor IS NOT NULL")
    op.create_index(
        "audit_rows_by_actor",
        "audit_rows",
        ["actor"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("audit_rows_by_command", "audit_rows", ["command"])
