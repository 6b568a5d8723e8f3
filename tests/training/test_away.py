"""What is promised of people who are away: their places show, and they hear what they missed."""

from typing import Any

import pytest

from tests.calendars import answerable, read_mail
from tests.conftest import NOON, Portal
from tests.enrollment.test_notices import mails
from tests.refusals import refused, unchanged
from tests.trainings import (
    create_person,
    create_session,
    create_training,
    list_participants,
    show_session,
)

AWAY = "2026-03-03T09:00:00Z"
CHANGED = "2026-03-04T09:00:00Z"
BACK = "2026-03-05T09:00:00Z"
MOVE = ("session", "edit", "aid", "spring", "--starts", "2026-04-01T10:00")


@pytest.fixture
def portal_with_full_session(portal: Portal) -> Portal:
    """Return a portal where ann has the only place of a session."""
    answerable(portal)
    create_person(portal, "ann")
    create_training(portal, "aid", "--organizer", "")
    create_session(portal, "spring", "--capacity", "1")
    create_session(portal, "summer", starts="2026-06-30T09:00")
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


def activate_ann(portal: Portal) -> dict[str, Any]:
    """Activate ann and return the one mail that tells her what she missed."""
    portal.ok("user", "activate", "ann", LMSCTL_NOW=BACK)
    sent = queued(portal, BACK)
    assert [channel for channel, _ in sent] == ["account", "mail"]
    return mails(portal, sent[0][1])[-1]


# Places ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["deactivate", "end-employment"])
def test_who_ends_somebody_is_told_of_the_places_they_keep(
    portal_with_full_session: Portal, verb: str
) -> None:
    """With what is full because of them, and what would free it; lists show the status."""
    create_training(portal_with_full_session, "other", "--organizer", "")
    portal_with_full_session.ok("enroll", "--user", "ann", "--training", "other")
    ran = portal_with_full_session.ok("user", verb, "ann", LMSCTL_NOW=AWAY)
    assert "ann keeps 1 place: aid:spring (2026-03-31T09:00:00+00:00, full)." in ran.err
    assert "--cancel-trainings" in ran.err
    (row,) = list_participants(portal_with_full_session)
    assert row["status"] == {"deactivate": "inactive", "end-employment": "ended"}[verb]
    again = portal_with_full_session.ok(
        "user", verb, "ann", "--cancel-trainings", "-o", "json", LMSCTL_NOW=AWAY
    )
    assert "Given up: aid:spring (2026-03-31T09:00:00+00:00, full), other." in again.err
    assert (
        list_participants(portal_with_full_session)
        == list_participants(portal_with_full_session, "other")
        == []
    )
    assert show_session(portal_with_full_session)["taken"] == 0
    with unchanged(portal_with_full_session, audited=0):
        ran = portal_with_full_session.ok(
            "user", verb, "ann", "--cancel-trainings", "--exit-code", LMSCTL_NOW=AWAY
        )
    assert "already" in ran.err


def test_a_scheduled_end_counts_what_begins_after_it(portal_with_full_session: Portal) -> None:
    """What is before it they can still attend."""
    portal_with_full_session.ok("user", "deactivate", "ann", "--on", "2026-03-31")
    ran = portal_with_full_session.ok(
        "user", "deactivate", "ann", "--on", "2026-04-01", "--cancel-trainings"
    )
    assert "Given up" not in ran.err
    ran = portal_with_full_session.ok("user", "deactivate", "ann", "--on", "2026-03-31")
    assert "keeps 1 place: aid:spring" in ran.err
    portal_with_full_session.ok(
        "user", "deactivate", "ann", "--on", "2026-03-31", "--cancel-trainings"
    )
    assert list_participants(portal_with_full_session) == []
    assert mails(portal_with_full_session, "training_cancellation")


def test_what_is_begun_or_has_a_result_stays(portal_with_full_session: Portal) -> None:
    """Nothing that happened is taken away."""
    result = ("enrollment", "result", "--user", "ann", "--training", "aid", "--points", "3")
    portal_with_full_session.ok(*result)
    ran = portal_with_full_session.ok("user", "deactivate", "ann", "--cancel-trainings")
    assert "Given up" not in ran.err
    assert [row["points"] for row in list_participants(portal_with_full_session)] == [3]


def test_giving_up_places_needs_the_right_to_enroll(portal_with_full_session: Portal) -> None:
    """Who may only manage people is refused, and nothing is done."""
    portal_with_full_session.ok("role", "create", "keeper", "--permission", "user.manage")
    create_person(portal_with_full_session, "kim")
    portal_with_full_session.ok("role", "grant", "kim", "keeper", "--department", "/")
    words = ("--as", "kim", "user", "deactivate", "ann")
    refused(
        portal_with_full_session, *words, "--cancel-trainings", code="permission_missing", status=8
    )
    portal_with_full_session.ok(*words)


def test_a_file_that_ends_people_says_how_many_places_they_keep(
    portal_with_full_session: Portal,
) -> None:
    """One number for the whole file."""
    portal_with_full_session.folder.joinpath("people.csv").write_text(
        "Login,Status\nann,ended\n", encoding="utf-8"
    )
    ran = portal_with_full_session.ok("user", "import", "people.csv")
    assert "1 session place was kept by people who are not active any more" in ran.err


# Coming back -------------------------------------------------------------------------------------


def test_who_comes_back_hears_once_how_a_training_stands(portal_with_full_session: Portal) -> None:
    """However often it moved: one message, with the entry of the calendar as it is now."""
    invited = read_mail(mails(portal_with_full_session, "training_invitation")[0])
    portal_with_full_session.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    portal_with_full_session.ok(*MOVE, LMSCTL_NOW=CHANGED)
    portal_with_full_session.ok(
        *MOVE[:-1], "2026-04-02T11:00", "--place", "Attic", LMSCTL_NOW=CHANGED
    )
    assert queued(portal_with_full_session, AWAY) == [("account", "training_change")] * 2
    mail = activate_ann(portal_with_full_session)
    entry = read_mail(mail)
    assert (entry.method, entry.uid) == ("REQUEST", invited.uid)
    assert (entry.starts_at, entry.place) == ("20260402T110000Z", "Attic")
    assert entry.sequence > invited.sequence
    assert "2026-04-02T11:00:00+00:00" in mail["body"]


@pytest.mark.parametrize("way", ["by hand", "scheduled", "by a file"])
def test_who_missed_nothing_hears_nothing(portal_with_full_session: Portal, way: str) -> None:
    """Neither of what is as it was, nor of what they were told before, however they went.

    Somebody without an address has read it all in their account.
    """
    portal_with_full_session.ok(
        "user", "create", "--login", "bea", "--first-name", "B", "--last-name", "No"
    )
    portal_with_full_session.ok("enroll", "--user", "bea", "--training", "aid:summer")
    portal_with_full_session.ok(*MOVE, LMSCTL_NOW="2026-03-02T18:00:00Z")
    file = portal_with_full_session.folder / "people.csv"
    file.write_text("Login,Status\nann,inactive\nbea,inactive\n", encoding="utf-8")
    if way == "by a file":
        portal_with_full_session.ok("user", "import", "people.csv", LMSCTL_NOW=AWAY)
    for login in ("ann", "bea") if way != "by a file" else ():
        on = ("--on", AWAY) if way == "scheduled" else ()
        now = NOON if way == "scheduled" else AWAY
        portal_with_full_session.ok("user", "deactivate", login, *on, LMSCTL_NOW=now)
    for login in ("ann", "bea"):
        portal_with_full_session.ok("user", "activate", login, LMSCTL_NOW=BACK)
    assert queued(portal_with_full_session, AWAY) == []


def test_within_one_second_nothing_is_told_twice(portal_with_full_session: Portal) -> None:
    """What was mailed just before they went is known; what came just after is missed."""
    portal_with_full_session.ok("user", "deactivate", "ann")
    with_nothing = portal_with_full_session.value("SELECT count(*) FROM notifications")
    portal_with_full_session.ok("user", "activate", "ann")
    assert portal_with_full_session.value("SELECT count(*) FROM notifications") == with_nothing
    portal_with_full_session.ok("user", "deactivate", "ann")
    portal_with_full_session.ok(*MOVE)
    portal_with_full_session.ok("user", "activate", "ann")
    assert len(mails(portal_with_full_session, "training_change")) == 1


def test_a_session_canceled_meanwhile_leaves_their_calendar(
    portal_with_full_session: Portal,
) -> None:
    """They have none now, and choose another."""
    portal_with_full_session.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    portal_with_full_session.ok("session", "cancel", "aid", "spring", LMSCTL_NOW=CHANGED)
    mail = activate_ann(portal_with_full_session)
    assert read_mail(mail).method == "CANCEL"
    assert "no session" in mail["body"]


def test_who_was_taken_out_meanwhile_hears_it(portal_with_full_session: Portal) -> None:
    """Their calendar is cleared of it; so is it when they gave their place up as they went."""
    portal_with_full_session.ok("user", "deactivate", "ann", "--cancel-trainings", LMSCTL_NOW=AWAY)
    mail = activate_ann(portal_with_full_session)
    assert mail["kind"] == "training_cancellation"
    assert read_mail(mail).method == "CANCEL"


def test_an_invitation_that_came_due_meanwhile_is_sent_as_things_are(
    portal_with_full_session: Portal,
) -> None:
    """It takes the place of the one that could not be sent."""
    access = ("--access-at", "2026-03-04T00:00:00Z")
    create_person(portal_with_full_session, "bea")
    portal_with_full_session.ok("enroll", "--user", "bea", "--training", "aid:summer", *access)
    portal_with_full_session.ok("user", "deactivate", "bea", LMSCTL_NOW=AWAY)
    portal_with_full_session.ok("user", "activate", "bea", LMSCTL_NOW=BACK)
    rows = portal_with_full_session.sql(
        """
        SELECT n.kind, n.calendar IS NOT NULL FROM notifications n
        JOIN users u ON u.id = n.user_id WHERE u.login = 'bea' AND n.channel = 'mail'
        """
    )
    assert [(kind, bool(has_entries)) for kind, has_entries in rows] == [("training_change", True)]


def test_what_is_over_is_told_no_more(portal_with_full_session: Portal) -> None:
    """Nobody is invited into the past."""
    portal_with_full_session.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    portal_with_full_session.ok(*MOVE[:-1], "2026-03-04T12:00", LMSCTL_NOW=CHANGED)
    portal_with_full_session.ok("user", "activate", "ann", LMSCTL_NOW=BACK)
    assert queued(portal_with_full_session, BACK) == []


def test_an_end_that_was_scheduled_counts_from_its_moment(portal_with_full_session: Portal) -> None:
    """Whoever wrote first after it."""
    portal_with_full_session.ok("user", "deactivate", "ann", "--on", AWAY)
    portal_with_full_session.ok(*MOVE, LMSCTL_NOW=CHANGED)
    assert read_mail(activate_ann(portal_with_full_session)).starts_at == "20260401T100000Z"


@pytest.mark.parametrize(("options", "count"), [((), 0), (("--notify",), 1)])
def test_a_file_tells_what_was_missed_only_when_asked(
    portal_with_full_session: Portal, options: tuple[str, ...], count: int
) -> None:
    """As it queues everything else."""
    file = portal_with_full_session.folder / "people.csv"
    for word, now in (("inactive", AWAY), ("active", BACK)):
        file.write_text(f"Login,Status\nann,{word}\n", encoding="utf-8")
        portal_with_full_session.ok("user", "import", "people.csv", *options, LMSCTL_NOW=now)
        if word == "inactive":
            portal_with_full_session.ok(*MOVE, LMSCTL_NOW=CHANGED)
    sent = queued(portal_with_full_session, BACK)
    assert sent == [("account", "training_change"), ("mail", "training_change")] * count


def test_those_who_are_away_since_before_it_was_known_hear_of_it_too(
    portal_with_full_session: Portal,
) -> None:
    """In a portal that was upgraded while they were away."""
    portal_with_full_session.ok("user", "deactivate", "ann", LMSCTL_NOW=AWAY)
    portal_with_full_session.sql("UPDATE users SET away_at = NULL, created_at = :then", then=NOON)
    portal_with_full_session.ok(*MOVE, LMSCTL_NOW=CHANGED)
    activate_ann(portal_with_full_session)
