"""What another time zone does to the sessions of a training."""

import pytest

from tests.calendars import read_mail
from tests.conftest import Portal
from tests.refusals import refused, unchanged
from tests.trainings import create_person, create_session, create_training, show_session

EDIT = ("training", "edit", "aid")
TO_NEW_YORK = (*EDIT, "--time-zone", "America/New_York")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a training in Berlin, whose first session has two days and a person."""
    create_person(portal, "ann")
    create_person(portal, "org")
    portal.ok("role", "grant", "org", "administrator")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin", "--organizer", "org")
    create_session(portal, "spring", "--place", "Room 4")
    portal.ok(
        "session", "add-day", "aid", "spring", "--duration", "1h", "--starts", "2026-04-01T09:00"
    )
    create_session(portal, "over", starts="2026-02-20T09:00")
    create_session(portal, "gone", starts="2026-06-30T09:00")
    portal.ok("session", "cancel", "aid", "gone")
    portal.ok("training", "set-deadlines", "aid", "--stop-cancellations", "1d")
    portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    portal.sql("DELETE FROM notifications")
    return portal


def starts(portal: Portal, code: str = "spring") -> list[str]:
    """Return when the days of a session start."""
    return [day["starts_at"] for day in show_session(portal, code)["days"]]


def test_another_zone_says_which_starts_read_differently(training_portal: Portal) -> None:
    """Those to come; nothing moves, and nobody is told."""
    before = [starts(training_portal, code) for code in ("spring", "over", "gone")]
    said = training_portal.ok(*TO_NEW_YORK).err
    assert (
        "spring, day 1, starts at 2026-03-31T03:00:00-04:00 now,"
        " the same instant as 2026-03-31T09:00:00+02:00." in said
    )
    assert "spring, day 2, starts at 2026-04-01T03:00:00-04:00 now" in said
    assert "over" not in said
    assert "gone" not in said
    assert [starts(training_portal, code) for code in ("spring", "over", "gone")] == before
    assert training_portal.value("SELECT count(*) FROM notifications") == 0
    assert "starts at" not in training_portal.ok(*EDIT, "--time-zone", "America/Toronto").err


def test_the_clock_is_kept_and_the_moments_move(training_portal: Portal) -> None:
    """Days to come start at the same time in the new zone; deadlines and messages follow."""
    over = starts(training_portal, "over")
    said = training_portal.ok(*TO_NEW_YORK, "--keep-clock").err
    assert (
        "spring, day 1, starts at 2026-03-31T09:00:00-04:00 now,"
        " before at 2026-03-31T09:00:00+02:00." in said
    )
    assert starts(training_portal) == ["2026-03-31T13:00:00Z", "2026-04-01T13:00:00Z"]
    shown = show_session(training_portal)
    assert shown["days"][0]["ends_at"] == "2026-03-31T14:30:00Z"
    assert shown["cancellations_stop_at"] == "2026-03-30T13:00:00Z"
    assert starts(training_portal, "over") == over
    rows = training_portal.ok("notification", "list", "-o", "json").json
    assert sorted((row["channel"], row["kind"], row["recipient"]) for row in rows) == [
        ("account", "training_change", "ann"),
        ("account", "training_organizer", "org"),
        ("mail", "training_change", "ann.x@example.com"),
        ("mail", "training_organizer", "org.x@example.com"),
    ]
    (mail,) = [row for row in rows if row["recipient"] == "ann.x@example.com"]
    seen = training_portal.ok("notification", "preview", str(mail["id"]), "-o", "json").json
    before, now = seen["body"].split("Now:")
    assert "2026-03-31T09:00:00+02:00" in before
    assert "2026-03-31T09:00:00-04:00" in now
    assert [f"{one.starts_at:%m-%dT%H}" for one in read_mail(seen).happenings] == [
        "03-31T13",
        "04-01T13",
    ]
    training_portal.ok("db", "check")


def test_a_time_that_the_new_zone_skips_moves_forward(training_portal: Portal) -> None:
    """And of a time that it has twice the earlier counts."""
    create_session(training_portal, "jump", starts="2027-03-14T02:30")
    create_session(training_portal, "twice", starts="2026-11-01T01:30")
    training_portal.ok(*TO_NEW_YORK, "--keep-clock")
    assert starts(training_portal, "jump") == ["2027-03-14T07:30:00Z"]
    assert starts(training_portal, "twice") == ["2026-11-01T05:30:00Z"]


def test_to_keep_the_clock_takes_another_zone(training_portal: Portal) -> None:
    """Without a zone it means nothing; with the zone that it has it changes nothing."""
    with unchanged(training_portal, audited=0):
        training_portal.ok(*EDIT, "--time-zone", "Europe/Berlin", "--keep-clock")
    refused(training_portal, *EDIT, "--keep-clock", code="clock_kept_idle", status=2, audited=0)


def test_a_rehearsal_says_what_would_move(training_portal: Portal) -> None:
    """And moves nothing."""
    with unchanged(training_portal, audited=0):
        said = training_portal.ok(*TO_NEW_YORK, "--keep-clock", "--dry-run").err
    assert "spring, day 1, starts at 2026-03-31T09:00:00-04:00 now" in said
