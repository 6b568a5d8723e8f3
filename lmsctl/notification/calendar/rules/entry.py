"""What an entry for calendar programs says, and how a message keeps it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

# Stands for no address of an organizer; no address is that.
NOBODY = "-"
# What calendar programs show as a line of its own, or not at all, in a text of one line.
_BREAKING = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")
_BREAKING_LINES = {sign: text for sign, text in _BREAKING.items() if sign != ord("\n")}


class Reply(StrEnum):
    """What somebody has answered, in the words of RFC 5545 (PARTSTAT)."""

    NONE = "NEEDS-ACTION"
    YES = "ACCEPTED"
    NO = "DECLINED"


@dataclass(frozen=True, slots=True)
class EntryDay:
    """From when to when somebody is expected, and where; aware moments, `url` without blanks."""

    starts_at: datetime
    ends_at: datetime
    place: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, the same for everybody who gets it; a canceled one takes it out of calendars.

    `days`, of which there is one at least, are in the order of their starts; `zone` is the name of
    the zone in which they are read. `host` is how the organizer is called.
    """

    stamped_at: datetime
    summary: str
    days: Sequence[EntryDay]
    zone: str
    description: str = ""
    host: str = ""
    is_canceled: bool = False


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """What is one person's own of an entry.

    `uid` names it for good and `sequence` counts its changes. `organizer` is the address that
    answers go to; without one nobody is asked.
    """

    uid: str
    sequence: int
    reply: Reply = Reply.NONE
    organizer: str | None = None


# As messages keep it -----------------------------------------------------------------------------


def common_text(entry: Entry) -> str:
    """Return what everybody's message keeps of an entry."""
    return json.dumps(
        {
            "stamped": _seconds(entry.stamped_at),
            "summary": entry.summary,
            "days": [
                [_seconds(day.starts_at), _seconds(day.ends_at), day.place, day.url]
                for day in entry.days
            ],
            "zone": entry.zone,
            "description": entry.description,
            "host": entry.host,
            "canceled": entry.is_canceled,
        }
    )


def own_text(own: OwnEntry) -> str:
    """Return what one person's message keeps, in front of `common_text`."""
    return f"{own.uid} {own.sequence} {own.reply} {own.organizer or NOBODY} "


def split(stored: str) -> tuple[str, OwnEntry]:
    """Return what everybody's message keeps and what one person's keeps in front of it."""
    uid, sequence, reply, organizer, common = stored.split(" ", 4)
    address = None if organizer == NOBODY else organizer
    return common, OwnEntry(uid, int(sequence), Reply(reply), address)


def read(common: str) -> Entry:
    """Return an entry from the text of `common_text`."""
    told: dict[str, Any] = json.loads(common)
    return Entry(
        stamped_at=_moment(told["stamped"]),
        summary=told["summary"],
        days=[EntryDay(_moment(a), _moment(b), place, url) for a, b, place, url in told["days"]],
        zone=told["zone"],
        description=told["description"],
        host=told["host"],
        is_canceled=told["canceled"],
    )


def method_of(entry: Entry, own: OwnEntry) -> str:
    """Return what an entry asks of who gets it, after RFC 5546: nothing where nobody organizes."""
    if own.organizer is None:
        return "PUBLISH"
    return "CANCEL" if entry.is_canceled else "REQUEST"


def cancels(stored: str) -> bool:
    """Say whether what a message keeps takes an entry out of calendars."""
    return read(split(stored)[0]).is_canceled


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def _seconds(moment: datetime) -> int:
    return (moment - _BEGINNING) // _SECOND


def _moment(seconds: int) -> datetime:
    return _BEGINNING + seconds * _SECOND


def one_line(text: str) -> str:
    """Return a text in one line, without characters that control something."""
    return " ".join(text.translate(_BREAKING).split())


def lines(text: str) -> str:
    """Return a text in lines, without other characters that control something."""
    return text.replace("\r\n", "\n").translate(_BREAKING_LINES)


def address_in(value: str) -> str | None:
    """Return the address in a `mailto:`, None where there is none."""
    scheme, _, address = value.partition(":")
    return unquote(address) if scheme.lower() == "mailto" and address else None


def quotable(text: str) -> str:
    """Return a text in one line that can stand between quotation marks, and means itself there."""
    return one_line(text).replace('"', "'").replace("\\", "/")
