"""`doctor` has a good answer however broken the installation is."""

from pathlib import Path
from typing import Any

import pytest

from lmsctl.kit import dburl
from tests.conftest import CommandResult, Portal


def rows(ran: CommandResult) -> dict[str, Any]:
    """Return what was found by the name of what was looked at."""
    return {row["check"]: row for row in ran.json}


def examine(portal: Portal, **variables: str) -> tuple[int, dict[str, Any]]:
    """Return the exit status and the findings of one examination."""
    ran = portal.run("doctor", "-o", "json", **variables)
    return ran.status, rows(ran)


def test_a_sound_portal_has_nothing_failed(portal: Portal) -> None:
    """Everything is looked at, down to the rows, and the exit status is 0."""
    portal.now = None
    status, found = examine(portal)
    assert status == 0
    assert {"configuration", "connection", "database", "schema", "clock", "invariants"} <= set(
        found
    )
    assert not [row for row in found.values() if row["state"] == "failed"]


def test_with_nothing_configured_it_says_how_to_begin(tmp_path: Path) -> None:
    """A first run ends with 10 and points to init."""
    status, found = examine(Portal("", tmp_path))
    assert status == 10
    assert found["connection"]["state"] == "failed"
    assert "lmsctl init" in found["connection"]["hint"]


def test_a_missing_portal_is_said_with_what_to_do(empty_database: Portal) -> None:
    """No file, or an empty database: init is the advice."""
    status, found = examine(empty_database)
    last = list(found.values())[-1]
    assert (status, last["state"]) == (10, "failed")
    assert "lmsctl init" in last["hint"]


def test_a_broken_configuration_is_said_first(tmp_path: Path) -> None:
    """Nothing else can be looked at then."""
    (tmp_path / "lmsctl.toml").write_text("contxt = 'x'\n")
    status, found = examine(Portal("", tmp_path))
    assert status == 10
    assert list(found) == ["configuration"]
    assert "context" in found["configuration"]["hint"]
    assert "failed" in Portal("", tmp_path).run("doctor").out


def test_a_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    """The password of the address is shown nowhere."""
    ran = Portal("postgresql://u:geheim@127.0.0.1:1/x", tmp_path).run("doctor", "-o", "json")
    assert rows(ran)["database"]["state"] == "failed"
    assert ran.status == 10
    assert "geheim" not in ran.out + ran.err


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """With the advice to restore a backup."""
    (tmp_path / "portal.db").write_bytes(b"nothing of the kind" * 100)
    status, found = examine(Portal("sqlite:///portal.db", tmp_path))
    assert status == 10
    assert "db restore" in found["database"]["hint"]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_file_that_others_may_read_is_a_warning(portal: Portal) -> None:
    """Accounts are nobody else's business; the hint is the command to run."""
    file = dburl.sqlite_path(portal.url)
    file.chmod(0o644)
    status, found = examine(portal)
    assert (status, found["file"]["state"]) == (0, "warning")
    assert found["file"]["hint"] == f"Run: chmod 600 {file}"
    file.chmod(0o600)
    assert examine(portal)[1]["file"]["state"] == "ok"


def test_a_frozen_clock_is_a_warning_in_a_sandbox_and_a_failure_elsewhere(portal: Portal) -> None:
    """Only test portals may stand still."""
    status, found = examine(portal)
    assert (status, found["clock"]["state"]) == (0, "warning")
    portal.sql("UPDATE portals SET is_sandbox = :no", no=False)
    status, found = examine(portal)
    assert (status, found["clock"]["state"]) == (10, "failed")
    portal.now = None
    assert examine(portal)[1]["clock"]["state"] == "ok"


def test_a_schema_of_another_version_is_a_failure(portal: Portal) -> None:
    """It says which, and stops there."""
    portal.sql("UPDATE alembic_version SET version_num = '9999'")
    status, found = examine(portal)
    assert (status, found["schema"]["state"]) == (10, "failed")
    assert "9999" in found["schema"]["sentence"]


def test_broken_rows_are_a_failure(portal: Portal) -> None:
    """What `db check` finds, the doctor finds."""
    portal.sql("UPDATE portals SET seats_taken = seats_taken + 1")
    status, found = examine(portal)
    assert (status, found["seats_counted"]["state"]) == (10, "failed")


def test_a_zone_nobody_knows_is_said(portal: Portal) -> None:
    """One wrong variable stops every command, and the doctor says which."""
    status, found = examine(portal, LMSCTL_TZ="Mars/Base")
    assert (status, found["options"]["state"]) == (10, "failed")
    assert "Mars/Base" in found["options"]["sentence"]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_missing_client_programs_are_a_warning(portal: Portal) -> None:
    """Without pg_dump there will be no backup, so it is said before one is needed."""
    _, found = examine(portal, PATH="")
    assert found["database"]["state"] == "warning"
    assert "no backup can be made" in found["database"]["sentence"]
    assert "client programs" in found["database"]["hint"]


def test_a_lost_version_is_no_missing_portal(portal: Portal) -> None:
    """Neither the doctor nor the check advises to make a new one over it, or points at itself."""
    portal.sql("DELETE FROM alembic_version")
    status, found = examine(portal)
    assert status == 10
    assert "version of the schema is missing" in found["schema"]["sentence"]
    ran = portal.run("db", "check", "-o", "json")
    assert (ran.status, ran.json[0]["check"]) == (10, "schema_agrees")
    assert "db check" not in ran.json[0]["expected"]
    assert portal.refused("db", "check", "--as", "owner") == "rights_unreadable"
