"""What is promised to who organizes and who instructs sessions: their calendars stay right."""

from typing import Any

import pytest

from tests.calendars import ORGANIZER, SeenEntry, answerable, read_mail
from tests.conftest import Portal
from tests.refusals import unchanged
from tests.trainings import create_person, create_session, create_training

EDIT = ("session", "edit", "aid", "spring")


@pytest.fixture
def held_portal(portal: Portal) -> Portal:
    """Return a portal with a training that org organizes, and people who could instruct."""
    answerable(portal)
    for login in ("org", "kim", "lee"):
        create_person(portal, login)
    for login in ("org", "lee"):
        portal.ok("role", "grant", login, "administrator")
    create_training(portal, "aid", "--organizer", "org", "--time-zone", "Europe/Berlin")
    create_session(portal, "spring", "--instructor", "kim")
    return portal


def sent(portal: Portal, login: str) -> list[tuple[dict[str, Any], SeenEntry]]:
    """Return the mails to somebody that have an entry, as they were made, and the entries."""
    rows = portal.sql(
        """
        SELECT n.id FROM notifications n JOIN users u ON u.id = n.user_id
        WHERE u.login = :login AND n.calendar IS NOT NULL AND n.channel = 'mail' ORDER BY n.id
        """,
        login=login,
    )
    found = [portal.ok("notification", "preview", str(id_), "-o", "json").json for (id_,) in rows]
    return [(mail, read_mail(mail)) for mail in found]


def notices(portal: Portal, login: str) -> list[str]:
    """Return the subjects of the notices in somebody's account, the first first."""
    rows = portal.ok("learner", "notifications", login, "-o", "json").json
    return [row["subject"] for row in reversed(rows)]


def test_who_holds_a_session_gets_it_into_the_calendar(held_portal: Portal) -> None:
    """Each under a name of their own, as something that they need not answer."""
    [(mail, entry)] = sent(held_portal, "org")
    assert mail["kind"] == "training_organizer"
    assert mail["subject"] == "You organize the session spring of 'The aid'"
    assert "2026-03-31T09:00:00+02:00" in mail["body"]
    assert (entry.method, entry.starts_at, entry.reply) == (
        "REQUEST",
        "20260331T070000Z",
        "ACCEPTED",
    )
    assert (entry.organizer, entry.attendee) == (
        f"mailto:{ORGANIZER}",
        "mailto:org.x@example.com",
    )
    [(mail, taught)] = sent(held_portal, "kim")
    assert mail["kind"] == "training_instructor"
    assert mail["subject"] == "You instruct the session spring of 'The aid'"
    assert taught.uid != entry.uid
    assert taught.happenings == entry.happenings


def test_their_entries_follow_the_session(held_portal: Portal) -> None:
    """Moved, a day longer, canceled: one entry with rising numbers, and one message each."""
    held_portal.ok(*EDIT, "--starts", "2026-04-01T09:00")
    more = ("--starts", "2026-04-02T09:00", "--duration", "90min")
    held_portal.ok("session", "add-day", "aid", "spring", *more)
    held_portal.ok(*EDIT, "--title", "For all")
    held_portal.ok("session", "cancel", "aid", "spring")
    for login in ("org", "kim"):
        told = sent(held_portal, login)
        entries = [entry for _, entry in told]
        assert [entry.method for entry in entries] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
        assert [len(entry.happenings) for entry in entries[:3]] == [1, 1, 2]
        assert entries[1].starts_at == "20260401T070000Z"
        assert len({entry.uid for entry in entries}) == 1
        numbers = [entry.sequence for entry in entries]
        assert numbers == sorted(set(numbers))
        assert told[1][0]["body"].index("T09:00:00+02:00") < told[1][0]["body"].index("Now:")
        changed = "When or where the session spring of 'The aid' takes place has changed"
        canceled = "The session spring of 'The aid' was canceled"
        assert notices(held_portal, login)[-3:] == [changed, changed, canceled]
        mails = [mail["subject"] for mail, _ in told]
        assert mails[1:] == [changed, changed, canceled]


def test_what_one_does_oneself_is_in_ones_calendar_too(held_portal: Portal) -> None:
    """By a mail alone: nobody is told what they did."""
    held_portal.ok("--as", "org", *EDIT, "--starts", "2026-04-01T09:00")
    assert sent(held_portal, "org")[-1][1].starts_at == "20260401T070000Z"
    assert "has changed" not in " ".join(notices(held_portal, "org"))
    assert "has changed" in notices(held_portal, "kim")[-1]


def test_another_organizer_gets_it_and_the_old_one_loses_it(held_portal: Portal) -> None:
    """Sessions that are over stay where they are; who instructs keeps theirs."""
    create_session(held_portal, "gone", starts="2026-02-01T09:00")
    create_session(held_portal, "summer", starts="2026-06-30T09:00")
    before = {entry.uid: entry.sequence for _, entry in sent(held_portal, "org")}
    held_portal.ok("training", "edit", "aid", "--organizer", "lee")
    lost = [entry for _, entry in sent(held_portal, "org") if entry.method == "CANCEL"]
    assert {entry.uid for entry in lost} == set(before)
    assert all(entry.sequence > before[entry.uid] for entry in lost)
    come = [entry for _, entry in sent(held_portal, "lee")]
    assert [(entry.method, entry.sequence) for entry in come] == [("REQUEST", 0)] * 2
    assert not {entry.uid for entry in come} & set(before)
    assert len(sent(held_portal, "kim")) == 1
    held_portal.ok("training", "edit", "aid", "--organizer", "")
    assert [entry.method for _, entry in sent(held_portal, "lee")[2:]] == ["CANCEL"] * 2
    with unchanged(held_portal, audited=0):
        held_portal.ok("training", "edit", "aid", "--organizer", "")


@pytest.mark.parametrize("name", ["lee", "LEE.x@Example.com"])
def test_another_instructor_gets_it_and_the_old_one_loses_it(
    held_portal: Portal, name: str
) -> None:
    """By login or address; who is called otherwise is nobody with a calendar."""
    held_portal.ok(*EDIT, "--instructor", name)
    assert [entry.method for _, entry in sent(held_portal, "kim")] == ["REQUEST", "CANCEL"]
    assert [entry.method for _, entry in sent(held_portal, "lee")] == ["REQUEST"]
    held_portal.ok(*EDIT, "--instructor", "Lee")
    assert [entry.method for _, entry in sent(held_portal, "lee")] == ["REQUEST", "CANCEL"]
    assert len(sent(held_portal, "org")) == 1


def test_who_does_both_has_one_entry(held_portal: Portal) -> None:
    """As the organizer."""
    held_portal.ok(*EDIT, "--instructor", "org")
    assert len(sent(held_portal, "org")) == 1
    held_portal.ok("training", "edit", "aid", "--organizer", "")
    assert len(sent(held_portal, "org")) == 1


def test_a_training_that_is_deleted_leaves_their_calendars(held_portal: Portal) -> None:
    """With the cause; the organizer hears it once in the account."""
    held_portal.ok("training", "delete", "aid", "--yes")
    for login in ("org", "kim"):
        mail, entry = sent(held_portal, login)[-1]
        assert (entry.method, mail["subject"]) == (
            "CANCEL",
            "Canceled: session spring of 'The aid'",
        )
        assert "was deleted" in mail["body"]
    assert notices(held_portal, "org")[-1] == "The training 'The aid' was deleted"


def test_who_is_not_active_is_not_written_to(held_portal: Portal) -> None:
    """Neither when it changes nor when it goes."""
    held_portal.ok("user", "deactivate", "kim")
    held_portal.ok(*EDIT, "--starts", "2026-04-01T09:00")
    held_portal.ok("session", "cancel", "aid", "spring")
    assert len(sent(held_portal, "kim")) == 1


def test_several_changes_at_once_are_one_message(held_portal: Portal) -> None:
    """With the state before all of them and the last one."""
    lines = (
        "session edit aid spring --starts 2026-04-01T09:00",
        "session edit aid spring --starts 2026-04-03T09:00 --place Hall",
    )
    held_portal.ok("batch", "-", "--atomic", stdin="".join(f"{line}\n" for line in lines))
    for login in ("org", "kim"):
        told = sent(held_portal, login)
        assert len(told) == 2
        mail, entry = told[-1]
        assert (entry.starts_at, entry.place) == ("20260403T070000Z", "Hall")
        before, now = mail["body"].split("Now:")
        assert ("2026-03-31" in before, "2026-04-03" in now) == (True, True)


def test_a_rehearsal_changes_no_calendar(held_portal: Portal) -> None:
    """Nothing is noted of entries that nobody got."""
    with unchanged(held_portal, audited=0):
        held_portal.ok(*EDIT, "--starts", "2026-04-01T09:00", "--dry-run")
        held_portal.ok("training", "edit", "aid", "--organizer", "lee", "--dry-run")
