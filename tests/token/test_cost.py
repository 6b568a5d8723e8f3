"""How many statements it takes to let one person in, in whatever way."""

import pytest

from tests.conftest import Portal
from tests.signups import create_profile, open_registration, person_options, sign_up_command
from tests.statements import statements_of
from tests.tokens import create_items, create_token, redeem_command

MOST = 12


@pytest.fixture(params=["unlimited", "50"])
def signup_portal(portal: Portal, request: pytest.FixtureRequest) -> Portal:
    """Return a portal with a token, a profile and an open link, with a plan or without."""
    create_items(open_registration(portal))
    create_token(portal)
    create_profile(portal)
    portal.ok("settings", "set", f"plan.max-active-users={request.param}")
    return portal


def cost(portal: Portal, *argv: str) -> int:
    """Return how many statements a command takes until its change is made.

    What is said to SQLite itself is none; sealing the log comes afterwards.
    """
    said = [one for one in statements_of(portal, *argv) if "PRAGMA" not in one]
    return next((at for at, one in enumerate(said) if "FROM audit_heads" in one), len(said))


def test_a_redemption_takes_few_statements(signup_portal: Portal) -> None:
    """Somebody new gets an account, a mail, an enrollment and its reason."""
    assert cost(signup_portal, *redeem_command("kim")) <= MOST


def test_a_redemption_by_who_is_enrolled_takes_fewer(signup_portal: Portal) -> None:
    """Nothing is written, but that a seat taken in advance goes back."""
    signup_portal.ok(*redeem_command("kim"))
    assert cost(signup_portal, *redeem_command("kim")) <= 5


def test_a_sign_up_takes_few_statements(signup_portal: Portal) -> None:
    """By the link of a profile, as newcomers come."""
    link = signup_portal.ok("signup-profile", "link", "spring", "-o", "id").out.strip()
    assert cost(signup_portal, *sign_up_command("kim", link)) <= MOST


def test_an_open_link_takes_few_statements(signup_portal: Portal) -> None:
    """By the link of an item that lies in no folder."""
    link = signup_portal.ok("content", "link", "topic", "-o", "id").out.strip()
    assert (
        cost(signup_portal, "registration", "submit", "--content", link, *person_options("kim"))
        <= MOST
    )
