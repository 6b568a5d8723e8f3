"""One order of texts on both databases, and room for the chain of seals of the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# Every column of texts that there is.
TEXTS = {
    "audit_rows": "operator actor command verdict code target detail_json mark",
    "autoenroll_rules": "code code_key target type",
    "catalog_rules": "opening type",
    "content_grants": "audience",
    "content_items": "kind code code_key title status source link",
    "deadline_extensions": "deadline reason given_by",
    "departments": "name code code_key path full_name full_key",
    "enrollment_reasons": "reason reference",
    "enrollments": "phase",
    "field_values": "value unique_key",
    "fields": "name name_key kind choices_json",
    "notifications": ("channel kind address reason subject body message_id state about calendar"),
    "portals": "name time_zone domains_json public_url",
    "progress_events": "event source",
    "redemptions": "nickname code_digest operator actor",
    "registrations": "source state code_digest",
    "role_permissions": "permission",
    "roles": "name name_key",
    "run_faults": "heading code message hint",
    "runs": "kind file digest state operator",
    "session_days": "place url uid",
    "signup_profiles": "name code code_key link domains_json",
    "tokens": "code code_digest nickname creates domains_json",
    "training_enrollments": "side answer certificate",
    "training_openings": "opening type",
    "training_sessions": "code code_key title instructor",
    "trainings": (
        "code code_key title type description time_zone registration_unit cancellation_unit"
    ),
    "user_groups": "name name_key",
    "user_names": "key",
    "users": (
        "login login_key email email_key first_name last_name"
        " type status supervisor_mode origin origin_detail due_status"
    ),
}


def upgrade() -> None:
    """Let PostgreSQL order texts by the numbers of their characters, as SQLite does.

    Its indexes of texts are made anew. Nothing in the rows changes.
    """
    if op.get_context().dialect.name == "postgresql":
        for table, names in TEXTS.items():
            changes = (f'ALTER COLUMN "{name}" TYPE TEXT COLLATE "C"' for name in names.split())
            op.execute(f"ALTER TABLE {table} {', '.join(changes)}")
    op.add_column("audit_rows", sa.Column("seal_no", NUMBER, nullable=True))
    op.add_column("audit_rows", sa.Column("seal", TEXT, nullable=True))
    where = sa.text("seal_no IS NOT NULL")
    op.create_index(
        "audit_rows_by_seal",
        "audit_rows",
        ["seal_no"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "audit_heads",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        sa.Column("seal_no", NUMBER, nullable=False),
        sa.Column("seal", TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name="one_head"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
