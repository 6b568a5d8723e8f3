"""Why a token would let nobody in: every closed gate at once, when it opens, what would open it."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.doors import VOID, opened, profile, sign_up
from tests.refusals import unchanged
from tests.tokens import person, redeem, redeeming, stocked, token

ANN = ("--email", "ann@example.com")


@pytest.fixture
def desk(portal: Portal) -> Portal:
    """Return a portal with something to learn and a token for it."""
    stocked(portal)
    token(portal)
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


def test_an_open_token_has_no_closed_gate(desk: Portal) -> None:
    """And the answer says what the person is to it."""
    desk.ok("token", "edit", "spring", "--nickname", "Fair")
    assert explained(desk, *ANN) == {
        "token_id": 1,
        "nickname": "Fair",
        "at": NOON,
        "email": "ann@example.com",
        "person": "new",
        "is_open": True,
        "gates": [],
    }
    assert explained(desk)["person"] is None
    person(desk, "ann")
    assert explained(desk, *ANN)["person"] == "known"
    redeem(desk, "ann")
    assert explained(desk, *ANN)["person"] == "enrolled"


def test_every_closed_gate_is_told_at_once(desk: Portal) -> None:
    """With its words in the portal's zone and what would have to change."""
    redeem(desk, "ben")
    desk.ok("settings", "set", "time-zone=Europe/Berlin", "plan.max-active-users=2")
    desk.ok("token", "edit", "spring", "--limit", "1", "--expires", "2026-03-01")
    desk.ok("token", "deactivate", "spring")
    desk.ok("content", "archive", "topic")
    desk.ok("registration", "set", "--domain", "corp.example")
    desk.ok("registration", "disable")
    found = explained(desk, *ANN)
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
    assert [code for code, _ in gates(desk, "--email", "ben@example.com")] == [
        *("registration_off", "token_disabled", "token_expired", "content_archived")
    ]


def test_gates_are_those_that_redeeming_would_meet(desk: Portal) -> None:
    """One by one: what explains is what refuses."""
    person(desk, "ann")
    for close, reopen, code in (
        (("registration", "disable"), ("registration", "enable"), "registration_off"),
        (("token", "deactivate", "spring"), ("token", "activate", "spring"), "token_disabled"),
        (("content", "archive", "topic"), ("content", "restore", "topic"), "content_archived"),
        (("user", "deactivate", "ann"), ("user", "activate", "ann"), "redeemer_not_active"),
    ):
        desk.ok(*close)
        assert [gate for gate, _ in gates(desk, *ANN)] == [code]
        assert desk.refused(*redeeming("ann")) == code
        desk.ok(*reopen)
        assert gates(desk, *ANN) == []


def test_time_is_imagined(desk: Portal) -> None:
    """An expiry, a scheduled end and a hold that runs out count as they will be."""
    desk.ok("token", "edit", "spring", "--expires", "2026-03-10")
    assert gates(desk, "--at", "2026-03-10T23:59:59") == []
    assert gates(desk, "--at", "2026-03-11") == [("token_expired", None)]
    person(desk, "kim")
    desk.ok("user", "deactivate", "kim", "--on", "2026-03-05")
    kim = ("--email", "kim@example.com", "--at")
    assert gates(desk, *kim, "2026-03-04T23:59:59") == []
    assert gates(desk, *kim, "2026-03-05") == [("redeemer_not_active", None)]
    opened(desk, "--confirm-email")
    profile(desk, "door")
    sign_up(desk, "ann", through="door")
    assert gates(desk, *ANN) == [("confirmation_pending", VOID)]
    assert gates(desk, *ANN, "--at", VOID) == []


def test_a_full_plan_opens_when_a_seat_comes_free(desk: Portal) -> None:
    """For new people only; known ones need no seat."""
    person(desk, "kim")
    desk.ok("settings", "set", "plan.max-active-users=2")
    assert gates(desk, *ANN) == [("plan_full", None)]
    assert gates(desk) == [("plan_full", None)]
    assert gates(desk, "--email", "kim@example.com") == []
    desk.ok("user", "deactivate", "kim", "--on", "2026-03-05")
    assert gates(desk, *ANN) == [("plan_full", "2026-03-05T00:00:00Z")]
    assert gates(desk, *ANN, "--at", "2026-03-05") == []


def test_an_address_that_cannot_be_used_is_a_gate(desk: Portal) -> None:
    """Asking about it is no mistake."""
    assert gates(desk, "--email", "nobody") == [("email_invalid", None)]
    who = ("--first-name", "A", "--last-name", "B")
    desk.ok("user", "create", "--login", ANN[1], *who)
    assert gates(desk, *ANN) == [("redeemer_login_taken", None)]


def test_a_moment_that_never_comes_is_no_question(desk: Portal) -> None:
    """It is refused as what it is: a wrong command line."""
    assert desk.refused("token", "explain", "spring", "--at", "never") == "instant_missing"
