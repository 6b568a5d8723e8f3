"""What participants and organizers are told of trainings, when, and what calendars get of it."""

from typing import Any

import pytest

from tests.calendars import ORGANIZER, answerable, read_mail
from tests.conftest import Portal
from tests.refusals import unchanged
from tests.trainings import create_person, create_session, create_training

ENROLL = ("enroll", "--user", "ann", "--training", "aid:spring")
ADD_DAY = ("session", "add-day", "aid", "spring", "--duration", "1h")
CANCEL = ("enrollment", "cancel", "--user", "ann", "--training", "aid")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with people, one of them without an address, and a training of theirs."""
    answerable(portal)
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
    entry = read_mail(mail)
    assert (entry.method, entry.reply) == ("REQUEST", "NEEDS-ACTION")
    assert (entry.organizer, entry.attendee) == (
        f"mailto:{ORGANIZER}",
        "mailto:ann.x@example.com",
    )
    assert (entry.starts_at, entry.place) == ("20260331T070000Z", "Room 4")
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
    assert read_mail(change).method == "REQUEST"


def test_all_days_are_one_entry(training_portal: Portal) -> None:
    """Each person's own has a name of its own, and all the days."""
    training_portal.ok(*ADD_DAY, "--starts", "2026-04-01T09:00")
    create_person(training_portal, "ben")
    training_portal.ok(*ENROLL, "--user", "ben")
    first, second = map(read_mail, mails(training_portal, "training_invitation"))
    assert first.uid != second.uid
    assert [f"{one.starts_at:%d %H} {one.ends_at:%H:%M}" for one in first.happenings] == [
        "31 07 08:30",
        "01 07 08:00",
    ]
    assert first.happenings == second.happenings


def test_a_rehearsal_tells_nobody(training_portal: Portal) -> None:
    """It says how many would be told."""
    with unchanged(training_portal, audited=0):
        assert "2 notices would be queued." in training_portal.ok(*ENROLL, "--dry-run").err


# Changes -----------------------------------------------------------------------------------------


def test_a_session_that_moves_moves_in_the_calendars(training_portal: Portal) -> None:
    """The same entry with a higher number; what is no matter of time or place tells nobody."""
    training_portal.ok(*ENROLL, "--user", "bea")
    (invited,) = map(read_mail, mails(training_portal, "training_invitation"))
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
    moved = read_mail(mail)
    assert (moved.method, moved.uid) == ("REQUEST", invited.uid)
    assert moved.sequence > invited.sequence
    assert moved.starts_at == "20260402T070000Z"
    before, now = mail["body"].split("Now:")
    assert "2026-03-31T09:00:00+02:00 to 2026-03-31T10:30:00+02:00, Room 4" in before
    assert "2026-04-02T09:00:00+02:00 to 2026-04-02T10:30:00+02:00, Room 4" in now
    training_portal.ok(*edit, "--place", "Room 5")
    mail = mails(training_portal, "training_change")[-1]
    elsewhere = read_mail(mail)
    assert elsewhere.place == "Room 5"
    before, now = mail["body"].split("Now:")
    assert ("Room 4" in before, "Room 5" in now) == (True, True)
    assert elsewhere.sequence > moved.sequence
    training_portal.ok(*ADD_DAY, "--starts", "2026-04-03T09:00")
    mail = mails(training_portal, "training_change")[-1]
    longer = read_mail(mail)
    assert (longer.uid, len(longer.happenings)) == (invited.uid, 2)
    assert longer.sequence > elsewhere.sequence


def test_an_invitation_to_come_says_how_things_are_by_then(training_portal: Portal) -> None:
    """Whoever has not been invited is not told of changes, but is invited to what has become."""
    training_portal.ok(*ENROLL, "--access-at", "2026-03-10")
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Room 5")
    training_portal.ok("training", "edit", "aid", "--title", "Second aid")
    (mail,) = mails(training_portal, "training_invitation")
    assert mail["subject"] == "You are enrolled in 'Second aid'"
    assert (read_mail(mail).place, read_mail(mail).summary) == ("Room 5", "Second aid")
    training_portal.ok(
        "enrollment", "edit", "--user", "ann", "--training", "aid", "--session", "summer"
    )
    (mail,) = mails(training_portal, "training_invitation")
    assert read_mail(mail).starts_at == "20260630T070000Z"
    assert mails(training_portal, "training_change") == []


def test_a_session_that_is_over_is_changed_in_silence(training_portal: Portal) -> None:
    """Nobody is sent to a day that has gone by."""
    training_portal.ok(*ENROLL)
    new_messages(training_portal)
    training_portal.now = "2026-03-31T08:30:00Z"
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Room 5")
    assert new_messages(training_portal) == []


def test_another_session_is_the_same_entry_at_another_time(training_portal: Portal) -> None:
    """Nothing of the old one is left; there and back each number is higher."""
    training_portal.ok(*ENROLL)
    invited = read_mail(mails(training_portal, "training_invitation")[0])
    edit = ("enrollment", "edit", "--user", "ann", "--training", "aid", "--session")
    training_portal.ok(*edit, "summer")
    (mail,) = mails(training_portal, "training_change")
    moved = read_mail(mail)
    assert (moved.method, moved.uid, moved.starts_at) == (
        "REQUEST",
        invited.uid,
        "20260630T070000Z",
    )
    before, now = mail["body"].split("Now:")
    assert ("2026-03-31T09:00" in before, "2026-06-30T09:00" in now) == (True, True)
    training_portal.ok(*edit, "spring")
    back = read_mail(mails(training_portal, "training_change")[-1])
    assert (back.uid, back.starts_at) == (invited.uid, invited.starts_at)
    assert back.sequence > moved.sequence > invited.sequence


def test_leaving_a_session_for_none_cancels_the_entry(training_portal: Portal) -> None:
    """And the next session brings it back."""
    training_portal.ok(*ENROLL)
    invited = read_mail(mails(training_portal, "training_invitation")[0])
    edit = ("enrollment", "edit", "--user", "ann", "--training", "aid")
    training_portal.ok(*edit, "--session", "")
    gone = read_mail(mails(training_portal, "training_change")[-1])
    assert (gone.method, gone.status, gone.uid) == ("CANCEL", "CANCELLED", invited.uid)
    training_portal.ok(*edit, "--session", "summer")
    back = read_mail(mails(training_portal, "training_change")[-1])
    assert (back.method, back.uid) == ("REQUEST", invited.uid)
    assert back.sequence > gone.sequence > invited.sequence


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
    assert read_mail(mail).method == "CANCEL"


# Cancellations -----------------------------------------------------------------------------------


def test_who_is_taken_out_gets_a_cancellation(training_portal: Portal) -> None:
    """With a higher number; whoever comes again gets a new entry."""
    training_portal.ok(*ENROLL)
    invited = read_mail(mails(training_portal, "training_invitation")[0])
    training_portal.ok(*CANCEL)
    (mail,) = mails(training_portal, "training_cancellation")
    gone = read_mail(mail)
    assert "Your enrollment in the training 'The aid' of" in mail["body"]
    assert (gone.method, gone.status, gone.uid) == ("CANCEL", "CANCELLED", invited.uid)
    assert gone.sequence > invited.sequence
    new_messages(training_portal)
    training_portal.ok(*CANCEL)
    assert new_messages(training_portal) == []
    training_portal.ok(*ENROLL)
    again = read_mail(mails(training_portal, "training_invitation")[-1])
    assert again.uid != invited.uid


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
    assert read_mail(mail).method == "CANCEL"
    assert notice_times(training_portal, "bea", LMSCTL_NOW="2026-04-01T00:00:00Z") == []


# Where answers go --------------------------------------------------------------------------------


def set_organizer(portal: Portal, address: str | None) -> None:
    """Let the configuration name another address for answers, or none."""
    line = f'organizer-address = "{address}"\n' if address else ""
    portal.folder.joinpath("lmsctl.toml").write_text(f"[mail]\n{line}", encoding="utf-8")


def test_answers_go_to_the_address_that_was_named_first(training_portal: Portal) -> None:
    """Calendar programs take changes from nobody else, whatever the configuration says by then."""
    training_portal.ok(*ENROLL)
    set_organizer(training_portal, "other@example.com")
    create_person(training_portal, "ben")
    training_portal.ok("enroll", "--user", "ben", "--training", "aid:spring")
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Hall")
    set_organizer(training_portal, None)
    training_portal.ok(*CANCEL, "--user", "ben")
    seen = {}
    for kind in ("training_invitation", "training_change", "training_cancellation"):
        for mail in mails(training_portal, kind):
            entry = read_mail(mail)
            seen[mail["recipient"][:3], kind] = (entry.method, entry.organizer)
    for who, address in (("ann", ORGANIZER), ("ben", "other@example.com")):
        assert seen[who, "training_invitation"] == ("REQUEST", f"mailto:{address}")
        assert seen[who, "training_change"] == ("REQUEST", f"mailto:{address}")
        assert seen[who, "training_cancellation"] == ("CANCEL", f"mailto:{address}")


def test_without_an_address_for_answers_entries_are_published(training_portal: Portal) -> None:
    """Until there is one, which the next change names."""
    set_organizer(training_portal, None)
    training_portal.ok(*ENROLL)
    published = read_mail(mails(training_portal, "training_invitation")[0])
    assert (published.method, published.organizer, published.attendee) == ("PUBLISH", "", "")
    set_organizer(training_portal, ORGANIZER)
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Hall")
    changed = read_mail(mails(training_portal, "training_change")[0])
    assert (changed.method, changed.uid) == ("REQUEST", published.uid)


def test_a_change_says_what_was_answered(training_portal: Portal) -> None:
    """So that calendars keep it."""
    training_portal.ok(*ENROLL)
    for answer, reply in (("confirm", "ACCEPTED"), ("decline", "DECLINED")):
        training_portal.ok("enrollment", answer, "--user", "ann", "--training", "aid")
        training_portal.ok("session", "edit", "aid", "spring", "--place", answer)
        assert read_mail(mails(training_portal, "training_change")[-1]).reply == reply


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
    entry = read_mail(mail)
    assert entry.summary == 'A; "b", \\n c: END:VCALENDAR'
    assert (entry.organizer, entry.host) == (f"mailto:{ORGANIZER}", "O'; X=1")


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
    assert read_mail(mail).starts_at == "20260210T080000Z"
    training_portal.ok("session", "edit", "aid", "spring", "--place", "Hall")
    assert len(mails(training_portal, "training_change")) == 1


def test_mails_go_to_the_address_somebody_has(training_portal: Portal) -> None:
    """Also those that were queued before it changed, in the entry for the calendar too."""
    training_portal.ok(*ENROLL, "--access-at", "2026-03-10")
    training_portal.ok("user", "edit", "ann", "--email", "ann.new@example.com")
    (mail,) = mails(training_portal, "training_invitation")
    assert mail["recipient"] == "ann.new@example.com"
    assert read_mail(mail).attendee == "mailto:ann.new@example.com"


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
    assert (read_mail(mail).starts_at, read_mail(mail).place) == ("20260403T070000Z", "Hall")


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
    assert (read_mail(mail).method, read_mail(mail).place) == ("REQUEST", "Hall")


def test_whoever_goes_and_comes_again_at_once_is_invited(training_portal: Portal) -> None:
    """One notice; and because a mail tells of one entry only, another takes the old one out."""
    training_portal.ok(*ENROLL)
    invited = read_mail(mails(training_portal, "training_invitation")[0])
    new_messages(training_portal)
    again = "enroll --user ann --training aid:summer"
    run_at_once(training_portal, "enrollment cancel --user ann --training aid", again)
    assert new_messages(training_portal) == [
        ("account", "training_invitation", "ann"),
        ("mail", "training_cancellation", "ann.x@example.com"),
        ("mail", "training_invitation", "ann.x@example.com"),
    ]
    gone = read_mail(mails(training_portal, "training_cancellation")[-1])
    come = read_mail(mails(training_portal, "training_invitation")[-1])
    assert (gone.method, gone.uid) == ("CANCEL", invited.uid)
    assert (come.method, come.starts_at) == ("REQUEST", "20260630T070000Z")
    assert come.uid != invited.uid
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
