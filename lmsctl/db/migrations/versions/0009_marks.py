"""What tells whether a change was made when the answer of the database was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the mark of the transaction to the audit log; the rows there are have none."""
    op.add_column("audit_rows", sa.Column("mark", sa.Text, nullable=True))
    op.create_index("ix_audit_rows_mark", "audit_rows", ["mark"])
