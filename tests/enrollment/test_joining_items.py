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
def shop(portal: Portal) -> Portal:
    """Return a portal with an item that the catalog opens to prospects."""
    create_person(portal, "ann", "--type", "prospect")
    create_person(portal, "ben")
    create_item(portal, "one")
    portal.ok("catalog", "open", "one", "--type", "prospect")
    return portal


def test_what_the_catalog_opens_can_be_taken(shop: Portal) -> None:
    """Once: taking it again changes nothing. The reason is the catalog, and a notice comes."""
    made = shop.ok(*ANN, "join", *ONE, "-o", "json").json
    assert made == {"login": "ann", "content": "one", "outcome": "created", **NOTHING}
    assert list_pairs(shop) == [("ann", "one", None, None, "enrolled", "catalog")]
    assert list_pairs(shop, "--reason", "catalog") == list_pairs(shop)
    assert shop.ok("learner", "catalog", "ann", "-o", "json").json[0]["is_enrolled"]
    (notice,) = shop.ok("learner", "notifications", "ann", "-o", "json").json
    assert notice["subject"] == "You are enrolled in One"
    again = shop.ok("enrollment", "join", "--user", "ann", *ONE, "-o", "json").json
    assert again["outcome"] == "unchanged"
    assert len(shop.ok("learner", "notifications", "ann", "-o", "json").json) == 1


def test_what_was_taken_can_be_given_back(shop: Portal) -> None:
    """And taken again; without a question, and what the person did stays."""
    shop.ok(*ANN, "join", *ONE)
    shop.ok("progress", "record", "--user", "ann", *ONE, "--event", "completed")
    for output in ("json", "csv", "plain", "id"):
        shop.ok("--dry-run", *ANN, "leave", *ONE, "-o", output)
    left = shop.ok(*ANN, "leave", *ONE, "-o", "json").json
    assert left == {"login": "ann", "content": "one", "outcome": "deleted", **NOTHING}
    assert list_pairs(shop) == []
    refused(shop, *ANN, "leave", *ONE, code="enrollment_unknown", status=4)
    shop.ok(*ANN, "join", *ONE)
    assert list_pairs(shop) == [("ann", "one", None, None, "completed", "catalog")]


def test_other_reasons_stay(shop: Portal) -> None:
    """Whoever is enrolled for another reason too stays so; for that alone nobody leaves."""
    shop.ok(*ANN, "join", *ONE)
    shop.ok("enroll", "--user", "ann", *ONE)
    left = shop.ok(*ANN, "leave", *ONE, "-o", "json")
    assert left.json["outcome"] == "updated"
    assert "stays enrolled in it for other reasons" in left.err
    assert list_pairs(shop) == [("ann", "one", None, None, "enrolled", "administrator")]
    refused(shop, *ANN, "leave", *ONE, code="content_not_taken")


def test_who_could_not_come_back_is_asked_first(shop: Portal) -> None:
    """When the catalog has closed meanwhile, or the item is out of use."""
    shop.ok(*ANN, "join", *ONE)
    shop.ok("catalog", "close", "one", "--type", "prospect")
    assert confirmation_details(shop, *ANN, "leave", *ONE) == [
        "The catalog does not open 'one' to 'ann'.",
        "Taking 'one' again will not be possible.",
    ]
    shop.ok(*ANN, "leave", *ONE, "--yes")
    refused(shop, *ANN, "join", *ONE, code="content_unknown", status=4)


def test_what_is_not_open_is_refused(shop: Portal) -> None:
    """Whatever the reason: no rule, draft, archived, not active, or no such item."""
    for login in ["ben"]:
        join = ("enrollment", "join", "--user", login, *ONE)
        refused(shop, *join, code="content_not_offered")
        refused(shop, "--as", login, "enrollment", "join", *ONE, code="content_unknown", status=4)
    shop.ok("content", "edit", "one", "--draft")
    refused(shop, *ANN, "join", *ONE, code="content_not_offered")
    shop.ok("content", "archive", "one")
    refused(shop, *ANN, "join", *ONE, code="content_archived")
    shop.ok("content", "restore", "one")
    refused(shop, *ANN, "join", "--content", "none", code="content_unknown", status=4)
    shop.ok("user", "deactivate", "ann")
    refused(shop, "enrollment", "join", "--user", "ann", *ONE, code="person_not_active")


def test_one_thing_is_named(shop: Portal) -> None:
    """An item or a training, and a session only of a training; and somebody."""
    create_training(shop, "aid")
    both = (*ONE, "--training", "aid")
    for verb in ("join", "leave"):
        for words in ((), both):
            refused(shop, *ANN, verb, *words, code="enrollment_unclear", status=2, audited=0)
    session = (*ONE, "--session", "spring")
    refused(shop, *ANN, "join", *session, code="option_idle", status=2, audited=0)
    refused(shop, "enrollment", "join", *ONE, code="learner_unnamed", status=2, audited=0)
    other = ("--as", "ben", "enrollment", "join", "--user", "ann", *ONE)
    refused(shop, *other, code="permission_missing", status=8)
