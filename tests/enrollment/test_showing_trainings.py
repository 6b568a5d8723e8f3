"""Looking at enrollments in trainings: listed beside those in content, and one in full."""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.content.test_items import create_item
from tests.refusals import refused
from tests.trainings import create_person, create_session, create_training

LIST, SHOW = ("enrollment", "list"), ("enrollment", "show", "--user")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with two people in an item and in two trainings."""
    portal.ok("department", "create", "Sales")
    create_person(portal, "ann", "--department", "Sales")
    create_person(portal, "ben")
    create_item(portal, "zoo")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin")
    create_training(portal, "fire")
    create_session(portal, "spring")
    everybody = ("--user", "ann", "--user", "ben")
    portal.ok("enroll", *everybody, "--content", "zoo", "--training", "aid:spring")
    portal.ok("catalog", "open", "fire", "--training", "--everybody")
    create_session(portal, "later", of="fire", starts="2026-05-01T09:00")
    portal.ok("--as", "ann", "enrollment", "join", "--training", "fire")
    return portal


def list_pairs(portal: Portal, *words: str) -> list[tuple[Any, ...]]:
    """Return who is in what by the list."""
    rows = portal.ok(*LIST, *words, "-o", "json").json
    names = ("login", "content", "training", "session", "phase")
    return [(*(row[name] for name in names), *row["reasons"]) for row in rows]


ANN = [
    ("ann", "zoo", None, None, "enrolled", "administrator"),
    ("ann", None, "aid", "spring", "enrolled", "administrator"),
    ("ann", None, "fire", None, "enrolled", "learner"),
]
BEN = [
    ("ben", "zoo", None, None, "enrolled", "administrator"),
    ("ben", None, "aid", "spring", "enrolled", "administrator"),
]


def test_both_sorts_are_listed(training_portal: Portal) -> None:
    """By person, first content; filters combine, and one on either sort leaves out the other."""
    assert list_pairs(training_portal) == ANN + BEN
    assert list_pairs(training_portal, "--content", "zoo") == [ANN[0], BEN[0]]
    assert list_pairs(training_portal, "--training", "AID") == [ANN[1], BEN[1]]
    assert list_pairs(training_portal, "--training", "aid:spring", "--user", "ben") == [BEN[1]]
    assert list_pairs(training_portal, "--training", "fire:later") == []
    assert list_pairs(training_portal, "--department", "Sales") == ANN
    assert list_pairs(training_portal, "--reason", "administrator", "--user", "ann") == ANN[:2]
    assert list_pairs(training_portal, "--phase", "completed") == []
    both = ("--content", "zoo", "--training", "aid")
    refused(training_portal, *LIST, *both, code="enrollment_unclear", status=2, audited=0)
    unknown = (*LIST, "--training", "none")
    refused(training_portal, *unknown, code="training_unknown", status=4, audited=0)


def test_canceled_ones_are_listed_only_when_asked_for(training_portal: Portal) -> None:
    """Of trainings too."""
    everything = ("--content", "zoo", "--training", "aid")
    training_portal.ok("enrollment", "cancel", "--user", "ann", *everything)
    assert list_pairs(training_portal) == [ANN[2], *BEN]
    assert list_pairs(training_portal, "--phase", "canceled") == [
        ("ann", "zoo", None, None, "canceled"),
        ("ann", None, "aid", "spring", "canceled", "administrator"),
    ]


def test_how_somebody_takes_part_is_shown_in_full(training_portal: Portal) -> None:
    """Session, access, answer, attendance on each day, result and extended deadlines."""
    day = ("--starts", "2026-04-01T09:00", "--duration", "1h")
    training_portal.ok("session", "add-day", "aid", "spring", *day)
    training_portal.ok("--as", "ann", "enrollment", "confirm", "--training", "aid")
    until = ("--deadline", "registration", "--until", "2026-03-20", "--reason", "Was ill")
    training_portal.ok("enrollment", "extend", "--user", "ann", "--training", "aid", *until)
    training_portal.now = "2026-03-31T12:00:00Z"
    attended = ("--user", "ann", "--minutes", "45")
    training_portal.ok("session", "attendance", "aid", "spring", *attended)
    training_portal.ok(
        "enrollment", "result", "--user", "ann", "--training", "aid", "--points", "9"
    )
    shown = training_portal.ok(*SHOW, "ann", "--training", "aid", "-o", "json").json
    assert shown.pop("id")
    operator = shown["extensions"][0].pop("given_by")
    assert operator
    first, second = shown.pop("attendance")
    assert first == {
        "day": 1,
        "starts_at": "2026-03-31T07:00:00Z",
        "ends_at": "2026-03-31T08:30:00Z",
        "is_present": True,
        "minutes": 45,
        "recorded_at": "2026-03-31T12:00:00Z",
    }
    assert (second["day"], second["is_present"], second["recorded_at"]) == (2, None, None)
    assert shown == {
        "login": "ann",
        "training": "aid",
        "title": "The aid",
        "session": "spring",
        "state": "confirmed",
        "side": "administrator",
        "is_preselected": True,
        "access_at": "2026-03-02T12:00:00Z",
        "enrolled_at": "2026-03-02T12:00:00Z",
        "answered_at": "2026-03-02T12:00:00Z",
        "canceled_at": None,
        "points": 9,
        "certificate": None,
        "result_at": "2026-03-31T12:00:00Z",
        "extensions": [
            {
                "deadline": "registration",
                "until_at": "2026-03-20T23:00:00Z",
                "reason": "Was ill",
                "given_at": "2026-03-02T12:00:00Z",
            }
        ],
    }


def test_who_left_is_shown_as_they_were(training_portal: Portal) -> None:
    """The latest time counts; who never took part is refused, and so is an unclear question."""
    training_portal.ok("--as", "ann", "enrollment", "leave", "--training", "fire", "--yes")
    shown = training_portal.ok(*SHOW, "ann", "--training", "fire", "-o", "json").json
    assert (shown["state"], shown["session"], shown["attendance"]) == ("canceled", None, [])
    training_portal.ok(
        "--as", "ann", "enrollment", "join", "--training", "fire", "--session", "later"
    )
    shown = training_portal.ok(*SHOW, "ann", "--training", "fire", "-o", "json").json
    assert (shown["state"], shown["session"], shown["side"]) == ("enrolled", "later", "learner")
    never = (*SHOW, "ben", "--training", "fire")
    refused(training_portal, *never, code="participation_unknown", status=4, audited=0)
    for words in ((), ("--content", "zoo", "--training", "aid")):
        refused(
            training_portal, *SHOW, "ann", *words, code="enrollment_unclear", status=2, audited=0
        )


def test_people_out_of_scope_are_not_seen(training_portal: Portal) -> None:
    """Whoever looks after a department sees its people in every training."""
    create_person(training_portal, "eve", "--department", "Sales")
    training_portal.ok("role", "grant", "eve", "department-administrator", "--department", "Sales")
    eve = ("--as", "eve")
    assert list_pairs(training_portal, *eve) == ANN
    assert training_portal.ok(*SHOW, "ann", "--training", "aid", *eve)
    hidden = (*SHOW, "ben", "--training", "aid", *eve)
    refused(training_portal, *hidden, code="user_unknown", status=4, audited=0)
    mine = (*SHOW, "ann", "--training", "aid", "--as", "ben")
    refused(training_portal, *mine, code="permission_missing", status=8)


def test_enrollments_are_listed_by_what_people_are(training_portal: Portal) -> None:
    """By type, status and origin, beside item, training and department, of both sorts."""
    training_portal.ok("user", "edit", "ben", "--type", "prospect")
    assert list_pairs(training_portal, "--type", "prospect") == BEN
    assert list_pairs(training_portal, "--type", "prospect", "--content", "zoo") == BEN[:1]
    assert list_pairs(training_portal, "--type", "staff", "--department", "Sales") == ANN
    assert list_pairs(training_portal, "--type", "prospect", "--department", "Sales") == []
    training_portal.ok("user", "deactivate", "ann")
    assert list_pairs(training_portal, "--status", "inactive", "--training", "aid") == [ANN[1]]
    assert list_pairs(training_portal, "--status", "active", "--first", "1") == BEN[:1]
    come = ("--email", "new@example.com", "--first-name", "N", "--last-name", "N")
    training_portal.ok("registration", "enable")
    training_portal.ok("token", "create", "--content", "zoo", "--code", "fair")
    training_portal.ok("token", "redeem", "fair", *come)
    assert list_pairs(training_portal, "--origin", "token") == [
        ("new", "zoo", None, None, "enrolled", "token 1")
    ]
    assert list_pairs(training_portal, "--origin", "token", "--type", "staff") == []
