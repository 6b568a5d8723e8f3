"""Why a link would let nobody in: every closed gate at once, when it opens, what would open it."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import unchanged
from tests.signups import VOID, create_profile, open_registration, sign_up, sign_up_command

EXPLAIN = ("signup-profile", "explain", "spring")


def explained(portal: Portal, *more: str, **now: str) -> dict[str, Any]:
    """Return the explanation; asking for it changes nothing and always succeeds."""
    with unchanged(portal, audited=0):
        found: dict[str, Any] = portal.ok(*EXPLAIN, *more, "-o", "json", **now).json
    assert found["is_open"] == (found["gates"] == [])
    return found


def gates(portal: Portal, *more: str, **now: str) -> list[tuple[str, str | None]]:
    """Return the codes of the closed gates, each with when it opens by itself."""
    return [(gate["code"], gate["opens_at"]) for gate in explained(portal, *more, **now)["gates"]]


def test_an_open_profile_has_no_closed_gate(portal: Portal) -> None:
    """And the answer says what a newcomer has to give."""
    open_registration(portal)
    create_profile(portal)
    portal.ok("field", "create", "Badge", "--kind", "text", "--required")
    portal.ok("field", "create", "Hobby", "--kind", "text")
    portal.ok("settings", "set", "privacy-policy=on")
    found = explained(portal, "--email", "ann@example.com")
    assert found == {
        "profile": "spring",
        "at": NOON,
        "email": "ann@example.com",
        "is_open": True,
        "asks_for": ["email", "first name", "last name", "field Badge", "privacy policy"],
        "gates": [],
    }


def test_every_closed_gate_is_told_at_once(portal: Portal) -> None:
    """With its words in the portal's zone, when it opens, and what would have to change."""
    open_registration(portal, "--domain", "corp.example")
    portal.ok("settings", "set", "time-zone=Europe/Berlin")
    create_profile(portal, "spring", "--domain", "example.com", activations="1")
    sign_up(portal, "ann")
    portal.ok(
        *("signup-profile", "edit", "spring", "--starts", "2026-07-01", "--ends", "never"),
        *("--domain", "partner.example"),
    )
    portal.ok("settings", "set", "plan.max-active-users=2")
    portal.ok("registration", "disable")
    found = explained(portal, "--email", "ann@example.com")
    assert not found["is_open"]
    assert [(gate["code"], gate["opens_at"]) for gate in found["gates"]] == [
        ("registration_off", None),
        ("profile_not_open_yet", "2026-06-30T22:00:00Z"),
        ("profile_used_up", None),
        ("plan_full", None),
        ("domain_not_allowed", None),
        ("address_taken", None),
    ]
    window = found["gates"][1]
    assert window["message"] == "The sign-up profile 'Spring' opens at 2026-07-01T00:00:00+02:00."
    assert window["remedy"] == "Wait until then, or move its start."
    assert all(gate["remedy"] for gate in found["gates"])


def test_what_is_explained_is_what_happens(portal: Portal) -> None:
    """For each moment the sign-up ends as the explanation said: let in, or the first gate."""
    open_registration(portal, "--confirm-email")
    create_profile(portal, activations="1", starts="2026-03-02T12:00:01Z", ends="2026-03-06")
    sign_up(portal, "ann", LMSCTL_NOW="2026-03-02T12:00:01Z")
    for at in (
        "2026-03-02T12:00:00Z",
        "2026-03-02T12:00:01Z",
        "2026-03-04T12:00:00Z",
        "2026-03-04T12:00:01Z",
        "2026-03-06T23:59:59Z",
        "2026-03-07T00:00:00Z",
    ):
        ran = portal.run("--dry-run", *sign_up_command("ben"), "-o", "json", LMSCTL_NOW=at)
        said = explained(portal, "--email", "ben@example.com", "--at", at)["gates"]
        assert (ran.code if ran.status else None) == (said[0]["code"] if said else None)


def test_a_moment_to_come_and_one_gone_by_can_be_asked_for(portal: Portal) -> None:
    """In every way a time can be written; the clock of the portal does not matter then."""
    open_registration(portal)
    portal.ok("settings", "set", "time-zone=Europe/Berlin")
    create_profile(portal, starts="2026-03-10", ends="2026-03-20")
    for at, code in (
        ("2026-03-09T23:59:59", "profile_not_open_yet"),
        ("2026-03-10", None),
        ("+9d", None),
        ("2026-03-20T23:59:59+01:00", None),
        ("2026-03-21", "profile_ended"),
        ("-1y", "profile_not_open_yet"),
        ("9999-12-31T00:00:00Z", "profile_ended"),
        ("0001-01-02T00:00:00Z", "profile_not_open_yet"),
    ):
        assert [gate for gate, _ in gates(portal, "--at", at)] == ([code] if code else [])
    shown = portal.ok(*EXPLAIN, "--at", "2026-03-21").err
    assert shown == "At 2026-03-21T00:00:00+01:00 spring is not open: 1 gate closed.\n"


@pytest.mark.parametrize(
    ("given", "code"), [("never", "moment_missing"), ("", "time_not_understood")]
)
def test_a_moment_that_is_none_is_refused(portal: Portal, given: str, code: str) -> None:
    """`never` does not quietly mean now."""
    open_registration(portal)
    create_profile(portal)
    ran = portal.run(*EXPLAIN, "--at", given, "-o", "json")
    assert (ran.status, ran.code) == (2, code)


def test_a_hold_tells_when_its_place_seat_and_address_come_free(portal: Portal) -> None:
    """The soonest of several; from that second on the gate is open."""
    open_registration(portal, "--confirm-email")
    create_profile(portal, activations="2")
    sign_up(portal, "ann")
    sign_up(portal, "ben", LMSCTL_NOW="2026-03-02T12:00:09Z")
    portal.ok("settings", "set", "plan.max-active-users=3")
    asked = ("--email", "ben@example.com")
    assert gates(portal, *asked) == [
        ("profile_used_up", VOID),
        ("plan_full", VOID),
        ("confirmation_pending", "2026-03-04T12:00:09Z"),
    ]
    assert gates(portal, *asked, "--at", VOID) == [("confirmation_pending", "2026-03-04T12:00:09Z")]
    assert gates(portal, *asked, "--at", "2026-03-04T12:00:09Z") == []
    portal.ok("user", "activate", "ann")
    assert gates(portal) == [
        ("profile_used_up", "2026-03-04T12:00:09Z"),
        ("plan_full", "2026-03-04T12:00:09Z"),
    ]


def test_the_holds_of_another_profile_free_nothing(portal: Portal) -> None:
    """Whose holds run out sooner, or at all, is no matter of this one."""
    open_registration(portal, "--confirm-email")
    create_profile(portal, activations="1")
    create_profile(portal, "other", activations="1")
    create_profile(portal, "done", activations="1")
    sign_up(portal, "cyd", through="done")
    portal.ok("registration", "confirm", "cyd@example.com")
    sign_up(portal, "ben", through="other")
    sign_up(portal, "ann", LMSCTL_NOW="2026-03-02T12:00:09Z")
    assert gates(portal) == [("profile_used_up", "2026-03-04T12:00:09Z")]
    ran = portal.ok("signup-profile", "explain", "done", "-o", "json")
    assert [(gate["code"], gate["opens_at"]) for gate in ran.json["gates"]] == [
        ("profile_used_up", None)
    ]


def test_an_address_that_is_none_is_a_gate(portal: Portal) -> None:
    """Nothing about an address makes the question itself fail."""
    open_registration(portal)
    create_profile(portal)
    for given in ("", "nonsense", "a@b@c", "\x1b[31m@example.com"):
        assert [code for code, _ in gates(portal, "--email", given)] == ["email_invalid"]


def test_an_unknown_profile_cannot_be_explained(portal: Portal) -> None:
    """The one refusal of a question."""
    open_registration(portal)
    ran = portal.run("signup-profile", "explain", "ghost", "-o", "json")
    assert (ran.status, ran.code) == (4, "profile_unknown")


def test_as_a_list_it_shows_the_gates_and_says_the_verdict_aside(portal: Portal) -> None:
    """Every format but JSON: one line for each gate, the sentence on standard error."""
    open_registration(portal)
    create_profile(portal, starts="2026-03-10")
    ran = portal.ok(*EXPLAIN, "-o", "id")
    assert ran.out == "profile_not_open_yet\n"
    assert "spring is not open: 1 gate closed." in ran.err
    ran = portal.ok(*EXPLAIN, "-o", "id", "--at", "2026-03-10")
    assert (ran.out, "spring is open." in ran.err) == ("", True)
