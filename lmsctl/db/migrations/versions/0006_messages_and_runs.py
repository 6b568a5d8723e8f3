"""What messages tell of and the calendar entries of mails; what was wrong in runs under way."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Add two columns to messages, which are empty in those there are, and one table."""
    op.add_column("notifications", sa.Column("about", sa.Text, nullable=True))
    op.add_column("notifications", sa.Column("calendar", sa.Text, nullable=True))
    op.create_table(
        "run_faults",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("run_id", NUMBER, nullable=False),
        sa.Column("row_no", NUMBER, nullable=False),
        sa.Column("heading", sa.Text, nullable=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_run_faults_run_id", "run_faults", ["run_id"])
