"""What people are called: lower case instead of folding, and every name in one place, once."""

import sqlalchemy as sa
from alembic import op

from lmsctl.db.errors import NameShared
from lmsctl.kit.address import login_key

revision = "0008"
down_revision = "0007"

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TOGETHER = 1000


def upgrade() -> None:
    """Compute the keys of people anew and enter them into their place; raises NameShared.

    Of letters of ASCII alone the key stays what it was.
    """
    op.create_table(
        "user_names",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_strict=True,
    )
    op.create_index("ix_user_names_user_id", "user_names", ["user_id"])
    op.execute(
        "CREATE TEMP TABLE new_keys (user_id BIGINT PRIMARY KEY, login_key TEXT, email_key TEXT)"
    )
    _compute()
    _check_apart()
    # Two steps, because a new key may be what is somebody else's until theirs is new as well.
    for suffix in ("|| ' ' || users.id", ""):
        op.execute(
            f"""
            UPDATE users SET login_key = k.login_key {suffix}, email_key = k.email_key {suffix}
            FROM new_keys k WHERE k.user_id = users.id
            """
        )
    op.execute("DROP TABLE new_keys")
    op.execute(
        """
        INSERT INTO user_names (key, user_id)
        SELECT login_key, id FROM users
        UNION ALL SELECT email_key, id FROM users WHERE email_key <> login_key
        """
    )


def _compute() -> None:
    bind = op.get_bind()
    octets = "length(CAST(%s AS BLOB))" if bind.dialect.name == "sqlite" else "octet_length(%s)"
    is_wide = [f"length({name}) < {octets % name}" for name in ("login", "email")]
    wide = sa.text(
        f"""
        SELECT id, login, email FROM users
        WHERE id > :last AND ({" OR ".join(is_wide)}) ORDER BY id LIMIT {TOGETHER}
        """
    )
    last = 0
    while found := bind.execute(wide, {"last": last}).all():
        bind.execute(
            sa.text("INSERT INTO new_keys VALUES (:number, :login, :email)"),
            [
                {
                    "number": number,
                    "login": login_key(login),
                    "email": None if email is None else login_key(email),
                }
                for number, login, email in found
            ],
        )
        last = found[-1][0]


def _check_apart() -> None:
    shared = op.get_bind().execute(
        sa.text(
            """
            WITH people AS (
                SELECT u.id, u.login, COALESCE(k.login_key, u.login_key) AS login_key,
                       CASE WHEN k.user_id IS NULL THEN u.email_key
                            ELSE k.email_key END AS email_key
                FROM users u LEFT JOIN new_keys k ON k.user_id = u.id),
            names AS (
                SELECT login_key AS key, id, login FROM people
                UNION ALL SELECT email_key, id, login FROM people WHERE email_key IS NOT NULL)
            SELECT min(login), max(login), key FROM names
            GROUP BY key HAVING min(id) <> max(id) ORDER BY key LIMIT 1
            """
        )
    )
    for one, other, name in shared:
        raise NameShared(one=one, other=other, name=name)
