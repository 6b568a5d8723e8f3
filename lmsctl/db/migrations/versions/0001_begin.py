"""The first schema: the portal, its tree, people, rights, sign-up profiles, mails and records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TRUTH = sa.Integer().with_variant(sa.Boolean(), "postgresql")
MOMENT = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make every table of an empty database."""
    op.create_table(
        "audit_rows",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=True),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("detail_json", sa.Text, nullable=False),
        sa.CheckConstraint("verdict IN ('done', 'refused')", name="verdict_known"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("audit_rows_by_verdict", "audit_rows", ["verdict", "code"])
    op.create_index("ix_audit_rows_happened_at", "audit_rows", ["happened_at"])
    op.create_index("ix_audit_rows_target", "audit_rows", ["target"])
    op.create_table(
        "departments",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("parent_id", NUMBER, nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=True),
        sa.Column("code_key", sa.Text, nullable=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("full_key", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["departments.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_key"),
        sa.UniqueConstraint("full_key"),
        sa.UniqueConstraint("path"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "departments_one_root",
        "departments",
        [sa.text("(parent_id IS NULL)")],
        unique=True,
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.create_index("ix_departments_parent_id", "departments", ["parent_id"])
    op.create_table(
        "fields",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("is_required", TRUTH, nullable=False),
        sa.Column("choices_json", sa.Text, nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'unique-text', 'number', 'date', 'list')",
            name="kind_known",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_key"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "portals",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_sandbox", TRUTH, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("is_registration_on", TRUTH, nullable=False),
        sa.Column("is_confirmation_on", TRUTH, nullable=False),
        sa.Column("is_domain_limited", TRUTH, nullable=False),
        sa.Column("domains_json", sa.Text, nullable=False),
        sa.Column("is_policy_on", TRUTH, nullable=False),
        sa.Column("hold_hours", NUMBER, nullable=False),
        sa.Column("seat_limit", NUMBER, nullable=True),
        sa.Column("seats_taken", NUMBER, nullable=False),
        sa.Column("told_percent", NUMBER, nullable=False),
        sa.Column("public_url", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("hold_hours >= 1", name="hold_hours_positive"),
        sa.CheckConstraint("id = 1", name="only_one_portal"),
        sa.CheckConstraint(
            "seat_limit IS NULL OR seats_taken <= seat_limit", name="seats_not_oversold"
        ),
        sa.CheckConstraint("seats_taken >= 0", name="seats_taken_counts"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "roles",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("is_builtin", TRUTH, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_key"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "runs",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rows_done", NUMBER, nullable=False),
        sa.Column("created", NUMBER, nullable=False),
        sa.Column("updated", NUMBER, nullable=False),
        sa.Column("unchanged", NUMBER, nullable=False),
        sa.Column("failed", NUMBER, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('running', 'finished')", name="state_known"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_runs_digest", "runs", ["digest"])
    op.create_table(
        "role_permissions",
        sa.Column("role_id", NUMBER, nullable=False),
        sa.Column("permission", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("role_id", "permission"),
        sqlite_strict=True,
    )
    op.create_table(
        "signup_profiles",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("activation_limit", NUMBER, nullable=True),
        sa.Column("activations_used", NUMBER, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("domains_json", sa.Text, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", NUMBER, server_default="1", nullable=False),
        sa.CheckConstraint(
            "activation_limit IS NULL OR activation_limit >= 1", name="limit_positive"
        ),
        sa.CheckConstraint(
            "activation_limit IS NULL OR activations_used <= activation_limit",
            name="activations_not_oversold",
        ),
        sa.CheckConstraint("activations_used >= 0", name="activations_count"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_key"),
        sa.UniqueConstraint("link"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_signup_profiles_department_id", "signup_profiles", ["department_id"])
    op.create_table(
        "user_groups",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_key"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_user_groups_department_id", "user_groups", ["department_id"])
    op.create_table(
        "users",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("login_key", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=True),
        sa.Column("email_key", sa.Text, nullable=True),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("last_name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.Column("supervisor_mode", sa.Text, nullable=False),
        sa.Column("supervisor_id", NUMBER, nullable=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("origin_detail", sa.Text, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("policy_accepted_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("due_status", sa.Text, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("version", NUMBER, server_default="1", nullable=False),
        sa.CheckConstraint(
            "(status = 'pending') = (expires_at IS NOT NULL)", name="pending_expires"
        ),
        sa.CheckConstraint(
            "(supervisor_mode = 'own') OR supervisor_id IS NULL",
            name="own_supervisor_only",
        ),
        sa.CheckConstraint(
            "origin IN ('administrator', 'import', 'open-link', 'profile', 'token')",
            name="origin_known",
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'inactive', 'ended')", name="status_known"
        ),
        sa.CheckConstraint(
            "supervisor_mode IN ('own', 'none', 'inherited')",
            name="supervisor_mode_known",
        ),
        sa.CheckConstraint("type IN ('staff', 'client', 'prospect')", name="type_known"),
        sa.CheckConstraint("(due_status IS NULL) = (due_at IS NULL)", name="due_is_whole"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"]),
        sa.ForeignKeyConstraint(["supervisor_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email_key"),
        sa.UniqueConstraint("login_key"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_users_department_id", "users", ["department_id"])
    op.create_index("ix_users_supervisor_id", "users", ["supervisor_id"])
    op.create_index(
        "users_due",
        "users",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "users_expiring",
        "users",
        ["expires_at"],
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_table(
        "department_supervisors",
        sa.Column("department_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("department_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_department_supervisors_user_id", "department_supervisors", ["user_id"])
    op.create_table(
        "field_values",
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("field_id", NUMBER, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("unique_key", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(["field_id"], ["fields.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "field_id"),
        sa.UniqueConstraint("field_id", "unique_key", name="field_values_unique"),
        sqlite_strict=True,
    )
    op.create_table(
        "grants",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("role_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "role_id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_grants_role_id", "grants", ["role_id"])
    op.create_index("ix_grants_user_id", "grants", ["user_id"])
    op.create_table(
        "group_members",
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["user_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "user_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_group_members_user_id", "group_members", ["user_id"])
    op.create_table(
        "notifications",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", NUMBER, nullable=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("(channel = 'mail') = (address IS NOT NULL)", name="mail_has_address"),
        sa.CheckConstraint("channel IN ('mail', 'account')", name="channel_known"),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state_known"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_notifications_user_id", "notifications", ["user_id"])
    op.create_index("notifications_due", "notifications", ["state", "due_at"])
    op.create_table(
        "registrations",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", NUMBER, nullable=True),
        sa.Column("department_id", NUMBER, nullable=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code_digest", sa.Text, nullable=True),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(state = 'pending') = (expires_at IS NOT NULL)", name="pending_expires"
        ),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'expired')", name="state_known"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_digest"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_registrations_department_id", "registrations", ["department_id"])
    op.create_index("ix_registrations_user_id", "registrations", ["user_id"])
    op.create_table(
        "activations",
        sa.Column("registration_id", NUMBER, nullable=False),
        sa.Column("profile_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["signup_profiles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registration_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_activations_profile_id", "activations", ["profile_id"])
    op.create_table(
        "grant_departments",
        sa.Column("grant_id", NUMBER, nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"]),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("grant_id", "department_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_grant_departments_department_id", "grant_departments", ["department_id"])
