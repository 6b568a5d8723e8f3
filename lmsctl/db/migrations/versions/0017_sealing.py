"""The chain of seals of the audit log begins: it has a head, and an index of what is unsealed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

# Frozen here, so that this version stays what it was when the models go on.
BEGINNING = "0" * 64


def upgrade() -> None:
    """Let the chain begin, with every row that there is still to be sealed."""
    where = sa.text("seal_no IS NULL")
    op.create_index(
        "audit_rows_unsealed",
        "audit_rows",
        ["id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.execute(
        f"INSERT INTO audit_heads (id, seal_no, seal) SELECT 1, 0, '{BEGINNING}'"
        " WHERE NOT EXISTS (SELECT 1 FROM audit_heads)"
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('audit_heads', 'id'), 1)")
