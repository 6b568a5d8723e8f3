"""Every reason why a link lets nobody in: its code, its class, its words, in both databases."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Portal
from tests.refusals import refused
from tests.signups import create_profile, open_registration, show_profile, sign_up, sign_up_command


def disable_registration(portal: Portal) -> None:
    """Close the whole portal."""
    portal.ok("registration", "disable")


def change_window(**window: str) -> Callable[[Portal], None]:
    """Return what gives the profile another window."""

    def move(portal: Portal) -> None:
        words = [word for name, value in window.items() for word in (f"--{name}", value)]
        portal.ok("signup-profile", "edit", "spring", *words)

    return move


def use_up(portal: Portal) -> None:
    """Let the last person come."""
    portal.ok("signup-profile", "edit", "spring", "--activations", "1")
    sign_up(portal, "zoe")


def delete_profile(portal: Portal) -> None:
    """Delete the profile."""
    portal.ok("signup-profile", "delete", "spring", "--yes")


def fill_plan(portal: Portal) -> None:
    """Fill the plan."""
    portal.ok("settings", "set", "plan.max-active-users=1")


def limit_domain(portal: Portal) -> None:
    """Admit another domain only."""
    portal.ok("registration", "enable", "--domain", "corp.example")


def require_field(portal: Portal) -> None:
    """Require a custom field."""
    portal.ok("field", "create", "Badge", "--kind", "text", "--required")


def take_address(portal: Portal) -> None:
    """Let somebody else have the address."""
    portal.ok(
        *("user", "create", "--login", "other", "--email", "ann@example.com"),
        *("--first-name", "F", "--last-name", "L"),
    )


def require_policy(portal: Portal) -> None:
    """Require the privacy policy to be accepted."""
    portal.ok("settings", "set", "privacy-policy=on")


@dataclass(frozen=True)
class Reason:
    """What keeps people from signing up, and what they are told then."""

    close: Callable[[Portal], None]
    code: str
    message: str
    kind: str = "rejected"
    status: int = 6


REASONS = [
    Reason(disable_registration, "registration_off", "Self-registration is switched off."),
    Reason(
        change_window(starts="2026-03-29T09:00"),
        "profile_not_open_yet",
        "The sign-up profile 'Spring' opens at 2026-03-29T09:00:00+02:00.",
    ),
    Reason(
        change_window(starts="2026-02-01", ends="2026-03-01"),
        "profile_ended",
        "The sign-up profile 'Spring' ended at 2026-03-01T23:59:59+01:00.",
    ),
    Reason(
        use_up,
        "profile_used_up",
        "All 1 activations of the sign-up profile 'Spring' are used.",
    ),
    Reason(delete_profile, "profile_unknown", "There is no such sign-up profile.", "not_found", 4),
    Reason(fill_plan, "plan_full", "The plan is full."),
    Reason(limit_domain, "domain_not_allowed", "Addresses at 'example.com' are not admitted here."),
    Reason(require_field, "field_missing", "The field 'Badge' is required."),
    Reason(
        take_address,
        "address_taken",
        "There is an account with the address 'ann@example.com' already.",
    ),
    Reason(require_policy, "policy_not_accepted", "The privacy policy has to be accepted."),
]


@pytest.fixture
def profile_link(portal: Portal) -> str:
    """Return the link of an open profile in a portal of Berlin."""
    open_registration(portal)
    portal.ok("settings", "set", "time-zone=Europe/Berlin")
    return str(create_profile(portal)["link"])


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_refusal_has_a_reason_of_its_own(
    portal: Portal, profile_link: str, reason: Reason
) -> None:
    """By link and by code: the same code, class, status and sentence, in the portal's zone."""
    reason.close(portal)
    for through in (profile_link, "spring"):
        error = refused(
            portal, *sign_up_command("ann", through), code=reason.code, status=reason.status
        )
        assert (error["class"], error["message"]) == (reason.kind, reason.message)
        assert "spring" not in error["hint"]


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_a_person_reads_two_lines(portal: Portal, profile_link: str, reason: Reason) -> None:
    """Without JSON it is one sentence and one hint on standard error, and nothing on output."""
    reason.close(portal)
    ran = portal.run(*sign_up_command("ann", profile_link))
    assert ran.out == ""
    error, hint = ran.err.splitlines()
    assert error == f"error: {reason.message}"
    assert hint.startswith("hint: ")


def test_codes_of_reasons_differ() -> None:
    """No two reasons can be mistaken for one another."""
    assert len({reason.code for reason in REASONS}) == len(REASONS)


def test_a_reason_is_told_in_the_zone_of_who_asks(portal: Portal, profile_link: str) -> None:
    """`--tz` is how somebody elsewhere reads the same instant."""
    change_window(starts="2026-03-29T09:00")(portal)
    error = refused(
        portal,
        "--tz",
        "America/New_York",
        *sign_up_command("ann", profile_link),
        code="profile_not_open_yet",
    )
    assert "opens at 2026-03-29T03:00:00-04:00" in error["message"]


@pytest.mark.parametrize(
    "given", ["sprin", "Spring2", "sprìng", "", "/", "%", "_", "' OR 1=1 --", "x" * 10_000, "0"]
)
def test_no_refusal_suggests_a_code_or_link(portal: Portal, profile_link: str, given: str) -> None:
    """Deleted, unknown and mistyped are one answer, word for word."""
    answers: list[dict[str, Any]] = [
        refused(portal, *sign_up_command("ann", text), code="profile_unknown", status=4)
        for text in (given, profile_link[:-1], profile_link + "x", profile_link.swapcase())
    ]
    delete_profile(portal)
    answers.append(
        refused(portal, *sign_up_command("ann", profile_link), code="profile_unknown", status=4)
    )
    assert all(answer == answers[0] for answer in answers)
    assert "spring" not in str(answers[0])


def test_when_several_gates_are_closed_the_first_is_told(portal: Portal, profile_link: str) -> None:
    """Off comes first, then the window, then what is used up, then the plan."""
    use_up(portal)
    portal.ok("settings", "set", "plan.max-active-users=2")
    taken_away = [
        (disable_registration, "registration_off"),
        (change_window(starts="2026-02-01", ends="2026-03-01"), "profile_ended"),
    ]
    told = ["profile_used_up"]
    for close, code in reversed(taken_away):
        close(portal)
        told.insert(0, code)
    for expected, reopen in zip(
        told,
        (
            ("registration", "enable"),
            ("signup-profile", "edit", "spring", "--ends", "never"),
            ("signup-profile", "edit", "spring", "--activations", "9"),
        ),
        strict=True,
    ):
        refused(portal, *sign_up_command("ann", profile_link), code=expected)
        portal.ok(*reopen)
    refused(portal, *sign_up_command("ann", profile_link), code="plan_full")
    assert show_profile(portal)["used"] == 1
