"""Registering for an item that is shared by an open link."""

from collections import Counter
from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.content.test_items import create_item
from tests.racers import Racer, race
from tests.refusals import refused
from tests.signups import (
    LAST_SECOND,
    VOID,
    check_ledgers,
    mailed_code,
    open_registration,
    person_options,
    seats,
)


def submitting(person: str, content: str = "open", *more: str) -> tuple[str, ...]:
    """Return the command line by which `person` registers for an item."""
    return ("registration", "submit", "--content", content, *person_options(person), *more)


def submit(portal: Portal, person: str, content: str = "open", *more: str) -> dict[str, Any]:
    """Let a person register, which must succeed."""
    told: dict[str, Any] = portal.ok(*submitting(person, content, *more), "-o", "json").json
    return told


def sees(portal: Portal, login: str) -> dict[str, list[str]]:
    """Return what somebody sees of themselves, and why; nothing of it as enrolled."""
    rows = portal.ok("--as", login, "learner", "courses", login, "-o", "json").json
    assert all(row["access"] == "open" for row in rows)
    return {row["code"]: row["because"] for row in rows}


def link(portal: Portal, code: str) -> str:
    """Return an item's open link."""
    return portal.ok("content", "link", code, "-o", "id").out.strip()


@pytest.fixture
def portal_with_shared_folders(portal: Portal) -> Portal:
    """Return a portal with items in folders that are shared: one inherits, one does not."""
    open_registration(portal, departments=())
    create_item(portal, "box", "folder")
    create_item(portal, "inner", "folder", "--folder", "box")
    create_item(portal, "open", "topic", "--folder", "box")
    create_item(portal, "sibling", "article", "--folder", "box")
    create_item(portal, "nested", "topic", "--folder", "inner")
    create_item(portal, "shut", "topic", "--folder", "box", "--no-inherit")
    create_item(portal, "loose")
    create_item(portal, "public")
    create_item(portal, "secret")
    portal.ok("content", "grant", "public", "--organization")
    for code in ("open", "shut", "loose"):
        link(portal, code)
    return portal


def test_an_item_that_inherits_opens_its_folder(portal_with_shared_folders: Portal) -> None:
    """The item and all that inherits beside it, and what everybody may open; nothing else."""
    assert submit(portal_with_shared_folders, "ann") == {
        "login": "ann",
        "email": "ann@example.com",
        "status": "active",
        "department": "/",
        "registered_at": NOON,
        "expires_at": None,
        "ends_at": None,
        "source": "open link open",
        "is_new_person": True,
    }
    because = "granted to the person with folder box"
    assert sees(portal_with_shared_folders, "ann") == {
        "open": [because, "granted to the person"],
        "sibling": [because],
        "nested": [because],
        "public": ["granted to everybody"],
    }
    shown = portal_with_shared_folders.ok("user", "show", "ann", "-o", "json").json
    assert (shown["type"], shown["roles"]) == ("staff", ["learner"])
    assert (shown["origin"], shown["origin_detail"]) == ("open-link", "open")
    assert portal_with_shared_folders.ok("content", "show", "box", "-o", "json").json["grants"] == [
        {"content": "box", "audience": "user", "name": "ann"}
    ]
    check_ledgers(portal_with_shared_folders)


def test_an_item_that_does_not_inherit_opens_itself(portal_with_shared_folders: Portal) -> None:
    """And so does one that lies in no folder."""
    submit(portal_with_shared_folders, "ann", "shut")
    submit(portal_with_shared_folders, "ben", "loose")
    public = {"public": ["granted to everybody"]}
    assert sees(portal_with_shared_folders, "ann") == {"shut": ["granted to the person"], **public}
    assert sees(portal_with_shared_folders, "ben") == {"loose": ["granted to the person"], **public}


@pytest.mark.parametrize(
    "edit",
    [
        ("content", "edit", "open", "--no-inherit"),
        ("content", "edit", "open", "--folder", ""),
        ("content", "revoke", "box", "--user", "ann"),
        ("content", "link", "open", "--revoke"),
    ],
)
def test_whoever_came_by_a_link_keeps_the_item(
    portal_with_shared_folders: Portal, edit: tuple[str, ...]
) -> None:
    """Whatever is edited later; only taking it from them takes it from them."""
    submit(portal_with_shared_folders, "ann")
    portal_with_shared_folders.ok(*edit)
    assert "granted to the person" in sees(portal_with_shared_folders, "ann")["open"]
    portal_with_shared_folders.ok("content", "revoke", "open", "--user", "ann")
    portal_with_shared_folders.run("content", "revoke", "box", "--user", "ann")
    assert set(sees(portal_with_shared_folders, "ann")) == {"public"}


def test_the_link_is_enough(portal_with_shared_folders: Portal) -> None:
    """Whoever has it needs no right, and gets in as by the code; a code takes the right to see."""
    portal_with_shared_folders.ok("settings", "set", "public-url=https://learn.example.com")
    whole = link(portal_with_shared_folders, "shut")
    assert whole.startswith("https://learn.example.com/open/")
    submit(portal_with_shared_folders, "ann", whole)
    portal_with_shared_folders.ok("--as", "ann", *submitting("ben", whole.rpartition("/")[2]))
    assert set(sees(portal_with_shared_folders, "ben")) == {"shut", "public"}
    words = ("--as", "ann", *submitting("cyd", "shut"))
    error = refused(portal_with_shared_folders, *words, code="open_link_unknown", status=4)
    assert "shut" not in str(error)
    portal_with_shared_folders.ok("--as", "owner", *submitting("cyd", "shut"))


def test_rules_reach_who_comes_by_a_link(portal_with_shared_folders: Portal) -> None:
    """They are enrolled by what they joined, and may open what was shared."""
    portal_with_shared_folders.ok(
        "autoenroll", "create", "--content", "secret", "--department", "/", "--code", "all"
    )
    submit(portal_with_shared_folders, "ann", "shut")
    rows = portal_with_shared_folders.ok("learner", "courses", "ann", "-o", "json").json
    assert {row["code"]: row["because"] for row in rows} == {
        "public": ["granted to everybody"],
        "secret": ["rule all"],
        "shut": ["granted to the person"],
    }


def test_only_what_is_shared_takes_people_in(portal_with_shared_folders: Portal) -> None:
    """No link, a link that was ended, a folder, an archived item, or nothing of that name."""
    old = link(portal_with_shared_folders, "open")
    refused(portal_with_shared_folders, *submitting("ann", "secret"), code="content_not_shared")
    refused(portal_with_shared_folders, *submitting("ann", "box"), code="content_is_folder")
    refused(
        portal_with_shared_folders,
        *submitting("ann", "nothing"),
        code="open_link_unknown",
        status=4,
    )
    portal_with_shared_folders.ok("content", "link", "open", "--revoke")
    refused(portal_with_shared_folders, *submitting("ann", "open"), code="content_not_shared")
    refused(portal_with_shared_folders, *submitting("ann", old), code="open_link_unknown", status=4)
    portal_with_shared_folders.ok("content", "archive", "shut")
    refused(portal_with_shared_folders, *submitting("ann", "shut"), code="content_archived")
    portal_with_shared_folders.ok("content", "restore", "shut")
    submit(portal_with_shared_folders, "ann", "shut")


def test_every_gate_of_the_portal_holds(portal_with_shared_folders: Portal) -> None:
    """As for a sign-up profile: each refusal has its reason, and leaves nothing."""
    portal_with_shared_folders.ok("registration", "disable")
    refused(portal_with_shared_folders, *submitting("ann"), code="registration_off")
    portal_with_shared_folders.ok("registration", "enable", "--domain", "example.org")
    refused(portal_with_shared_folders, *submitting("ann"), code="domain_not_allowed")
    portal_with_shared_folders.ok("registration", "enable", "--domain", "example.com")
    portal_with_shared_folders.ok("settings", "set", "privacy-policy=on")
    refused(portal_with_shared_folders, *submitting("ann"), code="policy_not_accepted")
    portal_with_shared_folders.ok("field", "create", "Badge", "--required")
    refused(
        portal_with_shared_folders,
        *submitting("ann", "open", "--accept-policy"),
        code="field_missing",
    )
    words = ("registration", "submit", "--content", "open", "--email", "ann@example.com")
    refused(portal_with_shared_folders, *words, code="details_wrong")
    portal_with_shared_folders.ok("settings", "set", "plan.max-active-users=1")
    full = submitting("ann", "open", "--accept-policy", "--field", "Badge=1")
    refused(portal_with_shared_folders, *full, code="plan_full")
    portal_with_shared_folders.ok("settings", "set", "plan.max-active-users=2")
    portal_with_shared_folders.ok(*full)
    shown = portal_with_shared_folders.ok("user", "show", "ann", "-o", "json").json
    assert (shown["fields"], shown["policy_accepted_at"]) == ({"Badge": "1"}, NOON)
    portal_with_shared_folders.ok("settings", "set", "plan.max-active-users=9")
    again = submitting("ben", "open", "--accept-policy", "--field", "Badge=2", "--login", "ann")
    refused(portal_with_shared_folders, *again, code="signup_login_taken")
    check_ledgers(portal_with_shared_folders)


def test_somebody_known_gets_the_same(portal_with_shared_folders: Portal) -> None:
    """Item and folder, without a seat or anything about them changed; they are told once."""
    portal = portal_with_shared_folders
    portal.ok("department", "create", "Sales")
    person = ("--login", "kim", "--email", "kim@example.com", "--department", "Sales")
    portal.ok("user", "create", *person, "--first-name", "Kim", "--last-name", "Oh")
    portal.ok("registration", "enable", "--domain", "example.org")
    portal.ok("settings", "set", "privacy-policy=on", f"plan.max-active-users={seats(portal)}")
    portal.ok("field", "create", "Badge")
    before = portal.ok("user", "show", "kim", "-o", "json").json
    words = ("registration", "submit", "--content", link(portal, "open"))
    come = (*words, "--email", "KIM@example.com")
    told = portal.ok(*come, "-o", "json")
    assert told.json == {
        "login": "kim",
        "email": "kim@example.com",
        "status": "active",
        "department": None,
        "registered_at": NOON,
        "expires_at": None,
        "ends_at": None,
        "source": "open link open",
        "is_new_person": False,
    }
    assert "kim has an account already, and may open open now." in told.err
    assert {"open", "sibling", "nested", "public"} == set(sees(portal, "kim"))
    assert portal.ok("user", "show", "kim", "-o", "json").json == before
    notices = ("learner", "notifications", "kim", "-o", "json")
    assert [row["subject"] for row in portal.ok(*notices).json] == ["You may open Open"]
    again = portal.ok(*come, "--exit-code")
    assert "could open open already" in again.err
    assert len(portal.ok(*notices).json) == 1
    newcomer = submitting("new", "open", "--accept-policy")
    refused(portal, *newcomer, code="plan_full")
    check_ledgers(portal)


def test_only_the_active_are_known_to_a_link(portal_with_shared_folders: Portal) -> None:
    """Somebody inactive stays out, and while the link is shut nobody gets anything by it."""
    portal = portal_with_shared_folders
    submit(portal, "ann")
    portal.ok("user", "deactivate", "ann")
    refused(portal, *submitting("ann", "loose"), code="address_taken")
    portal.ok("user", "activate", "ann")
    portal.ok("registration", "disable")
    refused(portal, *submitting("ann", "loose"), code="registration_off")
    portal.ok("registration", "enable")
    portal.ok("content", "archive", "loose")
    refused(portal, *submitting("ann", "loose"), code="content_archived")


def test_who_has_not_confirmed_sees_nothing_yet(portal_with_shared_folders: Portal) -> None:
    """The seat is held until then; afterwards everything is as if there had been no waiting."""
    portal_with_shared_folders.ok("registration", "enable", "--confirm-email")
    told = submit(portal_with_shared_folders, "ann")
    assert (told["status"], told["expires_at"], seats(portal_with_shared_folders)) == (
        "pending",
        VOID,
        2,
    )
    assert (
        portal_with_shared_folders.refused("--as", "ann", "learner", "courses", "ann")
        == "actor_not_active"
    )
    pending = portal_with_shared_folders.ok("registration", "pending", "-o", "json").json
    assert [(row["login"], row["source"]) for row in pending] == [("ann", "open link open")]
    portal_with_shared_folders.now = LAST_SECOND
    portal_with_shared_folders.ok("content", "link", "open", "--revoke")
    portal_with_shared_folders.ok(
        "registration", "confirm", mailed_code(portal_with_shared_folders, "ann")
    )
    assert set(sees(portal_with_shared_folders, "ann")) == {"open", "sibling", "nested", "public"}
    check_ledgers(portal_with_shared_folders)


def test_a_hold_that_runs_out_takes_everything_with_it(portal_with_shared_folders: Portal) -> None:
    """Account, grant and seat are gone, and the same address may come again."""
    portal_with_shared_folders.ok("registration", "enable", "--confirm-email")
    portal_with_shared_folders.ok("settings", "set", "plan.max-active-users=2")
    submit(portal_with_shared_folders, "ann")
    refused(
        portal_with_shared_folders, *submitting("ben"), code="plan_full", LMSCTL_NOW=LAST_SECOND
    )
    portal_with_shared_folders.now = VOID
    submit(portal_with_shared_folders, "ann", "shut")
    assert (
        portal_with_shared_folders.value(
            "SELECT count(*) FROM content_grants WHERE user_id IS NOT NULL"
        )
        == 1
    )
    portal_with_shared_folders.ok(
        "registration", "confirm", mailed_code(portal_with_shared_folders, "ann")
    )
    assert set(sees(portal_with_shared_folders, "ann")) == {"shut", "public"}
    check_ledgers(portal_with_shared_folders)


def test_the_last_seat_goes_to_one_of_many(portal_with_shared_folders: Portal) -> None:
    """Eight processes at once: one account, one grant, and everybody else is told why."""
    portal_with_shared_folders.ok("settings", "set", "plan.max-active-users=2")
    racers = [Racer([submitting(f"p{number}", "shut")], NOON) for number in range(8)]
    finishes = Counter(finish.code for finish in race(portal_with_shared_folders, racers))
    assert finishes == {None: 1, "plan_full": 7}
    assert (
        portal_with_shared_folders.value(
            "SELECT count(*) FROM content_grants WHERE user_id IS NOT NULL"
        )
        == 1
    )
    check_ledgers(portal_with_shared_folders)
