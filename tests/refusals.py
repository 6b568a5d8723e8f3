"""What "refused" means for every command: a status, a code, a hint, and nothing changed."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from lmsctl.kit import driver
from tests.conftest import Portal

_TABLES = {
    True: """SELECT name FROM sqlite_master
             WHERE type = 'table' AND name NOT LIKE 'sqlite%'""",
    # A table that takes up no room has no rows: that is known without a statement for each.
    False: """SELECT relname FROM pg_class
              WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND pg_relation_size(oid) > 0""",
}


# The log, and the end of its chain of seals.
_LOG = ("audit_rows", "audit_heads")

_Seen = tuple[dict[str, list[str]], int]


def snapshot(portal: Portal) -> dict[str, list[str]]:
    """Return the rows of every table but the audit log; those without any may be left out."""
    return _look(portal)[0]


def audit_rows(portal: Portal) -> int:
    """Return how many rows the audit log has."""
    return int(portal.value("SELECT count(*) FROM audit_rows"))


def _look(portal: Portal) -> _Seen:
    """Return the rows of every table but the audit log, and how many that has."""
    connection = driver.open_database(portal.url, patience=10)
    try:
        connection.begin_reading()
        # Straight through the driver: this is done ten thousand times.
        say = connection.raw.execute
        tables = [table for (table,) in say(_TABLES[portal.is_sqlite]).fetchall()]
        rows = {table: _rows(say, table) for table in tables if table not in _LOG}
        return rows, say("SELECT count(*) FROM audit_rows").fetchone()[0]
    finally:
        connection.close()


def _rows(say: Callable[[str], Any], table: str) -> list[str]:
    return sorted(map(repr, say(f"SELECT * FROM {table}").fetchall()))


def _check_same(before: _Seen, after: _Seen, audited: int) -> None:
    tables = before[0].keys() | after[0]
    assert {one for one in tables if before[0].get(one, []) != after[0].get(one, [])} == set()
    assert after[1] - before[1] == audited


@contextlib.contextmanager
def unchanged(portal: Portal, *, audited: int = 1) -> Iterator[None]:
    """Check that what runs inside changes nothing and writes exactly `audited` audit rows."""
    before = _look(portal)
    yield
    _check_same(before, _look(portal), audited)


def refused(
    portal: Portal, *argv: str, code: str, status: int = 6, audited: int = 1, **variables: str
) -> dict[str, Any]:
    """Check that a command is refused like that, rehearsed and for real; returns the error."""
    before = _look(portal)
    for how, rows in ((("--dry-run",), 0), ((), audited)):
        ran = portal.run(*how, *argv, "-o", "json", **variables)
        after = _look(portal)
        _check_same(before, after, rows)
        before = after
        assert (ran.status, ran.code) == (status, code), ran.err
        assert ran.out == ""
    error: dict[str, Any] = ran.error
    assert error["exit_code"] == status
    assert error["message"].endswith((".", "?"))
    assert error["hint"].endswith((".", "?"))
    return error
