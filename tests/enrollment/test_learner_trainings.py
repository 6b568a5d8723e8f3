"""Trainings through the eyes of a learner: the catalog and the calendar."""

from typing import Any

import pytest

from tests.calendars import SeenEntry, read_calendar
from tests.conftest import Portal
from tests.refusals import unchanged
from tests.trainings import create_person, create_session, create_training


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a learner, and a training that is open to everybody."""
    create_person(portal, "ann")
    create_person(portal, "ben")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin", "--description", "Bring\ncake")
    create_session(portal, "spring", "--capacity", "1", "--place", "Room 4; first floor")
    create_session(portal, "summer", starts="2026-06-30T09:00")
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    return portal


def offered_trainings(portal: Portal, **now: str) -> list[dict[str, Any]]:
    """Return which trainings the catalog offers Ann."""
    rows = portal.ok("learner", "catalog", "ann", "-o", "json", **now).json
    return [row for row in rows if row["kind"] == "training"]


def test_a_training_is_in_the_catalog_while_a_session_takes_people_in(
    training_portal: Portal,
) -> None:
    """With those that have a place left, and by which rules; content is listed beside it."""
    training_portal.ok("content", "create", "--kind", "topic", "--code", "one", "--title", "One")
    training_portal.ok("catalog", "open", "one", "--everybody")
    training_portal.ok("catalog", "open", "aid", "--training", "--type", "staff")
    assert (
        training_portal.ok("learner", "catalog", "ann", "-o", "id", "--as", "ann").out
        == "one\naid\n"
    )
    (offer,) = offered_trainings(training_portal)
    assert [choice["code"] for choice in offer.pop("choices")] == ["spring", "summer"]
    assert offer == {
        "code": "aid",
        "kind": "training",
        "title": "The aid",
        "is_enrolled": False,
        "because": ["everybody", "type staff"],
        "sessions": ["spring", "summer"],
        "join_until": "2026-06-30T07:00:00Z",
    }
    training_portal.ok(
        "enrollment", "join", "--training", "aid", "--session", "spring", "--user", "ben"
    )
    (found,) = offered_trainings(training_portal)
    assert found["sessions"] == ["summer"]
    training_portal.ok("enrollment", "join", "--training", "aid", "--user", "ann")
    assert offered_trainings(training_portal)[0]["is_enrolled"] is True


def test_a_training_leaves_the_catalog_when_registration_stops(training_portal: Portal) -> None:
    """At the instant itself; for whom it holds off, it stays, and a canceled one is no offer."""
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "2w")
    assert offered_trainings(training_portal, LMSCTL_NOW="2026-06-16T06:59:59Z")
    assert offered_trainings(training_portal, LMSCTL_NOW="2026-06-16T07:00:00Z") == []
    extend = ("enrollment", "extend", "--user", "ann", "--training", "aid", "--reason", "Ill")
    training_portal.ok(*extend, "--deadline", "registration", "--until", "2026-06-20")
    assert offered_trainings(training_portal, LMSCTL_NOW="2026-06-16T07:00:00Z")[0]["sessions"] == [
        "summer"
    ]
    training_portal.ok("session", "cancel", "aid", "summer")
    assert offered_trainings(training_portal, LMSCTL_NOW="2026-06-16T07:00:00Z") == []
    training_portal.ok("catalog", "close", "aid", "--training", "--everybody")
    assert offered_trainings(training_portal) == []


def test_a_calendar_has_every_day_of_ones_sessions(training_portal: Portal) -> None:
    """From the instant of access on, in the order of their starts."""
    training_portal.ok(
        "enroll", "--user", "ann", "--training", "aid:spring", "--access-at", "2026-03-10"
    )
    create_training(training_portal, "fire")
    training_portal.ok("enroll", "--user", "ann", "--training", "fire")
    add = ("session", "add-day", "aid", "spring", "--duration", "1h")
    training_portal.ok(
        *add, "--starts", "2026-03-30T09:00", "--url", "https://meet.example.com/a,b"
    )
    look = ("learner", "calendar", "ann", "-o", "json")
    assert training_portal.ok(*look, LMSCTL_NOW="2026-03-09T22:59:59Z").json == []
    training_portal.now = "2026-03-09T23:00:00Z"
    rows = training_portal.ok(*look, "--as", "ann").json
    assert [(row["starts_at"], row["session"], row["place"], row["url"]) for row in rows] == [
        ("2026-03-30T07:00:00Z", "spring", None, "https://meet.example.com/a,b"),
        ("2026-03-31T07:00:00Z", "spring", "Room 4; first floor", None),
    ]
    assert training_portal.refused(*look, "--as", "ben") == "permission_missing"


def test_a_calendar_file_keeps_names_and_counts_changes(training_portal: Portal) -> None:
    """A moved session is the same entry with a higher number, and so is another session."""
    training_portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    write = ("learner", "calendar", "ann", "--ics", "ann.ics")

    def written() -> SeenEntry:
        with unchanged(training_portal, audited=0):
            assert "Wrote 1 calendar entry to ann.ics." in training_portal.ok(*write).err
        (entry,) = read_calendar(training_portal.folder.joinpath("ann.ics").read_bytes().decode())
        return entry

    first = written()
    assert (first.summary, first.description) == ("The aid", "Bring\ncake")
    assert (first.place, first.method, first.attendee) == ("Room 4; first floor", "", "")
    training_portal.ok("session", "edit", "aid", "spring", "--starts", "2026-04-02T09:00")
    moved = written()
    assert moved.uid == first.uid
    assert moved.sequence > first.sequence
    assert moved.starts_at == "20260402T070000Z"
    edit = ("enrollment", "edit", "--user", "ann", "--training", "aid", "--session")
    training_portal.ok(*edit, "summer")
    switched = written()
    assert switched.uid == first.uid
    assert switched.sequence > moved.sequence


def course_of_ann(portal: Portal, **now: str) -> dict[str, Any]:
    """Return how Ann's one training stands among her courses."""
    rows = portal.ok("learner", "courses", "ann", "-o", "json", **now).json
    (found,) = (row for row in rows if row["kind"] == "training")
    assert isinstance(found, dict)
    return found


def leave_and_switch_until(portal: Portal, **now: str) -> tuple[str | None, str | None]:
    """Return before which instants Ann may leave, and may switch."""
    found = course_of_ann(portal, **now)
    return found["leave_until"], found["switch_until"]


def test_courses_say_what_one_may_do_next_and_until_when(training_portal: Portal) -> None:
    """Before the deadlines, or the start where there is none; what is closed has no instant."""
    training_portal.ok(
        "enrollment", "join", "--training", "aid", "--session", "spring", "--user", "ann"
    )
    assert course_of_ann(training_portal)["because"] == ["learner"]
    assert (
        course_of_ann(training_portal)["session"],
        course_of_ann(training_portal)["access"],
    ) == (
        "spring",
        "enrolled",
    )
    assert leave_and_switch_until(training_portal) == (
        "2026-03-31T07:00:00Z",
        "2026-03-31T07:00:00Z",
    )
    deadlines = ("training", "set-deadlines", "aid", "--stop-registration", "2d")
    training_portal.ok(*deadlines, "--stop-cancellations", "2w")
    assert leave_and_switch_until(training_portal) == (
        "2026-03-17T08:00:00Z",
        "2026-03-17T08:00:00Z",
    )
    assert offered_trainings(training_portal)[0]["join_until"] == "2026-06-28T07:00:00Z"
    rows = training_portal.ok("learner", "calendar", "ann", "-o", "json").json
    assert [row["leave_until"] for row in rows] == ["2026-03-17T08:00:00Z"]
    assert leave_and_switch_until(training_portal, LMSCTL_NOW="2026-03-17T07:59:59Z")[0]
    assert leave_and_switch_until(training_portal, LMSCTL_NOW="2026-03-17T08:00:00Z") == (
        None,
        None,
    )
    extend = ("enrollment", "extend", "--user", "ann", "--training", "aid", "--reason", "Ill")
    training_portal.ok(*extend, "--deadline", "cancellation", "--until", "2026-03-20T12:00Z")
    assert leave_and_switch_until(training_portal) == (
        "2026-03-20T12:00:00Z",
        "2026-03-20T12:00:00Z",
    )
    training_portal.ok("session", "edit", "aid", "summer", "--capacity", "1")
    training_portal.ok("enroll", "--user", "ben", "--training", "aid:summer")
    assert leave_and_switch_until(training_portal) == ("2026-03-20T12:00:00Z", None)
    training_portal.ok("training", "lock", "aid")
    assert leave_and_switch_until(training_portal) == (None, None)


def test_without_a_session_the_latest_one_counts(training_portal: Portal) -> None:
    """Whoever has none yet may leave until the last deadline; who was sent to one may not."""
    training_portal.ok(
        "enroll", "--user", "ann", "--training", "aid", "--access-at", "2026-03-10T00:00Z"
    )
    assert training_portal.ok("learner", "courses", "ann", "-o", "json").json == []
    training_portal.now = "2026-03-10T00:00:00Z"
    training_portal.ok("training", "set-deadlines", "aid", "--stop-cancellations", "1d")
    assert leave_and_switch_until(training_portal) == (
        "2026-06-29T07:00:00Z",
        "2026-06-30T07:00:00Z",
    )
    training_portal.ok(
        "enrollment", "edit", "--user", "ann", "--training", "aid", "--session", "spring"
    )
    assert leave_and_switch_until(training_portal) == (None, None)
