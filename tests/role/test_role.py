"""Roles: who may do what, where, and how nobody gives more than they hold."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lmsctl.kit import database, driver
from lmsctl.kit.canonical import key
from lmsctl.rights.rules import BUILT_IN, PERMISSIONS
from lmsctl.role import rules
from tests.conftest import Portal


@pytest.fixture
def portal_with_administrator(portal: Portal) -> Portal:
    """Return a portal with Sales, Sales/EMEA and HR, an administrator adam, and somebody in each.

    anna is in Sales, ben in Sales/EMEA, hank in HR, adam in the root; only adam holds a role.
    """
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "HR")
    for login, place in (("anna", "Sales"), ("ben", "Sales/EMEA"), ("hank", "HR"), ("adam", "/")):
        names = ("--first-name", login.title(), "--last-name", "Bell")
        portal.ok("user", "create", "--login", login, *names, "--department", place)
    portal.ok("role", "grant", "adam", "administrator")
    return portal


def departments_with_role(portal: Portal, login: str, role: str) -> Any:
    """Return the departments in which somebody holds a role, or None."""
    rows = portal.ok("role", "holders", role, "-o", "json").json
    return next((row["departments"] for row in rows if row["login"] == login), None)


# Custom roles ------------------------------------------------------------------------------------


def test_a_new_portal_has_the_built_in_roles(portal: Portal) -> None:
    """The six built-in roles are there; everybody is a learner and one person is the owner."""
    roles = portal.ok("role", "list", "-o", "json").json
    assert {row["name"]: row["holders"] for row in roles} == {
        "owner": 1,
        "administrator": 0,
        "department-administrator": 0,
        "author": 0,
        "supervisor": 0,
        "learner": 1,
    }
    assert all(set(row["permissions"]) == BUILT_IN[row["name"]] for row in roles)


def test_every_permission_is_explained_to_everybody(portal: Portal) -> None:
    """`role permissions` lists each permission, its meaning and the built-in roles that hold it."""
    rows = portal.ok("role", "permissions", "-o", "json").json
    assert {row["permission"]: row["meaning"] for row in rows} == dict(PERMISSIONS)
    owner_only = [row["permission"] for row in rows if row["roles"] == ["owner"]]
    assert owner_only == ["portal.owner"]


def test_a_custom_role_holds_what_it_was_given(portal_with_administrator: Portal) -> None:
    """`role create` makes a role with exactly these permissions, spelled in any case."""
    line = ("role", "create", "Recruiter", "--permission", "USER.view", "--permission")
    made = portal_with_administrator.ok(*line, "group.view", "-o", "json").json
    assert (made["is_builtin"], made["permissions"]) == (False, ["group.view", "user.view"])
    portal_with_administrator.ok("role", "grant", "anna", "recruiter", "--department", "Sales")
    assert [
        row["login"]
        for row in portal_with_administrator.ok("--as", "anna", "user", "list", "-o", "json").json
    ] == [
        "anna",
        "ben",
    ]


def test_an_unknown_permission_is_refused_with_the_nearest_name(portal: Portal) -> None:
    """A misspelled permission makes no role; the hint names the one that was probably meant."""
    ran = portal.run("role", "create", "Recruiter", "--permission", "user.mange", "-o", "json")
    assert (ran.status, ran.code) == (2, "permission_unknown")
    assert "'user.manage'" in ran.error["hint"]
    assert portal.run("role", "show", "Recruiter").status == 4


def test_names_of_roles_are_unique_and_built_in_ones_taken(portal: Portal) -> None:
    """No custom role can be called like another role, in whatever case."""
    line = ("role", "create", "OWNER", "--permission", "user.view")
    assert portal.refused(*line) == "role_exists"
    portal.ok("role", "create", "Recruiter", "--permission", "user.view")
    assert (
        portal.refused("role", "create", " recruiter ", "--permission", "user.view")
        == "role_exists"
    )
    assert portal.refused("role", "edit", "Recruiter", "--name", "Learner") == "role_exists"
    kept = portal.ok(*line[:2], "Recruiter", "--permission", "group.view", "--if-exists", "skip")
    assert "user.view" in kept.out
    update = ("role", "create", "recruiter", "--permission", "Group.View", "--if-exists", "update")
    assert portal.ok(*update, "-o", "json").json["permissions"] == ["group.view"]


def test_built_in_roles_are_neither_changed_nor_deleted(portal: Portal) -> None:
    """What owner, administrator and the others may do is part of the program."""
    line = ("role", "edit", "supervisor", "--add", "user.manage")
    assert portal.refused(*line) == "role_built_in"
    assert portal.refused("role", "delete", "author", "--yes") == "role_built_in"


def test_a_role_is_edited_for_everybody_who_holds_it(portal_with_administrator: Portal) -> None:
    """Adding and removing permissions takes effect at once; the same edit again changes nothing."""
    portal_with_administrator.ok("role", "create", "Recruiter", "--permission", "user.view")
    portal_with_administrator.ok("role", "grant", "anna", "Recruiter", "--department", "Sales")
    line = ("role", "edit", "Recruiter", "--add", "group.view", "--remove", "user.view")
    assert portal_with_administrator.ok(*line, "-o", "json").json["permissions"] == ["group.view"]
    assert portal_with_administrator.run("--as", "anna", "user", "list").status == 8
    assert portal_with_administrator.ok("--as", "anna", "group", "list").status == 0
    assert portal_with_administrator.run(*line, "--exit-code").status == 0
    both = ("role", "edit", "Recruiter", "--add", "user.view", "--remove", "user.view")
    assert portal_with_administrator.run(*both, "--exit-code").status == 0


def test_a_custom_role_always_allows_something(portal: Portal) -> None:
    """The last permission of a role cannot be removed."""
    portal.ok("role", "create", "Recruiter", "--permission", "user.view")
    assert portal.refused("role", "edit", "Recruiter", "--remove", "user.view") == "role_empty"


def test_nobody_defines_a_role_beyond_their_own(portal_with_administrator: Portal) -> None:
    """Who may define roles can neither put nor take what they do not hold in the whole portal."""
    portal_with_administrator.ok("role", "create", "Namer", "--permission", "role.manage")
    portal_with_administrator.ok("role", "grant", "anna", "Namer", "--department", "/")
    portal_with_administrator.ok("role", "create", "Clerk", "--permission", "user.view")
    line = ("role", "create", "Boss", "--permission", "user.manage")
    assert portal_with_administrator.refused("--as", "anna", *line) == "permission_beyond_own"
    for change in (("--add", "user.manage"), ("--remove", "user.view")):
        edit = ("--as", "anna", "role", "edit", "Clerk", *change)
        assert portal_with_administrator.refused(*edit) == "permission_beyond_own"


def test_a_role_is_deleted_only_when_nobody_holds_it(portal_with_administrator: Portal) -> None:
    """While a role is granted its deletion names the holders; afterwards it asks, and goes."""
    portal_with_administrator.ok("role", "create", "Recruiter", "--permission", "user.view")
    for login in ("ben", "anna"):
        portal_with_administrator.ok("role", "grant", login, "Recruiter", "--department", "Sales")
    ran = portal_with_administrator.run("role", "delete", "Recruiter", "--yes")
    assert (ran.status, "anna, ben" in ran.err) == (6, True)
    for login in ("ben", "anna"):
        portal_with_administrator.ok("role", "revoke", login, "Recruiter")
    assert portal_with_administrator.refused("role", "delete", "Recruiter") == "confirmation_needed"
    portal_with_administrator.ok("role", "delete", "Recruiter", "--yes")
    assert portal_with_administrator.run("role", "delete", "Recruiter", "--yes").status == 4
    portal_with_administrator.ok("role", "delete", "Recruiter", "--yes", "--if-missing", "ok")


# Granting and revoking ---------------------------------------------------------------------------


def test_granting_again_adds_departments(portal_with_administrator: Portal) -> None:
    """A second grant widens the first; nothing new is no change."""
    line = ("role", "grant", "anna", "department-administrator", "--exit-code", "--department")
    assert portal_with_administrator.run(*line, "Sales").status == 3
    assert portal_with_administrator.run(*line, "Sales").status == 0
    assert portal_with_administrator.run(*line, "Sales", "--department", "hr").status == 3
    assert departments_with_role(portal_with_administrator, "anna", "department-administrator") == [
        "HR",
        "Sales",
    ]
    assert (
        portal_with_administrator.run(
            "role", "grant", "anna", "department-administrator", "--exit-code"
        ).status
        == 0
    )


def test_revoking_takes_departments_or_everything(portal_with_administrator: Portal) -> None:
    """With --department only these go; the role goes with its last one, or as a whole without."""
    role = "department-administrator"
    places = ("--department", "Sales", "--department", "HR", "--department", "Sales/EMEA")
    portal_with_administrator.ok("role", "grant", "anna", role, *places)
    ran = portal_with_administrator.ok(
        "role", "revoke", "anna", role, "--department", "HR", "-o", "json"
    )
    assert ran.json == {"key": "anna", "outcome": "updated", "detail": "HR"}
    again = portal_with_administrator.ok(
        "role", "revoke", "anna", role, "--department", "HR", "-o", "json"
    )
    assert again.json["outcome"] == "unchanged"
    assert departments_with_role(portal_with_administrator, "anna", role) == ["Sales", "Sales/EMEA"]
    rest = ("--department", "Sales", "--department", "Sales/EMEA")
    assert (
        portal_with_administrator.ok("role", "revoke", "anna", role, *rest, "-o", "json").json[
            "outcome"
        ]
        == "deleted"
    )
    assert portal_with_administrator.ok("user", "show", "anna", "-o", "json").json["roles"] == [
        "learner"
    ]
    assert (
        portal_with_administrator.ok("role", "revoke", "anna", role, "-o", "json").json["outcome"]
        == "unchanged"
    )


@pytest.mark.parametrize("role", ["department-administrator", "Recruiter"])
def test_a_role_bound_to_departments_needs_one(
    portal_with_administrator: Portal, role: str
) -> None:
    """A department administrator, or a role of one's own, without a department is refused."""
    portal_with_administrator.ok("role", "create", "Recruiter", "--permission", "user.view")
    assert (
        portal_with_administrator.refused("role", "grant", "anna", role) == "role_needs_department"
    )
    assert portal_with_administrator.value("SELECT count(*) FROM grants") == 2


@pytest.mark.parametrize("role", ["owner", "administrator", "author", "learner"])
def test_a_role_of_the_whole_portal_takes_no_department(
    portal_with_administrator: Portal, role: str
) -> None:
    """Owner, administrator, author and learner cannot be narrowed to a department."""
    for act in ("grant", "revoke"):
        line = ("role", act, "anna", role, "--department", "Sales")
        assert portal_with_administrator.refused(*line) == "role_takes_no_department"


def test_a_supervisor_may_manage_no_department(portal_with_administrator: Portal) -> None:
    """The supervisor's role may stand without departments, and stays when the last one goes."""
    portal_with_administrator.ok("role", "grant", "anna", "supervisor")
    assert portal_with_administrator.run("--as", "anna", "user", "list").status == 8
    portal_with_administrator.ok("role", "grant", "anna", "supervisor", "--department", "Sales")
    assert portal_with_administrator.run("--as", "anna", "user", "list").status == 0
    portal_with_administrator.ok("role", "revoke", "anna", "supervisor", "--department", "Sales")
    assert departments_with_role(portal_with_administrator, "anna", "supervisor") == []
    ran = portal_with_administrator.ok("role", "revoke", "anna", "supervisor", "-o", "json")
    assert ran.json["outcome"] == "deleted"


def test_everybody_is_a_learner(portal_with_administrator: Portal) -> None:
    """The learner's part is there already when granted, and cannot be taken away."""
    assert (
        portal_with_administrator.run("role", "grant", "anna", "learner", "--exit-code").status == 0
    )
    assert (
        portal_with_administrator.refused("role", "revoke", "anna", "learner")
        == "role_is_everybodys"
    )


def test_nobody_gives_or_takes_what_they_do_not_hold_there(
    portal_with_administrator: Portal,
) -> None:
    """Who manages roles in Sales hands out only what they hold in Sales, and only there."""
    rights = ("role.manage", "user.view", "department.view", "report.view")
    named = [word for name in rights for word in ("--permission", name)]
    portal_with_administrator.ok("role", "create", "Deputy", *named)
    portal_with_administrator.ok("role", "grant", "anna", "Deputy", "--department", "Sales")
    portal_with_administrator.ok("role", "grant", "ben", "supervisor", "--department", "HR")
    deputy = ("--as", "anna", "role")
    portal_with_administrator.ok(
        *deputy, "grant", "ben", "supervisor", "--department", "Sales/EMEA"
    )
    portal_with_administrator.ok(*deputy, "grant", "ben", "Deputy", "--department", "Sales/EMEA")
    grant = (*deputy, "grant", "ben", "department-administrator", "--department", "Sales")
    assert portal_with_administrator.refused(*grant) == "permission_beyond_own"
    line = (*deputy, "grant", "ben", "supervisor", "--department", "HR")
    assert portal_with_administrator.refused(*line) == "department_unknown"
    assert (
        portal_with_administrator.refused(*deputy, "grant", "anna", "administrator")
        == "permission_beyond_own"
    )
    assert (
        portal_with_administrator.refused(*deputy, "grant", "ben", "author")
        == "permission_beyond_own"
    )
    assert (
        portal_with_administrator.refused(*deputy, "grant", "hank", "supervisor") == "user_unknown"
    )
    # ben's supervision of HR is not anna's to take, but that of Sales/EMEA is.
    assert (
        portal_with_administrator.refused(*deputy, "revoke", "ben", "supervisor")
        == "permission_beyond_own"
    )
    portal_with_administrator.ok(
        *deputy, "revoke", "ben", "supervisor", "--department", "Sales/EMEA"
    )
    assert departments_with_role(portal_with_administrator, "ben", "supervisor") == ["HR"]


def test_departments_out_of_sight_are_not_shown(portal_with_administrator: Portal) -> None:
    """Who manages roles in Sales learns nothing about what its people hold elsewhere."""
    rights = ("role.manage", "user.view", "department.view", "report.view")
    named = [word for name in rights for word in ("--permission", name)]
    portal_with_administrator.ok("role", "create", "Deputy", *named)
    portal_with_administrator.ok("role", "grant", "anna", "Deputy", "--department", "Sales")
    portal_with_administrator.ok("role", "grant", "ben", "supervisor", "--department", "HR")
    portal_with_administrator.ok("role", "grant", "hank", "supervisor", "--department", "HR")
    ran = portal_with_administrator.ok(
        "--as", "anna", "role", "grant", "ben", "supervisor", "--department", "Sales"
    )
    seen = portal_with_administrator.ok(
        "--as", "anna", "role", "holders", "supervisor", "-o", "json"
    )
    assert seen.json == [{"login": "ben", "role": "supervisor", "departments": ["Sales"]}]
    assert "HR" not in ran.out + ran.err
    counts = portal_with_administrator.ok("--as", "anna", "role", "list", "-o", "json").json
    assert next(row["holders"] for row in counts if row["name"] == "supervisor") == 1


def test_who_may_not_grant_learns_nothing_about_people(portal_with_administrator: Portal) -> None:
    """Without role.manage the answer is the same for a login that exists and one that does not."""
    for login in ("hank", "nobody"):
        assert (
            portal_with_administrator.refused("--as", "ben", "role", "grant", login, "author")
            == "permission_missing"
        )


def test_pending_people_get_no_role_and_inactive_ones_may(
    portal_with_administrator: Portal,
) -> None:
    """Nobody unconfirmed is given rights; those of inactive people sleep until they are back."""
    portal_with_administrator.sql(
        "UPDATE users SET status = 'pending', expires_at = :then WHERE login = 'ben'",
        then="2026-03-04T12:00:00Z",
    )
    assert (
        portal_with_administrator.refused("role", "grant", "ben", "author") == "not_confirmed_yet"
    )
    portal_with_administrator.ok("user", "deactivate", "hank")
    portal_with_administrator.ok("role", "grant", "hank", "supervisor", "--department", "HR")
    assert portal_with_administrator.refused("--as", "hank", "user", "list") == "actor_not_active"
    portal_with_administrator.ok("user", "activate", "hank")
    assert portal_with_administrator.run("--as", "hank", "user", "list").status == 0


def test_an_unknown_role_is_refused_with_the_nearest_name(portal: Portal) -> None:
    """A misspelled role is not found; the hint names the one that was probably meant."""
    ran = portal.run("role", "grant", "owner", "administator", "-o", "json")
    assert (ran.status, ran.code) == (4, "role_unknown")
    assert "'administrator'" in ran.error["hint"]


def test_grants_are_audited_with_both_names(portal_with_administrator: Portal) -> None:
    """The log says who gave whom which role where, and who was refused."""
    portal_with_administrator.ok(
        "--as", "adam", "role", "grant", "anna", "supervisor", "--department", "Sales"
    )
    assert (
        portal_with_administrator.run("--as", "adam", "role", "grant", "anna", "owner").status == 8
    )
    log = [
        row
        for row in portal_with_administrator.ok("audit", "list", "-o", "json").json
        if row["actor"] == "adam"
    ]
    assert [(row["code"], row["target"]) for row in log] == [
        ("role.granted", "user anna"),
        ("permission_beyond_own", "user anna"),
    ]
    assert log[0]["detail"] == {"role": "supervisor", "departments": ["Sales"]}


# Owners ------------------------------------------------------------------------------------------


def test_only_an_owner_makes_owners(portal_with_administrator: Portal) -> None:
    """An administrator cannot name an owner; an owner can."""
    assert (
        portal_with_administrator.refused("--as", "adam", "role", "grant", "adam", "owner")
        == "permission_beyond_own"
    )
    portal_with_administrator.ok("--as", "owner", "role", "grant", "adam", "owner")
    assert departments_with_role(portal_with_administrator, "adam", "owner") == []


def test_the_ownership_is_laid_down_and_never_taken(portal_with_administrator: Portal) -> None:
    """No other person demotes an owner, not even another owner; they themselves may."""
    assert (
        portal_with_administrator.refused("--as", "adam", "role", "revoke", "owner", "owner")
        == "permission_beyond_own"
    )
    portal_with_administrator.ok("role", "grant", "anna", "owner")
    line = ("role", "revoke", "owner", "owner")
    assert portal_with_administrator.refused("--as", "anna", *line) == "owner_not_demoted"
    portal_with_administrator.ok("--as", "owner", *line)
    assert departments_with_role(portal_with_administrator, "owner", "owner") is None


def test_the_last_owner_stays(portal_with_administrator: Portal) -> None:
    """Neither the only owner nor the operator can leave the portal without one."""
    line = ("role", "revoke", "owner", "owner")
    assert portal_with_administrator.refused("--as", "owner", *line) == "owner_last"
    assert portal_with_administrator.refused(*line) == "owner_last"
    assert departments_with_role(portal_with_administrator, "owner", "owner") == []


def test_an_owner_is_active_and_stays_so(portal_with_administrator: Portal) -> None:
    """Nobody inactive, or with an end scheduled, becomes an owner."""
    portal_with_administrator.ok("user", "deactivate", "anna")
    portal_with_administrator.ok("user", "deactivate", "ben", "--on", "2026-12-31")
    for login in ("anna", "ben"):
        assert (
            portal_with_administrator.refused("role", "grant", login, "owner") == "owner_must_stay"
        )


def test_owners_cannot_all_leave_at_once(portal_with_administrator: Portal) -> None:
    """When all owners lay their ownership down at the same moment, one remains."""
    portal_with_administrator.ok("role", "grant", "anna", "owner")
    portal_with_administrator.ok("role", "grant", "ben", "owner")
    logins = ("owner", "anna", "ben")
    with hold_rows(portal_with_administrator, len(logins)) as running:
        running += [
            portal_with_administrator.start("--as", login, "role", "revoke", login, "owner")
            for login in logins
        ]
    for process in running:
        process.communicate(timeout=60)
    assert sorted(process.returncode for process in running) == [0, 0, 6]
    assert len(portal_with_administrator.ok("role", "holders", "owner", "-o", "json").json) == 1


@contextmanager
def hold_rows(portal: Portal, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Keep people's rows locked until `count` processes wait for them, then let all go at once."""
    blocker = driver.open_database(portal.url, patience=10)
    blocker.begin_writing()
    database.execute(blocker, "UPDATE users SET version = version")
    try:
        yield []
        deadline = time.monotonic() + 15
        # SQLite's writers queue before they have read anything, so there is nothing to see.
        while not portal.is_sqlite and portal.value(_WAITING) < count:
            assert time.monotonic() < deadline, "the processes do not wait for each other"
            time.sleep(0.05)
    finally:
        blocker.rollback()
        blocker.close()


_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


# What hangs on roles -----------------------------------------------------------------------------


def test_a_managed_department_is_not_deleted(portal_with_administrator: Portal) -> None:
    """While somebody manages a department or one under it, its deletion names them."""
    portal_with_administrator.ok("department", "create", "Lab", "--parent", "HR")
    portal_with_administrator.ok("role", "grant", "anna", "supervisor", "--department", "HR/Lab")
    portal_with_administrator.ok("user", "move", "hank", "--department", "/")
    ran = portal_with_administrator.run("department", "delete", "HR", "--yes")
    assert ran.status == 6
    assert "HR/Lab is managed by anna (supervisor)" in ran.err
    portal_with_administrator.ok("role", "revoke", "anna", "supervisor", "--department", "HR/Lab")
    portal_with_administrator.ok("department", "delete", "HR", "--yes")


def test_can_i_answers_by_its_exit_status(portal_with_administrator: Portal) -> None:
    """`can-i` ends 0 where one may and 8 where not, and says where one may."""
    portal_with_administrator.ok("role", "grant", "anna", "supervisor", "--department", "Sales")
    anna = ("--as", "anna", "can-i")
    yes = portal_with_administrator.run(
        *anna, "user.view", "--department", "Sales/EMEA", "-o", "json"
    )
    assert (yes.status, yes.json) == (
        0,
        {
            "permission": "user.view",
            "department": "Sales/EMEA",
            "allowed": True,
            "where": ["Sales"],
        },
    )
    no = portal_with_administrator.run(
        *anna, "group.view", "--department", "Sales/EMEA", "-o", "json"
    )
    assert (no.status, no.json["allowed"], no.json["where"]) == (8, False, [])
    assert portal_with_administrator.run(*anna, "group.view").status == 8
    assert portal_with_administrator.run(*anna, "user.view").status == 0
    operator = portal_with_administrator.run("can-i", "portal.owner", "-o", "json")
    assert (operator.status, operator.json["where"]) == (0, ["/"])


def test_can_i_does_not_reveal_departments(portal_with_administrator: Portal) -> None:
    """A department that one may not see is unknown, like one that does not exist."""
    portal_with_administrator.ok("role", "grant", "anna", "supervisor", "--department", "Sales")
    for path in ("HR", "Nowhere"):
        line = ("--as", "anna", "can-i", "user.view", "--department", path)
        assert portal_with_administrator.refused(*line) == "department_unknown"


def test_can_i_refuses_a_permission_that_does_not_exist(portal: Portal) -> None:
    """A question with a misspelled permission is a mistake on the command line, not a no."""
    ran = portal.run("can-i", "user.vew", "-o", "json")
    assert (ran.status, ran.code) == (2, "permission_not_a_choice")
    assert "'user.view'" in ran.error["hint"]


def test_permissions_are_spelled_as_they_are_compared() -> None:
    """Every permission is its own key, so that one may type it in any case."""
    assert all(key(name) == name for name in PERMISSIONS)
    assert rules.check_permissions([" User.View "]) == {"user.view"}
