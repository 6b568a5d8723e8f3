"""What is promised of answers of calendar programs: who may say what about which entry, when."""

import base64
import quopri
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsctl.kit.errors import Rejected
from lmsctl.notification.calendar.rules.entry import Reply
from lmsctl.notification.calendar.rules.replies import read_mail as parse_mail
from lmsctl.notification.errors import AnswerNotTheirs
from tests.calendars import ORGANIZER, answerable, read_mail
from tests.conftest import CommandResult, Portal
from tests.enrollment.test_notices import mails
from tests.refusals import refused, unchanged
from tests.trainings import create_person, create_session, create_training, list_participants

ANN = "ann.x@example.com"
STAMP = "20260302T110000Z"


@pytest.fixture
def invited_portal(portal: Portal) -> Portal:
    """Return a portal where ann is invited to a session, and ben to none yet."""
    answerable(portal)
    create_person(portal, "ann")
    create_person(portal, "ben")
    create_training(portal, "aid", "--organizer", "")
    create_session(portal)
    create_session(portal, "summer", starts="2026-06-30T09:00")
    portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    return portal


def uid_of(portal: Portal, login: str = "ann") -> str:
    return str(
        portal.value(
            """
            SELECT e.calendar_uid FROM training_enrollments e JOIN users u ON u.id = e.user_id
            WHERE u.login = :login ORDER BY e.id DESC LIMIT 1
            """,
            login=login,
        )
    )


def calendar(uid: str, says: str = "ACCEPTED", **more: str) -> str:
    """Return what a calendar program answers; `more` are properties and what is before them."""
    told = {
        "sequence": "0",
        "stamp": STAMP,
        "attendee": f"mailto:{ANN}",
        "method": "REPLY",
        "event": "",
        **more,
    }
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Some//Program//EN"),
        f"METHOD:{told['method']}",
        *("BEGIN:VEVENT", f"UID:{uid}", f"SEQUENCE:{told['sequence']}"),
        f"DTSTAMP:{told['stamp']}",
        f"ORGANIZER:mailto:{ORGANIZER}",
        f"ATTENDEE;PARTSTAT={says};CN=Ann:{told['attendee']}",
        *filter(None, told["event"].split("\n")),
        *("DTSTART:20260331T090000Z", "SUMMARY:Accepted: The aid", "END:VEVENT", "END:VCALENDAR"),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def mail_of(text: str, sender: str = f"Ann X <{ANN}>", headers: str = "") -> bytes:
    """Return a mail that is nothing but an answer."""
    head = f"From: {sender}\r\nTo: {ORGANIZER}\r\nSubject: Accepted\r\n{headers}"
    kind = "Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n"
    return (head + kind + text).encode("utf-8", "surrogateescape")


def hand_in(portal: Portal, mail: bytes, *more: str) -> CommandResult:
    portal.folder.joinpath("answer.eml").write_bytes(mail)
    return portal.ok("notification", "answers", "answer.eml", *more)


def answer_of(portal: Portal) -> str:
    (row,) = list_participants(portal)
    return str(row["state"])


# A yes and a no ----------------------------------------------------------------------------------


def test_accepting_and_declining_is_confirming_and_declining(invited_portal: Portal) -> None:
    """The same mail may come twice; what was said last counts."""
    yes = mail_of(calendar(uid_of(invited_portal)))
    ran = hand_in(invited_portal, yes, "-o", "json")
    assert ran.json == {
        "login": "ann",
        "training": "aid",
        "session": "spring",
        "answer": "confirmed",
        "outcome": "updated",
    }
    assert "ann has confirmed aid." in ran.err
    with unchanged(invited_portal, audited=0):
        assert hand_in(invited_portal, yes, "-o", "json").json["outcome"] == "unchanged"
        assert hand_in(invited_portal, yes, "--exit-code").status == 0
    no = mail_of(calendar(uid_of(invited_portal), "DECLINED", stamp="20260302T110500Z"))
    assert hand_in(invited_portal, no, "-o", "json").json["answer"] == "declined"
    assert answer_of(invited_portal) == "declined"
    rows = invited_portal.ok("audit", "list", "-o", "json").json
    told = [row["code"] for row in rows if row["code"].startswith("training.")]
    assert {"training.confirmed", "training.declined"} <= set(told)


def test_a_mail_comes_through_a_pipe(invited_portal: Portal) -> None:
    """As a mail filter hands it over."""
    mail = mail_of(calendar(uid_of(invited_portal))).decode()
    invited_portal.ok("notification", "answers", "-", stdin=mail)
    assert answer_of(invited_portal) == "confirmed"


def test_a_rehearsal_takes_no_answer(invited_portal: Portal) -> None:
    """It says what would come of it."""
    with unchanged(invited_portal, audited=0):
        ran = hand_in(invited_portal, mail_of(calendar(uid_of(invited_portal))), "--dry-run")
    assert "ann has confirmed aid." in ran.err


def test_supervisors_and_organizers_hear_of_it(invited_portal: Portal) -> None:
    """As of an answer by the command."""
    invited_portal.ok("training", "edit", "aid", "--organizer", "owner")
    hand_in(invited_portal, mail_of(calendar(uid_of(invited_portal))))
    rows = invited_portal.ok("learner", "notifications", "owner", "-o", "json").json
    assert rows[0]["subject"] == "F L confirmed 'The aid'"


# How mails are made ------------------------------------------------------------------------------


def in_parts(text: str) -> bytes:
    """Return an answer as Outlook and Google send it: among alternatives, and attached again."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f'"X, Ann" <{ANN}>', ORGANIZER, "Zugesagt: Büro"
    mail.set_content("Ann has accepted.")
    mail.add_alternative("<p>Ann has accepted.</p>", subtype="html")
    mail.add_alternative(text, subtype="calendar", params={"method": "REPLY"}, cte="base64")
    mail.add_attachment(text.encode(), maintype="application", subtype="ics", filename="i.ics")
    return mail.as_bytes()


def encoded(text: str, charset: str, how: str) -> bytes:
    """Return an answer in another charset and transfer encoding."""
    data = text.replace("CN=Ann", 'CN="Änn"').encode(charset)
    body = base64.encodebytes(data) if how == "base64" else quopri.encodestring(data)
    head = (
        f"From: =?utf-8?q?=C3=84nn?= <{ANN.upper()}>\nMIME-Version: 1.0\n"
        f"Content-Type: TEXT/Calendar; charset={charset}\nContent-Transfer-Encoding: {how}\n\n"
    )
    return head.encode() + body


WAYS: dict[str, Callable[[str], bytes]] = {
    "alternatives": in_parts,
    "latin": lambda text: encoded(text, "iso-8859-1", "quoted-printable"),
    "wide": lambda text: encoded(text, "utf-16", "base64"),
    "marked": lambda text: mail_of("\ufeff" + text),
    "unknown charset": lambda text: mail_of(text).replace(b"=utf-8", b"=x-none"),
    "no text charset": lambda text: mail_of(text).replace(b"=utf-8", b"=zlib"),
    "bare line ends": lambda text: mail_of(text).replace(b"\r\n", b"\n"),
    "folded": lambda text: mail_of(text.replace("@lmsctl", "@lms\r\n ctl")),
    "upper case": lambda text: mail_of(text.replace("mailto", "MAILTO"), ANN.upper()),
    "8-bit name": lambda text: mail_of(text, f"Änn \udcff <{ANN}>"),
    "name with an address": lambda text: mail_of(text, f"\"'{ANN}'\" <{ANN}>"),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_is_read_however_a_mail_is_made(way: str) -> None:
    """Among other parts, attached again, in any charset and encoding."""
    reply = parse_mail(WAYS[way](calendar("u1@lmsctl.invalid", sequence="3")))
    assert (reply.uid, reply.sequence) == ("u1@lmsctl.invalid", 3)
    assert (reply.says, reply.address) == (Reply.YES, ANN)


# Who may answer ----------------------------------------------------------------------------------

EVE = "eve.x@example.com"
SENDERS = {
    "somebody else": f"Eve <{EVE}>",
    "a name that is an address": f"{ANN} <{EVE}>",
    "a quoted name": f'"{ANN}" <{EVE}>',
    "two addresses": f"<{EVE}>, <{ANN}>",
    "an encoded word": f"=?utf-8?q?{ANN.replace('@', '=40')}?= <{EVE}>",
    "an encoded address": "=?utf-8?q?ann=2Ex=40example=2Ecom?=",
    "a comment": f"{ANN} (<{EVE}>)",
    "a quoted local part": '"ann.x"@example.com',
    "look-alike letters": "аnn.x@example.com",
    "a group": f"people: {ANN};",
    "a route": f"<@example.org:{ANN}>",
    "nothing": "",
    "a second line": f"Ann <{ANN}>\r\nFrom: Eve <{EVE}>",
}


@pytest.mark.parametrize("sender", SENDERS)
def test_what_a_library_might_read_as_the_address_does_not_count(sender: str) -> None:
    """A mail is from the one plain address that it names."""
    with pytest.raises(AnswerNotTheirs):
        parse_mail(mail_of(calendar("u1@lmsctl.invalid"), SENDERS[sender]))


@pytest.mark.parametrize("attendee", [EVE, "ben.x@example.com"])
def test_nobody_answers_for_others(invited_portal: Portal, attendee: str) -> None:
    """Neither with their own address in the answer, nor somebody who is known here."""
    create_person(invited_portal, "eve")
    uid = uid_of(invited_portal)
    for text, sender in (
        (calendar(uid, attendee=f"mailto:{attendee}"), attendee),
        (calendar(uid, attendee=f"mailto:{attendee}"), ANN),
        (calendar(uid), attendee),
    ):
        invited_portal.folder.joinpath("answer.eml").write_bytes(mail_of(text, sender))
        refused(invited_portal, "notification", "answers", "answer.eml", code="answer_not_theirs")


def test_the_address_is_the_one_that_is_stored_now(invited_portal: Portal) -> None:
    """Who has another one answers from that."""
    invited_portal.ok("user", "edit", "ann", "--email", "new@example.com")
    old = mail_of(calendar(uid_of(invited_portal)))
    invited_portal.folder.joinpath("answer.eml").write_bytes(old)
    refused(invited_portal, "notification", "answers", "answer.eml", code="answer_not_theirs")
    text = calendar(uid_of(invited_portal), attendee="mailto:new@example.com")
    hand_in(invited_portal, mail_of(text, "new@example.com"))
    assert answer_of(invited_portal) == "confirmed"


def test_who_hands_a_mail_in_needs_the_right_over_the_person(invited_portal: Portal) -> None:
    """Out of scope an entry is unknown, and a learner hands in nothing."""
    for name in ("Here", "There"):
        invited_portal.ok("department", "create", name)
    invited_portal.ok("user", "move", "ann", "--department", "Here")
    create_person(invited_portal, "dan")
    grant = ("role", "grant", "dan", "department-administrator", "--department")
    invited_portal.ok(*grant, "There")
    mail = mail_of(calendar(uid_of(invited_portal)))
    invited_portal.folder.joinpath("answer.eml").write_bytes(mail)
    command = ("notification", "answers", "answer.eml")
    refused(invited_portal, "--as", "dan", *command, code="answer_entry_unknown")
    refused(invited_portal, "--as", "ann", *command, code="permission_missing", status=8)
    invited_portal.ok(*grant, "Here")
    hand_in(invited_portal, mail, "--as", "dan")


# What is no answer -------------------------------------------------------------------------------


def many_parts(text: str) -> bytes:
    """Return a mail with more parts than anybody sends."""
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 500
    head = f"From: {ANN}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".encode()
    return (
        head + part + b"--b\r\nContent-Type: text/calendar\r\n\r\n" + text.encode() + b"--b--\r\n"
    )


def deep(text: str) -> bytes:
    """Return a mail whose parts are nested deeper than a program can follow."""
    head = f"From: {ANN}\r\n"
    for number in range(3000):
        head += f"Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n"
    return (head + "Content-Type: text/calendar\r\n\r\n" + text).encode()


def forwarded(text: str) -> bytes:
    """Return a mail to which the answer of somebody is attached as a mail."""
    head = f"From: {ANN}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    inner = b"Content-Type: message/rfc822\r\n\r\n" + mail_of(text)
    return head.encode() + inner + b"\r\n--b--\r\n"


NO_ANSWERS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "nothing": ("mail_unreadable", lambda _: b""),
    "no mail": ("mail_unreadable", lambda _: b"\x00\xff\xfe" * 9),
    "too long": ("mail_unreadable", lambda text: mail_of(text) + b" " * (10 * 2**20)),
    "too deep": ("", deep),
    "too many parts": ("answer_missing", many_parts),
    "forwarded": ("answer_missing", forwarded),
    "plain words": ("answer_missing", lambda _: f"From: {ANN}\n\nI come".encode()),
    "calendar alone": ("answer_missing", lambda text: text.encode()),
    "broken": ("answer_missing", lambda text: mail_of(text[:150])),
    "broken base64": (
        "answer_missing",
        lambda text: mail_of(text, headers="Content-Transfer-Encoding: base64\r\n"),
    ),
    "an invitation": ("answer_missing", lambda text: mail_of(text.replace("REPLY", "REQUEST"))),
    "no method": ("answer_missing", lambda text: mail_of(text.replace("METHOD:REPLY\r\n", ""))),
    "two calendars": ("answer_missing", lambda text: mail_of(text * 2)),
    "a huge one": ("answer_missing", lambda text: mail_of(text + "X:" + "x" * 2**19)),
    "perhaps": ("answer_unclear", lambda text: mail_of(text.replace("ACCEPTED", "TENTATIVE", 1))),
    "no word": ("answer_unclear", lambda text: mail_of(text.replace("PARTSTAT=ACCEPTED;", ""))),
    "one day": (
        "answer_unclear",
        lambda text: mail_of(text.replace("DTSTART", "RECURRENCE-ID")),
    ),
    "two people": (
        "answer_unclear",
        lambda text: mail_of(text.replace("DTSTART", f"ATTENDEE:mailto:{EVE}\r\nDTSTART")),
    ),
    "nobody": ("answer_unclear", lambda text: mail_of(text.replace("ATTENDEE", "CONTACT"))),
    "two entries": (
        "answer_unclear",
        lambda text: mail_of(
            text.replace("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT")
        ),
    ),
    "no entry": (
        "answer_unclear",
        lambda text: mail_of(text.replace("VEVENT", "VTODO")),
    ),
    "a negative number": (
        "answer_unclear",
        lambda text: mail_of(text.replace("SEQUENCE:0", "SEQUENCE:-1")),
    ),
    "no number": (
        "answer_missing",
        lambda text: mail_of(text.replace("SEQUENCE:0", "SEQUENCE:first")),
    ),
    "no address": (
        "answer_not_theirs",
        lambda text: mail_of(text.replace(f"mailto:{ANN}", "urn:uuid:1")),
    ),
}


@pytest.mark.parametrize("way", NO_ANSWERS)
def test_what_is_no_answer_is_rejected(way: str) -> None:
    """With a reason of its own."""
    code, make = NO_ANSWERS[way]
    with pytest.raises(Rejected) as found:
        parse_mail(make(calendar("u1@lmsctl.invalid")))
    assert found.value.code == code or not code


def test_a_filter_can_hand_in_everything(invited_portal: Portal) -> None:
    """What is no answer ends with one status, and changes nothing."""
    for way in ("nothing", "too deep", "plain words", "an invitation", "perhaps"):
        code, make = NO_ANSWERS[way]
        mail = make(calendar(uid_of(invited_portal)))
        invited_portal.folder.joinpath("answer.eml").write_bytes(mail)
        with unchanged(invited_portal):
            ran = invited_portal.run("notification", "answers", "answer.eml", "-o", "json")
        assert ran.status == 6, ran.err
        assert ran.code == code or not code


def test_an_answer_that_says_two_things_is_none(invited_portal: Portal) -> None:
    """In two parts, or about a day and the rest."""
    uid = uid_of(invited_portal)
    yes, no = calendar(uid), calendar(uid, "DECLINED")
    head = f"From: {ANN}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    part = "--b\r\nContent-Type: text/calendar\r\n\r\n"
    both = (head + part + yes + part + no + "--b--\r\n").encode()
    day = no.partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    day = f"BEGIN:VEVENT{day}RECURRENCE-ID:20260331T090000Z\r\nEND:VEVENT\r\n"
    mixed = mail_of(yes.replace("END:VCALENDAR", f"{day}END:VCALENDAR"))
    for one in (both, mixed):
        invited_portal.folder.joinpath("answer.eml").write_bytes(one)
        refused(invited_portal, "notification", "answers", "answer.eml", code="answer_unclear")


@pytest.mark.parametrize("uid", ["nobody@lmsctl.invalid", "", "%", "x" * 5000, "\u0000", "' OR 1"])
def test_an_entry_that_nobody_was_sent_is_unknown(invited_portal: Portal, uid: str) -> None:
    """Whatever it is called."""
    invited_portal.folder.joinpath("answer.eml").write_bytes(mail_of(calendar(uid)))
    refused(invited_portal, "notification", "answers", "answer.eml", code="answer_entry_unknown")


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 40))
def test_damaged_mails_are_read_or_rejected(junk: bytes, at: int, cut: int) -> None:
    """Whatever stands where in an answer, nothing else than a refusal comes of it."""
    mail = mail_of(calendar("u1@lmsctl.invalid"))
    try:
        reply = parse_mail(mail[:at] + junk + mail[at + cut :])
    except Rejected:
        return
    assert reply.address == ANN


# When answers count ------------------------------------------------------------------------------


def test_what_was_answered_before_a_change_does_not_count(invited_portal: Portal) -> None:
    """Nobody has said that they come at another time; the answer to the latest message counts."""
    uid = uid_of(invited_portal)
    invited_portal.ok("session", "edit", "aid", "spring", "--starts", "2026-04-02T09:00")
    now = read_mail(mails(invited_portal, "training_change")[-1])
    assert now.uid == uid
    for number in (now.sequence - 1, now.sequence + 1):
        text = calendar(uid, sequence=str(number))
        invited_portal.folder.joinpath("answer.eml").write_bytes(mail_of(text))
        refused(invited_portal, "notification", "answers", "answer.eml", code="answer_outdated")
    hand_in(invited_portal, mail_of(calendar(uid, sequence=str(now.sequence))))
    assert answer_of(invited_portal) == "confirmed"


def test_of_two_answers_the_later_one_counts(invited_portal: Portal) -> None:
    """In whatever order they arrive; an answer by the command is one too."""
    uid = uid_of(invited_portal)
    hand_in(invited_portal, mail_of(calendar(uid, "DECLINED", stamp="20260302T110500Z")))
    earlier = mail_of(calendar(uid, stamp="20260302T110000Z"))
    invited_portal.folder.joinpath("answer.eml").write_bytes(earlier)
    command = ("notification", "answers", "answer.eml")
    refused(invited_portal, *command, code="answer_outdated")
    assert answer_of(invited_portal) == "declined"
    invited_portal.ok("enrollment", "confirm", "--user", "ann", "--training", "aid")
    no = mail_of(calendar(uid, "DECLINED", stamp="20260302T115900Z"))
    invited_portal.folder.joinpath("answer.eml").write_bytes(no)
    refused(invited_portal, *command, code="answer_outdated")
    # A clock that is ahead, and one that says nothing.
    for stamp, says in (("20990101T000000Z", "DECLINED"), ("nothing", "ACCEPTED")):
        text = calendar(uid, says, stamp=stamp)
        if stamp == "nothing":
            text = text.replace("DTSTAMP:nothing\r\n", "")
        hand_in(invited_portal, mail_of(text))
        assert answer_of(invited_portal) == {"DECLINED": "declined"}.get(says, "confirmed")


def test_who_takes_part_no_more_does_not_answer(invited_portal: Portal) -> None:
    """Nor with the entry of before, when they have come again."""
    old = mail_of(calendar(uid_of(invited_portal)))
    invited_portal.ok("enrollment", "cancel", "--user", "ann", "--training", "aid")
    invited_portal.folder.joinpath("answer.eml").write_bytes(old)
    command = ("notification", "answers", "answer.eml")
    refused(invited_portal, *command, code="answer_outdated")
    invited_portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    refused(invited_portal, *command, code="answer_outdated")
    hand_in(invited_portal, mail_of(calendar(uid_of(invited_portal))))


def test_the_rules_of_answering_hold(invited_portal: Portal) -> None:
    """Not before the instant of access, and not by who is not active."""
    access = ("--access-at", "2026-03-10")
    invited_portal.ok("enroll", "--user", "ben", "--training", "aid:spring", *access)
    ben = "ben.x@example.com"
    mail = mail_of(calendar(uid_of(invited_portal, "ben"), attendee=f"mailto:{ben}"), ben)
    invited_portal.folder.joinpath("answer.eml").write_bytes(mail)
    refused(invited_portal, "notification", "answers", "answer.eml", code="access_to_come")
    invited_portal.ok("user", "deactivate", "ann")
    mail = mail_of(calendar(uid_of(invited_portal)))
    invited_portal.folder.joinpath("answer.eml").write_bytes(mail)
    with unchanged(invited_portal):
        ran = invited_portal.run("notification", "answers", "answer.eml", "-o", "json")
    assert (ran.status, ran.code) == (6, "person_not_active")


def test_a_file_that_is_not_there_is_said(invited_portal: Portal) -> None:
    """As of every file."""
    missing = ("notification", "answers", "nosuch.eml")
    refused(invited_portal, *missing, code="csv_file_missing", status=4, audited=0)
