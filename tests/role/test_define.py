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
