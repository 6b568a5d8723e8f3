"""What people are called: every login and address names one person, whoever comes at once."""

import pytest

from tests.conftest import Portal
from tests.racers import Racer, race

NOW = "2026-03-02T12:00:00Z"
COURSE = "tests.name_racers"
NAMES = ("--first-name", "Anna", "--last-name", "Bell")
NAME = "x@e.com"
TO_LOGIN = ("user", "edit", "bob", "--login", NAME)


@pytest.fixture
def pair(portal: Portal) -> Portal:
    """Provide a portal with amy and bob that lets people sign up."""
    for login in ("amy", "bob"):
        portal.ok("user", "create", "--login", login, *NAMES)
    portal.ok("registration", "enable")
    places = ("--department", "/", "--ends", "never", "--activations", "9")
    portal.ok("signup-profile", "create", "P", "--code", "p", *places)
    (portal.folder / "people.csv").write_text(f"Login,First name,Last name,Email\ncy,C,D,{NAME}\n")
    (portal.folder / "amy.csv").write_text(f"Login,Email\namy,{NAME}\n")
    return portal


def called(portal: Portal) -> int:
    """Return how many people are called by the name, by login or address."""
    sql = "SELECT count(*) FROM users WHERE login_key = :key OR email_key = :key"
    return int(portal.value(sql, key=NAME))


OTHERS = {
    "edit": ("user", "edit", "amy", "--email", NAME),
    "create": ("user", "create", *NAMES, "--email", NAME),
    "sign up": ("signup-profile", "sign-up", "p", *NAMES, "--email", NAME),
    "file of new people": ("user", "import", "people.csv"),
    "file about people": ("user", "import", "amy.csv"),
}


def line(portal: Portal, other: str) -> list[str]:
    """Return a command line, files in the portal's folder."""
    return [str(portal.folder / word) if word.endswith(".csv") else word for word in OTHERS[other]]


@pytest.mark.parametrize("other", list(OTHERS))
def test_a_login_and_an_address_at_once_go_to_one_person(pair: Portal, other: str) -> None:
    """The other is refused, by whatever door they come."""
    finishes = race(pair, [Racer([TO_LOGIN], NOW), Racer([line(pair, other)], NOW)], course=COURSE)
    assert sorted(finish.status == 0 for finish in finishes) == [False, True]
    assert called(pair) == 1
    assert pair.ok("db", "check", "-o", "json").json == []


@pytest.mark.parametrize("other", ["edit", "create"])
def test_without_the_guard_two_people_are_called_alike(pair: Portal, other: str) -> None:
    """Looking alone does not keep them apart: the race above can be lost."""
    racers = [Racer([TO_LOGIN], NOW), Racer([line(pair, other)], NOW)]
    race(pair, racers, guarded=False, course=COURSE)
    assert called(pair) == 2
    found = pair.run("db", "check", "-o", "json").json
    assert "names_kept" in {finding["check"] for finding in found}
