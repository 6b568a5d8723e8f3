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
def portal_with_two_users(portal: Portal) -> Portal:
    """Provide a portal with amy and bob that lets people sign up."""
    for login in ("amy", "bob"):
        portal.ok("user", "create", "--login", login, *NAMES)
    portal.ok("registration", "enable")
    places = ("--department", "/", "--ends", "never", "--activations", "9")
    portal.ok("signup-profile", "create", "P", "--code", "p", *places)
    portal.ok("content", "create", "--kind", "topic", "--code", "top", "--title", "T")
    portal.ok("content", "link", "top")
    portal.ok("token", "create", "--content", "top", "--code", "TOKEN-AAAA")
    (portal.folder / "lines.csv").write_text(f"user edit amy --email {NAME}\n")
    (portal.folder / "logins.csv").write_text(f"Login,First name,Last name\n{NAME},C,D\n")
    (portal.folder / "people.csv").write_text(f"Login,First name,Last name,Email\ncy,C,D,{NAME}\n")
    (portal.folder / "amy.csv").write_text(f"Login,Email\namy,{NAME}\n")
    return portal


def count_called(portal: Portal) -> int:
    """Return how many people are called by the name, by login or address."""
    sql = "SELECT count(*) FROM users WHERE login_key = :key OR email_key = :key"
    return int(portal.value(sql, key=NAME))


OTHERS = {
    "edit": ("user", "edit", "amy", "--email", NAME),
    "create": ("user", "create", *NAMES, "--email", NAME),
    "sign up": ("signup-profile", "sign-up", "p", *NAMES, "--email", NAME),
    "redeem": ("token", "redeem", "TOKEN-AAAA", *NAMES, "--email", NAME),
    "open link": ("registration", "submit", "--content", "top", *NAMES, "--email", NAME),
    "batch": ("batch", "--atomic", "lines.csv"),
    "file of new people": ("user", "import", "people.csv"),
    "file about people": ("user", "import", "amy.csv"),
}


def name_command(portal: Portal, other: str) -> list[str]:
    """Return a command line, files in the portal's folder."""
    words = OTHERS.get(other) or LOGINS[other]
    return [str(portal.folder / word) if word.endswith(".csv") else word for word in words]


@pytest.mark.parametrize("other", list(OTHERS))
def test_a_login_and_an_address_at_once_go_to_one_person(
    portal_with_two_users: Portal, other: str
) -> None:
    """The other is refused, however they come."""
    race_for_name(portal_with_two_users, list(TO_LOGIN), name_command(portal_with_two_users, other))


def race_for_name(portal: Portal, *lines: list[str], most: int = 1) -> None:
    """Let command lines race that all want the name, and check that one person has got it.

    `most` is how many of them may be about the same person.
    """
    finishes = race(portal, [Racer([words], NOW) for words in lines], course=COURSE)
    assert 1 <= sum(finish.status == 0 for finish in finishes) <= most, finishes
    assert not {finish.code for finish in finishes} & {"internal", "meanwhile_changed"}
    assert count_called(portal) == 1
    assert portal.ok("db", "check", "-o", "json").json == []


LOGINS = {
    "create": ("user", "create", *NAMES, "--login", NAME),
    "sign up": ("signup-profile", "sign-up", "p", *NAMES, "--email", "y@e.com", "--login", NAME),
    "file": ("user", "import", "logins.csv"),
}


@pytest.mark.parametrize("other", list(LOGINS))
def test_an_address_and_a_login_at_once_go_to_one_person(
    portal_with_two_users: Portal, other: str
) -> None:
    """New people cannot be called by an address that somebody gets at the same time."""
    race_for_name(
        portal_with_two_users, list(OTHERS["edit"]), name_command(portal_with_two_users, other)
    )


def test_of_all_who_want_one_name_at_once_one_gets_it(portal_with_two_users: Portal) -> None:
    """All ways are tried together; some are about the same person, or find who was made."""
    race_for_name(
        portal_with_two_users,
        list(TO_LOGIN),
        *(name_command(portal_with_two_users, door) for door in [*OTHERS, *LOGINS]),
        most=6,
    )


@pytest.mark.parametrize("other", ["edit", "create"])
def test_without_the_guard_two_people_are_called_alike(
    portal_with_two_users: Portal, other: str
) -> None:
    """Looking alone does not keep them apart: the race above can be lost."""
    racers = [Racer([TO_LOGIN], NOW), Racer([name_command(portal_with_two_users, other)], NOW)]
    race(portal_with_two_users, racers, guarded=False, course=COURSE)
    assert count_called(portal_with_two_users) == 2
    found = portal_with_two_users.run("db", "check", "-o", "json").json
    assert "names_kept" in {finding["check"] for finding in found}
