"""What a calendar program answers to an invitation, as RFC 5546 has it (METHOD:REPLY)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lmsctl.kit.canonical import excerpt
from lmsctl.notification.calendar.rules import mails
from lmsctl.notification.calendar.rules.entry import Reply, address_in
from lmsctl.notification.errors import AnswerMissing, AnswerNotTheirs, AnswerUnclear

if TYPE_CHECKING:
    import icalendar

_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class EntryReply:
    """What one person says to an entry of their calendar: yes or no.

    `uid` and `sequence` are those of the entry that they saw, `address` is theirs in the form in
    which addresses are compared, and `said_at` is when they answered, None if that is not told.
    """

    uid: str
    sequence: int
    says: Reply
    address: str
    said_at: datetime | None


def read_mail(data: bytes) -> EntryReply:
    """Return what the one answer in a mail says.

    It is from whom the mail is from. Raises MailUnreadable, AnswerMissing, AnswerUnclear and
    AnswerNotTheirs.
    """
    mail = mails.parse(data)
    replies = {_read(text) for text in mails.calendars(mail)}
    if len(replies) != 1:
        raise AnswerUnclear(reason="the mail has several answers")
    (reply,) = replies
    if mails.sender(mail) != reply.address:
        raise AnswerNotTheirs(reason="the mail is from another address than the answer")
    return reply


def _read(text: str) -> EntryReply:
    import icalendar

    try:
        found = icalendar.Calendar.from_ical(text.removeprefix("\ufeff").strip(), multiple=True)
        if len(found) != 1 or found[0].name != "VCALENDAR":
            raise AnswerMissing(reason="it is not one calendar")
        return _reply(found[0])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise AnswerMissing(reason="what the mail has for calendars is broken") from error


def _reply(calendar: icalendar.Component) -> EntryReply:
    method = str(calendar.get("method", "none")).upper()
    if method != "REPLY":
        raise AnswerMissing(reason=f"its method is {excerpt(method)}, not REPLY")
    events = [part for part in calendar.subcomponents if part.name == "VEVENT"]
    if len({str(event.get("uid", "")) for event in events}) != 1:
        raise AnswerUnclear(reason="it is not about one entry")
    whole = [event for event in events if "recurrence-id" not in event]
    if not whole:
        raise AnswerUnclear(reason="it is about one day, not about the session")
    answers = {_answer(event) for event in events}
    if len(answers) != 1:
        raise AnswerUnclear(reason="it says different things about different days")
    ((address, says),) = answers
    event = whole[0]
    sequence = int(event.get("sequence", 0))
    if not 0 <= sequence <= _MOST:
        raise AnswerUnclear(reason=f"{sequence} is not the number of a change")
    return EntryReply(str(event.get("uid")), sequence, says, address, _said_at(event))


def _answer(event: Any) -> tuple[str, Reply]:
    """Return who says what; raises AnswerUnclear and AnswerNotTheirs."""
    attendees = event.get("attendee", [])
    people = attendees if isinstance(attendees, list) else [attendees]
    if len(people) != 1:
        raise AnswerUnclear(reason=f"it is the answer of {len(people)} people")
    written = str(people[0])
    address = address_in(written)
    if address is None:
        raise AnswerNotTheirs(reason=f"'{excerpt(written)}' is not an address")
    word = str(people[0].params.get("PARTSTAT", Reply.NONE)).upper()
    if word not in {Reply.YES, Reply.NO}:
        raise AnswerUnclear(reason=f"{excerpt(word)} is neither yes nor no")
    return mails.key_of(address), Reply(word)


def _said_at(event: Any) -> datetime | None:
    stamp = event.get("dtstamp")
    moment = getattr(stamp, "dt", None)
    if not isinstance(moment, datetime):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)
