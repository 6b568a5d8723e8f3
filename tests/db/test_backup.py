"""Backups are whole, private and checked; restoring puts back exactly what was there."""

import stat
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lmsctl.db import engine, sqlite_copy
from lmsctl.kit import database, database_errors, dburl, driver
from lmsctl.kit.sqlite import library as sqlite3
from tests.conftest import Portal
from tests.db.clients import programs

PERSON = ("--first-name", "Ada", "--last-name", "Byron")
only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def client_programs(postgresql: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the client programs of the server that the tests run into reach."""
    monkeypatch.setenv("PATH", str(programs(postgresql)), prepend=":")


def logins(portal: Portal) -> set[str]:
    """Return who is in the portal."""
    return {row["login"] for row in portal.ok("user", "list", "-o", "json").json}


def create_person(portal: Portal, login: str) -> None:
    """Create a person."""
    portal.ok("user", "create", "--email", f"{login}@example.com", *PERSON)


def audited_codes(portal: Portal) -> list[str]:
    """Return what the audit log says has happened."""
    return [row["code"] for row in portal.ok("audit", "list", "-o", "json").json]


def record_nothing(_: driver.Connection) -> None:
    """Write nothing down."""


def portal_files(portal: Portal) -> set[str]:
    """Return the names of all files beside the portal."""
    return {path.name for path in portal.folder.iterdir()} - {"portal.db"}


def test_a_restore_puts_back_what_was_backed_up(portal: Portal) -> None:
    """People who came later are gone, people who were there are back, and nothing is broken."""
    create_person(portal, "ada")
    made = portal.ok("db", "backup", "copy", "-o", "json").json
    assert made["size"] == (portal.folder / "copy").stat().st_size > 0
    create_person(portal, "bob")
    portal.ok("user", "delete", "ada", "--yes")
    portal.ok("db", "restore", "copy", "--yes")
    assert logins(portal) == {"owner", "ada"}
    assert portal.ok("db", "check", "-o", "json").json == []
    create_person(portal, "cy")


def test_backup_and_restore_are_in_the_audit_log(portal: Portal) -> None:
    """Everybody's data left the database, and came from elsewhere; that is written down."""
    portal.ok("db", "backup", "copy")
    assert "db.backed_up" in audited_codes(portal)
    portal.ok("db", "restore", "copy", "--yes")
    assert "db.restored" in audited_codes(portal)


def test_a_backup_that_fails_is_not_noted(portal: Portal) -> None:
    """The log says what happened, not what was tried."""
    assert portal.refused("db", "backup", "absent/copy") == "backup_unwritable"
    assert "db.backed_up" not in audited_codes(portal)


def test_a_backup_is_readable_by_its_owner_only(portal: Portal) -> None:
    """People's data are nobody else's business; nothing else is left in the folder."""
    portal.ok("db", "backup", "copy")
    assert stat.S_IMODE((portal.folder / "copy").stat().st_mode) == 0o600
    assert portal_files(portal) == {"copy"}


def test_a_file_that_is_there_is_kept_unless_forced(portal: Portal) -> None:
    """Yesterday's backup is not lost by a slip."""
    (portal.folder / "copy").write_text("yesterday")
    assert portal.refused("db", "backup", "copy") == "backup_exists"
    assert (portal.folder / "copy").read_text() == "yesterday"
    portal.ok("db", "backup", "copy", "--force")
    assert (portal.folder / "copy").stat().st_size > 10_000


def test_a_rehearsed_backup_leaves_nothing(portal: Portal) -> None:
    """It is made, checked, and thrown away."""
    assert portal.ok("db", "backup", "copy", "-n", "-o", "json").json["size"] > 0
    assert portal_files(portal) == set()


def test_a_folder_that_is_not_there_is_said(portal: Portal) -> None:
    """Nothing is left and the sentence names the file."""
    assert portal.refused("db", "backup", "absent/copy") == "backup_unwritable"
    assert portal.refused("db", "backup", ".") == "backup_unwritable"


def test_a_restore_asks_first(portal: Portal) -> None:
    """Without a yes, and in a rehearsal, nothing happens."""
    portal.ok("db", "backup", "copy")
    create_person(portal, "ada")
    assert portal.refused("db", "restore", "copy") == "confirmation_needed"
    portal.ok("db", "restore", "copy", "--dry-run")
    assert logins(portal) == {"owner", "ada"}


@pytest.mark.parametrize("content", [b"", b"something else", b"PGDMP but no more", bytes(5000)])
def test_what_is_no_backup_is_not_restored(portal: Portal, content: bytes) -> None:
    """The database stays as it is."""
    (portal.folder / "copy").write_bytes(content)
    assert portal.refused("db", "restore", "copy", "--yes") == "backup_unsound"
    assert logins(portal) == {"owner"}


def test_half_a_backup_is_not_restored(portal: Portal) -> None:
    """A copy that was cut off on the way is noticed before anything is replaced."""
    portal.ok("db", "backup", "copy")
    file = portal.folder / "copy"
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    create_person(portal, "ada")
    ran = portal.run("db", "restore", "copy", "--yes")
    assert ran.status in {6, 11}
    assert logins(portal) == {"owner", "ada"}


def test_a_missing_backup_is_not_found(portal: Portal) -> None:
    """Exit status 4."""
    assert portal.run("db", "restore", "absent", "--yes").status == 4


def test_a_backup_from_the_future_is_not_restored(portal: Portal) -> None:
    """A schema that this program does not know would lock everybody out."""
    portal.sql("UPDATE alembic_version SET version_num = '9999'")
    portal.ok("db", "backup", "copy")
    assert portal.refused("db", "restore", "copy", "--yes") == "schema_newer"


# SQLite ------------------------------------------------------------------------------------------


@only_sqlite
def test_the_database_is_not_its_own_backup(portal: Portal) -> None:
    """Neither way, also by another name of the file."""
    (portal.folder / "link").symlink_to(portal.folder / "portal.db")
    assert portal.refused("db", "backup", "link", "--force") == "files_clash"
    assert portal.refused("db", "restore", "portal.db", "--yes") == "backup_is_database"


@only_sqlite
def test_another_programs_database_is_not_restored(portal: Portal) -> None:
    """A sound SQLite file without a portal is not what was meant."""
    other = sqlite3.connect(portal.folder / "copy")
    other.execute("CREATE TABLE invoices (id INTEGER)")
    other.close()
    assert portal.refused("db", "restore", "copy", "--yes") == "backup_unsound"


@only_sqlite
def test_a_backup_with_orphans_is_not_restored(portal: Portal) -> None:
    """Rows that lead nowhere were not written by this program."""
    portal.ok("db", "backup", "copy")
    other = sqlite3.connect(portal.folder / "copy")
    other.execute("UPDATE users SET department_id = 99")
    other.commit()
    other.close()
    assert portal.refused("db", "restore", "copy", "--yes") == "backup_unsound"


@only_sqlite
def test_a_backup_that_breaks_a_rule_of_its_tables_is_not_restored(portal: Portal) -> None:
    """SQLite itself finds that when it is asked, and only then."""
    portal.ok("db", "backup", "copy")
    with closing(sqlite3.connect(portal.folder / "copy")) as other:
        other.execute("PRAGMA ignore_check_constraints = ON")
        other.execute("UPDATE users SET status = 'odd'")
        other.commit()
    assert portal.refused("db", "restore", "copy", "--yes") == "backup_unsound"


@only_sqlite
def test_a_backup_is_one_file_that_opens_by_itself(portal: Portal) -> None:
    """It can be used as a database in place."""
    create_person(portal, "ada")
    portal.ok("db", "backup", "copy")
    assert logins(Portal(f"sqlite:///{portal.folder / 'copy'}", portal.folder)) == {"owner", "ada"}


@only_sqlite
def test_a_damaged_database_is_kept_and_replaced(portal: Portal) -> None:
    """What is left of it may still be wanted; its log must not spoil the new one."""
    portal.ok("db", "backup", "copy")
    file = dburl.sqlite_path(portal.url)
    file.write_bytes(b"ruined" * 1000)
    file.with_name("portal.db-journal").write_bytes(b"old log")
    portal.ok("db", "restore", "copy")
    assert logins(portal) == {"owner"}
    assert (portal.folder / "portal.db.damaged-1").read_bytes() == b"ruined" * 1000
    assert not file.with_name("portal.db-journal").exists()


@only_sqlite
def test_a_lost_database_is_made_anew(portal: Portal) -> None:
    """Readable by its owner only, as before."""
    portal.ok("db", "backup", "copy")
    file = dburl.sqlite_path(portal.url)
    file.unlink()
    assert portal.refused("db", "restore", "copy", "--as", "owner") == "rights_unreadable"
    portal.ok("db", "restore", "copy", "--dry-run")
    assert not file.exists()
    portal.ok("db", "restore", "copy")
    assert logins(portal) == {"owner"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@only_sqlite
def test_readers_see_the_old_state_or_the_new_one(portal: Portal) -> None:
    """Somebody who reads keeps reading what they began with, and the restore waits its turn."""
    portal.ok("db", "backup", "copy")
    reader = driver.open_database(portal.url, patience=1)
    reader.begin_reading()
    assert database.execute(reader, "SELECT count(*) FROM users").one() == (1,)
    writer = driver.open_database(portal.url, patience=0.2)
    if database.execute(reader, "PRAGMA journal_mode").one() == ("wal",):
        sqlite_copy.restore(portal.folder / "copy", writer, record_nothing, patience=0.2)
    else:
        with pytest.raises(database_errors.DatabaseLocked):
            sqlite_copy.restore(portal.folder / "copy", writer, record_nothing, patience=0.2)
    assert database.execute(reader, "SELECT count(*) FROM users").one() == (1,)
    reader.close()
    sqlite_copy.restore(portal.folder / "copy", writer, record_nothing, patience=0.2)
    writer.close()


@only_sqlite
def test_a_restore_waits_for_a_writer_and_gives_up(portal: Portal) -> None:
    """The writer's change is not lost, and nobody hangs."""
    portal.ok("db", "backup", "copy")
    writer = driver.open_database(portal.url, patience=1)
    writer.begin_writing()
    database.execute(writer, "UPDATE portals SET name = 'Kept'")
    other = driver.open_database(portal.url, patience=0.1)
    with pytest.raises(database_errors.DatabaseLocked):
        sqlite_copy.restore(portal.folder / "copy", other, record_nothing, patience=0.1)
    other.close()
    writer.commit()
    writer.close()
    assert portal.value("SELECT name FROM portals") == "Kept"


def test_a_private_file_is_made_once(tmp_path: Path) -> None:
    """Making sure of the file changes nothing in one that is there."""
    file = tmp_path / "portal.db"
    file.write_bytes(b"content")
    engine.make_private_file(f"sqlite:///{file}")
    assert file.read_bytes() == b"content"


@only_sqlite
def test_a_restore_and_its_note_are_one(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill leaves both or neither, wherever it comes."""
    portal.ok("db", "backup", "copy")
    create_person(portal, "ada")
    copied = sqlite_copy._copy
    seen: list[tuple[bool, bool]] = []

    def watched(*given: Any) -> None:
        copied(*given)
        seen.append((logins(portal) == {"owner"}, "db.restored" in audited_codes(portal)))

    monkeypatch.setattr(sqlite_copy, "_copy", watched)
    portal.ok("db", "restore", "copy", "--yes")
    assert seen == [(False, False), (True, True)]


@only_sqlite
def test_a_restore_that_cannot_be_noted_changes_nothing(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves no copy of people's data behind."""
    portal.ok("db", "backup", "copy")
    create_person(portal, "ada")
    spare = portal.folder / "spare"
    spare.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spare))

    def fail(*_: Any, **__: Any) -> None:
        assert len(list(spare.iterdir())) >= 1
        raise KeyboardInterrupt

    monkeypatch.setattr("lmsctl.audit.actions.record", fail)
    portal.run("db", "restore", "copy", "--yes")
    assert logins(portal) == {"owner", "ada"}
    assert list(spare.iterdir()) == []


def test_a_refused_restore_does_not_speak_of_changes(portal: Portal) -> None:
    """Nothing was written before, and nothing is said to stand."""
    (portal.folder / "copy").write_text("no backup")
    ran = portal.run("db", "restore", "copy", "--yes")
    assert "What was written before" not in ran.err
    assert ran.status == 6
    if not portal.is_sqlite:
        portal.ok("db", "backup", "sound")
        portal.sql("CREATE VIEW people AS SELECT login FROM users")
        ran = portal.run("db", "restore", "sound", "--yes")
        assert ran.status == 6
        assert "What was written before" not in ran.err


@only_sqlite
def test_a_backup_in_another_encoding_is_refused(portal: Portal) -> None:
    """SQLite cannot copy it over what is in UTF-8."""
    portal.ok("db", "backup", "copy")
    with closing(sqlite3.connect(portal.folder / "copy")) as made:
        texts = [sql for (sql,) in made.execute("SELECT sql FROM sqlite_master WHERE sql > ''")]
    with closing(sqlite3.connect(portal.folder / "other", isolation_level=None)) as other:
        other.execute("PRAGMA encoding = 'UTF-16le'")
        for sql in texts:
            if "sqlite_sequence" not in sql:
                other.execute(sql)
    ran = portal.run("db", "restore", "other", "--yes", "-o", "json")
    assert (ran.status, ran.code) == (6, "backup_unsound")
    assert "UTF-16le" in ran.err


@only_sqlite
def test_a_backup_with_a_log_does_not_bring_it_along(portal: Portal) -> None:
    """How a database keeps its changes is decided by what this SQLite can do."""
    portal.ok("db", "backup", "copy")
    with closing(sqlite3.connect(portal.folder / "copy")) as made:
        made.execute("PRAGMA journal_mode = WAL")
    before = portal.value("PRAGMA journal_mode")
    portal.ok("db", "restore", "copy", "--yes")
    assert portal.value("PRAGMA journal_mode") == before
    assert logins(portal) == {"owner"}


@only_sqlite
def test_a_backup_that_fails_names_its_file(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the half that was lent meanwhile."""

    def fail(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite_copy, "_copy", fail)
    ran = portal.run("db", "backup", "copy", "-o", "json")
    assert ran.code == "backup_unwritable"
    assert "'copy'" in ran.err
    assert ".part" not in ran.err
