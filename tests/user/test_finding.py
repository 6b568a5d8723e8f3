"""Finding people, items and trainings by what they are called."""

import pytest

from tests.conftest import Portal

PEOPLE = (
    ("anna", "anna@example.com", "Anna", "Halvorsen"),
    ("bjork", "b.g@example.com", "Björk", "ÅGREN"),
    ("cid", "cid@halvor.example.com", "Cid", "O'Neill"),
    ("weiss", "w@example.com", "Eva", "Weiß"),
)


@pytest.fixture
def crowd(portal: Portal) -> Portal:
    """Return a portal with people whose names have letters of several alphabets."""
    for login, email, first, last in PEOPLE:
        names = ("--first-name", first, "--last-name", last)
        portal.ok("user", "create", "--login", login, "--email", email, *names)
    return portal


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("Halvorsen", ["anna"]),
        ("halvor", ["anna", "cid"]),
        ("NNA HALV", ["anna"]),
        ("ågren", ["bjork"]),
        ("BJÖRK åG", ["bjork"]),
        ("o'n", ["cid"]),
        ("WEISS", ["weiss"]),
        ("b.g@", ["bjork"]),
        ("halvorsen anna", []),
        ("%", []),
    ],
)
def test_people_are_found_by_any_name(crowd: Portal, given: str, found: list[str]) -> None:
    """By login, address, first or last name and both together, in whatever case."""
    rows = crowd.ok("user", "list", "--search", given, "-o", "json").json
    assert [row["login"] for row in rows] == found


def test_what_is_found_can_be_cut_and_sorted(crowd: Portal) -> None:
    """As any list, in every format, and other filters hold too."""
    words = ("user", "list", "--search", "example.com", "--type", "staff")
    assert crowd.ok(*words, "--sort", "-last_name", "--first", "1", "-o", "id").out == "bjork\n"
    assert crowd.ok(*words, "--first", "2", "-o", "id").out == "anna\nbjork\n"
    assert crowd.ok(*words, "--search", "agren", "-o", "csv").out.count("\n") == 1
    assert crowd.ok(*words, "--search", "ågren", "--status", "ended", "-o", "json").json == []


def test_items_and_trainings_are_found_by_title(portal: Portal) -> None:
    """And by code, in whatever case; other filters hold too."""
    for code, title in (("GDPR-101", "Data protection"), ("first", "Erste Hilfe für alle")):
        portal.ok("content", "create", "--kind", "topic", "--code", code, "--title", title)
        portal.ok("training", "create", title, "--code", f"t-{code}")
    for noun, before in (("content", ""), ("training", "t-")):
        for given, found in (
            ("protection", ["GDPR-101"]),
            ("gdpr", ["GDPR-101"]),
            ("HILFE FÜR", ["first"]),
            ("", ["first", "GDPR-101"]),
            ("nothing", []),
        ):
            rows = portal.ok(noun, "list", "--search", given, "-o", "json").json
            assert [row["code"] for row in rows] == [before + code for code in found]
    only = ("content", "list", "--search", "gdpr", "--status", "draft", "-o", "json")
    assert portal.ok(*only).json == []
    assert (
        portal.ok("training", "list", "--search", "gdpr", "--type", "webinar", "-o", "id").out == ""
    )
