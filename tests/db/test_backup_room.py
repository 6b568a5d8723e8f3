"""A disk that is full, or may not be written, is named; and what can still be done is done."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lmsctl.kit import dburl
from tests.conftest import Portal
from tests.db.clients import fill, programs, small_disk

PERSON = ("--first-name", "Ada", "--last-name", "Byron")
only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def client_programs(postgresql: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the client programs of the server that the tests run into reach."""
    monkeypatch.setenv("PATH", str(programs(postgresql)), prepend=":")


@pytest.fixture
def portal_on_small_disk(portal: Portal, postgresql: Any) -> Iterator[tuple[Portal, Path]]:
    """Return the portal, moved to a disk of a few megabytes, and that disk."""
    # Where the server's user may go, as pytest's folders are not.
    with tempfile.TemporaryDirectory(prefix="lmsctl-disk-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield from moved_portal(portal, postgresql, folder)


def moved_portal(portal: Portal, postgresql: Any, folder: Path) -> Iterator[tuple[Portal, Path]]:
    """Yield a portal and the small disk that it is on, and remove both."""
    with small_disk(folder, 4 if portal.is_sqlite else 24) as disk:
        if portal.is_sqlite:
            file = disk / "portal.db"
            shutil.copyfile(dburl.sqlite_path(portal.url), file)
            yield Portal(f"sqlite:///{file}", portal.folder), disk
            return
        yield portal, move_to_disk(portal, postgresql, disk)
        with psycopg.connect(postgresql.get_uri(), autocommit=True) as server:
            name = portal.url.partition("?")[0].rpartition("/")[2]
            server.execute(f"ALTER DATABASE {name} SET TABLESPACE pg_default".encode())
            server.execute("DROP TABLESPACE small")


def move_to_disk(portal: Portal, postgresql: Any, disk: Path) -> Path:
    """Move the portal's database to `disk`."""
    place = disk / "space"
    place.mkdir()
    with psycopg.connect(postgresql.get_uri(), autocommit=True) as server:
        found = server.execute("SHOW data_directory").fetchone()
        assert found
        owner = Path(found[0]).stat()
        subprocess.run(["chown", f"{owner.st_uid}:{owner.st_gid}", str(place)], check=True)
        server.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
        name = portal.url.partition("?")[0].rpartition("/")[2]
        server.execute(f"ALTER DATABASE {name} SET TABLESPACE small".encode())
    return disk


def long_text() -> str:
    """Return a long text."""
    return "many words " * 20_000


def test_a_restore_onto_a_full_disk_is_refused_by_name(
    portal_on_small_disk: tuple[Portal, Path],
) -> None:
    """The database stays as it is, and can be used once there is room."""
    portal, disk = portal_on_small_disk
    portal.ok("db", "backup", "small")
    if portal.is_sqlite:
        bigger = Portal(f"sqlite:///{portal.folder / 'bigger.db'}", portal.folder)
        bigger.ok("init", "--sandbox")
        for number in range(40):
            bigger.sql(
                "INSERT INTO audit_rows (happened_at, operator, command, verdict, code, target,"
                " detail_json) VALUES ('2026-01-01T00:00:00Z', 'o', 'c', 'done', 'x', :t, :d)",
                t=str(number),
                d=f'{{"a": "{long_text()}"}}',
            )
        bigger.ok("db", "backup", "copy")
    else:
        portal.ok("db", "backup", "copy")
    filling = fill(disk)
    ran = portal.run("db", "restore", "copy", "--yes", "-o", "json")
    assert (ran.status, ran.code) == (11, "database_full")
    filling.unlink()
    portal.ok("user", "create", "--email", "ada@example.com", *PERSON)
    portal.ok("db", "restore", "small", "--yes")
    assert portal.ok("db", "check", "-o", "json").json == []


def test_a_backup_of_a_full_disk_to_another_is_made(
    portal_on_small_disk: tuple[Portal, Path],
) -> None:
    """It may be what somebody needs most then; that it is not in the log is said."""
    portal, disk = portal_on_small_disk
    if portal.is_sqlite:
        fill(disk)
    else:
        # The server keeps room in the files of a table, so a full disk is played.
        portal.sql(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END$$"
        )
        portal.sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON audit_rows"
            " FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    ran = portal.ok("db", "backup", "copy")
    assert "not noted there (database_full)" in ran.err
    assert (portal.folder / "copy").stat().st_size > 10_000
    (disk / "filling").unlink(missing_ok=True)
    if not portal.is_sqlite:
        portal.sql("DROP FUNCTION full_disk CASCADE")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
def test_a_backup_onto_a_full_disk_is_refused_by_name(portal: Portal, tmp_path: Path) -> None:
    """No half a file is left, and nothing in the log says that there is one."""
    with small_disk(tmp_path, 0.125) as disk:
        filling = fill(disk, leave=8192)
        code = portal.refused("db", "backup", str(disk / "copy"))
        assert code == "backup_unwritable"
        assert list(disk.iterdir()) == [filling]
    codes = [row["code"] for row in portal.ok("audit", "list", "-o", "json").json]
    assert "db.backed_up" not in codes


@only_sqlite
@pytest.mark.parametrize("is_damaged", [True, False])
def test_a_lost_database_stays_as_it_was_where_there_is_no_room(
    portal: Portal, tmp_path: Path, *, is_damaged: bool
) -> None:
    """A refused restore leaves neither an empty file nor another name."""
    portal.ok("db", "backup", "copy")
    with small_disk(tmp_path, 0.5) as disk:
        file = disk / "portal.db"
        if is_damaged:
            file.write_bytes(b"ruined" * 100)
        lost = Portal(f"sqlite:///{file}", portal.folder)
        filling = fill(disk)
        assert lost.refused("db", "restore", "copy", "--yes") == "database_full"
        assert set(disk.iterdir()) == ({filling, file} if is_damaged else {filling})
        assert not is_damaged or file.read_bytes() == b"ruined" * 100


@only_sqlite
@pytest.mark.parametrize("is_there", [True, False])
def test_a_restore_onto_a_read_only_disk_is_refused_by_name(
    portal: Portal, tmp_path: Path, *, is_there: bool
) -> None:
    """Whether a database is there or not."""
    portal.ok("db", "backup", "copy")
    with small_disk(tmp_path, 4) as disk:
        file = disk / "portal.db"
        if is_there:
            shutil.copyfile(dburl.sqlite_path(portal.url), file)
        mount = ["mount", "-o", "remount,ro", str(disk)]
        subprocess.run(mount, check=True)
        there = Portal(f"sqlite:///{file}", portal.folder)
        ran = there.run("db", "restore", "copy", "--yes", "-o", "json")
        assert (ran.status, ran.code) == (11, "database_read_only")


@only_postgresql
def test_a_restore_into_a_server_that_only_reads_is_refused_by_name(portal: Portal) -> None:
    """Like any other change there."""
    portal.ok("db", "backup", "copy")
    portal.sql("CREATE ROLE reading LOGIN")
    portal.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reading")
    try:
        reading = Portal(portal.url.replace("postgres:@", "reading:@"), portal.folder)
        ran = reading.run("db", "restore", "copy", "--yes", "-o", "json")
        assert (ran.status, ran.code) == (11, "database_read_only")
    finally:
        portal.sql("DROP OWNED BY reading")
        portal.sql("DROP ROLE reading")


@only_sqlite
def test_a_restore_that_has_no_room_to_be_prepared_is_refused(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says where room is needed, and the database stays."""
    portal.ok("db", "backup", "copy")
    portal.ok("user", "create", "--email", "ada@example.com", *PERSON)
    with small_disk(tmp_path, 0.1) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        ran = portal.run("db", "restore", "copy", "--yes", "-o", "json")
        assert (ran.status, ran.code) == (11, "spare_unwritable")
        assert str(disk) in ran.error["message"]
        assert list(disk.iterdir()) == []
    assert portal.value("SELECT count(*) FROM users") == 2
