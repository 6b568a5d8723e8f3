"""What is said when a portal is made, upgraded, backed up or restored, and the end comes early."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from lmsctl.db import actions, copies, postgresql_copy, sqlite_copy
from lmsctl.init import actions as making
from lmsctl.kit import (
    database_errors,
    dburl,
    postgresql_connection,
    schema,
    sqlite_connection,
    writing,
)
from lmsctl.kit.database_errors import DatabaseFull
from tests import proxy
from tests.conftest import Portal
from tests.db.clients import programs
from tests.test_outcomes import run_with_timeout

PART = "A part of it may be there; the same command goes on with it."
FAR = "See how far it came with 'lmsctl db status'."
LOOK = "See what is there now with 'lmsctl db check'."
MADE = "The change was made."


@pytest.fixture
def client_programs(postgresql: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the client programs of the server that the tests run into reach."""
    monkeypatch.setenv("PATH", str(programs(postgresql)), prepend=":")


@pytest.fixture
def outdated_database(empty_database: Portal, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Return a database whose schema is older than the program."""
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "VERSION", actions.versions()[-2])
        actions.upgrade(empty_database.url, patience=5)
    return empty_database


def interrupt(monkeypatch: pytest.MonkeyPatch, home: Any, name: str, *, at: int = 1) -> None:
    """Let somebody press Ctrl-C when the function `name` of `home` is called, then do it."""
    plain, calls = getattr(home, name), [0]

    def interrupted(*given: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] == at:
            signal.raise_signal(signal.SIGINT)
        return plain(*given, **more)

    monkeypatch.setattr(home, name, interrupted)


def kind(portal: Portal) -> Any:
    """Return the class of connections to the database."""
    return sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql


# Making and upgrading -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ((making, "_check_vacant"), "Nothing was changed."),
        ((actions, "upgrade"), PART),
        ((making, "_plant"), PART),
    ],
    ids=["before", "schema", "rows"],
)
def test_an_interrupted_init_says_that_it_goes_on(
    empty_database: Portal, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str], said: str
) -> None:
    """Before the first file nothing is there; afterwards the same command makes the rest."""
    with monkeypatch.context() as patch:
        interrupt(patch, *where)
        ran = empty_database.run("init", "--sandbox")
    assert (ran.status, ran.err) == (130, f"Interrupted. {said}\n")
    empty_database.ok("init", "--sandbox")
    assert empty_database.ok("user", "list", "-o", "id").out == "owner\n"


@pytest.mark.parametrize(("at", "said"), [(1, PART), (2, MADE)], ids=["schema", "rows"])
def test_ctrl_c_during_the_commits_of_init(
    empty_database: Portal, monkeypatch: pytest.MonkeyPatch, at: int, said: str
) -> None:
    """Once the portal is committed it is there whole, and not in parts."""
    with monkeypatch.context() as patch:
        interrupt(patch, kind(empty_database), "commit", at=at)
        ran = empty_database.run("init", "--sandbox")
    assert (ran.status, ran.err) == (130, f"Interrupted. {said}\n")
    again = empty_database.run("init", "--sandbox", "-o", "json")
    assert again.status == (0 if at == 1 else 5)


@pytest.mark.parametrize("is_late", [True, False], ids=["commit", "migration"])
def test_an_interrupted_upgrade_says_where_to_look(
    outdated_database: Portal, monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """All of it is there or nothing, which 'db status' shows."""
    from lmsctl.db import migrating

    with monkeypatch.context() as patch:
        interrupt(
            patch, *((kind(outdated_database), "commit") if is_late else (migrating, "migrate"))
        )
        ran = outdated_database.run("db", "upgrade")
    assert (ran.status, ran.err) == (130, f"Interrupted. {FAR}\n")
    if not is_late:
        assert (
            outdated_database.ok("db", "status", "-o", "json").json["schema"]
            == actions.versions()[-2]
        )
        outdated_database.ok("db", "upgrade")
    assert outdated_database.ok("db", "status", "-o", "json").json["schema"] == schema.VERSION


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("at", [1, 2], ids=["schema", "rows"])
def test_a_portal_is_made_once_though_an_answer_is_lost(empty_database: Portal, at: int) -> None:
    """Both of its changes are looked up, and the one other COMMIT is that of sealing the log."""
    with proxy.before(empty_database.url, "swallow", at=at) as line:
        ran = run_with_timeout(empty_database, line.url, "init", "--sandbox", "-o", "json")
    assert (ran.status, line.done.is_set(), line.seen) == (0, True, 3), ran.err
    assert empty_database.value("SELECT count(*) FROM portals") == 1


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_an_upgrade_whose_answer_is_lost_is_found(outdated_database: Portal) -> None:
    """Status and answer are the usual ones."""
    with proxy.before(outdated_database.url, "swallow") as line:
        ran = run_with_timeout(outdated_database, line.url, "db", "upgrade", "-o", "json")
    assert line.done.is_set()
    assert (ran.status, ran.json["after"]) == (0, schema.VERSION), ran.err
    assert (
        outdated_database.value("SELECT count(*) FROM audit_rows WHERE code = 'db.upgraded'") == 1
    )


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_schema_that_may_be_there_is_looked_up_by_its_version(empty_database: Portal) -> None:
    """No audit row tells of the first schema, so no mark would be found."""
    with proxy.before(empty_database.url, "hold") as line:
        ran = run_with_timeout(
            empty_database, line.url, "init", "--sandbox", "-o", "json", patience=1
        )
        assert (ran.status, ran.code) == (11, "outcome_unknown")
        assert "'lmsctl db status' shows it if it was made" in ran.error["hint"]
        line.release.set()
        assert line.done.wait(10)
    assert empty_database.ok("db", "status", "-o", "json").json["schema"] == schema.VERSION


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_schema_that_leaves_no_mark_is_not_called_undone(
    empty_database: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made, and there is no audit row that could tell."""
    commit = sqlite_connection.Sqlite.commit

    def failing(self: sqlite_connection.Sqlite) -> None:
        commit(self)
        raise database_errors.AnswerLost("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_connection.Sqlite, "commit", failing)
        ran = run_with_timeout(
            empty_database, empty_database.url, "init", "--sandbox", "-o", "json", patience=1
        )
    assert (ran.status, ran.code) == (11, "outcome_unknown")


# Backing up and restoring -------------------------------------------------------------------------


@pytest.mark.usefixtures("client_programs")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_backup_that_ends_early_is_not_called_made(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    """The audit log notes it before its file takes its place: between the two, and just after."""
    with monkeypatch.context() as patch:
        interrupt(patch, *((writing, "_sync_folder") if is_there else (os, "fsync")))
        ran = portal.run("db", "backup", "copy")
    noted = "The audit log notes the backup already: see whether 'copy' is there."
    written = " The file 'copy' is written." if is_there else ""
    assert (ran.status, ran.err) == (130, f"Interrupted. {noted}{written}\n")
    assert (portal.folder / "copy").exists() is is_there


@pytest.mark.usefixtures("client_programs")
def test_a_backup_without_room_is_not_called_made(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal says so, and that the log is ahead of the disk."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        ran = portal.run("db", "backup", "copy", "-o", "json")
    assert (ran.code, MADE in ran.err) == ("backup_unwritable", False)
    assert "The audit log notes the backup already" in ran.error["message"]
    assert not (portal.folder / "copy").exists()


@pytest.mark.usefixtures("client_programs")
@pytest.mark.parametrize("is_full", [True, False], ids=["full", "interrupted"])
def test_a_restore_that_has_not_begun_is_not_called_made(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_full: bool
) -> None:
    """Whoever has said yes has not changed anything yet."""
    portal.ok("db", "backup", "copy")

    def end(*_: Any, **__: Any) -> None:
        raise DatabaseFull if is_full else KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_copy if portal.is_sqlite else postgresql_copy, "restore", end)
        ran = portal.run("db", "restore", "copy", "--yes")
    if is_full:
        assert (ran.status, MADE in ran.err) == (11, False), ran.err
    else:
        assert (ran.status, ran.err) == (130, f"Interrupted. {LOOK}\n")
    assert portal.value("SELECT count(*) FROM audit_rows WHERE code = 'db.restored'") == 0


@pytest.mark.usefixtures("client_programs")
def test_ctrl_c_during_the_commit_of_a_restore_says_what_is_true(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends PostgreSQL's restore; SQLite's note goes into a copy, which is not in place yet."""
    portal.ok("db", "backup", "copy")
    portal.ok("department", "create", "Later")
    with monkeypatch.context() as patch:
        interrupt(patch, kind(portal), "commit")
        ran = portal.run("db", "restore", "copy", "--yes")
    said, there = (LOOK, "/\nLater\n") if portal.is_sqlite else (MADE, "/\n")
    assert (ran.status, ran.err) == (130, f"Interrupted. {said}\n")
    assert portal.ok("department", "list", "-o", "id").out == there


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_late", [True, False], ids=["answer", "put-back"])
def test_what_is_restored_in_place_of_a_lost_database_stays(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """An end before that leaves nothing, one after it takes nothing back."""
    portal.ok("db", "backup", "copy")
    file = Path(dburl.sqlite_path(portal.url))
    file.unlink()
    with monkeypatch.context() as patch:
        interrupt(patch, *((copies, "Backup") if is_late else (sqlite_copy, "restore")))
        ran = portal.run("db", "restore", "copy", "--yes")
    assert (ran.status, ran.err) == (130, f"Interrupted. {LOOK}\n")
    assert file.exists() is is_late
    if not is_late:
        portal.ok("db", "restore", "copy", "--yes")
    assert portal.ok("user", "list", "-o", "id").out == "owner\n"
