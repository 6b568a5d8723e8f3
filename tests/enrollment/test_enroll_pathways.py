"""Enrolling in a pathway prepares its items, and canceling takes that back."""

import pytest

from tests.conftest import Portal
from tests.content.test_items import create_item
from tests.enrollment.test_enroll import due_date, enrollments, outcomes, portal_with_items

__all__ = ["portal_with_items"]  # what the tests here stand on


@pytest.fixture
def portal_with_pathway(portal_with_items: Portal) -> Portal:
    """Return the same with a pathway over `one` (mandatory) and `two` (optional)."""
    create_item(portal_with_items, "way", "pathway", "--due-days", "3")
    portal_with_items.ok("content", "add-item", "way", "one")
    portal_with_items.ok("content", "add-item", "way", "two", "--optional")
    return portal_with_items


def test_a_pathway_prepares_its_mandatory_items(portal_with_pathway: Portal) -> None:
    """They get the phase pre-enrolled, optional ones nothing; the first event begins them."""
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "way")
    assert enrollments(portal_with_pathway) == [
        ("ann", "one", "pre-enrolled"),
        ("ann", "way", "enrolled"),
    ]
    portal_with_pathway.ok(
        "progress", "record", "--user", "ann", "--content", "one", "--event", "viewed"
    )
    assert enrollments(portal_with_pathway, "--content", "one") == [("ann", "one", "enrolled")]


def test_a_pathway_leaves_alone_who_is_in_its_items_already(portal_with_pathway: Portal) -> None:
    """They keep their phase and completion, and have one more reason."""
    portal_with_pathway.ok("enroll", "--user", "ann", "--user", "ben", "--content", "one")
    portal_with_pathway.ok(
        "progress", "record", "--user", "ben", "--content", "one", "--event", "completed"
    )
    portal_with_pathway.ok("enroll", "--user", "ann", "--user", "ben", "--content", "way")
    rows = portal_with_pathway.ok("enrollment", "list", "--content", "one", "-o", "json").json
    assert [(row["phase"], row["reasons"]) for row in rows] == [
        ("enrolled", ["administrator", "pathway way"]),
        ("completed", ["administrator", "pathway way"]),
    ]


def test_being_enrolled_in_what_was_prepared_is_new(portal_with_pathway: Portal) -> None:
    """The phase becomes enrolled, with a due date of its own from then on."""
    portal_with_pathway.ok("content", "edit", "one", "--due-days", "1")
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "way")
    assert due_date(portal_with_pathway, "ann", "one") is None
    assert outcomes(portal_with_pathway, "enroll", "--user", "ann", "--content", "one") == [
        ("ann", "one", "created")
    ]
    assert enrollments(portal_with_pathway, "--content", "one") == [("ann", "one", "enrolled")]
    assert due_date(portal_with_pathway, "ann", "one") == "2026-03-03T23:59:59Z"


def test_canceling_a_pathway_takes_back_what_it_prepared(portal_with_pathway: Portal) -> None:
    """Not what somebody completed, and not what has another reason."""
    for login in ("ann", "ben", "cyd"):
        portal_with_pathway.ok("enroll", "--user", login, "--content", "way")
    portal_with_pathway.ok(
        "progress", "record", "--user", "ben", "--content", "one", "--event", "completed"
    )
    portal_with_pathway.ok("enroll", "--user", "cyd", "--content", "one")
    users = [word for name in ("ann", "ben", "cyd") for word in ("--user", name)]
    portal_with_pathway.ok("enrollment", "cancel", *users, "--content", "way")
    assert enrollments(portal_with_pathway) == [
        ("ben", "one", "completed"),
        ("cyd", "one", "enrolled"),
    ]
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "way")
    assert enrollments(portal_with_pathway, "--user", "ann") == [
        ("ann", "one", "pre-enrolled"),
        ("ann", "way", "enrolled"),
    ]
    assert portal_with_pathway.ok("db", "check", "-o", "json").json == []


def test_deleting_a_pathway_takes_back_what_it_prepared(portal_with_pathway: Portal) -> None:
    """The confirmation counts the enrollments that go; the items stay."""
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "way")
    ran = portal_with_pathway.run("content", "delete", "way", "-o", "json")
    assert "1 enrollment." in " ".join(detail["message"] for detail in ran.error["details"])
    portal_with_pathway.ok("content", "delete", "way", "--yes")
    assert enrollments(portal_with_pathway) == []
    assert enrollments(portal_with_pathway, "--phase", "canceled") == [("ann", "one", "canceled")]
    assert portal_with_pathway.ok("db", "check", "-o", "json").json == []
