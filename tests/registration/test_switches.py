"""What the switches of self-registration promise: on, off, and whose addresses are admitted."""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.refusals import refused, unchanged
from tests.signups import create_profile, open_registration, sign_up, sign_up_command


def at(portal: Portal, address: str, through: str = "spring") -> tuple[str, ...]:
    """Return the command line by which somebody with this address signs up."""
    return ("signup-profile", "sign-up", through, "--email", address, *("--first-name", "F"),
            *("--last-name", "L"))  # fmt: skip


def switches(portal: Portal) -> dict[str, Any]:
    """Return how self-registration is set."""
    found: dict[str, Any] = portal.ok("registration", "show", "-o", "json").json
    return found


def test_switched_off_every_link_is_refused_and_works_again_unedited(portal: Portal) -> None:
    """Links and codes are refused while it is off; on again, the same link lets people in."""
    open_registration(portal)
    link = create_profile(portal)["link"]
    portal.ok("registration", "disable")
    for through in ("spring", link):
        refused(portal, *sign_up_command("ann", through), code="registration_off")
    portal.ok("registration", "enable")
    sign_up(portal, "ann", through=link)
    assert portal.ok("signup-profile", "show", "spring", "-o", "json").json["link"] == link


def test_a_new_portal_is_switched_off(portal: Portal) -> None:
    """Nobody registers before somebody has said so."""
    portal.ok("department", "create", "Sales")
    create_profile(portal)
    refused(portal, *sign_up_command("ann"), code="registration_off")


def test_what_is_not_given_stays(portal: Portal) -> None:
    """Each switch moves alone, and switching on twice is unchanged."""
    portal.ok("registration", "enable", "--confirm-email", "--domain", "example.com")
    portal.ok("registration", "disable")
    portal.ok("registration", "enable")
    assert switches(portal) == {
        "is_on": True,
        "confirm_email": True,
        "domains": ["example.com"],
        "hold_hours": 48,
        "seats_used": 1,
        "seats_limit": None,
    }
    with unchanged(portal, audited=0):
        assert "unchanged" in portal.ok("--exit-code", "registration", "enable").err
    portal.ok("registration", "set", "--no-confirm-email")
    assert switches(portal)["domains"] == ["example.com"]
    assert not switches(portal)["confirm_email"]


def test_set_does_not_switch_on(portal: Portal) -> None:
    """`registration set` prepares a portal that is still closed."""
    portal.ok("registration", "set", "--confirm-email")
    assert not switches(portal)["is_on"]


def test_domains_replace_the_list(portal: Portal) -> None:
    """The list is what was given last, each domain once and in its one form."""
    portal.ok("registration", "enable", "--domain", "b.example", "--domain", "a.example")
    assert switches(portal)["domains"] == ["a.example", "b.example"]
    portal.ok("registration", "enable", "--domain", "BÜCHER.example", "--domain", "bücher.EXAMPLE")
    assert switches(portal)["domains"] == ["xn--bcher-kva.example"]
    portal.ok("registration", "enable", "--any-domain")
    assert switches(portal)["domains"] is None


def test_a_limit_to_no_domain_cannot_be_saved(portal: Portal) -> None:
    """An empty list is refused with the advice to lift the limit instead."""
    for given in ("", "  "):
        error = refused(portal, "registration", "enable", "--domain", given, code="domains_missing")
        assert "--any-domain" in error["hint"]
    assert not switches(portal)["is_on"]


def test_some_domains_and_any_domain_contradict(portal: Portal) -> None:
    """The command line itself is wrong then."""
    error = refused(
        portal,
        *("registration", "enable", "--domain", "a.example", "--any-domain"),
        code="domains_contradict",
        status=2,
        audited=0,
    )
    assert "--domain and --any-domain" in error["message"]


@pytest.mark.parametrize("given", ["exa mple.com", "*", "a.*.com", "example.com/", "a@b.example"])
def test_what_is_no_domain_is_refused(portal: Portal, given: str) -> None:
    """A list holds domains and patterns of sub-domains, nothing else."""
    refused(portal, "registration", "enable", "--domain", given, code="domain_invalid")


@pytest.mark.parametrize(
    ("listed", "domain", "is_admitted"),
    [
        ("example.com", "example.com", True),
        ("example.com", "EXAMPLE.COM", True),
        ("example.com", "sub.example.com", False),
        ("example.com", "evil-example.com", False),
        ("example.com", "example.com.evil.com", False),
        ("example.com", "example.co", False),
        ("*.example.com", "sub.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "evilexample.com", False),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", "BÜCHER.example", True),
    ],
)
def test_a_listed_domain_admits_itself_alone(
    portal: Portal, listed: str, domain: str, is_admitted: bool
) -> None:
    """Sub-domains only when written so; look-alikes never; case and script do not matter."""
    open_registration(portal, "--domain", listed)
    create_profile(portal)
    if is_admitted:
        portal.ok(*at(portal, f"ann@{domain}"))
    else:
        error = refused(portal, *at(portal, f"ann@{domain}"), code="domain_not_allowed")
        assert domain in error["message"]


def test_a_profile_with_a_list_of_its_own_stands_above_the_portal(portal: Portal) -> None:
    """Its own list, any domain, or the portal's: as the profile says, now and after an edit."""
    open_registration(portal, "--domain", "corp.example")
    create_profile(portal, "own", "--domain", "partner.example")
    create_profile(portal, "any", "--any-domain")
    create_profile(portal, "portals")
    portal.ok(*at(portal, "a@partner.example", "own"))
    refused(portal, *at(portal, "b@corp.example", "own"), code="domain_not_allowed")
    portal.ok(*at(portal, "c@anywhere.example", "any"))
    portal.ok(*at(portal, "d@corp.example", "portals"))
    refused(portal, *at(portal, "e@partner.example", "portals"), code="domain_not_allowed")
    portal.ok("signup-profile", "edit", "own", "--portal-domains")
    portal.ok(*at(portal, "b@corp.example", "own"))
    portal.ok("registration", "enable", "--any-domain")
    portal.ok(*at(portal, "e@partner.example", "portals"))


def test_the_domain_list_does_not_bind_administrators(portal: Portal) -> None:
    """It is about self-registration."""
    portal.ok("registration", "enable", "--domain", "corp.example")
    portal.ok("user", "create", "--email", "a@b.example", "--first-name", "F", "--last-name", "L")
