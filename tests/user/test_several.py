"""Several people are named at once: all of them are changed, or nobody."""

import subprocess

import pytest

from tests import program
from tests.conftest import Portal


@pytest.fixture
def portal_with_three(portal: Portal) -> Portal:
    """Return a portal with three people and a department."""
    portal.ok("department", "create", "Sales")
    for login in ("ann", "ben", "cid"):
        portal.ok("user", "create", "--login", login, "--first-name", "F", "--last-name", "L")
    return portal


def statuses(portal: Portal) -> dict[str, str]:
    """Return the status of everybody but the owner."""
    return dict(portal.sql("SELECT login, status FROM users WHERE login <> 'owner'"))


def test_several_are_changed_with_an_outcome_for_each(portal_with_three: Portal) -> None:
    """Who is named twice is changed once; who is so already is unchanged."""
    portal_with_three.ok("user", "deactivate", "ben")
    ran = portal_with_three.ok("user", "deactivate", "ann", "ben", "ann", "-o", "json")
    assert [(row["key"], row["outcome"]) for row in ran.json] == [
        ("ann", "updated"),
        ("ben", "unchanged"),
    ]
    assert "2 users: 1 updated, 1 unchanged." in ran.err
    assert statuses(portal_with_three) == {"ann": "inactive", "ben": "inactive", "cid": "active"}
    portal_with_three.ok("user", "activate", "ann", "ben", "cid")
    assert set(statuses(portal_with_three).values()) == {"active"}
    portal_with_three.ok("user", "move", "ann", "cid", "--department", "Sales")
    listed = portal_with_three.ok("user", "list", "--department", "Sales", "-o", "id").out
    assert listed.split() == ["ann", "cid"]


def test_one_that_is_refused_changes_nobody(portal_with_three: Portal) -> None:
    """The others stay as they were."""
    assert portal_with_three.refused("user", "deactivate", "ann", "nobody", "cid") == "user_unknown"
    assert set(statuses(portal_with_three).values()) == {"active"}


def test_one_alone_is_answered_as_before(portal_with_three: Portal) -> None:
    """The answer is the person, and not an outcome."""
    shown = portal_with_three.ok("user", "deactivate", "ann", "-o", "json").json
    assert (shown["login"], shown["status"]) == ("ann", "inactive")


def test_a_deletion_of_several_is_asked_about_once(portal_with_three: Portal) -> None:
    """What goes with each is told before anybody goes."""
    ran = portal_with_three.run("user", "delete", "ann", "ben", "-o", "json")
    assert (ran.status, ran.code) == (9, "confirmation_needed")
    told = " ".join(detail["message"] for detail in ran.error["details"])
    assert "'ann'" in told
    assert "'ben'" in told
    assert len(statuses(portal_with_three)) == 3
    ran = portal_with_three.ok("user", "delete", "ann", "ben", "--yes", "-o", "json")
    assert [row["outcome"] for row in ran.json] == ["deleted", "deleted"]
    assert set(statuses(portal_with_three)) == {"cid"}


def test_missing_ones_are_passed_over_where_that_is_asked_for(portal_with_three: Portal) -> None:
    """With --if-missing ok they are unchanged, and the others go."""
    argv = ("user", "delete", "ann", "nobody", "--yes", "--if-missing", "ok", "-o", "json")
    outcomes = {row["key"]: row["outcome"] for row in portal_with_three.ok(*argv).json}
    assert outcomes == {"ann": "deleted", "nobody": "unchanged"}


def test_keys_go_from_one_command_to_the_next(portal_with_three: Portal) -> None:
    """What -o id prints is what xargs hands over."""
    listed = portal_with_three.ok("user", "list", "--search", "L", "-o", "id").out
    ran = subprocess.run(
        ["xargs", str(program.command() / "lmsctl"), "user", "deactivate", "-o", "id"],
        input="\n".join(login for login in listed.split() if login != "owner"),
        env={**portal_with_three.environment(), "PATH": f"{program.command()}:/usr/bin:/bin"},
        cwd=portal_with_three.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert set(statuses(portal_with_three).values()) == {"inactive"}
