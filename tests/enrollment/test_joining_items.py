"""Items of the catalog: taken by who finds them there, and given back."""

import pytest

from tests.conftest import Portal
from tests.content.test_items import create_item
from tests.enrollment.test_showing_trainings import list_pairs
from tests.refusals import refused
from tests.trainings import confirmation_details, create_person, create_training

ANN = ("--as", "ann", "enrollment")
ONE = ("--content", "one")
NOTHING = {"due_at": None, "code": None, "message": None, "training": None, "session": None}


@pytest.fixture
def portal_with_open_item(portal: Portal) -> Portal:
    """Return a portal with an item that the catalog opens to prospects."""
    create_person(portal, "ann", "--type", "prospect")
    create_person(portal, "ben")
    create_item(portal, "one")
    portal.ok("catalog", "open", "one", "--type", "prospect")
    return portal


def test_what_the_catalog_opens_can_be_taken(portal_with_open_item: Portal) -> None:
    """Once: taking it again changes nothing. The reason is the catalog, and a notice comes."""
    made = portal_with_open_item.ok(*ANN, "join", *ONE, "-o", "json").json
    assert made == {"login": "ann", "content": "one", "outcome": "created", **NOTHING}
    assert list_pairs(portal_with_open_item) == [("ann", "one", None, None, "enrolled", "catalog")]
    assert list_pairs(portal_with_open_item, "--reason", "catalog") == list_pairs(
        portal_with_open_item
    )
    assert portal_with_open_item.ok("learner", "catalog", "ann", "-o", "json").json[0][
        "is_enrolled"
    ]
    (notice,) = portal_with_open_item.ok("learner", "notifications", "ann", "-o", "json").json
    assert notice["subject"] == "You are enrolled in One"
    again = portal_with_open_item.ok("enrollment", "join", "--user", "ann", *ONE, "-o", "json").json
    assert again["outcome"] == "unchanged"
    assert len(portal_with_open_item.ok("learner", "notifications", "ann", "-o", "json").json) == 1


def test_what_was_taken_can_be_given_back(portal_with_open_item: Portal) -> None:
    """And taken again; without a question, and what the person did stays."""
    portal_with_open_item.ok(*ANN, "join", *ONE)
    portal_with_open_item.ok("progress", "record", "--user", "ann", *ONE, "--event", "completed")
    for output in ("json", "csv", "plain", "id"):
        portal_with_open_item.ok("--dry-run", *ANN, "leave", *ONE, "-o", output)
    left = portal_with_open_item.ok(*ANN, "leave", *ONE, "-o", "json").json
    assert left == {"login": "ann", "content": "one", "outcome": "deleted", **NOTHING}
    assert list_pairs(portal_with_open_item) == []
    refused(portal_with_open_item, *ANN, "leave", *ONE, code="enrollment_unknown", status=4)
    portal_with_open_item.ok(*ANN, "join", *ONE)
    assert list_pairs(portal_with_open_item) == [("ann", "one", None, None, "completed", "catalog")]


def test_other_reasons_stay(portal_with_open_item: Portal) -> None:
    """Whoever is enrolled for another reason too stays so; for that alone nobody leaves."""
    portal_with_open_item.ok(*ANN, "join", *ONE)
    portal_with_open_item.ok("enroll", "--user", "ann", *ONE)
    left = portal_with_open_item.ok(*ANN, "leave", *ONE, "-o", "json")
    assert left.json["outcome"] == "updated"
    assert "stays enrolled in it for other reasons" in left.err
    assert list_pairs(portal_with_open_item) == [
        ("ann", "one", None, None, "enrolled", "administrator")
    ]
    refused(portal_with_open_item, *ANN, "leave", *ONE, code="content_not_taken")


def test_who_could_not_come_back_is_asked_first(portal_with_open_item: Portal) -> None:
    """When the catalog has closed meanwhile, or the item is out of use."""
    portal_with_open_item.ok(*ANN, "join", *ONE)
    portal_with_open_item.ok("catalog", "close", "one", "--type", "prospect")
    assert confirmation_details(portal_with_open_item, *ANN, "leave", *ONE) == [
        "The catalog does not open 'one' to 'ann'.",
        "Taking 'one' again will not be possible.",
    ]
    portal_with_open_item.ok(*ANN, "leave", *ONE, "--yes")
    refused(portal_with_open_item, *ANN, "join", *ONE, code="content_unknown", status=4)


def test_what_is_not_open_is_refused(portal_with_open_item: Portal) -> None:
    """Whatever the reason: no rule, draft, archived, not active, or no such item."""
    for login in ["ben"]:
        join = ("enrollment", "join", "--user", login, *ONE)
        refused(portal_with_open_item, *join, code="content_not_offered")
        refused(
            portal_with_open_item,
            "--as",
            login,
            "enrollment",
            "join",
            *ONE,
            code="content_unknown",
            status=4,
        )
    portal_with_open_item.ok("content", "edit", "one", "--draft")
    refused(portal_with_open_item, *ANN, "join", *ONE, code="content_not_offered")
    portal_with_open_item.ok("content", "archive", "one")
    refused(portal_with_open_item, *ANN, "join", *ONE, code="content_archived")
    portal_with_open_item.ok("content", "restore", "one")
    refused(
        portal_with_open_item, *ANN, "join", "--content", "none", code="content_unknown", status=4
    )
    portal_with_open_item.ok("user", "deactivate", "ann")
    refused(
        portal_with_open_item, "enrollment", "join", "--user", "ann", *ONE, code="person_not_active"
    )


def test_one_thing_is_named(portal_with_open_item: Portal) -> None:
    """An item or a training, and a session only of a training; and somebody."""
    create_training(portal_with_open_item, "aid")
    both = (*ONE, "--training", "aid")
    for verb in ("join", "leave"):
        for words in ((), both):
            refused(
                portal_with_open_item,
                *ANN,
                verb,
                *words,
                code="enrollment_unclear",
                status=2,
                audited=0,
            )
    session = (*ONE, "--session", "spring")
    refused(portal_with_open_item, *ANN, "join", *session, code="option_idle", status=2, audited=0)
    refused(
        portal_with_open_item,
        "enrollment",
        "join",
        *ONE,
        code="learner_unnamed",
        status=2,
        audited=0,
    )
    other = ("--as", "ben", "enrollment", "join", "--user", "ann", *ONE)
    refused(portal_with_open_item, *other, code="permission_missing", status=8)
