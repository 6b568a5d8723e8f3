"""People take items from the catalog by themselves: one more reason why they are enrolled."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# Frozen here, so that this version stays what it was when the models go on.
WORDS = "'administrator', 'import', 'rule', 'token', 'open-link', 'pathway', 'catalog'"
KNOWN = f"reason IN ({WORDS})"


def upgrade() -> None:
    """Let the reason of an enrollment be `catalog`."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("reason_known", "enrollment_reasons")
        op.create_check_constraint("reason_known", "enrollment_reasons", KNOWN)
        return
    # SQLite changes no CHECK; nothing refers to this table.
    op.create_table(
        "new_reasons",
        sa.Column("enrollment_id", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("since_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("enrollment_id", "reason", "reference"),
        sa.CheckConstraint(KNOWN, name="reason_known"),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollments.id"], ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO new_reasons SELECT * FROM enrollment_reasons")
    op.drop_table("enrollment_reasons")
    op.rename_table("new_reasons", "enrollment_reasons")
