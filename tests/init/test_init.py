"""Making a portal: once, whole, repeatable after a kill, and rehearsed without a trace."""

import contextlib
from pathlib import Path

import pytest

from lmsctl.db import actions as db
from lmsctl.kit import dburl
from lmsctl.kit.environment import Environment
from tests import database_rows
from tests.conftest import Portal


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Return an empty folder, in which nothing says which database."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    folder = tmp_path / "here"
    folder.mkdir()
    return Portal("", folder, now=None)


def file_names(portal: Portal) -> list[str]:
    """Return the names of the files in the folder."""
    return sorted(path.name for path in portal.folder.iterdir())


def test_a_new_portal_has_one_owner_and_everything_switched_off(empty_database: Portal) -> None:
    """Who takes a seat and is listed; no limit, no confirmation, UTC."""
    made = empty_database.ok(
        "init", "--sandbox", "--owner-email", "ada@example.com", "-o", "json"
    ).json
    assert (made["owner"], made["time_zone"], made["is_sandbox"]) == ("ada", "UTC", True)
    (owner,) = empty_database.ok("user", "list", "-o", "json").json
    assert (owner["login"], owner["email"], owner["status"]) == ("ada", "ada@example.com", "active")
    assert empty_database.ok("user", "show", "ada", "-o", "json").json["roles"] == ["owner"]
    settings = {
        row["name"]: row["value"]
        for row in empty_database.ok("settings", "show", "-o", "json").json
    }
    assert settings["plan.max-active-users"] == "unlimited"
    assert settings["plan.seats-taken"] == 1
    assert settings["time-zone"] == "UTC"
    assert empty_database.ok("db", "check")


def test_without_an_address_it_writes_configuration_and_database_here(empty_folder: Portal) -> None:
    """Both for their owner only; everything works from then on."""
    ran = empty_folder.ok("init", "--time-zone", "Europe/Berlin")
    assert ran.err == (
        "Created the portal 'Portal' in sqlite:///lmsctl.db, and wrote lmsctl.toml.\n"
    )
    assert file_names(empty_folder) == ["lmsctl.db", "lmsctl.toml"]
    for name in file_names(empty_folder):
        assert (empty_folder.folder / name).stat().st_mode & 0o077 == 0
    assert empty_folder.ok("department", "list", "-o", "id").out == "/\n"


def test_a_second_portal_in_the_same_database_is_a_conflict(empty_database: Portal) -> None:
    """And changes nothing but the log of refusals."""
    empty_database.ok("init", "--sandbox")
    before = database_rows.all_rows(
        empty_database, besides=("audit_rows", "audit_heads", "sqlite_sequence")
    )
    ran = empty_database.run("init", "--sandbox", "-o", "json")
    assert (ran.status, ran.code) == (5, "portal_exists")
    assert empty_database.run("init", "--sandbox", "-n").status == 5
    assert (
        database_rows.all_rows(
            empty_database, besides=("audit_rows", "audit_heads", "sqlite_sequence")
        )
        == before
    )
    assert database_rows.refusals(empty_database) == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("--time-zone", "Mars"), "time_zone_unknown"),
        (("--owner-email", "nonsense"), "email_invalid"),
        (("--owner-login", "a b"), "login_invalid"),
        (("--name", "\x1b"), "text_character_forbidden"),
    ],
)
def test_what_is_refused_leaves_no_file(
    empty_folder: Portal, wrong: tuple[str, str], code: str
) -> None:
    """Every value is looked at before the first is written."""
    assert empty_folder.refused("init", *wrong) == code
    assert file_names(empty_folder) == []


def test_a_frozen_clock_is_for_sandboxes(empty_database: Portal) -> None:
    """A portal for people does not begin with one."""
    assert empty_database.refused("init") == "clock_frozen"
    if empty_database.is_sqlite:
        assert file_names(empty_database) == []


def test_a_rehearsal_tells_the_same_and_leaves_nothing(
    empty_database: Portal, empty_folder: Portal
) -> None:
    """No file, no table."""
    rehearsed = empty_folder.ok("init", "-n", "-o", "json")
    assert file_names(empty_folder) == []
    assert empty_folder.ok("init", "-o", "json").json == rehearsed.json
    empty_database.ok("init", "--sandbox", "-n")
    if empty_database.is_sqlite:
        assert not dburl.sqlite_path(empty_database.url).exists()
    else:
        assert database_rows.all_rows(empty_database) == {}


def test_a_run_killed_after_any_step_can_be_repeated(
    empty_folder: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the configuration, and after the tables."""
    steps: tuple[tuple[object, str], ...] = ((db, "upgrade"), (Environment, "write"))
    for place, name in steps:
        with monkeypatch.context() as patch, contextlib.suppress(SystemExit):
            patch.setattr(place, name, lambda *_, **__: _killed())
            empty_folder.run("init")
        assert "lmsctl.toml" in file_names(empty_folder)
        assert empty_folder.run("department", "list").status in {11, 12}
        assert "lmsctl init" in empty_folder.run("department", "list").err
    empty_folder.ok("init")
    assert empty_folder.ok("user", "list", "-o", "id").out == "owner\n"


def _killed() -> None:
    raise SystemExit(137)


def test_a_file_in_use_is_kept_and_used(empty_folder: Portal) -> None:
    """The portal is made where it says."""
    text = '[contexts.default]\ndatabase-url = "sqlite:///sub.db"\n'
    (empty_folder.folder / "lmsctl.toml").write_text(text)
    (empty_folder.folder / "lmsctl.toml").chmod(0o600)
    assert empty_folder.ok("init", "-o", "json").json["config_file"] is None
    assert file_names(empty_folder) == ["lmsctl.toml", "sub.db"]
    assert (empty_folder.folder / "lmsctl.toml").read_text() == text


@pytest.mark.parametrize("way", ["address", "PGOPTIONS"])
@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_the_options_of_an_address_hold(portal: Portal, way: str) -> None:
    """Two portals in one database are two: whatever is done to one leaves the other alone."""
    portal.sql("CREATE SCHEMA two")
    joint = "&" if "?" in portal.url else "?"
    there = (
        {"LMSCTL_DATABASE_URL": f"{portal.url}{joint}options=-csearch_path%3Dtwo"}
        if way == "address"
        else {"PGOPTIONS": "-c search_path=two"}
    )
    portal.ok("init", "--sandbox", **there)
    portal.ok("department", "create", "Sales", **there)
    assert portal.value("SELECT count(*) FROM public.departments") == 1
    assert portal.value("SELECT count(*) FROM two.departments") == 2
