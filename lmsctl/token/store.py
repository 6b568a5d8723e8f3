"""The SQL of the token room."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit import canonical
from lmsctl.kit.driver import Connection
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.token import rules
from lmsctl.token.errors import TokenUnknown
from lmsctl.token.results import Used
from lmsctl.token.rules import Row

_ROW = """
    SELECT t.id, t.code, t.code_digest, t.nickname, t.content_id, c.code AS content, c.title,
           c.status AS content_status, t.creates, t.use_limit, t.uses, t.expires_at, t.is_active,
           t.domains_json, t.created_at, t.version
    FROM tokens t JOIN content_items c ON c.id = t.content_id
"""
_LONGEST_NUMBER = 18
# How long others may keep us from emptying the write-ahead log before we leave it to them.
_LOG_PATIENCE_MS = 1_000


def find(work: Work, given: str) -> Row | None:
    """Return the token with that code or number, or None; raises Ambiguous when it fits two."""
    digits = canonical.trim(given)
    is_number = digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_NUMBER
    found = work.all(
        Row,
        f"{_ROW} WHERE t.code_digest = :digest OR t.id = :number",
        digest=rules.digest(given),
        number=int(digits) if is_number else None,
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="token")
    return found[0] if found else None


def get(work: Work, given: str) -> Row:
    """Return what `find` finds; raises TokenUnknown."""
    found = find(work, given)
    if found is None:
        raise TokenUnknown
    return found


def by_code(work: Work, code: str) -> Row | None:
    """Return the token with that code; numbers do not count."""
    return work.one(Row, f"{_ROW} WHERE t.code_digest = :digest", digest=rules.digest(code))


def lock(work: Work, number: int) -> Row:
    """Return the token as it is now and keep everybody else from using or changing it.

    The portal must have been locked before. Raises TokenUnknown when it has just been deleted.
    """
    return _locked(work, "t.id = :id", id=number)


def lock_by_code(work: Work, code: str) -> Row:
    """Return the token with that code, locked as by `lock`; raises TokenUnknown."""
    return _locked(work, "t.code_digest = :digest", digest=rules.digest(code))


def _locked(work: Work, condition: str, **values: Any) -> Row:
    clause = f"{work.for_update} OF t" if work.for_update else ""
    found = work.one(Row, f"{_ROW} WHERE {condition}{clause}", **values)
    if found is None:
        raise TokenUnknown
    return found


def listed(work: Work, content_id: int | None) -> Iterator[Row]:
    """Yield the tokens, of one item when given, in the order they were made."""
    return work.each(
        Row,
        f"{_ROW} WHERE :content IS NULL OR t.content_id = :content ORDER BY t.id",
        content=content_id,
    )


def taken(work: Work, digests: Collection[str]) -> set[str]:
    """Return which of these digests belong to codes in use."""
    return set(
        work.values(
            "SELECT code_digest FROM tokens WHERE code_digest IN :digests", digests=list(digests)
        )
    )


def add(work: Work, **values: Any) -> int:
    """Insert a token and return its id."""
    leave_no_trace(work)
    return work.insert("tokens", **values)


def add_many(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many tokens, which all have the same columns."""
    leave_no_trace(work)
    work.insert_many("tokens", rows)


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one token and count up its version."""
    leave_no_trace(work)
    assignments = "".join(f"{name} = :{name}, " for name in values)
    work.run(
        f"UPDATE tokens SET {assignments}version = version + 1 WHERE id = :id",
        id=number,
        **values,
    )


def on_content(work: Work, ids: Sequence[int]) -> int:
    """Return how many tokens admit to these items."""
    sql = "SELECT count(*) FROM tokens WHERE content_id IN :ids"
    return int(work.value(sql, ids=list(ids)))


# Destroying --------------------------------------------------------------------------------------


def leave_no_trace(work: Work) -> None:
    """Let SQLite overwrite what a row leaves behind when it moves, grows or goes."""
    if work.is_sqlite:
        work.value("PRAGMA secure_delete=ON")


def destroy(work: Work, ids: Sequence[int]) -> None:
    """Delete tokens so that their codes are in no page of a SQLite file any more.

    SQLite overwrites a deleted row, but not the copies that were left when pages split; pages that
    it gives up it overwrites whole. So every other row is put down anew, on pages that are clean.
    """
    leave_no_trace(work)
    work.run("DELETE FROM tokens WHERE id IN :ids", ids=list(ids))
    if work.is_sqlite:
        work.run("CREATE TEMP TABLE kept_tokens AS SELECT * FROM tokens")
        work.run("DELETE FROM tokens")
        work.run("INSERT INTO tokens SELECT * FROM kept_tokens ORDER BY id")
        work.run("DROP TABLE kept_tokens")


def empty_log(connection: Connection) -> bool:
    """Overwrite what a SQLite write-ahead log still holds; False when a reader needs it.

    Only outside of a transaction. Where there is no such log there is nothing to do.
    """
    if connection.dialect != "sqlite":
        return True
    connection.execute(f"PRAGMA busy_timeout={_LOG_PATIENCE_MS}", {})
    is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)", {}).fetchone()[0]
    return not is_busy


def rewrite(connection: Connection) -> None:
    """Put the tokens into new files of a PostgreSQL server, without what was deleted.

    Only outside of a transaction. SQLite is rewritten as a whole by its own VACUUM.
    """
    if connection.dialect == "postgresql":
        connection.maintain("VACUUM (FULL) tokens")


# Redeeming ---------------------------------------------------------------------------------------


def claim(work: Work, number: int) -> bool:
    """Take one use, or none: the condition carries the limit."""
    leave_no_trace(work)
    return (
        work.run(
            """
            UPDATE tokens SET uses = uses + 1
            WHERE id = :id AND (use_limit IS NULL OR uses < use_limit)
            """,
            id=number,
        )
        == 1
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has an address; `expires_at` is set while it is not confirmed."""

    id: int
    login: str
    email: str
    status: str
    expires_at: datetime | None
    is_enrolled: bool


def holder(work: Work, email_key: str, content_id: int, at: datetime) -> Holder | None:
    """Return who will have that address at `at` if only time passes, as a token sees them."""
    return work.one(
        Holder,
        """
        SELECT u.id, u.login, u.email,
               CASE WHEN u.due_at <= :at THEN u.due_status ELSE u.status END AS status,
               u.expires_at, (e.id IS NOT NULL) AS is_enrolled
        FROM users u
        LEFT JOIN enrollments e
            ON e.user_id = u.id AND e.item_id = :content AND e.canceled_at IS NULL
               AND e.phase <> 'pre-enrolled'
        WHERE u.email_key = :key AND (u.expires_at IS NULL OR u.expires_at > :at)
        """,
        key=email_key,
        content=content_id,
        at=at,
    )


def note(work: Work, row: Row, user_id: int, *, is_new_person: bool) -> None:
    """Write one use into the ledger."""
    work.insert(
        "redemptions",
        token_id=row.id,
        nickname=row.nickname,
        code_digest=row.code_digest,
        user_id=user_id,
        content_id=row.content_id,
        is_new_person=is_new_person,
        redeemed_at=work.now,
        operator=work.operator,
        actor=work.as_login,
    )


# History -----------------------------------------------------------------------------------------

_HISTORY = """
    FROM redemptions r
    LEFT JOIN users u ON u.id = r.user_id
    LEFT JOIN departments d ON d.id = u.department_id
    LEFT JOIN content_items c ON c.id = r.content_id
    WHERE (:token IS NULL OR r.token_id = :token)
"""


def history(work: Work, token_id: int | None, scope: Scope) -> Iterator[Used]:
    """Yield the uses whose person is in scope or gone, oldest first; of one token when given."""
    return work.each(
        Used,
        f"""
        SELECT r.redeemed_at, r.token_id, r.nickname, r.code_digest AS fingerprint, u.login,
               u.email, u.first_name, u.last_name, r.is_new_person, c.code AS content, r.operator,
               r.actor
        {_HISTORY} AND {_seen(scope)} ORDER BY r.redeemed_at, r.id
        """,
        token=token_id,
    )


def hidden(work: Work, token_id: int | None, scope: Scope) -> int:
    """Return how many uses are withheld from somebody with this scope."""
    sql = f"SELECT count(*) {_HISTORY} AND NOT {_seen(scope)}"
    return int(work.value(sql, token=token_id))


def _seen(scope: Scope) -> str:
    # Of somebody who was deleted the ledger tells nothing that could be withheld.
    return f"(r.user_id IS NULL OR {scope.clause('d.path')})"
