"""What participants and organizers are told of trainings, when, and what calendars get of it."""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.refusals import unchanged
from tests.trainings import create_person, create_session, create_training

ENROLL = ("enroll", "--user", "ann", "--training", "aid:spring")
ADD_DAY = ("session", "add-day", "aid", "spring", "--duration", "1h")
CANCEL = ("enrollment", "cancel", "--user", "ann", "--training", "aid")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with people, one of them without an address, and a training of theirs."""
    create_person(portal, "ann")
    portal.ok("user", "create", "--login", "bea", "--first-name", "B", "--last-name", "No")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin", "--organizer", "")
    create_session(portal, "spring", "--place", "Room 4", "--capacity", "5")
    create_session(portal, "summer", starts="2026-06-30T09:00")
    return portal


def new_messages(portal: Portal) -> list[tuple[str, str, str]]:
    """Return the channel, the kind and the recipient of what was queued since the last time."""
    rows = portal.sql(
        """
        SELECT n.channel, n.kind, COALESCE(n.address, u.login)
        FROM notifications n JOIN users u ON u.id = n.user_id WHERE n.reason <> 'told'
        ORDER BY n.channel, u.login
        """
    )
    portal.sql("UPDATE notifications SET reason = 'told'")
    return [(channel, kind, recipient) for channel, kind, recipient in rows]


def mails(portal: Portal, kind: str) -> list[dict[str, Any]]:
    """Return the mails of one kind as they would arrive, in the order in which they were made."""
    rows = portal.ok("notification", "list", "--kind", kind, "--sort", "id", "-o", "json").json
    return [
        portal.ok("notification", "preview", str(row["id"]), "-o", "json").json
        for row in rows
        if row["channel"] == "mail"
    ]


def calendar_entries(mail: dict[str, Any]) -> list[dict[str, str]]:
    """Return the calendars of a mail, of one entry each, by property."""
    text = mail["calendar"].replace("\r\n ", "")
    found = []
    for calendar in text.split("BEGIN:VCALENDAR\r\n")[1:]:
        assert calendar.count("BEGIN:VEVENT") == 1
        lines = [line for line in calendar.split("\r\n") if line]
        found.append({line.split(":", 1)[0].split(";")[0]: line.split(":", 1)[1] for line in lines})
    return found


def notice_times(portal: Portal, login: str = "ann", **now: str) -> list[tuple[str, str]]:
    """Return when somebody found which kind of notice in their account."""
    rows = portal.ok("learner", "notifications", login, "-o", "json", **now).json
    return [(row["sent_at"], row["kind"]) for row in rows]


# Invitations -------------------------------------------------------------------------------------


def test_who_is_enrolled_gets_a_notice_and_a_mail_with_a_calendar_entry(
    training_portal: Portal,
) -> None:
    """Whoever has no address gets the notice alone; enrolling again tells nobody anything."""
    assert "3 notices were queued." in training_portal.ok(*ENROLL, "--user", "bea").err
    (mail,) = mails(training_portal, "training_invitation")
    assert (mail["recipient"], mail["state"]) == ("ann.x@example.com", "queued")
    assert mail["subject"] == "You are enrolled in 'The aid'"
    assert "2026-03-31T09:00:00+02:00 to 2026-03-31T10:30:00+02:00, Room 4" in mail["body"]
    assert "Please answer whether you will come:" in mail["body"]
    for answer in ("confirm", "decline"):
        assert f": lmsctl enrollment {answer} --training aid\n" in mail["body"]
        training_portal.ok("enrollment", answer, "--training", "aid", "--as", "ann", "-n")
    (entry,) = calendar_entries(mail)
    assert entry["METHOD"] == "REQUEST"
    assert entry["ATTENDEE"] == "mailto:ann.x@example.com"
    assert entry["DTSTART"] == "20260331T070000Z"
    assert entry["LOCATION"] == "Room 4"
    assert (
        notice_times(training_portal)
        == notice_times(training_portal, "bea")
        == [("2026-03-02T12:00:00Z", "training_invitation")]
    )
    assert new_messages(training_portal)
    assert "queued" not in training_portal.ok(*ENROLL, "--user", "bea").err
    assert new_messages(training_portal) == []


def test_nobody_hears_of_a_training_before_they_have_access(training_portal: Portal) -> None:
    """Not a second before; an instant that is past means now."""
    training_portal.ok(*ENROLL, "--access-at", "2026-03-10T10:00")
    assert notice_times(training_portal, LMSCTL_NOW="2026-03-10T08:59:59Z") == []
    at = ("2026-03-10T09:00:00Z", "training_invitation")
    assert notice_times(training_portal, LMSCTL_NOW="2026-03-10T09:00:00Z") == [at]
    rows = training_portal.ok("notification", "list", "-o", "json").json
    assert {(row["due_at"], row["state"]) for row in rows} == {(at[0], "queued")}
    training_portal.ok("enroll", "--user", "bea", "--training", "aid", "--access-at", "2025-01-01")
    assert notice_times(training_portal, "bea") == [("2026-03-02T12:00:00Z", "training_invitation")]


def test_moving_the_instant_of_access_moves_what_is_still_to_come(training_portal: Portal) -> None:
    """Later and earlier; an invitation that has come does not come again."""
    training_portal.ok(*ENROLL, "--access-at", "2026-03-10")
    edit = ("enrollment", "edit", "--user", "ann", "--training", "aid", "--access-at")
    training_portal.ok(*edit, "2026-03-12T00:00Z")
    assert notice_times(training_portal, LMSCTL_NOW="2026-03-11T23:59:59Z") == []
    assert [mail["due_at"] for mail in mails(training_portal, "training_invitation")] == [
        "2026-03-12T00:00:00Z"
    ]
    training_portal.ok(*edit, "now")
    assert notice_times(training_portal) == [("2026-03-02T12:00:00Z", "training_invitation")]
    training_portal.now = "2026-03-02T13:00:00Z"
    training_portal.ok(*edit, "2026-03-20")
    assert notice_times(training_portal, LMSCTL_NOW="2026-04-01T00:00:00Z") == [
        ("2026-03-02T12:00:00Z", "training_invitation")
    ]
    assert len(mails(training_portal, "training_invitation")) == 1


def test_without_a_session_there_is_nothing_for_the_calendar_yet(training_portal: Portal) -> None:
    """The mail says that a session is missing; choosing one brings the entry."""
    training_portal.ok("enroll", "--user", "ann", "--training", "aid")
    (mail,) = mails(training_portal, "training_invitation")
    assert mail["calendar"] is None
    assert "no session" in mail["body"]
    training_portal.ok(
        "enrollment", "switch", "--user", "ann", "--training", "aid", "--to", "spring"
    )
    (change,) = mails(training_portal, "training_change")
    assert [entry["METHOD"] for entry in calendar_entries(change)] == ["REQUEST"]


def test_each_day_has_an_entry_of_its_own(training_portal: Portal) -> None:
    """As calendars want it: one identity for each, in a calendar of its own."""
    training_portal.ok(*ADD_DAY, "--starts", "2026-04-01T09:00")
    training_portal.ok(*ENROLL)
    (mail,) = mails(training_portal, "training_invitation")
    first, second = calendar_entries(mail)
    assert first["UID"] != second["UID"]
    assert (first["DTSTART"], second["DTSTART"]) == ("20260331T070000Z", "20260401T070000Z")


def test_a_rehearsal_tells_nobody(training_portal: Portal) -> None:
    """It says how many would be told."""
    with unchanged(training_portal, audited=0):
        assert "2 notices would be queued." in training_portal.ok(*ENROLL, "--dry-run").err


# Changes -----------------------------------------------------------------------------------------


def test_a_session_that_moves_moves_in_the_calendars(training_portal: Portal) -> None:
    """The same entry with a higher number; what is no matter of time or place tells nobody."""
    training_portal.ok(*ENROLL, "--user", "bea")
    (invited,) = map(calendar_entries, mails(training_portal, "training_invitation"))
    new_messages(training_portal)
    edit = ("session", "edit", "aid", "spring")
    training_portal.ok(*edit, "--capacity", "7", "--title", "For all")
    assert new_messages(training_portal) == []
    training_portal.ok(*edit, "--starts", "2026-04-02T09:00")
    (mail,) = mails(training_portal, "training_change")
    assert new_messages(training_portal) == [
        ("account", "training_change", "ann"),
        ("account", "training_change", "bea"),
        ("mail", "training_change", "ann.x@example.com"),
    ]
    (moved,) = calendar_entries(mail)
    assert moved["UID"] == invited[0]["UID"]
    assert int(moved["SEQUENCE"]) > int(invited[0]["SEQUENCE"])
    assert moved["DTSTART"] == "20260402T070000Z"
    before, now = mail["body"].split("Now:")
    assert "2026-03-31T09:00:00+02:00 to 2026-03-31T10:30:00+02:00, Room 4" in before
    assert "2026-04-02T09:00:00+02:00 to 2026-04-02T10:30:00+02:00, Room 4" in now
    training_portal.ok(*edit, "--place", "Room 5")
    mail = mails(training_portal, "training_change")[-1]
    assert calendar_entries(mail)[0]["LOCATION"] == "Room 5"
    before, now = mail["body"].split("Now:")
    assert ("Room 4" in before, "Room 5" in now) == (True, True)
    assert int(calendar_entries(mail)[0]["SEQUENCE"]) > int(moved["SEQUENCE"])
    training_portal.ok(*ADD_DAY, "--starts", "2026-04-03T09:00")
    mail = mails(training_portal, "training_change")[-1]
    assert len(calendar_entries(mail)) == 2


def test_an_invitation_to_come_says_how_things_are_by_then(training_portal: Portal) -> None:
    """Whoever has not been invited is not told of changes, but is invited to what has become."""
    training_portal.ok(*ENROLL, "--access-at", "2026-03-10")
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Room 5")
    training_portal.ok("training", "edit", "aid", "--title", "Second aid")
    (mail,) = mails(training_portal, "training_invitation")
    assert mail["subject"] == "You are enrolled in 'Second aid'"
    assert calendar_entries(mail)[0]["LOCATION"] == "Room 5"
    assert calendar_entries(mail)[0]["SUMMARY"] == "Second aid"
    training_portal.ok(
        "enrollment", "edit", "--user", "ann", "--training", "aid", "--session", "summer"
    )
    (mail,) = mails(training_portal, "training_invitation")
    assert calendar_entries(mail)[0]["DTSTART"] == "20260630T070000Z"
    assert mails(training_portal, "training_change") == []


def test_a_session_that_is_over_is_changed_in_silence(training_portal: Portal) -> None:
    """Nobody is sent to a day that has gone by."""
    training_portal.ok(*ENROLL)
    new_messages(training_portal)
    training_portal.now = "2026-03-31T08:30:00Z"
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Room 5")
    assert new_messages(training_portal) == []


def test_another_session_is_another_entry_and_the_old_one_goes(training_portal: Portal) -> None:
    """In one mail; and on the way back the old entry comes back with a higher number."""
    training_portal.ok(*ENROLL)
    (invited,) = calendar_entries(mails(training_portal, "training_invitation")[0])
    edit = ("enrollment", "edit", "--user", "ann", "--training", "aid", "--session")
    training_portal.ok(*edit, "summer")
    (mail,) = mails(training_portal, "training_change")
    gone, come = calendar_entries(mail)
    assert (gone["METHOD"], gone["STATUS"], come["METHOD"]) == ("CANCEL", "CANCELLED", "REQUEST")
    assert gone["UID"] == invited["UID"] != come["UID"]
    before, now = mail["body"].split("Now:")
    assert ("2026-03-31T09:00" in before, "2026-06-30T09:00" in now) == (True, True)
    assert int(gone["SEQUENCE"]) > int(invited["SEQUENCE"])
    training_portal.ok(*edit, "spring")
    mail = mails(training_portal, "training_change")[-1]
    _, back = calendar_entries(mail)
    assert back["UID"] == invited["UID"]
    assert int(back["SEQUENCE"]) > int(gone["SEQUENCE"])


def test_a_canceled_session_leaves_calendars(training_portal: Portal) -> None:
    """Its people stay in the training, and are told that they have no session."""
    training_portal.ok(*ENROLL)
    training_portal.ok("session", "cancel", "aid", "spring")
    (mail,) = mails(training_portal, "training_change")
    assert mail["subject"] == "Canceled: session spring of 'The aid'"
    assert "The session spring of the training 'The aid' was canceled" in mail["body"]
    assert "2026-03-31T09:00:00+02:00 to 2026-03-31T10:30:00+02:00, Room 4" in mail["body"]
    assert "no session" in mail["body"]
    assert "lmsctl enrollment switch --training aid\n" in mail["body"]
    choose = ("--as", "ann", "enrollment", "switch", "--training", "aid")
    assert training_portal.ok(*choose, "-o", "id").out == "summer\n"
    assert [entry["METHOD"] for entry in calendar_entries(mail)] == ["CANCEL"]


# Cancellations -----------------------------------------------------------------------------------


def test_who_is_taken_out_gets_a_cancellation(training_portal: Portal) -> None:
    """With a higher number; whoever comes again gets a new entry."""
    training_portal.ok(*ENROLL)
    (invited,) = calendar_entries(mails(training_portal, "training_invitation")[0])
    training_portal.ok(*CANCEL)
    (mail,) = mails(training_portal, "training_cancellation")
    (gone,) = calendar_entries(mail)
    assert "Your enrollment in the training 'The aid' of" in mail["body"]
    assert (gone["METHOD"], gone["UID"]) == ("CANCEL", invited["UID"])
    assert int(gone["SEQUENCE"]) > int(invited["SEQUENCE"])
    new_messages(training_portal)
    training_portal.ok(*CANCEL)
    assert new_messages(training_portal) == []
    training_portal.ok(*ENROLL)
    (again,) = calendar_entries(mails(training_portal, "training_invitation")[-1])
    assert again["UID"] != invited["UID"]


def test_who_was_never_invited_never_hears_of_it(training_portal: Portal) -> None:
    """Taken out before the instant of access: the invitation is gone, and nothing else comes."""
    training_portal.ok(*ENROLL, "--access-at", "2026-03-10")
    training_portal.ok(*CANCEL)
    assert new_messages(training_portal) == []


def test_a_training_that_is_deleted_leaves_calendars(training_portal: Portal) -> None:
    """Also invitations that were still to come are gone."""
    training_portal.ok(*ENROLL)
    training_portal.ok("enroll", "--user", "bea", "--training", "aid", "--access-at", "2026-03-10")
    new_messages(training_portal)
    training_portal.ok("training", "delete", "aid", "--yes")
    (mail,) = mails(training_portal, "training_cancellation")
    assert mail["subject"] == "Canceled: 'The aid'"
    assert "was deleted and does not take place" in mail["body"]
    assert [entry["METHOD"] for entry in calendar_entries(mail)] == ["CANCEL"]
    assert notice_times(training_portal, "bea", LMSCTL_NOW="2026-04-01T00:00:00Z") == []


# Learners and organizers -------------------------------------------------------------------------


def test_learners_are_told_of_what_they_do_and_organizers_too(training_portal: Portal) -> None:
    """Organizers hear by mail and in the account, but not of what they do themselves."""
    training_portal.ok("training", "edit", "aid", "--organizer", "owner")
    assert new_messages(training_portal)[0][:2] == ("account", "training_organizer")
    training_portal.ok("catalog", "open", "aid", "--training", "--everybody")
    act = ("--as", "ann", "enrollment")
    where = ("--training", "aid")
    kinds = []
    for words in (
        (*act, "join", *where, "--session", "spring"),
        (*act, "confirm", *where),
        (*act, "switch", *where, "--to", "summer"),
        (*act, "leave", *where, "--yes"),
    ):
        training_portal.ok(*words)
        kinds.append(
            {kind for _, kind, recipient in new_messages(training_portal) if "ann" in recipient}
        )
    (mail,) = mails(training_portal, "training_cancellation")
    assert mail["subject"] == "You have left 'The aid'"
    assert kinds == [{"training_invitation"}, set(), {"training_change"}, {"training_cancellation"}]
    subjects = [
        row["subject"]
        for row in training_portal.ok("learner", "notifications", "owner", "-o", "json").json
    ]
    assert subjects == [
        "F L left 'The aid', session summer",
        "F L switched sessions in 'The aid', session summer",
        "F L confirmed 'The aid'",
        "F L joined 'The aid', session spring",
        "You organize the training 'The aid'",
    ]
    training_portal.ok("--as", "owner", *ENROLL)
    training_portal.ok("--as", "owner", "session", "edit", "aid", "spring", "--place", "Hall")
    assert {kind for _, kind, _ in new_messages(training_portal)} == {
        "training_invitation",
        "training_change",
    }
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Room 9")
    (body,) = training_portal.sql(
        "SELECT body FROM notifications WHERE kind = 'training_organizer' ORDER BY id DESC LIMIT 1"
    )[0]
    assert body.index("Before:") < body.index("Hall") < body.index("Now:") < body.index("Room 9")
    training_portal.ok(*CANCEL)
    training_portal.ok("session", "cancel", "aid", "spring")
    training_portal.ok("training", "delete", "aid", "--yes")
    assert [
        row["subject"]
        for row in training_portal.ok("learner", "notifications", "owner", "-o", "json").json
    ][:3] == [
        "The training 'The aid' was deleted",
        "The session spring of 'The aid' was canceled",
        "1 person was taken out of 'The aid'",
    ]


def test_nobody_reads_the_notices_of_others(training_portal: Portal) -> None:
    """They are the person's own, and of those who may see what they see."""
    training_portal.ok(*ENROLL)
    assert training_portal.ok("--as", "ann", "learner", "notifications", "ann", "-o", "id").out
    assert (
        training_portal.refused("--as", "bea", "learner", "notifications", "ann")
        == "permission_missing"
    )


def test_names_break_neither_headers_nor_calendars(training_portal: Portal) -> None:
    """Whatever they hold is the value of one property."""
    training_portal.ok("training", "edit", "aid", "--title", 'A; "b", \\n c: END:VCALENDAR')
    training_portal.ok("settings", "set", 'name=O"; X=1')
    training_portal.ok(*ENROLL)
    (mail,) = mails(training_portal, "training_invitation")
    (entry,) = calendar_entries(mail)
    assert entry["SUMMARY"] == 'A\\; "b"\\, \\\\n c: END:VCALENDAR'
    assert 'CN="O\'; X=1":invalid:' in mail["calendar"].replace("\r\n ", "")
    assert all(ord(letter) >= 32 or letter in "\r\n" for letter in mail["calendar"])


def test_who_is_enrolled_in_content_is_told(training_portal: Portal) -> None:
    """Once, by notice and by mail."""
    training_portal.ok("content", "create", "--kind", "topic", "--code", "gdpr", "--title", "GDPR")
    enroll = ("enroll", "--user", "ann", "--content", "gdpr")
    assert "2 notices were queued." in training_portal.ok(*enroll).err
    assert "queued" not in training_portal.ok(*enroll).err
    assert [
        row["subject"] for row in training_portal.ok("notification", "list", "-o", "json").json
    ] == ["You are enrolled in GDPR"] * 2


def test_a_day_that_moves_into_the_past_is_told_of(training_portal: Portal) -> None:
    """So that no calendar keeps a day that is not to come; afterwards there is silence."""
    training_portal.ok(*ENROLL)
    training_portal.ok("session", "edit", "aid", "spring", "--starts", "2026-02-10T09:00")
    (mail,) = mails(training_portal, "training_change")
    assert calendar_entries(mail)[0]["DTSTART"] == "20260210T080000Z"
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Hall")
    assert len(mails(training_portal, "training_change")) == 1


def test_mails_go_to_the_address_somebody_has(training_portal: Portal) -> None:
    """Also those that were queued before it changed, in the entry for the calendar too."""
    training_portal.ok(*ENROLL, "--access-at", "2026-03-10")
    training_portal.ok("user", "edit", "ann", "--email", "ann.new@example.com")
    (mail,) = mails(training_portal, "training_invitation")
    assert mail["recipient"] == "ann.new@example.com"
    assert calendar_entries(mail)[0]["ATTENDEE"] == "mailto:ann.new@example.com"


def test_whoever_is_not_active_is_not_written_to(training_portal: Portal) -> None:
    """The account keeps the notice for when they come back."""
    training_portal.ok(*ENROLL)
    new_messages(training_portal)
    training_portal.ok("user", "deactivate", "ann")
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Hall")
    assert new_messages(training_portal) == [("account", "training_change", "ann")]


def test_an_organizer_without_a_role_hears_nothing(training_portal: Portal) -> None:
    """From the moment it is taken away."""
    training_portal.ok("role", "grant", "bea", "administrator")
    training_portal.ok("training", "edit", "aid", "--organizer", "bea")
    training_portal.ok(*ENROLL)
    assert ("account", "training_organizer", "bea") in new_messages(training_portal)
    training_portal.ok("role", "revoke", "bea", "administrator")
    training_portal.ok(*CANCEL)
    assert {kind for _, kind, _ in new_messages(training_portal)} == {"training_cancellation"}


# Several changes in one transaction -------------------------------------------------------------


def run_at_once(portal: Portal, *lines: str) -> None:
    """Run command lines in one transaction."""
    portal.ok("batch", "-", "--atomic", "-o", "off", stdin="".join(f"{one}\n" for one in lines))


def test_two_changes_at_once_are_one_message_with_the_first_and_the_last_state(
    training_portal: Portal,
) -> None:
    """It says where the session was before both; the calendar gets the last state alone."""
    training_portal.ok(*ENROLL, "--user", "bea")
    new_messages(training_portal)
    run_at_once(
        training_portal,
        "session edit aid spring --starts 2026-04-02T09:00",
        "session edit aid spring --starts 2026-04-03T09:00 --place Hall",
    )
    assert new_messages(training_portal) == [
        ("account", "training_change", "ann"),
        ("account", "training_change", "bea"),
        ("mail", "training_change", "ann.x@example.com"),
    ]
    (mail,) = mails(training_portal, "training_change")
    before, now = mail["body"].split("Now:")
    assert "2026-03-31T09:00" in before
    assert "2026-04-03T09:00" in now
    (entry,) = calendar_entries(mail)
    assert (entry["DTSTART"], entry["LOCATION"]) == ("20260403T070000Z", "Hall")


def test_whoever_comes_and_moves_at_once_is_only_invited(training_portal: Portal) -> None:
    """To what has become of it; and whoever comes and goes at once hears nothing."""
    people = "--user ann --user bea --training aid"
    run_at_once(
        training_portal,
        "enroll --user ann --user bea --training aid:spring",
        f"enrollment edit {people} --session summer",
        "session edit aid summer --place Hall",
        "enrollment cancel --user bea --training aid",
    )
    assert new_messages(training_portal) == [
        ("account", "training_invitation", "ann"),
        ("mail", "training_invitation", "ann.x@example.com"),
    ]
    (mail,) = mails(training_portal, "training_invitation")
    assert "2026-06-30T09:00" in mail["body"]
    assert "Hall" in mail["body"]
    (entry,) = calendar_entries(mail)
    assert (entry["METHOD"], entry["LOCATION"]) == ("REQUEST", "Hall")


def test_whoever_goes_and_comes_again_at_once_gets_one_message(training_portal: Portal) -> None:
    """The invitation, which takes the old entry out of the calendar and puts the new one there."""
    training_portal.ok(*ENROLL)
    (invited,) = calendar_entries(mails(training_portal, "training_invitation")[0])
    new_messages(training_portal)
    again = "enroll --user ann --training aid:summer"
    run_at_once(training_portal, "enrollment cancel --user ann --training aid", again)
    assert new_messages(training_portal) == [
        ("account", "training_invitation", "ann"),
        ("mail", "training_invitation", "ann.x@example.com"),
    ]
    gone, come = calendar_entries(mails(training_portal, "training_invitation")[-1])
    assert (gone["METHOD"], gone["UID"]) == ("CANCEL", invited["UID"])
    assert (come["METHOD"], come["DTSTART"]) == ("REQUEST", "20260630T070000Z")
    training_portal.ok("db", "check")


def test_a_session_that_moves_and_is_canceled_at_once_is_canceled(training_portal: Portal) -> None:
    """And different trainings are different messages."""
    create_training(training_portal, "law")
    create_session(training_portal, "spring", of="law")
    training_portal.ok(*ENROLL, "--training", "law:spring")
    new_messages(training_portal)
    run_at_once(
        training_portal,
        "session edit aid spring --starts 2026-04-02T09:00",
        "session edit law spring --place Hall",
        "session cancel aid spring",
    )
    subjects = [mail["subject"] for mail in mails(training_portal, "training_change")]
    assert sorted(subjects) == [
        "'The law' has changed: session spring",
        "Canceled: session spring of 'The aid'",
    ]
