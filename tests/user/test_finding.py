"""Finding people, items and trainings by what they are called."""

import pytest

from tests.conftest import Portal
from tests.refusals import refused

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


@pytest.fixture
def staff(crowd: Portal) -> Portal:
    """Return the crowd in departments and groups, with supervisors and custom fields."""
    crowd.ok("department", "create", "Sales")
    crowd.ok("department", "create", "EMEA", "--parent", "Sales")
    crowd.ok("user", "move", "anna", "--department", "Sales/EMEA")
    crowd.ok("user", "edit", "cid", "--type", "client", "--supervisor", "anna")
    crowd.ok("group", "create", "Crew")
    crowd.ok("group", "add", "Crew", "bjork", "cid")
    crowd.ok("field", "create", "Shoe size", "--kind", "number")
    crowd.ok("field", "create", "Home town")
    crowd.ok("user", "edit", "weiss", "--field", "Shoe size=38", "--field", "Home town=Zürich")
    crowd.ok("content", "create", "--kind", "topic", "--code", "one", "--title", "One")
    return crowd


FILTERS = [
    (("login=ANNA",), ["anna"]),
    (("email=B.G@example.com",), ["bjork"]),
    (("first-name=anna",), ["anna"]),
    (("First name=BJÖRK",), ["bjork"]),
    (("last_name=ågren",), ["bjork"]),
    (("last-name=Halvorsen", "last-name=o'neill"), ["anna", "cid"]),
    (("last-name=Halvor",), []),
    (("type=client",), ["cid"]),
    (("status=active", "origin=administrator", "type=client"), ["cid"]),
    (("department=Sales",), ["anna"]),
    (("group=crew",), ["bjork", "cid"]),
    (("group=Crew", "type=staff"), ["bjork"]),
    (("supervisor=anna@example.com",), ["cid"]),
    (("shoe size=38",), ["weiss"]),
    (("Home town=zürich",), ["weiss"]),
    (("Home town=Bern",), []),
]


@pytest.mark.parametrize(("filters", "found"), FILTERS)
def test_people_are_filtered_by_every_field(
    staff: Portal, filters: tuple[str, ...], found: list[str]
) -> None:
    """Alike wherever people are chosen: in the list, the export and enrolling."""
    words = [word for text in filters for word in ("--filter", text)]
    assert staff.ok("user", "list", *words, "-o", "id").out.split() == found
    exported = staff.ok("user", "export", *words).out.splitlines()[1:]
    assert [line.partition(",")[0] for line in exported] == found
    enrolled = staff.ok("enroll", *words, "--content", "one", "-o", "json").json
    assert sorted(row["login"] for row in enrolled) == found


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("anna", "filter_wrong", 2),
        ("login=", "filter_wrong", 2),
        ("shoe=38", "filter_wrong", 2),
        ("type=wizard", "filter_wrong", 2),
        ("Shoe size=big", "field_value_wrong", 6),
        ("department=Nowhere", "department_unknown", 4),
        ("group=Nobody", "group_unknown", 4),
        ("supervisor=nobody", "user_unknown", 4),
    ],
)
def test_filters_that_mean_nothing_are_refused(
    staff: Portal, text: str, code: str, status: int
) -> None:
    """In the list as in enrolling; the hint names the keys."""
    for words in (("user", "list"), ("enroll", "--content", "one")):
        audited = 1 if words[0] == "enroll" and status != 2 else 0
        error = refused(staff, *words, "--filter", text, code=code, status=status, audited=audited)
        assert code != "filter_wrong" or "last-name=" in error["hint"]


def test_filters_name_nothing_out_of_sight(staff: Portal) -> None:
    """A department, group or supervisor out of scope is unknown."""
    staff.ok("role", "grant", "anna", "department-administrator", "--department", "Sales")
    staff.ok("department", "create", "Lab")
    for text, code in (
        ("department=Lab", "department_unknown"),
        ("group=Crew", "group_unknown"),
        ("supervisor=cid", "user_unknown"),
    ):
        words = ("--as", "anna", "user", "list", "--filter", text)
        refused(staff, *words, code=code, status=4, audited=0)
    mine = staff.ok("--as", "anna", "user", "list", "--filter", "type=staff", "-o", "id").out
    assert mine.split() == ["anna"]
