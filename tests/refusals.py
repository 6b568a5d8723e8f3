"""What "refused" means for every command: a status, a code, a hint, and nothing changed."""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

from lmsctl.kit import database, driver
from tests.conftest import Portal

_TABLES = {
    True: """SELECT name FROM sqlite_master
             WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name""",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}


def snapshot(portal: Portal) -> dict[str, tuple[int, str]]:
    """Return for every table but the audit log how many rows it has and a digest of them."""
    connection = driver.open_database(portal.url, patience=10)
    try:
        connection.begin_reading()
        tables = [
            row[0] for row in database.execute(connection, _TABLES[portal.is_sqlite]).fetchall()
        ]
        return {table: _digest(connection, table) for table in tables if table != "audit_rows"}
    finally:
        connection.close()


def _digest(connection: driver.Connection, table: str) -> tuple[int, str]:
    found = database.execute(connection, f"SELECT * FROM {table}").fetchall()
    rows = sorted(repr(tuple(row)) for row in found)
    return len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()


def audit_rows(portal: Portal) -> int:
    """Return how many rows the audit log has."""
    return int(portal.value("SELECT count(*) FROM audit_rows"))


@contextlib.contextmanager
def unchanged(portal: Portal, *, audited: int = 1) -> Iterator[None]:
    """Check that what runs inside changes nothing and writes exactly `audited` audit rows."""
    before, rows = snapshot(portal), audit_rows(portal)
    yield
    after = snapshot(portal)
    assert {table for table in before if before[table] != after[table]} == set()
    assert audit_rows(portal) - rows == audited


def refused(
    portal: Portal, *argv: str, code: str, status: int = 6, audited: int = 1, **variables: str
) -> dict[str, Any]:
    """Check that a command is refused like that, rehearsed and for real; returns the error."""
    for how, rows in ((("--dry-run",), 0), ((), audited)):
        with unchanged(portal, audited=rows):
            ran = portal.run(*how, *argv, "-o", "json", **variables)
        assert (ran.status, ran.code) == (status, code), ran.err
        assert ran.out == ""
    error: dict[str, Any] = ran.error
    assert error["exit_code"] == status
    assert error["message"].endswith((".", "?"))
    assert error["hint"].endswith((".", "?"))
    return error
