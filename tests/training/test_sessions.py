"""What making, showing, changing and canceling sessions promises."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lmsctl.training import rules
from lmsctl.training.sessions import rules as session_rules
from lmsctl.training.sessions.errors import CapacityBelowTaken
from lmsctl.training.sessions.results import SessionState
from tests.conftest import Portal
from tests.refusals import refused, unchanged
from tests.terminals import on_terminal
from tests.trainings import create_session, create_training, show_session

CREATE = ("session", "create", "aid", "--code", "spring")
WHEN = ("--starts", "2026-03-31T09:00", "--duration", "90min")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a training in Berlin."""
    create_training(portal, "aid", "--time-zone", "Europe/Berlin")
    return portal


def codes(portal: Portal, *filters: str, **now: str) -> list[str]:
    """Return the codes of the sessions that fit."""
    return portal.ok("session", "list", *filters, "-o", "id", **now).out.split()


def test_a_session_is_what_it_was_made(training_portal: Portal) -> None:
    """Its times are read and echoed in the training's zone, and kept as instants."""
    more = ("--capacity", "12", "--place", "Room 4", "--url", "https://meet.example.com/r?x=1")
    made = training_portal.ok(
        *CREATE, *WHEN, *more, "--title", "Morning", "--instructor", "Ada Byron"
    )
    span = "from 2026-03-31T09:00:00+02:00 to 2026-03-31T10:30:00+02:00"
    assert f"Created the session aid:spring, {span}." in made.err
    assert show_session(training_portal) == {
        "id": 1,
        "training": "aid",
        "code": "spring",
        "title": "Morning",
        "instructor": "Ada Byron",
        "state": "not-started",
        "starts_at": "2026-03-31T07:00:00Z",
        "ends_at": "2026-03-31T08:30:00Z",
        "days": [
            {
                "day": 1,
                "starts_at": "2026-03-31T07:00:00Z",
                "ends_at": "2026-03-31T08:30:00Z",
                "minutes": 90,
                "place": "Room 4",
                "url": "https://meet.example.com/r?x=1",
            }
        ],
        "capacity": 12,
        "limit": 12,
        "taken": 0,
        "used": 0,
        "free": 12,
        "registration_stops_at": None,
        "cancellations_stop_at": None,
        "time_zone": "Europe/Berlin",
        "version": 1,
    }
    assert "09:00 to 10:30" in on_terminal(training_portal, "session", "show", "aid", "spring").out


def test_an_offset_or_a_zone_asked_for_wins_over_the_trainings_zone(
    training_portal: Portal,
) -> None:
    """The offset first, then --tz."""
    create_session(training_portal, "one", starts="2026-03-31T09:00-05:00")
    create_session(training_portal, "two", "--tz", "Asia/Tokyo")
    assert show_session(training_portal, "one")["starts_at"] == "2026-03-31T14:00:00Z"
    assert show_session(training_portal, "two")["starts_at"] == "2026-03-31T00:00:00Z"


def test_a_session_without_capacity_has_no_limit(training_portal: Portal) -> None:
    """Left out, or by the word."""
    create_session(training_portal, "one")
    create_session(training_portal, "two", "--capacity", "unlimited")
    for code in ("one", "two"):
        assert (
            show_session(training_portal, code)["capacity"],
            show_session(training_portal, code)["free"],
        ) == (None, None)


WRONG = [
    ("--capacity", "0", "capacity_zero"),
    ("--capacity", "-1", "capacity_wrong"),
    ("--capacity", "", "number_malformed"),
    ("--capacity", "1e3", "number_malformed"),
    ("--capacity", "abc", "number_malformed"),
    ("--capacity", "1000001", "capacity_wrong"),
    ("--url", "javascript:alert(1)", "url_wrong"),
    ("--url", "https://[::1", "url_wrong"),
    ("--url", "https://a b", "url_wrong"),
    ("--place", "x" * 256, "text_too_long"),
    ("--code", "a:b", "code_invalid"),
    ("--starts", "never", "session_start_missing"),
    ("--duration", "25h", "session_day_too_long"),
    ("--starts", "9999-12-31T23:00Z", "time_out_of_range"),
    ("--starts", "2026-03-29T02:30", "local_time_missing"),
    ("--starts", "soon", "time_not_understood"),
    ("--duration", "90", "duration_invalid"),
]

# What is no number, time or duration is a wrong command line.
OF_USAGE = {
    "number_malformed",
    "session_start_missing",
    "time_out_of_range",
    "local_time_missing",
    "time_not_understood",
    "duration_invalid",
}


def test_a_session_that_cannot_be_is_refused(training_portal: Portal) -> None:
    """When it would be made and when one would be changed so."""
    create_session(training_portal)
    for option, given, code in WRONG:
        words = [*CREATE, *WHEN] if option == "--code" else [*CREATE[:-1], "s", *WHEN]
        error = training_portal.run(*words, f"{option}={given}", "-o", "json")
        assert error.code == code, (option, given, error.err)
        assert (error.status == 2) == (code in OF_USAGE)
        if option != "--code":
            with unchanged(training_portal, audited=1 if error.status == 6 else 0):
                assert (
                    training_portal.refused("session", "edit", "aid", "spring", f"{option}={given}")
                    == code
                )


def test_a_code_is_one_of_its_training(training_portal: Portal) -> None:
    """Another training may use it too; --if-exists says what to do about a second."""
    create_session(training_portal)
    create_training(training_portal, "fire")
    create_session(training_portal, of="fire")
    words = ("session", "create", "aid", "--code", "SPRING", *WHEN, "--capacity", "5")
    refused(training_portal, *words, code="session_exists", status=5)
    assert training_portal.ok(*words, "--if-exists", "skip", "-o", "json").json["capacity"] is None
    assert training_portal.ok(*words, "--if-exists", "update", "-o", "json").json["capacity"] == 5
    refused(
        training_portal,
        "session",
        "show",
        "aid",
        "nosuch",
        code="session_unknown",
        status=4,
        audited=0,
    )
    absent = ("session", "list", "nosuch")
    refused(training_portal, *absent, code="training_unknown", status=4, audited=0)


def test_a_session_has_days_and_starts_with_the_first(training_portal: Portal) -> None:
    """Whatever order they were added in; they are numbered by their starts."""
    create_session(training_portal, "spring", "--place", "A")
    add = ("session", "add-day", "aid", "spring", "--duration", "2h")
    training_portal.ok(*add, "--starts", "2026-04-01T09:00", "--place", "B")
    told = training_portal.ok(*add, "--starts", "2026-03-30T09:00", "--place", "C")
    assert "from 2026-03-30T09:00:00+02:00 to 2026-04-01T11:00:00+02:00" in told.err
    found = show_session(training_portal)
    assert [(day["day"], day["place"]) for day in found["days"]] == [(1, "C"), (2, "A"), (3, "B")]
    assert found["starts_at"] == "2026-03-30T07:00:00Z"
    training_portal.ok(
        "session", "edit", "aid", "spring", "--day", "3", "--starts", "2026-03-29T09:00"
    )
    assert [day["place"] for day in show_session(training_portal)["days"]] == ["B", "C", "A"]
    assert show_session(training_portal)["days"][0]["minutes"] == 120
    gone = ("session", "edit", "aid", "spring", "--place", "D", "--day")
    refused(training_portal, *gone, "4", code="session_day_unknown", status=4)
    refused(training_portal, *gone, "0", code="session_day_unknown", status=4)


def test_days_of_a_session_do_not_overlap(training_portal: Portal) -> None:
    """One may begin when another ends; a longer one is refused and says which is in the way."""
    create_session(training_portal)
    add = ("session", "add-day", "aid", "spring", "--starts")
    training_portal.ok(*add, "2026-03-31T10:30", "--duration", "1h")
    overlapping = (*add, "2026-03-31T08:30", "--duration", "31min")
    assert "day 1" in refused(training_portal, *overlapping, code="session_days_overlap")["message"]
    longer = ("session", "edit", "aid", "spring", "--duration", "91min")
    assert "day 2" in refused(training_portal, *longer, code="session_days_overlap")["message"]


def test_a_moved_day_keeps_its_duration(training_portal: Portal) -> None:
    """Across a change of clocks too: a duration is elapsed time."""
    create_session(training_portal, starts="2026-03-28T23:00", duration="6h")
    assert show_session(training_portal)["ends_at"] == "2026-03-29T04:00:00Z"
    moved = training_portal.ok("session", "edit", "aid", "spring", "--starts", "2026-03-27T23:00")
    assert "to 2026-03-28T05:00:00+01:00" in moved.err
    training_portal.ok("session", "edit", "aid", "spring", "--duration", "7h")
    assert show_session(training_portal)["days"][0]["minutes"] == 420


def test_texts_of_a_session_are_taken_away_by_empty_ones(training_portal: Portal) -> None:
    """What is not named stays, and an edit that changes nothing says so."""
    create_session(
        training_portal, "spring", "--place", "A", "--url", "https://a.example", "--title", "T"
    )
    training_portal.ok(
        "session", "edit", "aid", "spring", "--instructor", "Ada", "--url", "", "--title", ""
    )
    found = show_session(training_portal)
    assert (found["title"], found["instructor"], found["version"]) == (None, "Ada", 2)
    assert (found["days"][0]["place"], found["days"][0]["url"]) == ("A", None)
    with unchanged(training_portal, audited=0):
        training_portal.ok("session", "edit", "aid", "spring", "--instructor", "Ada")
    stale = ("session", "edit", "aid", "spring", "--place", "B", "--if-version", "1")
    refused(training_portal, *stale, code="version_stale", status=5)


# Where it stands ---------------------------------------------------------------------------------


def test_a_session_stands_where_the_clock_says(training_portal: Portal) -> None:
    """It starts and ends at the very second; between its days it is running."""
    create_session(training_portal)
    training_portal.ok(
        *("session", "add-day", "aid", "spring", "--starts", "2026-04-02T09:00"),
        *("--duration", "1h"),
    )
    at = {
        "2026-03-31T06:59:59Z": "not-started",
        "2026-03-31T07:00:00Z": "running",
        "2026-04-01T12:00:00Z": "running",
        "2026-04-02T07:59:59Z": "running",
        "2026-04-02T08:00:00Z": "completed",
    }
    for now, state in at.items():
        assert show_session(training_portal, LMSCTL_NOW=now)["state"] == state
        assert codes(training_portal, "--state", state, LMSCTL_NOW=now) == ["spring"]
        assert codes(training_portal, "--state", "canceled", LMSCTL_NOW=now) == []


def test_a_start_in_the_past_is_accepted(training_portal: Portal) -> None:
    """For what is only written down afterwards."""
    create_session(training_portal, starts="2025-01-01T09:00")
    assert show_session(training_portal)["state"] == "completed"


def test_sessions_are_listed_as_they_start(training_portal: Portal) -> None:
    """Of one training, or of all."""
    create_training(training_portal, "fire")
    create_session(training_portal, "late", starts="2026-05-01T09:00")
    create_session(training_portal, "early", starts="2026-04-01T09:00")
    create_session(training_portal, "middle", of="fire", starts="2026-04-15T09:00")
    assert codes(training_portal) == ["early", "middle", "late"]
    assert codes(training_portal, "aid") == ["early", "late"]


def test_a_canceled_session_stays_and_nothing_more_happens_to_it(training_portal: Portal) -> None:
    """Lists leave it out unless asked; canceling again changes nothing; its code stays taken."""
    create_session(training_portal)
    assert "is canceled." in training_portal.ok("session", "cancel", "aid", "spring").err
    with unchanged(training_portal, audited=0):
        assert "canceled already" in training_portal.ok("session", "cancel", "aid", "spring").err
    assert (codes(training_portal), codes(training_portal, "--state", "canceled")) == (
        [],
        ["spring"],
    )
    edit = ("session", "edit", "aid", "spring", "--capacity", "3")
    refused(training_portal, *edit, code="session_canceled")
    add = ("session", "add-day", "aid", "spring", *WHEN)
    refused(training_portal, *add, code="session_canceled")
    refused(training_portal, *CREATE, *WHEN, code="session_exists", status=5)


def _row(**changes: Any) -> rules.SessionRecord:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    row = rules.SessionRecord(
        id=1,
        training_id=1,
        training="aid",
        time_zone="UTC",
        code="spring",
        title=None,
        instructor=None,
        capacity=10,
        taken=12,
        over_capacity=2,
        canceled_at=None,
        starts_at=noon,
        ends_at=noon.replace(hour=14),
        days=1,
        is_recorded=False,
        registration_amount=None,
        registration_unit=None,
        cancellation_amount=None,
        cancellation_unit=None,
        version=1,
    )
    return replace(row, **changes)


def test_over_is_awaiting_until_attendance_is_recorded() -> None:
    """The end belongs to what comes after it."""
    end = _row().ends_at
    assert session_rules.state_at(_row(), end) is SessionState.AWAITING_ASSIGNMENT
    assert session_rules.state_at(_row(is_recorded=True), end) is SessionState.COMPLETED


@pytest.mark.parametrize(
    ("capacity", "over"), [(None, 0), (10, 2), (11, 1), (12, 0), (13, 0), (9, None), (1, None)]
)
def test_a_capacity_is_not_below_who_is_there(capacity: int | None, over: int | None) -> None:
    """Whoever was put in above it deliberately does not count; more than those is refused."""
    if over is not None:
        assert session_rules.people_over_capacity(_row(), capacity) == over
        return
    with pytest.raises(CapacityBelowTaken) as caught:
        session_rules.people_over_capacity(_row(), capacity)
    assert "at least 10" in caught.value.format_hint()
