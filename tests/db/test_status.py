"""`db status` and `db vacuum` on databases of every state."""

import os
from pathlib import Path

import pytest

from lmsctl.kit import dburl, driver
from tests.conftest import Portal


def test_a_current_portal_is_current(portal: Portal) -> None:
    """The versions are equal and the size is that of a database."""
    row = portal.ok("db", "status", "-o", "json").json
    assert (row["state"], row["schema"]) == ("current", row["program"])
    assert row["size"] > 100_000


def test_nothing_there_is_a_state_too(empty_database: Portal) -> None:
    """Asking after a database that does not exist is no failure, and makes none."""
    row = empty_database.ok("db", "status", "-o", "json").json
    assert (row["state"], row["schema"]) == ("absent", None)
    assert not (empty_database.folder / "portal.db").exists()


def test_a_database_from_the_future_is_newer(portal: Portal) -> None:
    """Its state can be asked for; everything else is refused with 12."""
    portal.sql("UPDATE alembic_version SET version_num = '9999'")
    assert portal.ok("db", "status", "-o", "json").json["state"] == "newer"
    assert portal.run("db", "check").status == 12
    assert portal.run("user", "list").status == 12


def test_a_schema_without_a_portal_is_absent(empty_database: Portal) -> None:
    """An init that was cut short left no portal, and that is what is said."""
    empty_database.ok("init", "--sandbox")
    empty_database.sql("DELETE FROM portals")
    assert empty_database.ok("db", "status", "-o", "json").json["state"] == "absent"


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    """An address with a password is masked, also when nobody answers."""
    portal = Portal("postgresql://u:geheim@127.0.0.1:1/x", tmp_path)
    ran = portal.run("db", "status")
    assert ran.status == 11
    assert "geheim" not in ran.out + ran.err


def test_a_vacuum_keeps_every_row(portal: Portal) -> None:
    """Space is given back, people stay."""
    portal.sql("CREATE TABLE bulk (text TEXT)")
    portal.sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " INSERT INTO bulk SELECT 'a long row that takes some space ' || i FROM n"
    )
    portal.sql("DROP TABLE bulk")
    row = portal.ok("db", "vacuum", "-o", "json").json
    if portal.is_sqlite:
        assert row["size_after"] < row["size_before"]
        assert os.path.getsize(dburl.sqlite_path(portal.url)) == row["size_after"]  # noqa: PTH202
    assert portal.value("SELECT count(*) FROM users") == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_vacuum_waits_for_nobody_for_ever(portal: Portal) -> None:
    """While somebody writes, the database is busy."""
    file = portal.folder / "lmsctl.toml"
    file.write_text(f'[contexts.default]\ndatabase-url = "{portal.url}"\nlock-timeout = 1\n')
    other = driver.open_database(portal.url, patience=5)
    other.begin_writing()
    code = portal.refused("db", "vacuum", "--context", "default")
    other.close()
    assert code == "database_locked"
