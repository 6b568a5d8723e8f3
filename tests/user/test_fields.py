"""Custom fields: what the portal wants to know of everybody."""

import pytest

from tests.conftest import Portal

ANNA = ("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")


def values(portal: Portal, login: str = "anna") -> dict[str, str]:
    """Return what a person's fields hold."""
    found: dict[str, str] = portal.ok("user", "show", login, "-o", "json").json["fields"]
    return found


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Ünï = x ", "Ünï = x"),
        ("number", "-12.50", "-12.50"),
        ("date", "2026-12-31", "2026-12-31"),
        ("list", "OSLO", "Oslo"),
        ("unique-text", "000123", "000123"),
    ],
)
def test_a_value_is_read_as_its_kind_wants(
    portal: Portal, kind: str, given: str, kept: str
) -> None:
    """Trimmed, a choice in its own spelling, digits as they are."""
    choices = ("--choice", "Berlin", "--choice", "Oslo") if kind == "list" else ()
    portal.ok("field", "create", "F", "--kind", kind, *choices)
    portal.ok(*ANNA, "--field", f"f={given}")
    assert values(portal) == {"F": kept}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "1e5"),
        ("number", "1,5"),
        ("number", "١"),
        ("number", "."),
        ("date", "tomorrow"),
        ("date", "2026-02-30"),
        ("date", "2026-12-31T10:00"),
        ("list", "Rome"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(portal: Portal, kind: str, given: str) -> None:
    """And nobody is made."""
    choices = ("--choice", "Berlin") if kind == "list" else ()
    portal.ok("field", "create", "F", "--kind", kind, *choices)
    assert portal.refused(*ANNA, "--field", f"F={given}") == "field_value_wrong"
    assert portal.refused("user", "show", "anna") == "user_unknown"


def test_a_required_field_is_asked_for_by_name(portal: Portal) -> None:
    """When making a person, and when taking the value off."""
    portal.ok("field", "create", "Badge", "--required")
    ran = portal.run(*ANNA, "-o", "json")
    assert (ran.status, ran.code, ran.error["field"]) == (6, "field_missing", "Badge")
    assert portal.refused(*ANNA, "--field", "Badge= ") == "field_missing"
    portal.ok(*ANNA, "--field", "Badge=7")
    assert portal.refused("user", "edit", "anna", "--field", "Badge=") == "field_missing"
    portal.ok("field", "edit", "Badge", "--no-required")
    portal.ok("user", "edit", "anna", "--field", "Badge=")
    assert values(portal) == {}


def test_all_that_is_wrong_with_fields_is_told_at_once(portal: Portal) -> None:
    """Two missing ones, a wrong one and an unknown one; at sign-up and when making a person."""
    for name in ("Badge", "Desk"):
        portal.ok("field", "create", name, "--required")
    portal.ok("field", "create", "Age", "--kind", "number")
    error = portal.run(*ANNA, "--field", "Age=old", "--field", "Floor=1", "-o", "json").error
    assert error["code"] == "fields_wrong"
    assert sorted((item["code"], item["field"]) for item in error["details"][1:]) == [
        ("field_missing", "Badge"),
        ("field_missing", "Desk"),
        ("field_value_wrong", "Age"),
    ]
    assert error["details"][0]["code"] == "field_unknown"
    error = portal.run(*ANNA, "-o", "json").error
    assert [item["field"] for item in error["details"]] == ["Badge", "Desk"]


def test_a_unique_value_belongs_to_one_person(portal: Portal) -> None:
    """Compared without case; free again when they go."""
    portal.ok("field", "create", "Badge", "--kind", "unique-text")
    portal.ok(*ANNA, "--field", "Badge=a-1")
    second = ("user", "create", "--login", "ben", "--first-name", "B", "--last-name", "C")
    assert portal.refused(*second, "--field", "Badge=A-1") == "field_value_taken"
    portal.ok("user", "edit", "anna", "--field", "Badge=A-1")
    portal.ok("user", "delete", "anna", "--yes")
    portal.ok(*second, "--field", "Badge=a-1")


def test_an_unknown_field_gets_the_nearest_name(portal: Portal) -> None:
    """Without guessing."""
    portal.ok("field", "create", "Badge")
    ran = portal.run(*ANNA, "--field", "Bagde=1")
    assert ran.status == 4
    assert "Did you mean 'Badge'?" in ran.err
    assert portal.refused(*ANNA, "--field", "Badge") == "field_not_assigned"


def test_a_field_is_renamed_and_its_choices_replaced_but_its_kind_stays(portal: Portal) -> None:
    """Choices that somebody has cannot go."""
    portal.ok("field", "create", "Office", "--kind", "list", "--choice", "Oslo", "--choice", "Rome")
    portal.ok(*ANNA, "--field", "Office=Rome")
    edit = ("field", "edit", "office")
    assert portal.refused(*edit, "--choice", "Oslo") == "field_choices_in_use"
    portal.ok(*edit, "--choice", "Rome", "--choice", "Bonn", "--name", "Place")
    assert values(portal) == {"Place": "Rome"}
    again = ("field", "create", "Place", "--if-exists", "update")
    assert portal.refused(*again, "--kind", "text") == "field_exists"
    assert portal.refused("field", "create", "place") == "field_exists"
    ran = portal.ok(*again, "--kind", "list", "--choice", "Rome", "--choice", "Bonn")
    assert ran.err == "Unchanged: the field Place.\n"


@pytest.mark.parametrize(
    "more",
    [("--kind", "list"), ("--choice", "a"), ("--kind", "list", "--choice", "a", "--choice", "A")],
)
def test_choices_belong_to_lists_only_and_differ(portal: Portal, more: tuple[str, ...]) -> None:
    """At least one, each once."""
    assert portal.refused("field", "create", "F", *more) == "field_choices_wrong"


def test_deleting_a_field_takes_what_people_have_in_it(portal: Portal) -> None:
    """After a confirmation."""
    portal.ok("field", "create", "Badge")
    portal.ok(*ANNA, "--field", "Badge=7")
    assert portal.refused("field", "delete", "Badge") == "confirmation_needed"
    portal.ok("field", "delete", "Badge", "--yes")
    assert values(portal) == {}
    assert portal.ok("field", "delete", "Badge", "--if-missing", "ok").status == 0
