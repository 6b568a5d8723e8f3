"""One SQLite library in a process: its log is used where it is sound, and its locks hold."""

import subprocess
import sys
from contextlib import closing

import pytest

from lmsctl.kit import config, dburl, sqlite
from tests.conftest import Portal

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
ADD = ("department", "create", "Sales")
needs_log = pytest.mark.skipif(not sqlite.log_is_sound(), reason="the log is not sound here")
PEOPLE = 20_000


@pytest.fixture(autouse=True)
def short_lock_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no lock longer than a moment."""
    monkeypatch.setattr(config, "PATIENCE_SECONDS", 0.2)


def journal(portal: Portal, *, set_to: str = "") -> str:
    """Return how a database keeps its journal, after it was set to something else if asked."""
    with closing(sqlite.library.connect(dburl.sqlite_path(portal.url))) as file:
        if set_to:
            file.execute(f"PRAGMA journal_mode={set_to}")
        return str(file.execute("PRAGMA journal_mode").fetchone()[0])


@needs_log
def test_a_database_of_before_is_changed_over_by_who_writes(portal: Portal) -> None:
    """Whoever reads leaves it as it is."""
    journal(portal, set_to="delete")
    portal.ok("department", "list")
    assert journal(portal) == "delete"
    portal.ok(*ADD)
    assert journal(portal) == "wal"


@needs_log
def test_it_is_changed_over_once_nobody_else_has_it_open(portal: Portal) -> None:
    """Until then everybody writes as before."""
    journal(portal, set_to="delete")
    with closing(sqlite.library.connect(dburl.sqlite_path(portal.url))) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM users").fetchone()
        ran = portal.run(*ADD, "-o", "json")
        assert (ran.status, ran.code) == (11, "database_locked")  # it has no log yet
        reader.execute("ROLLBACK")
    portal.ok(*ADD)
    assert journal(portal) == "wal"


def test_a_log_that_is_not_sound_is_not_used(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has an older SQLite changes a log back when alone, else is refused."""
    journal(portal, set_to="wal")
    monkeypatch.setattr(sqlite, "log_is_sound", lambda: False)
    with closing(sqlite.library.connect(dburl.sqlite_path(portal.url))) as other:
        other.execute("SELECT count(*) FROM users").fetchone()
        ran = portal.run("department", "list", "-o", "json")
        assert (ran.status, ran.code) == (11, "database_log_unsound")
    portal.ok("department", "list")
    assert journal(portal) == "delete"
    portal.ok(*ADD)
    assert journal(portal) == "delete"


@needs_log
def test_a_list_that_nobody_reads_on_blocks_no_writer(portal: Portal) -> None:
    """A pager that was left open has read the beginning of many people."""
    portal.sql(
        """
        INSERT INTO users (login, login_key, first_name, last_name, type, status, department_id,
                           supervisor_mode, origin, created_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people)
        SELECT 'p' || i, 'p' || i, 'A', 'B', 'staff', 'active', 1, 'inherited', 'import',
               '2026-03-01T00:00:00Z' FROM n
        """,
        people=PEOPLE,
    )
    with portal.start("user", "list", "-o", "csv") as pager:
        assert pager.stdout is not None
        assert pager.stdout.readline().startswith("id,login")
        portal.ok(*ADD)
        pager.kill()
        pager.communicate()


def test_whoever_looks_at_files_keeps_the_lock_of_who_writes(portal: Portal) -> None:
    """A file that is closed takes the locks of its process along: nothing here opens one."""
    path = dburl.sqlite_path(portal.url)
    with closing(sqlite.library.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for words in (
            "version -o json",
            "config show",
            "db status",
            "doctor",
            "user list",
            f"user export --to {path}",
            f"user export --to {path}-wal --dry-run",
            f"user import {path}",
            f"batch {path}",
        ):
            portal.run(*words.split())
        assert _begin_elsewhere(str(path)) == "database is locked"
        writer.execute("ROLLBACK")
    assert _begin_elsewhere(str(path)) == ""


def _begin_elsewhere(path: str) -> str:
    """Return what another process is told that wants to write."""
    code = (
        "import sys; from lmsctl.kit.sqlite import library as l;"
        " c = l.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
        "try: c.execute('BEGIN IMMEDIATE')\n"
        "except l.OperationalError as error: print(error)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()
