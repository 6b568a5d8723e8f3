"""Choosing a session: what is known of each, how they are named, and what they overlap."""

import pytest

from tests.conftest import Portal
from tests.refusals import refused
from tests.trainings import create_person, create_session, create_training

ANN = ("--as", "ann")
AID = ("--training", "aid")
PLACE = ("--place", "Room 4", "--url", "https://meet.example.com/aid")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal where everybody may join two trainings, one with three sessions."""
    create_person(portal, "ann")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin")
    create_session(portal, "spring", *PLACE, "--capacity", "3")
    day = ("--starts", "2026-04-01T09:00", "--duration", "1h", "--place", "Hall")
    portal.ok("session", "add-day", "aid", "spring", *day)
    create_session(portal, "summer", starts="2026-07-01T09:00")
    create_session(portal, "full", "--capacity", "1", starts="2026-08-01T09:00")
    create_person(portal, "ben")
    portal.ok("enroll", "--user", "ben", "--training", "aid:full")
    create_training(portal, "fire", "--time-zone", "Europe/Berlin")
    create_session(portal, "night", of="fire", starts="2026-04-01T09:30", duration="1h")
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    portal.ok("catalog", "open", "fire", "--training", "--everybody")
    return portal


SPRING = [
    {
        "day": 1,
        "starts_at": "2026-03-31T07:00:00Z",
        "ends_at": "2026-03-31T08:30:00Z",
        "minutes": 90,
        "place": "Room 4",
        "url": "https://meet.example.com/aid",
    },
    {
        "day": 2,
        "starts_at": "2026-04-01T07:00:00Z",
        "ends_at": "2026-04-01T08:00:00Z",
        "minutes": 60,
        "place": "Hall",
        "url": None,
    },
]
DAYS = (
    "2026-03-31T09:00:00+02:00 to 10:30:00+02:00, Room 4, https://meet.example.com/aid;"
    " 2026-04-01T09:00:00+02:00 to 10:00:00+02:00, Hall."
)


def test_the_catalog_tells_what_one_chooses_by(training_portal: Portal) -> None:
    """Each session with a place left comes with its days, where they are, and the free places."""
    offered = training_portal.ok("learner", "catalog", "ann", *ANN, "-o", "json").json[0]
    assert offered["sessions"] == ["spring", "summer"]
    spring, summer = offered["choices"]
    assert (spring["code"], spring["schedule"], spring["free"]) == ("spring", SPRING, 3)
    assert (summer["code"], len(summer["schedule"]), summer["free"]) == ("summer", 1, None)


def test_what_one_can_switch_to_is_told_too(training_portal: Portal) -> None:
    """In the list of `switch`, when somebody joins without a session, and of the one they took."""
    joined = training_portal.ok(*ANN, "enrollment", "join", *AID)
    assert f"To choose: aid:spring (3 places free) {DAYS}" in joined.err
    assert "To choose: aid:summer" in joined.err
    assert "aid:full" not in joined.err
    spring, _ = training_portal.ok(*ANN, "enrollment", "switch", *AID, "-o", "json").json
    assert (spring["days"], spring["schedule"], spring["free"]) == (2, SPRING, 3)
    taken = training_portal.ok(*ANN, "enrollment", "switch", *AID, "--to", "spring")
    assert f"aid:spring (2 places free) {DAYS}" in taken.err
    for output in ("plain", "csv", "jsonl", "id"):
        assert "summer" in training_portal.ok(*ANN, "enrollment", "switch", *AID, "-o", output).out


@pytest.mark.parametrize(
    "named",
    [
        ("--training", "aid", "--session", "spring"),
        ("--training", "aid", "--session", "AID:Spring"),
        ("--training", "aid:spring"),
        ("--training", "aid:spring", "--session", "spring"),
    ],
)
def test_a_session_is_named_as_it_is_printed(
    training_portal: Portal, named: tuple[str, ...]
) -> None:
    """Behind its training or by itself, when somebody joins and asks why not."""
    asked = training_portal.ok(*ANN, "enrollment", "explain", *named, "-o", "json").json
    assert asked["may_join"]
    part = training_portal.ok(*ANN, "enrollment", "join", *named, "-o", "json").json
    assert part["session"] == "spring"


def test_every_command_takes_the_name_of_a_session(training_portal: Portal) -> None:
    """Those of the room and of who takes part."""
    training_portal.ok("session", "edit", "aid:spring", "--capacity", "5")
    training_portal.ok(
        "session", "add-day", "aid:spring", "--starts", "2026-04-02T09:00", "--duration", "1h"
    )
    assert len(training_portal.ok("session", "show", "aid:spring", "-o", "json").json["days"]) == 3
    training_portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    training_portal.ok("session", "attendance", "aid:spring")
    for named in (("aid:spring",), ("aid", "--session", "aid:spring")):
        (row,) = training_portal.ok("training", "participants", *named, "-o", "json").json
        assert row["login"] == "ann"
    who = ("--user", "ann", *AID)
    training_portal.ok("enrollment", "edit", *who, "--session", "aid:summer")
    training_portal.ok("enrollment", "cancel", *who, "--session", "aid:summer")
    assert (
        training_portal.ok("session", "cancel", "aid:spring", "-o", "json").json["state"]
        == "canceled"
    )


def test_names_that_mean_no_session_are_refused(training_portal: Portal) -> None:
    """No session, two, one of another training, and none that exists."""
    show = ("session", "show")
    refused(training_portal, *show, "aid", code="session_unnamed", status=2, audited=0)
    for words in (("aid:spring", "summer"), ("aid", "fire:night")):
        refused(training_portal, *show, *words, code="session_unclear", status=2, audited=0)
    refused(training_portal, *show, "aid:", code="target_unclear", status=2, audited=0)
    refused(training_portal, *show, "aid:none", code="session_unknown", status=4, audited=0)
    switch = (*ANN, "enrollment", "switch", *AID, "--to", "fire:night")
    refused(training_portal, *switch, code="session_unclear", status=2, audited=0)


def test_a_learner_looks_at_what_is_offered(training_portal: Portal) -> None:
    """The sessions of trainings that they take part in or find in the catalog, and no others."""
    create_training(training_portal, "hidden")
    create_session(training_portal, "one", of="hidden")
    shown = training_portal.ok(*ANN, "session", "show", "aid:spring", "-o", "json").json
    assert (shown["days"], shown["free"]) == (SPRING, 3)
    codes = [
        row["code"] for row in training_portal.ok(*ANN, "session", "list", "aid", "-o", "json").json
    ]
    assert codes == ["spring", "summer", "full"]
    for words in (("show", "hidden:one"), ("list", "hidden"), ("show", "none:one"), ("list",)):
        refused(training_portal, *ANN, "session", *words, code="permission_missing", status=8)
    training_portal.ok("enroll", "--user", "ann", "--training", "hidden", "--access-at", "+1d")
    training_portal.ok("catalog", "close", "aid", "--training", "--everybody")
    refused(training_portal, *ANN, "session", "list", "aid", code="permission_missing", status=8)
    refused(training_portal, *ANN, "session", "list", "hidden", code="permission_missing", status=8)
    training_portal.now = "2026-03-04T12:00:00Z"
    assert training_portal.ok(*ANN, "session", "show", "hidden:one")


def test_sessions_at_the_same_time_are_warned_of(training_portal: Portal) -> None:
    """By name; joining and switching succeed all the same, and what merely touches is none."""
    warning = "overlaps aid:spring (2026-04-01T09:00:00+02:00 to 10:00:00+02:00)."
    alone = training_portal.ok(*ANN, "enrollment", "join", "--training", "aid:spring")
    assert "overlaps" not in alone.err
    joined = training_portal.ok(*ANN, "enrollment", "join", "--training", "fire:night")
    assert f"fire:night {warning}" in joined.err
    create_session(training_portal, "after", of="fire", starts="2026-04-01T10:00")
    create_session(training_portal, "within", of="fire", starts="2026-04-01T09:59", duration="1min")
    fire = (*ANN, "enrollment", "switch", "--training", "fire", "--to")
    assert "overlaps" not in training_portal.ok(*fire, "after").err
    assert f"fire:within {warning}" in training_portal.ok(*fire, "within").err
    training_portal.ok(*ANN, "enrollment", "leave", "--training", "aid", "--yes")
    assert "overlaps" not in training_portal.ok(*fire, "night").err
