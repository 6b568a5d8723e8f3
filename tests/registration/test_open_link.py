"""Registering for an item that is shared by an open link."""

from collections import Counter
from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.content.test_items import create
from tests.doors import LAST_SECOND, VOID, check_ledgers, mailed_code, names, opened, seats
from tests.racers import Racer, race
from tests.refusals import refused


def submitting(person: str, content: str = "open", *more: str) -> tuple[str, ...]:
    """Return the command line by which `person` registers for an item."""
    return ("registration", "submit", "--content", content, *names(person), *more)


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
def shared(portal: Portal) -> Portal:
    """Return a portal with items in folders that are shared: one inherits, one does not."""
    opened(portal, departments=())
    create(portal, "box", "folder")
    create(portal, "inner", "folder", "--folder", "box")
    create(portal, "open", "topic", "--folder", "box")
    create(portal, "sibling", "article", "--folder", "box")
    create(portal, "nested", "topic", "--folder", "inner")
    create(portal, "shut", "topic", "--folder", "box", "--no-inherit")
    create(portal, "loose")
    create(portal, "public")
    create(portal, "secret")
    portal.ok("content", "grant", "public", "--organization")
    for code in ("open", "shut", "loose"):
        link(portal, code)
    return portal


def test_an_item_that_inherits_opens_its_folder(shared: Portal) -> None:
    """The item and all that inherits beside it, and what everybody may open; nothing else."""
    assert submit(shared, "ann") == {
        "login": "ann",
        "email": "ann@example.com",
        "status": "active",
        "department": "/",
        "registered_at": NOON,
        "expires_at": None,
        "source": "open link open",
    }
    because = "granted to the person with folder box"
    assert sees(shared, "ann") == {
        "open": [because, "granted to the person"],
        "sibling": [because],
        "nested": [because],
        "public": ["granted to everybody"],
    }
    shown = shared.ok("user", "show", "ann", "-o", "json").json
    assert (shown["type"], shown["roles"]) == ("staff", ["learner"])
    assert (shown["origin"], shown["origin_detail"]) == ("open-link", "open")
    assert shared.ok("content", "show", "box", "-o", "json").json["grants"] == [
        {"content": "box", "audience": "user", "name": "ann"}
    ]
    check_ledgers(shared)


def test_an_item_that_does_not_inherit_opens_itself(shared: Portal) -> None:
    """And so does one that lies in no folder."""
    submit(shared, "ann", "shut")
    submit(shared, "ben", "loose")
    public = {"public": ["granted to everybody"]}
    assert sees(shared, "ann") == {"shut": ["granted to the person"], **public}
    assert sees(shared, "ben") == {"loose": ["granted to the person"], **public}


@pytest.mark.parametrize(
    "edit",
    [
        ("content", "edit", "open", "--no-inherit"),
        ("content", "edit", "open", "--folder", ""),
        ("content", "revoke", "box", "--user", "ann"),
        ("content", "link", "open", "--revoke"),
    ],
)
def test_whoever_came_by_a_link_keeps_the_item(shared: Portal, edit: tuple[str, ...]) -> None:
    """Whatever is edited later; only taking it from them takes it from them."""
    submit(shared, "ann")
    shared.ok(*edit)
    assert "granted to the person" in sees(shared, "ann")["open"]
    shared.ok("content", "revoke", "open", "--user", "ann")
    shared.run("content", "revoke", "box", "--user", "ann")
    assert set(sees(shared, "ann")) == {"public"}


def test_the_link_is_enough(shared: Portal) -> None:
    """Whoever has it needs no right, and gets in as by the code; a code takes the right to see."""
    shared.ok("settings", "set", "public-url=https://learn.example.com")
    whole = link(shared, "shut")
    assert whole.startswith("https://learn.example.com/open/")
    submit(shared, "ann", whole)
    shared.ok("--as", "ann", *submitting("ben", whole.rpartition("/")[2]))
    assert set(sees(shared, "ben")) == {"shut", "public"}
    words = ("--as", "ann", *submitting("cyd", "shut"))
    error = refused(shared, *words, code="open_link_unknown", status=4)
    assert "shut" not in str(error)
    shared.ok("--as", "owner", *submitting("cyd", "shut"))


def test_rules_reach_who_comes_by_a_link(shared: Portal) -> None:
    """They are enrolled by what they joined, and may open what was shared."""
    shared.ok("autoenroll", "create", "--content", "secret", "--department", "/", "--code", "all")
    submit(shared, "ann", "shut")
    rows = shared.ok("learner", "courses", "ann", "-o", "json").json
    assert {row["code"]: row["because"] for row in rows} == {
        "public": ["granted to everybody"],
        "secret": ["rule all"],
        "shut": ["granted to the person"],
    }


def test_only_what_is_shared_takes_people_in(shared: Portal) -> None:
    """No link, a link that was ended, a folder, an archived item, or nothing of that name."""
    old = link(shared, "open")
    refused(shared, *submitting("ann", "secret"), code="content_not_shared")
    refused(shared, *submitting("ann", "box"), code="content_is_folder")
    refused(shared, *submitting("ann", "nothing"), code="open_link_unknown", status=4)
    shared.ok("content", "link", "open", "--revoke")
    refused(shared, *submitting("ann", "open"), code="content_not_shared")
    refused(shared, *submitting("ann", old), code="open_link_unknown", status=4)
    shared.ok("content", "archive", "shut")
    refused(shared, *submitting("ann", "shut"), code="content_archived")
    shared.ok("content", "restore", "shut")
    submit(shared, "ann", "shut")


def test_every_gate_of_the_portal_holds(shared: Portal) -> None:
    """As for a sign-up profile: each refusal has its reason, and leaves nothing."""
    shared.ok("registration", "disable")
    refused(shared, *submitting("ann"), code="registration_off")
    shared.ok("registration", "enable", "--domain", "example.org")
    refused(shared, *submitting("ann"), code="domain_not_allowed")
    shared.ok("registration", "enable", "--domain", "example.com")
    shared.ok("settings", "set", "privacy-policy=on")
    refused(shared, *submitting("ann"), code="policy_not_accepted")
    shared.ok("field", "create", "Badge", "--required")
    refused(shared, *submitting("ann", "open", "--accept-policy"), code="field_missing")
    words = ("registration", "submit", "--content", "open", "--email", "ann@example.com")
    refused(shared, *words, code="details_wrong")
    shared.ok("settings", "set", "plan.max-active-users=1")
    full = submitting("ann", "open", "--accept-policy", "--field", "Badge=1")
    refused(shared, *full, code="plan_full")
    shared.ok("settings", "set", "plan.max-active-users=2")
    shared.ok(*full)
    shown = shared.ok("user", "show", "ann", "-o", "json").json
    assert (shown["fields"], shown["policy_accepted_at"]) == ({"Badge": "1"}, NOON)
    shared.ok("settings", "set", "plan.max-active-users=9")
    refused(shared, *full, code="address_taken")
    again = submitting("ben", "open", "--accept-policy", "--field", "Badge=2", "--login", "ann")
    refused(shared, *again, code="signup_login_taken")
    check_ledgers(shared)


def test_who_has_not_confirmed_sees_nothing_yet(shared: Portal) -> None:
    """The seat is held until then; afterwards everything is as if there had been no waiting."""
    shared.ok("registration", "enable", "--confirm-email")
    told = submit(shared, "ann")
    assert (told["status"], told["expires_at"], seats(shared)) == ("pending", VOID, 2)
    assert shared.refused("--as", "ann", "learner", "courses", "ann") == "actor_not_active"
    pending = shared.ok("registration", "pending", "-o", "json").json
    assert [(row["login"], row["source"]) for row in pending] == [("ann", "open link open")]
    shared.now = LAST_SECOND
    shared.ok("content", "link", "open", "--revoke")
    shared.ok("registration", "confirm", mailed_code(shared, "ann"))
    assert set(sees(shared, "ann")) == {"open", "sibling", "nested", "public"}
    check_ledgers(shared)


def test_a_hold_that_runs_out_takes_everything_with_it(shared: Portal) -> None:
    """Account, grant and seat are gone, and the same address may come again."""
    shared.ok("registration", "enable", "--confirm-email")
    shared.ok("settings", "set", "plan.max-active-users=2")
    submit(shared, "ann")
    refused(shared, *submitting("ben"), code="plan_full", LMSCTL_NOW=LAST_SECOND)
    shared.now = VOID
    submit(shared, "ann", "shut")
    assert shared.value("SELECT count(*) FROM content_grants WHERE user_id IS NOT NULL") == 1
    shared.ok("registration", "confirm", mailed_code(shared, "ann"))
    assert set(sees(shared, "ann")) == {"shut", "public"}
    check_ledgers(shared)


def test_the_last_seat_goes_to_one_of_many(shared: Portal) -> None:
    """Eight processes at once: one account, one grant, and everybody else is told why."""
    shared.ok("settings", "set", "plan.max-active-users=2")
    racers = [Racer([submitting(f"p{number}", "shut")], NOON) for number in range(8)]
    finishes = Counter(finish.code for finish in race(shared, racers))
    assert finishes == {None: 1, "plan_full": 7}
    assert shared.value("SELECT count(*) FROM content_grants WHERE user_id IS NOT NULL") == 1
    check_ledgers(shared)
