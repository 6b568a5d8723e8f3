"""How many statements it takes to let one person in, by whatever door."""

import pytest

from tests.conftest import Portal
from tests.doors import names, opened, profile, signing
from tests.statements import statements
from tests.tokens import redeeming, stocked, token

MOST = 12


@pytest.fixture(params=["unlimited", "50"])
def desk(portal: Portal, request: pytest.FixtureRequest) -> Portal:
    """Return a portal with a token, a profile and an open link, with a plan or without."""
    stocked(opened(portal))
    token(portal)
    profile(portal)
    portal.ok("settings", "set", f"plan.max-active-users={request.param}")
    return portal


def cost(portal: Portal, *argv: str) -> int:
    """Return how many statements a command takes; what is said to SQLite itself is none."""
    return sum("PRAGMA" not in said for said in statements(portal, *argv))


def test_a_redemption_takes_few_statements(desk: Portal) -> None:
    """Somebody new gets an account, a mail, an enrollment and its reason."""
    assert cost(desk, *redeeming("kim")) <= MOST


def test_a_redemption_by_who_is_enrolled_takes_fewer(desk: Portal) -> None:
    """Nothing is written, but that a seat taken in advance goes back."""
    desk.ok(*redeeming("kim"))
    assert cost(desk, *redeeming("kim")) <= 5


def test_a_sign_up_takes_few_statements(desk: Portal) -> None:
    """By the link of a profile, as newcomers come."""
    link = desk.ok("signup-profile", "link", "spring", "-o", "id").out.strip()
    assert cost(desk, *signing("kim", link)) <= MOST


def test_an_open_link_takes_few_statements(desk: Portal) -> None:
    """By the link of an item that lies in no folder."""
    link = desk.ok("content", "link", "topic", "-o", "id").out.strip()
    assert cost(desk, "registration", "submit", "--content", link, *names("kim")) <= MOST
