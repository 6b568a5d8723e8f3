"""What is promised of people who are away: their places show, and they hear what they missed."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.enrollment.test_notices import entries, mails
from tests.refusals import refused, unchanged
from tests.trainings import participants, person, session, shown, training

AWAY = "2026-03-03T09:00:00Z"
CHANGED = "2026-03-04T09:00:00Z"
BACK = "2026-03-05T09:00:00Z"
MOVE = ("session", "edit", "aid", "spring", "--starts", "2026-04-01T10:00")


@pytest.fixture
def hall(portal: Portal) -> Portal:
    """Return a portal where ann has the only place of a session."""
    person(portal, "ann")
    training(portal, "aid", "--organizer", "")
    session(portal, "spring", "--capacity", "1")
    session(portal, "summer", starts="2026-06-30T09:00")
    portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    return portal


def queued(portal: Portal, since: str) -> list[tuple[str, str]]:
    """Return the channel and the kind of what was queued at `since` or later."""
    rows = portal.sql(
        """
        SELECT channel, kind FROM notifications
        WHERE created_at >= :since AND kind LIKE 'training%' ORDER BY channel
        """,
        since=since,
    )
    return [(channel, kind) for channel, kind in rows]


def back(portal: Portal) -> dict[str, Any]:
    """Activate ann and return the one mail that tells her what she missed."""
    portal.ok("user", "activate", "ann", LMSCTL_NOW=BACK)
    sent = queued(portal, BACK)
    assert [channel for channel, _ in sent] == ["account", "mail"]
    return mails(portal, sent[0][1])[-1]


# Places ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["deactivate", "end-employment"])
def test_who_ends_somebody_is_told_of_the_places_they_keep(hall: Portal, verb: str) -> None:
    """With what is full because of them, and what would free it; lists show the status."""
    training(hall, "other", "--organizer", "")
    hall.ok("enroll", "--user", "ann", "--training", "other")
    ran = hall.ok("user", verb, "ann", LMSCTL_NOW=AWAY)
    assert "ann keeps 1 place: aid:spring (2026-03-31T09:00:00+00:00, full)." in ran.err
    assert "--cancel-trainings" in ran.err
    (row,) = participants(hall)
    assert row["status"] == {"deactivate": "inactive", "end-employment": "ended"}[verb]
    again = hall.ok("user", verb, "ann", "--cancel-trainings", "-o", "json", LMSCTL_NOW=AWAY)
    assert "Given up: aid:spring (2026-03-31T09:00:00+00:00, full), other." in again.err
    assert participants(hall) == participants(hall, "other") == []
    assert shown(hall)["taken"] == 0
    with unchanged(hall, audited=0):
        ran = hall.ok("user", verb, "ann", "--cancel-trainings", "--exit-code", LMSCTL_NOW=AWAY)
    assert "already" in ran.err


def test_a_scheduled_end_counts_what_begins_after_it(hall: Portal) -> None:
    """What is before it they can still attend."""
    hall.ok("user", "deactivate", "ann", "--on", "2026-03-31")
    ran = hall.ok("user", "deactivate", "ann", "--on", "2026-04-01", "--cancel-trainings")
    assert "Given up" not in ran.err
    ran = hall.ok("user", "deactivate", "ann", "--on", "2026-03-31")
    assert "keeps 1 place: aid:spring" in ran.err
    hall.ok("user", "deactivate", "ann", "--on", "2026-03-31", "--cancel-trainings")
    assert participants(hall) == []
    assert mails(hall, "training_cancellation")


def test_what_is_begun_or_has_a_result_stays(hall: Portal) -> None:
    """Nothing that happened is taken away."""
    result = ("enrollment", "result", "--user", "ann", "--training", "aid", "--points", "3")
    hall.ok(*result)
    ran = hall.ok("user", "deactivate", "ann", "--cancel-trainings")
    assert "Given up" not in ran.err
    assert [row["points"] for row in participants(hall)] == [3]


def test_giving_up_places_needs_the_right_to_enroll(hall: Portal) -> None:
    """Who may only manage people is refused, and nothing is done."""
    hall.ok("role", "create", "keeper", "--permission", "user.manage")
    person(hall, "kim")
    hall.ok("role", "grant", "kim", "keeper", "--department", "/")
    words = ("--as", "kim", "user", "deactivate", "ann")
    refused(hall, *words, "--cancel-trainings", code="permission_missing", status=8)
    hall.ok(*words)


def test_a_file_that_ends_people_says_how_many_places_they_keep(hall: Portal) -> None:
    """One number for the whole file."""
    hall.folder.joinpath("people.csv").write_text("Login,Status\nann,ended\n", encoding="utf-8")
    ran = hall.ok("user", "import", "people.csv")
    assert "1 session place was kept by people who are not active any more" in ran.err


# Coming back -------------------------------------------------------------------------------------


def test_who_comes_back_hears_once_how_a_training_stands(hall: Portal) -> None:
    """However often it moved: one message, with the entry of the calendar as it is now."""
    (invited,) = entries(mails(hall, "training_invitation")[0])
    hall.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    hall.ok(*MOVE, LMSCTL_NOW=CHANGED)
    hall.ok(*MOVE[:-1], "2026-04-02T11:00", "--place", "Attic", LMSCTL_NOW=CHANGED)
    assert queued(hall, AWAY) == [("account", "training_change")] * 2
    mail = back(hall)
    (entry,) = entries(mail)
    assert (entry["METHOD"], entry["UID"]) == ("REQUEST", invited["UID"])
    assert (entry["DTSTART"], entry["LOCATION"]) == ("20260402T110000Z", "Attic")
    assert int(entry["SEQUENCE"]) > int(invited["SEQUENCE"])
    assert "2026-04-02T11:00:00+00:00" in mail["body"]


@pytest.mark.parametrize("way", ["by hand", "scheduled", "by a file"])
def test_who_missed_nothing_hears_nothing(hall: Portal, way: str) -> None:
    """Neither of what is as it was, nor of what they were told before, however they went.

    Somebody without an address has read it all in their account.
    """
    hall.ok("user", "create", "--login", "bea", "--first-name", "B", "--last-name", "No")
    hall.ok("enroll", "--user", "bea", "--training", "aid:summer")
    hall.ok(*MOVE, LMSCTL_NOW="2026-03-02T18:00:00Z")
    file = hall.folder / "people.csv"
    file.write_text("Login,Status\nann,inactive\nbea,inactive\n", encoding="utf-8")
    if way == "by a file":
        hall.ok("user", "import", "people.csv", LMSCTL_NOW=AWAY)
    for login in ("ann", "bea") if way != "by a file" else ():
        on = ("--on", AWAY) if way == "scheduled" else ()
        now = NOON if way == "scheduled" else AWAY
        hall.ok("user", "deactivate", login, *on, LMSCTL_NOW=now)
    for login in ("ann", "bea"):
        hall.ok("user", "activate", login, LMSCTL_NOW=BACK)
    assert queued(hall, AWAY) == []


def test_within_one_second_nothing_is_told_twice(hall: Portal) -> None:
    """What was mailed just before they went is known; what came just after is missed."""
    hall.ok("user", "deactivate", "ann")
    with_nothing = hall.value("SELECT count(*) FROM notifications")
    hall.ok("user", "activate", "ann")
    assert hall.value("SELECT count(*) FROM notifications") == with_nothing
    hall.ok("user", "deactivate", "ann")
    hall.ok(*MOVE)
    hall.ok("user", "activate", "ann")
    assert len(mails(hall, "training_change")) == 1


def test_a_session_canceled_meanwhile_leaves_their_calendar(hall: Portal) -> None:
    """They have none now, and choose another."""
    hall.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    hall.ok("session", "cancel", "aid", "spring", LMSCTL_NOW=CHANGED)
    mail = back(hall)
    assert [entry["METHOD"] for entry in entries(mail)] == ["CANCEL"]
    assert "no session" in mail["body"]


def test_who_was_taken_out_meanwhile_hears_it(hall: Portal) -> None:
    """Their calendar is cleared of it; so is it when they gave their place up as they went."""
    hall.ok("user", "deactivate", "ann", "--cancel-trainings", LMSCTL_NOW=AWAY)
    mail = back(hall)
    assert mail["kind"] == "training_cancellation"
    assert [entry["METHOD"] for entry in entries(mail)] == ["CANCEL"]


def test_an_invitation_that_came_due_meanwhile_is_sent_as_things_are(hall: Portal) -> None:
    """It takes the place of the one that could not be sent."""
    access = ("--access-at", "2026-03-04T00:00:00Z")
    person(hall, "bea")
    hall.ok("enroll", "--user", "bea", "--training", "aid:summer", *access)
    hall.ok("user", "deactivate", "bea", LMSCTL_NOW=AWAY)
    hall.ok("user", "activate", "bea", LMSCTL_NOW=BACK)
    rows = hall.sql(
        """
        SELECT n.kind, n.calendar IS NOT NULL FROM notifications n
        JOIN users u ON u.id = n.user_id WHERE u.login = 'bea' AND n.channel = 'mail'
        """
    )
    assert [(kind, bool(has_entries)) for kind, has_entries in rows] == [("training_change", True)]


def test_what_is_over_is_told_no_more(hall: Portal) -> None:
    """Nobody is invited into the past."""
    hall.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    hall.ok(*MOVE[:-1], "2026-03-04T12:00", LMSCTL_NOW=CHANGED)
    hall.ok("user", "activate", "ann", LMSCTL_NOW=BACK)
    assert queued(hall, BACK) == []


def test_an_end_that_was_scheduled_counts_from_its_moment(hall: Portal) -> None:
    """Whoever wrote first after it."""
    hall.ok("user", "deactivate", "ann", "--on", AWAY)
    hall.ok(*MOVE, LMSCTL_NOW=CHANGED)
    assert [entry["DTSTART"] for entry in entries(back(hall))] == ["20260401T100000Z"]


@pytest.mark.parametrize(("options", "count"), [((), 0), (("--notify",), 1)])
def test_a_file_tells_what_was_missed_only_when_asked(
    hall: Portal, options: tuple[str, ...], count: int
) -> None:
    """As it queues everything else."""
    file = hall.folder / "people.csv"
    for word, now in (("inactive", AWAY), ("active", BACK)):
        file.write_text(f"Login,Status\nann,{word}\n", encoding="utf-8")
        hall.ok("user", "import", "people.csv", *options, LMSCTL_NOW=now)
        if word == "inactive":
            hall.ok(*MOVE, LMSCTL_NOW=CHANGED)
    sent = queued(hall, BACK)
    assert sent == [("account", "training_change"), ("mail", "training_change")] * count


def test_those_who_are_away_since_before_it_was_known_hear_of_it_too(hall: Portal) -> None:
    """In a portal that was upgraded while they were away."""
    hall.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    hall.sql("UPDATE users SET away_at = NULL, created_at = :then", then=NOON)
    hall.ok(*MOVE, LMSCTL_NOW=CHANGED)
    back(hall)
