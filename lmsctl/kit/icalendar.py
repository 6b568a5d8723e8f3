"""Calendar entries as RFC 5545 writes them: no name or title becomes a line of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote

_PRODUCT = "-//lmsctl//lmsctl//EN"
# RFC 5545, 3.1: lines of more than 75 octets are folded.
_LINE_OCTETS = 75
# Everything that RFC 3986 lets stand in an address of a page.
_URL_SIGNS = "%:/?#[]@!$&'()*+,;=~"
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


class Method(StrEnum):
    """What a calendar asks of who gets it, after RFC 5546."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One entry: `uid` names it for good, `sequence` counts its changes; moments are aware.

    `url` is the address of a web page, without blanks. A sequence may also be a text that stands
    for a number.
    """

    uid: str
    sequence: int | str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str | None = None
    url: str | None = None


def calendar(events: Iterable[CalendarEvent], stamped_at: datetime) -> str:
    """Return a calendar with `events`, made at `stamped_at`; its lines end as the RFC asks."""
    return _lines(line for event in events for line in _event(event, stamped_at))


# Where the address of whom a message is for is written when it is read; no line that people write
# looks like it.
_TO_BE_ADDRESSED = "ATTENDEE;ROLE=REQ-PARTICIPANT:"


def messages(
    events: Iterable[CalendarEvent], stamped_at: datetime, method: Method, organizer: str
) -> str:
    """Return calendars that invite somebody to `events`, or cancel them; `addressed` says whom.

    There is one for each event, because all entries of such a calendar have the same UID (RFC 5546,
    3.2.2 and 3.2.5). `organizer` is a name: it stays the same as long as an entry lives, as those
    who get changes of it ask for, and nobody answers it.
    """
    name = organizer.replace('"', "'")
    between = (
        f'ORGANIZER;CN="{name}":invalid:nomail',
        _TO_BE_ADDRESSED,
        *(("STATUS:CANCELLED",) if method is Method.CANCEL else ()),
    )
    return "".join(_lines(_event(event, stamped_at, between), method) for event in events)


def addressed(calendars: str, attendee: str) -> str:
    """Return what `messages` made, for the mail address `attendee`."""
    # RFC 6068 asks for this; what else an address may hold stands for itself.
    line = _TO_BE_ADDRESSED + "mailto:" + quote(attendee, safe="@!$'*+,;:=/")
    folded = "".join(f"{piece}\r\n" for piece in _fold(line))
    return calendars.replace(f"\r\n{_TO_BE_ADDRESSED}\r\n", f"\r\n{folded}")


def cancellations(calendars: str) -> str:
    """Return those of the calendars, one after the other, that cancel something."""
    end = "END:VCALENDAR\r\n"
    whole = (f"{part}{end}" for part in calendars.split(end)[:-1])
    return "".join(part for part in whole if f"\r\nMETHOD:{Method.CANCEL}\r\n" in part)


def latest(calendars: str) -> str:
    """Return the calendars, one after the other, without those that a later one replaces.

    A later one replaces another with the UID of its entry.
    """
    end = "END:VCALENDAR\r\n"
    parts = [f"{part}{end}" for part in calendars.split(end)[:-1]]
    last = {_uid_in(part): part for part in parts}
    return "".join(part for part in parts if last[_uid_in(part)] is part)


def _uid_in(part: str) -> str:
    """Return the UID of the one entry in a calendar."""
    unfolded = part.replace("\r\n ", "")
    return unfolded.partition("\r\nUID:")[2].partition("\r\n")[0]


def _lines(entries: Iterable[str], method: Method | None = None) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}"]
    if method is not None:
        lines.append(f"METHOD:{method}")
    lines += [*entries, "END:VCALENDAR"]
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line))


def _event(
    event: CalendarEvent, stamped_at: datetime, between: Iterable[str] = ()
) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTAMP:{_moment(stamped_at)}"
    yield f"DTSTART:{_moment(event.starts_at)}"
    yield f"DTEND:{_moment(event.ends_at)}"
    yield f"SUMMARY:{_text(event.summary)}"
    yield from between
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    if event.location:
        yield f"LOCATION:{_text(event.location)}"
    if event.url:
        yield f"URL:{quote(event.url, safe=_URL_SIGNS)}"
    yield "END:VEVENT"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ").rjust(16, "0")


def _text(text: str) -> str:
    return text.translate(_ESCAPED)


def _fold(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, those after the first beginning with a blank.

    No character is broken.
    """
    piece = ""
    for character in line:
        if len((piece + character).encode()) > _LINE_OCTETS:
            yield piece
            piece = " "
        piece += character
    yield piece
