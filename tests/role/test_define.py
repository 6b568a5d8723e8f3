"""What no custom role can hold, and how far one reaches."""

import pytest

from tests.conftest import Portal


@pytest.mark.parametrize("permission", ["portal.owner", "portal.settings", "db.manage"])
def test_no_custom_role_holds_what_belongs_to_the_owner(portal: Portal, permission: str) -> None:
    """Settings, the plan and the database as a whole stay with the owner and administrators."""
    assert (
        portal.refused("role", "create", "x", "--permission", permission) == "permission_reserved"
    )


def test_a_custom_role_held_in_the_root_holds_everywhere(portal: Portal) -> None:
    """Managing the root means managing the whole portal, for portal-wide permissions too."""
    portal.ok("user", "create", "--login", "eve", "--first-name", "E", "--last-name", "E")
    portal.ok("role", "create", "auditor", "--permission", "audit.view")
    portal.ok("role", "grant", "eve", "auditor", "--department", "/")
    portal.ok("--as", "eve", "audit", "list")
    assert portal.refused("--as", "eve", "settings", "show") == "permission_missing"


BLIND = [
    ("profile.manage", "profile.view"),
    ("group.manage", "group.view"),
    ("user.manage", "user.view"),
    ("department.manage", "department.view"),
    ("enrollment.manage", "enrollment.view"),
    ("content.own", "content.view"),
    ("content.manage", "content.view"),
    ("catalog.manage", "content.view"),
]


@pytest.mark.parametrize(("permission", "view"), BLIND)
def test_a_role_that_changes_what_it_cannot_see_is_warned_of(
    portal: Portal, permission: str, view: str
) -> None:
    """When it is made and when it is changed, with the command that lets them see it."""
    advice = f"lmsctl role edit keeper --add {view}"
    made = portal.ok("role", "create", "keeper", "--permission", permission)
    assert f'{permission} ("' in made.err
    assert advice in made.err
    assert advice in portal.ok("role", "edit", "keeper", "--add", "report.view").err
    assert advice not in portal.ok(*advice.split()[1:]).err
    assert advice in portal.ok("role", "edit", "keeper", "--remove", view).err


def test_a_role_that_sees_what_it_changes_needs_no_warning(portal: Portal) -> None:
    """Neither do permissions that nothing to see belongs to."""
    for number, names in enumerate((("user.view", "user.manage"), ("training.manage",))):
        wanted = [word for name in names for word in ("--permission", name)]
        assert "without" not in portal.ok("role", "create", f"role{number}", *wanted).err


def test_registration_restrictions_are_named_where_both_their_permissions_are(
    portal: Portal,
) -> None:
    """In the list of permissions, and in the refusal of somebody who holds only one of them."""
    rows = portal.ok("role", "permissions", "-o", "json").json
    meaning = {row["permission"]: row["meaning"] for row in rows}
    assert meaning["training.enroll"].startswith("View users and enroll them in training")
    assert meaning["enrollment.manage"].startswith("Enroll users")
    portal.ok("training", "create", "T", "--code", "aid")
    portal.ok("user", "create", "--login", "eve", "--first-name", "E", "--last-name", "E")
    portal.ok("role", "create", "enroller", "--permission", "training.enroll")
    portal.ok("role", "grant", "eve", "enroller", "--department", "/")
    ran = portal.run("--as", "eve", "training", "lock", "aid")
    assert ran.status == 8
    assert f'enrollment.manage ("{meaning["enrollment.manage"]}")' in ran.err
    assert "registration restrictions" in ran.err
