"""Rows are locked by their numbers, and what decides is read after: seen with real processes.

SQLite has one writer only, so there nobody waits for a row.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from lmsctl.kit import database, driver
from tests.conftest import Portal, Templates
from tests.racers import Racer, race
from tests.waiting import run_during, wait_until_blocked

_PATIENCE = 30


@pytest.fixture
def postgresql_portal(templates: Templates, tmp_path: Path) -> Iterator[Portal]:
    """Return a portal on PostgreSQL with a few people, two items and a department's keeper."""
    portal = templates.copy("postgresql", tmp_path)
    for name in ("Here", "There"):
        portal.ok("department", "create", name)
    for login in ("ann", "ben", "keeper"):
        names = ("--first-name", "F", "--last-name", "L", "--department", "Here")
        portal.ok("user", "create", "--login", login, *names)
    portal.ok("role", "grant", "keeper", "department-administrator", "--department", "Here")
    for code in ("first", "second"):
        portal.ok("content", "create", "--kind", "topic", "--code", code, "--title", code)
        portal.ok("enroll", "--user", "ann", "--content", code)
    profile = ("--code", "open", "--department", "Here", "--ends", "never", "--activations", "9")
    portal.ok("signup-profile", "create", "P", *profile)
    yield portal
    templates.drop(portal)


@contextmanager
def _held(portal: Portal, row: str, *does: str) -> Iterator[None]:
    """Hold a row, change something meanwhile, and commit at the end."""
    other = driver.open_database(portal.url, patience=10)
    other.begin_writing()
    database.execute(other, f"SELECT 1 FROM {row} FOR UPDATE")
    for statement in does:
        database.execute(other, statement)
    try:
        yield
        other.commit()
    finally:
        other.close()


_ITEM = "enrollments WHERE item_id = (SELECT id FROM content_items WHERE code = '{}')"


@pytest.mark.parametrize(
    ("argv", "lower", "higher"),
    [
        pytest.param(
            ["user", "edit", "ben", "--supervisor", "ann"],
            "users WHERE login = 'ann'",
            "users WHERE login = 'ben'",
            id="edit",
        ),
        pytest.param(
            ["--yes", "user", "delete", "ben"],
            "users WHERE login = 'ann'",
            "users WHERE login = 'ben'",
            id="delete",
        ),
        pytest.param(
            ["enroll", "--user", "ann", "--content", "second", "--content", "first"],
            _ITEM.format("first"),
            _ITEM.format("second"),
            id="enroll",
        ),
    ],
)
def test_whoever_waits_for_a_lower_number_holds_no_higher_one(
    postgresql_portal: Portal, argv: list[str], lower: str, higher: str
) -> None:
    """Two who lock the same rows do it in the same order, so neither waits for the other."""
    if "delete" in argv:
        postgresql_portal.ok("user", "edit", "ann", "--supervisor", "ben")
    with _held(postgresql_portal, lower):
        process = postgresql_portal.start(*argv)
        wait_until_blocked(postgresql_portal, process)
        with psycopg.connect(postgresql_portal.url) as eye:
            eye.execute(f"SELECT 1 FROM {higher} FOR UPDATE NOWAIT".encode())
    out, err = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, (out, err)


_MOVED = "UPDATE {} SET department_id = (SELECT id FROM departments WHERE full_name = 'There')"
_PROMOTED = """
    INSERT INTO grants (user_id, role_id) SELECT u.id, r.id FROM users u, roles r
    WHERE u.login = 'ann' AND r.name = 'administrator'
"""
_EDIT = ["user", "edit", "ann", "--last-name", "New"]
_PROFILE = ["signup-profile", "edit", "open", "--name", "New"]


@pytest.mark.parametrize(
    ("argv", "row", "does", "code"),
    [
        (_EDIT, "users WHERE login = 'ann'", f"{_MOVED} WHERE login = 'ann'", "user_unknown"),
        (_EDIT, "users WHERE login = 'ann'", _PROMOTED, "permission_beyond_own"),
        (_PROFILE, "signup_profiles", _MOVED, "profile_unknown"),
    ],
)
def test_a_process_that_waited_decides_by_what_it_finds_then(
    postgresql_portal: Portal, argv: list[str], row: str, does: str, code: str
) -> None:
    """What left the scope, or rose above the actor, while a process waited is out of its reach."""
    with _held(postgresql_portal, row, does.format(row.split(maxsplit=1)[0])):
        process = postgresql_portal.start("--as", "keeper", *argv, "-o", "json")
        wait_until_blocked(postgresql_portal, process)
    _, err = process.communicate(timeout=_PATIENCE)
    assert json.loads(err.splitlines()[-1])["error"]["code"] == code


@pytest.mark.parametrize("argv", [_EDIT, _PROFILE], ids=["user", "signup-profile"])
def test_of_eight_processes_with_one_version_one_gets_in(
    postgresql_portal: Portal, argv: list[str]
) -> None:
    """Of eight who change the same version at once one does, and seven are told."""
    noun, _, code = argv[:3]
    version = str(postgresql_portal.ok(noun, "show", code, "-o", "json").json["version"])
    lines = [[*argv[:-1], f"New {number}", "--if-version", version] for number in range(8)]
    assert postgresql_portal.now
    finishes = race(postgresql_portal, [Racer([line], postgresql_portal.now) for line in lines])
    assert sorted(finish.code or "" for finish in finishes) == ["", *["version_stale"] * 7]


def test_a_group_that_leaves_the_scope_meanwhile_takes_nobody_in(postgresql_portal: Portal) -> None:
    """What a file names is decided on once nobody else can move it."""
    postgresql_portal.ok("group", "create", "Sellers", "--department", "Here")
    rows = "Login,First name,Last name,Department,Group\nnew,New,N,Here,Sellers\n"
    postgresql_portal.folder.joinpath("people.csv").write_text(rows)
    ran = run_during(
        postgresql_portal,
        ("--as", "keeper", "user", "import", "people.csv", "-o", "json"),
        _MOVED.format("user_groups"),
    )
    assert ran.status == 6
    (detail,) = ran.error["details"]
    assert detail["code"] == "row_group_unknown"
    assert "There is no group 'Sellers'." in detail["message"]
    assert postgresql_portal.value("SELECT count(*) FROM users WHERE login = 'new'") == 0
