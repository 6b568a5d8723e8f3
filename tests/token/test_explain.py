"""Why a token would let nobody in: every closed gate at once, when it opens, what would open it."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import unchanged
from tests.signups import VOID, create_profile, open_registration, sign_up
from tests.tokens import create_items, create_person, create_token, redeem, redeem_command

ANN = ("--email", "ann@example.com")


@pytest.fixture
def portal_with_token(portal: Portal) -> Portal:
    """Return a portal with something to learn and a token for it."""
    create_items(portal)
    create_token(portal)
    return portal


def explained(portal: Portal, *more: str, **now: str) -> dict[str, Any]:
    """Return the explanation; asking for it changes nothing and always succeeds."""
    with unchanged(portal, audited=0):
        words = ("token", "explain", "spring")
        found: dict[str, Any] = portal.ok(*words, *more, "-o", "json", **now).json
    assert found["is_open"] == (found["gates"] == [])
    return found


def gates(portal: Portal, *more: str, **now: str) -> list[tuple[str, str | None]]:
    """Return the codes of the closed gates, each with when it opens by itself."""
    return [(gate["code"], gate["opens_at"]) for gate in explained(portal, *more, **now)["gates"]]


def test_an_open_token_has_no_closed_gate(portal_with_token: Portal) -> None:
    """And the answer says what the person is to it."""
    portal_with_token.ok("token", "edit", "spring", "--nickname", "Fair")
    assert explained(portal_with_token, *ANN) == {
        "token_id": 1,
        "nickname": "Fair",
        "at": NOON,
        "email": "ann@example.com",
        "person": "new",
        "is_open": True,
        "gates": [],
    }
    assert explained(portal_with_token)["person"] is None
    create_person(portal_with_token, "ann")
    assert explained(portal_with_token, *ANN)["person"] == "known"
    redeem(portal_with_token, "ann")
    assert explained(portal_with_token, *ANN)["person"] == "enrolled"


def test_every_closed_gate_is_told_at_once(portal_with_token: Portal) -> None:
    """With its words in the portal's zone and what would have to change."""
    redeem(portal_with_token, "ben")
    portal_with_token.ok("settings", "set", "time-zone=Europe/Berlin", "plan.max-active-users=2")
    portal_with_token.ok("token", "edit", "spring", "--limit", "1", "--expires", "2026-03-01")
    portal_with_token.ok("token", "deactivate", "spring")
    portal_with_token.ok("content", "archive", "topic")
    portal_with_token.ok("registration", "set", "--domain", "corp.example")
    portal_with_token.ok("registration", "disable")
    found = explained(portal_with_token, *ANN)
    assert [gate["code"] for gate in found["gates"]] == [
        "registration_off",
        "token_disabled",
        "token_expired",
        "content_archived",
        "token_used_up",
        "domain_not_allowed",
        "plan_full",
    ]
    messages = {gate["code"]: gate["message"] for gate in found["gates"]}
    assert "2026-03-01T23:59:59+01:00" in messages["token_expired"]
    assert all(gate["remedy"] for gate in found["gates"])
    assert [code for code, _ in gates(portal_with_token, "--email", "ben@example.com")] == [
        *("registration_off", "token_disabled", "token_expired", "content_archived")
    ]


def test_gates_are_those_that_redeeming_would_meet(portal_with_token: Portal) -> None:
    """One by one: what explains is what refuses."""
    create_person(portal_with_token, "ann")
    for close, reopen, code in (
        (("registration", "disable"), ("registration", "enable"), "registration_off"),
        (("token", "deactivate", "spring"), ("token", "activate", "spring"), "token_disabled"),
        (("content", "archive", "topic"), ("content", "restore", "topic"), "content_archived"),
        (("user", "deactivate", "ann"), ("user", "activate", "ann"), "redeemer_not_active"),
    ):
        portal_with_token.ok(*close)
        assert [gate for gate, _ in gates(portal_with_token, *ANN)] == [code]
        assert portal_with_token.refused(*redeem_command("ann")) == code
        portal_with_token.ok(*reopen)
        assert gates(portal_with_token, *ANN) == []


def test_time_is_imagined(portal_with_token: Portal) -> None:
    """An expiry, a scheduled end and a hold that runs out count as they will be."""
    portal_with_token.ok("token", "edit", "spring", "--expires", "2026-03-10")
    assert gates(portal_with_token, "--at", "2026-03-10T23:59:59") == []
    assert gates(portal_with_token, "--at", "2026-03-11") == [("token_expired", None)]
    create_person(portal_with_token, "kim")
    portal_with_token.ok("user", "deactivate", "kim", "--on", "2026-03-05")
    kim = ("--email", "kim@example.com", "--at")
    assert gates(portal_with_token, *kim, "2026-03-04T23:59:59") == []
    assert gates(portal_with_token, *kim, "2026-03-05") == [("redeemer_not_active", None)]
    open_registration(portal_with_token, "--confirm-email")
    create_profile(portal_with_token, "door")
    sign_up(portal_with_token, "ann", through="door")
    assert gates(portal_with_token, *ANN) == [("confirmation_pending", VOID)]
    assert gates(portal_with_token, *ANN, "--at", VOID) == []


def test_a_full_plan_opens_when_a_seat_comes_free(portal_with_token: Portal) -> None:
    """For new people only; known ones need no seat."""
    create_person(portal_with_token, "kim")
    portal_with_token.ok("settings", "set", "plan.max-active-users=2")
    assert gates(portal_with_token, *ANN) == [("plan_full", None)]
    assert gates(portal_with_token) == [("plan_full", None)]
    assert gates(portal_with_token, "--email", "kim@example.com") == []
    portal_with_token.ok("user", "deactivate", "kim", "--on", "2026-03-05")
    assert gates(portal_with_token, *ANN) == [("plan_full", "2026-03-05T00:00:00Z")]
    assert gates(portal_with_token, *ANN, "--at", "2026-03-05") == []


def test_an_address_that_cannot_be_used_is_a_gate(portal_with_token: Portal) -> None:
    """Asking about it is no mistake."""
    assert gates(portal_with_token, "--email", "nobody") == [("email_invalid", None)]
    who = ("--first-name", "A", "--last-name", "B")
    portal_with_token.ok("user", "create", "--login", ANN[1], *who)
    assert gates(portal_with_token, *ANN) == [("redeemer_login_taken", None)]


def test_a_moment_that_never_comes_is_no_question(portal_with_token: Portal) -> None:
    """It is refused as what it is: a wrong command line."""
    assert (
        portal_with_token.refused("token", "explain", "spring", "--at", "never")
        == "instant_missing"
    )
