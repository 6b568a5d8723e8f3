"""Active, inactive, ended: at once or at a moment, and what time alone decides."""

from typing import Any

import pytest

from tests.conftest import Portal


@pytest.fixture
def portal_with_plan(portal: Portal) -> Portal:
    """Return a portal with anna, and a plan whose seats are counted."""
    portal.ok("settings", "set", "plan.max-active-users=9")
    portal.ok("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")
    return portal


def show_anna(portal: Portal, at: str = "2026-03-02T12:00:00Z") -> dict[str, Any]:
    """Return anna as she is shown at a moment."""
    found: dict[str, Any] = portal.ok("user", "show", "anna", "-o", "json", LMSCTL_NOW=at).json
    return found


def seats(portal: Portal) -> int:
    """Return the seats taken, by the ledger itself."""
    return int(portal.value("SELECT seats_taken FROM portals"))


@pytest.mark.parametrize(
    ("verb", "status"), [("deactivate", "inactive"), ("end-employment", "ended")]
)
def test_whoever_goes_frees_a_seat_at_once_and_may_come_back(
    portal_with_plan: Portal, verb: str, status: str
) -> None:
    """Twice is no change; nothing is lost."""
    assert seats(portal_with_plan) == 2
    assert portal_with_plan.ok("user", verb, "anna").err == f"anna is {status}.\n"
    assert portal_with_plan.ok("user", verb, "anna").err == f"anna is {status} already.\n"
    assert (show_anna(portal_with_plan)["status"], seats(portal_with_plan)) == (status, 1)
    assert portal_with_plan.refused("user", "list", "--as", "anna") == "actor_not_active"
    assert portal_with_plan.ok("user", "activate", "anna").err == "anna is active.\n"
    assert portal_with_plan.ok("user", "activate", "anna").err == "anna is active already.\n"
    assert (show_anna(portal_with_plan)["status"], seats(portal_with_plan)) == ("active", 2)


def test_an_end_can_be_scheduled_and_called_off(portal_with_plan: Portal) -> None:
    """In the portal's zone; the command echoes the moment it understood."""
    portal_with_plan.ok("settings", "set", "time-zone=Europe/Berlin")
    ran = portal_with_plan.ok("user", "deactivate", "anna", "--on", "2026-03-10")
    assert ran.err == "anna will be inactive at 2026-03-10T00:00:00+01:00.\n"
    assert show_anna(portal_with_plan)["scheduled_at"] == "2026-03-09T23:00:00Z"
    again = portal_with_plan.run("user", "deactivate", "anna", "--on", "2026-03-10", "--exit-code")
    assert again.status == 0
    portal_with_plan.ok("user", "activate", "anna")
    assert show_anna(portal_with_plan, "2026-04-01T00:00:00Z")["status"] == "active"


def test_a_scheduled_end_holds_from_its_second_on_whoever_comes_by(
    portal_with_plan: Portal,
) -> None:
    """Readers see it before any writer has put it into the rows; a writer does, and notes it."""
    portal_with_plan.ok("user", "end-employment", "anna", "--on", "2026-03-10T09:00")
    before, then = "2026-03-10T08:59:59Z", "2026-03-10T09:00:00Z"
    assert show_anna(portal_with_plan, before)["status"] == "active"
    assert show_anna(portal_with_plan, then)["status"] == "ended"
    assert show_anna(portal_with_plan, then)["scheduled_at"] is None
    ended = ("user", "list", "--status", "ended", "-o", "id")
    assert portal_with_plan.ok(*ended, LMSCTL_NOW=then).out == "anna\n"
    assert (
        portal_with_plan.refused("user", "list", "--as", "anna", LMSCTL_NOW=then)
        == "actor_not_active"
    )
    assert (
        seats(portal_with_plan) == 2
        if portal_with_plan.is_sqlite
        else seats(portal_with_plan) in {1, 2}
    )
    portal_with_plan.ok("department", "create", "Any", LMSCTL_NOW=then)
    assert seats(portal_with_plan) == 1
    row = portal_with_plan.ok(
        "audit", "list", "--code", "users.ended_as_scheduled", "-o", "json"
    ).json[-1]
    assert row["detail"] == {"count": 1}
    assert portal_with_plan.ok("db", "check")


def test_an_end_in_the_past_holds_at_once(portal_with_plan: Portal) -> None:
    """Nothing is scheduled then."""
    assert (
        portal_with_plan.ok("user", "deactivate", "anna", "--on", "-1d").err
        == "anna is inactive.\n"
    )
    assert show_anna(portal_with_plan)["scheduled_at"] is None


def test_owners_stay(portal_with_plan: Portal) -> None:
    """Neither deactivated, ended, scheduled nor deleted."""
    for verb in ("deactivate", "end-employment"):
        assert portal_with_plan.refused("user", verb, "owner") == "owner_protected"
        assert portal_with_plan.refused("user", verb, "owner", "--on", "+1y") == "owner_protected"
    assert portal_with_plan.refused("user", "delete", "owner", "--yes") == "owner_protected"


def test_who_has_left_is_not_merely_deactivated(portal_with_plan: Portal) -> None:
    """It would hide that they left."""
    portal_with_plan.ok("user", "end-employment", "anna")
    assert portal_with_plan.refused("user", "deactivate", "anna") == "status_wrong"


def test_activating_takes_a_seat_of_the_plan(portal_with_plan: Portal) -> None:
    """Refused when it is full, and nothing changes."""
    portal_with_plan.ok("user", "deactivate", "anna")
    portal_with_plan.ok("settings", "set", "plan.max-active-users=1")
    assert portal_with_plan.refused("user", "activate", "anna") == "plan_full"
    portal_with_plan.ok("settings", "set", "plan.max-active-users=2")
    portal_with_plan.ok("user", "activate", "anna")
    assert seats(portal_with_plan) == 2


@pytest.mark.parametrize("verb", ["deactivate", "end-employment"])
def test_an_end_that_never_comes_ends_nobody(portal: Portal, verb: str) -> None:
    """`--on never` is refused, and not read as now."""
    portal.ok("user", "create", "--login", "eve", "--first-name", "E", "--last-name", "E")
    assert portal.refused("user", verb, "eve", "--on", "never") == "end_never"
    assert portal.ok("user", "show", "eve", "-o", "json").json["status"] == "active"
