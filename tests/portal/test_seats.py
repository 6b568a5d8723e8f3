"""What the plan promises: one ledger for every way in, no seat lost, nobody told twice."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.signups import (
    LAST_SECOND,
    VOID,
    check_ledgers,
    create_profile,
    mailed_code,
    open_registration,
    person_options,
    seats,
    show_profile,
    sign_up,
    sign_up_command,
)
from tests.tokens import create_items, create_token, redeem_command

LATER = "2026-03-03T12:00:00Z"


def create_person(portal: Portal, login: str) -> str:
    """Make a person as an administrator does; returns their status."""
    ran = portal.ok(
        *("user", "create", "--login", login, "--first-name", "F", "--last-name", "L"),
        *("-o", "json"),
    )
    return str(ran.json["status"])


def set_limit(portal: Portal, seat_limit: int | str) -> None:
    """Set the size of the plan."""
    portal.ok("settings", "set", f"plan.max-active-users={seat_limit}")


def thresholds(portal: Portal) -> list[tuple[str, str]]:
    """Return who was told what about the plan, in order."""
    rows: list[dict[str, Any]] = portal.ok(
        "notification", "list", "--kind", "plan_threshold", "-o", "json"
    ).json
    return [(row["recipient"], row["subject"].partition(" ")[0]) for row in rows]


def test_every_door_takes_from_one_ledger(portal: Portal) -> None:
    """The owner, a person made by an administrator, a confirmed and a pending one: four seats."""
    open_registration(portal)
    create_profile(portal)
    create_person(portal, "ann")
    sign_up(portal, "ben")
    portal.ok("registration", "set", "--confirm-email")
    sign_up(portal, "cat")
    assert seats(portal) == 4
    check_ledgers(portal)


def test_inactive_and_ended_people_give_their_seat_back_at_once(portal: Portal) -> None:
    """Deactivating, ending and deleting free a seat; reactivating takes one."""
    for login in ("ann", "ben", "cat"):
        create_person(portal, login)
    assert seats(portal) == 4
    portal.ok("user", "deactivate", "ann")
    portal.ok("user", "end-employment", "ben")
    portal.ok("user", "delete", "cat", "--yes")
    assert seats(portal) == 1
    portal.ok("user", "activate", "ben")
    assert seats(portal) == 2
    check_ledgers(portal)


def test_a_full_plan_turns_newcomers_away(portal: Portal) -> None:
    """No account, no activation, no seat and no mail; the next free seat lets them in."""
    open_registration(portal)
    create_profile(portal, activations="5")
    create_person(portal, "ann")
    set_limit(portal, 2)
    error = refused(portal, *sign_up_command("ben"), code="plan_full")
    assert error["retryable"]
    assert show_profile(portal)["used"] == 0
    portal.ok("user", "deactivate", "ann")
    sign_up(portal, "ben")
    check_ledgers(portal)


def test_who_was_turned_away_can_be_found(portal: Portal) -> None:
    """The audit log names the address, and the notice to the owner says where to look."""
    open_registration(portal)
    create_profile(portal)
    set_limit(portal, 1)
    for person in ("ann", "ben"):
        refused(portal, *sign_up_command(person), code="plan_full")
    rows = portal.ok("audit", "list", "--code", "plan_full", "-o", "json").json
    assert [row["target"] for row in rows] == ["sign-up ann@example.com", "sign-up ben@example.com"]
    number = portal.value("SELECT id FROM notifications WHERE kind = 'plan_threshold'")
    body = portal.ok("notification", "preview", str(number), "-o", "json").json["body"]
    assert "lmsctl audit list --code plan_full" in body


def test_an_administrator_past_the_limit_makes_people_inactive(portal: Portal) -> None:
    """The person is made, without a seat, and the command says so; activating is refused."""
    set_limit(portal, 1)
    ran = portal.ok(*("user", "create", "--login", "ann", "--first-name", "F", "--last-name", "L"))
    assert "inactive, because the plan is full" in ran.err
    assert portal.ok("user", "show", "ann", "-o", "json").json["status"] == "inactive"
    assert seats(portal) == 1
    refused(portal, "user", "activate", "ann", code="plan_full")
    set_limit(portal, 2)
    portal.ok("user", "activate", "ann")
    check_ledgers(portal)


def test_a_plan_cannot_be_smaller_than_what_is_taken(portal: Portal) -> None:
    """The refusal names the number; exactly that number is accepted."""
    create_person(portal, "ann")
    error = refused(portal, "settings", "set", "plan.max-active-users=1", code="plan_below_taken")
    assert error["message"].startswith("2 seats")
    set_limit(portal, 2)


def test_a_scheduled_end_frees_its_seat_when_it_comes(portal: Portal) -> None:
    """To the second, for who asks and for who comes, without anybody cleaning up."""
    open_registration(portal)
    create_profile(portal)
    create_person(portal, "ann")
    set_limit(portal, 2)
    portal.ok("user", "deactivate", "ann", "--on", LATER)
    before = "2026-03-03T11:59:59Z"
    assert seats(portal, before) == 2
    assert seats(portal, LATER) == 1
    refused(portal, *sign_up_command("ben"), code="plan_full", LMSCTL_NOW=before)
    gates = portal.ok("signup-profile", "explain", "spring", "-o", "json").json["gates"]
    assert [(gate["code"], gate["opens_at"]) for gate in gates] == [("plan_full", LATER)]
    sign_up(portal, "ben", LMSCTL_NOW=LATER)
    check_ledgers(portal)


def test_an_expired_hold_gives_its_seat_to_whoever_claims_it(portal: Portal) -> None:
    """At exactly 48 hours the seat is free, inside the very claim that needs it."""
    open_registration(portal, "--confirm-email")
    create_profile(portal)
    set_limit(portal, 2)
    sign_up(portal, "ann")
    refused(portal, *sign_up_command("ben"), code="plan_full", LMSCTL_NOW=LAST_SECOND)
    assert seats(portal, LAST_SECOND) == 2
    assert seats(portal, VOID) == 1
    sign_up(portal, "ben", LMSCTL_NOW=VOID)
    assert portal.run("user", "show", "ann", LMSCTL_NOW=VOID).status == 4
    check_ledgers(portal)


@pytest.mark.parametrize("door", ["create", "activate"])
def test_an_expired_hold_gives_its_seat_to_administrators_too(portal: Portal, door: str) -> None:
    """It is one ledger: the person is active, because the hold is void."""
    open_registration(portal, "--confirm-email")
    create_profile(portal)
    if door == "activate":
        create_person(portal, "ann")
        portal.ok("user", "deactivate", "ann")
    set_limit(portal, 2)
    sign_up(portal, "ben")
    portal.now = VOID
    if door == "create":
        assert create_person(portal, "ann") == "active"
    else:
        portal.ok("user", "activate", "ann")
    check_ledgers(portal)


def test_confirming_takes_no_second_seat(portal: Portal) -> None:
    """The hold becomes the person's seat, on a full plan too."""
    open_registration(portal, "--confirm-email")
    create_profile(portal)
    set_limit(portal, 2)
    sign_up(portal, "ann")
    portal.ok("registration", "confirm", mailed_code(portal, "ann"))
    assert seats(portal) == 2
    check_ledgers(portal)


# Telling -----------------------------------------------------------------------------------------


def test_owner_and_administrators_are_told_once_for_each_threshold(portal: Portal) -> None:
    """At 80, 95 and 100 percent, and never again while people come and go."""
    create_person(portal, "ada")
    portal.ok("role", "grant", "ada", "administrator")
    set_limit(portal, 20)
    portal.ok("group", "create", "everybody")
    for number in range(3, 16):
        create_person(portal, f"p{number}")
    assert thresholds(portal) == []
    told: list[tuple[str, str]] = []
    for number in range(16, 21):
        create_person(portal, f"p{number}")
        percent = {16: "80", 19: "95", 20: "100"}.get(number)
        told += [("owner", percent), ("ada", percent)] if percent else []
        assert thresholds(portal) == told
    portal.ok("user", "deactivate", "p20")
    portal.ok("user", "activate", "p20")
    create_person(portal, "p21")
    assert thresholds(portal) == told


def test_a_leap_over_thresholds_is_told_once(portal: Portal) -> None:
    """From nothing to everything is one notice, of the highest."""
    set_limit(portal, 2)
    create_person(portal, "ann")
    assert thresholds(portal) == [("owner", "100")]


def test_a_new_limit_arms_the_thresholds_again(portal: Portal) -> None:
    """Raising the plan starts afresh; setting it to what it is does not."""
    for login in ("ann", "ben", "cat"):
        create_person(portal, login)
    set_limit(portal, 4)
    assert thresholds(portal) == [("owner", "100")]
    set_limit(portal, 4)
    assert thresholds(portal) == [("owner", "100")]
    set_limit(portal, 5)
    assert thresholds(portal) == [("owner", "100"), ("owner", "80")]
    create_person(portal, "dan")
    assert thresholds(portal) == [("owner", "100"), ("owner", "80"), ("owner", "100")]
    set_limit(portal, "unlimited")
    set_limit(portal, 5)
    assert thresholds(portal)[3:] == [("owner", "100")]


def test_a_rehearsal_tells_nobody(portal: Portal) -> None:
    """A threshold that is reached only in a dry run is still to be told."""
    set_limit(portal, 2)
    with unchanged(portal, audited=0):
        portal.ok(
            "--dry-run",
            *("user", "create", "--login", "ann", "--first-name", "F", "--last-name", "L"),
        )
    assert thresholds(portal) == []
    create_person(portal, "ann")
    assert thresholds(portal) == [("owner", "100")]


def test_only_active_owners_and_administrators_are_told(portal: Portal) -> None:
    """Neither an inactive administrator nor a department's administrator."""
    open_registration(portal)
    for login in ("ada", "dan"):
        create_person(portal, login)
    portal.ok("role", "grant", "ada", "administrator")
    portal.ok("role", "grant", "dan", "department-administrator", "--department", "Sales")
    portal.ok("user", "deactivate", "ada")
    set_limit(portal, 2)
    assert thresholds(portal) == [("owner", "100")]


def test_a_clock_that_goes_backward_breaks_no_ledger(portal: Portal) -> None:
    """A hold made later than now still counts, can be confirmed, and gives its seat back once."""
    open_registration(portal, "--confirm-email")
    create_profile(portal, starts="2026-01-01")
    sign_up(portal, "ann", LMSCTL_NOW="2026-05-01T00:00:00Z")
    sign_up(portal, "ben", LMSCTL_NOW=NOON)
    assert seats(portal) == 3
    portal.ok("registration", "confirm", mailed_code(portal, "ann"), LMSCTL_NOW=NOON)
    portal.ok("department", "create", "Any", LMSCTL_NOW="2026-05-01T00:00:00Z")
    portal.ok("department", "create", "Other", LMSCTL_NOW=NOON)
    assert seats(portal) == 2
    check_ledgers(portal)


def test_who_is_known_takes_no_seat_by_a_token(portal: Portal) -> None:
    """Neither where a seat is left nor where none is; and a limit counts who is there already."""
    create_items(portal)
    create_token(portal)
    for name in ("kim", "lee"):
        portal.ok("user", "create", *person_options(name))
    for size, name in ((4, "kim"), (3, "lee")):
        set_limit(portal, size)
        portal.ok(*redeem_command(name))
        assert seats(portal) == 3
        check_ledgers(portal)
    assert portal.refused(*redeem_command("new")) == "plan_full"
