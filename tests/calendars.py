"""Calendars as a second library reads them, and a portal whose entries can be answered."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import vobject

from tests.conftest import Portal

ORGANIZER = "learning@example.com"


@dataclass(frozen=True)
class Happening:
    """Once that an entry takes place."""

    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True)
class SeenEntry:
    """An entry of a calendar: what it is called, when and where it is, and what it asks of whom."""

    method: str
    uid: str
    sequence: int
    status: str
    summary: str
    description: str
    organizer: str
    host: str
    attendee: str
    reply: str
    happenings: tuple[Happening, ...]

    @property
    def starts_at(self) -> str:
        """When it first takes place, in UTC."""
        return f"{self.happenings[0].starts_at:%Y%m%dT%H%M%SZ}"

    @property
    def place(self) -> str:
        """Where it first takes place."""
        return self.happenings[0].place


def answerable(portal: Portal) -> None:
    """Let calendar programs of a portal know where to send answers."""
    written = f'[mail]\norganizer-address = "{ORGANIZER}"\n'
    portal.folder.joinpath("lmsctl.toml").write_text(written, encoding="utf-8")


def read_calendar(text: str) -> list[SeenEntry]:
    """Return the entries of a calendar, each with all its components, in their order."""
    check_form(text)
    # It keeps the zones of other calendars, which may tell of other years.
    for name in re.findall("^TZID:(.*)\r$", text, re.MULTILINE):
        vars(vobject.icalendar)["__tzidMap"].pop(name, None)
    calendar = vobject.readOne(text)
    method = calendar.method.value if hasattr(calendar, "method") else ""
    groups: dict[str, list[Any]] = {}
    for event in getattr(calendar, "vevent_list", []):
        groups.setdefault(event.uid.value, []).append(event)
    return [_entry(method, events) for events in groups.values()]


def read_mail(mail: dict[str, Any]) -> SeenEntry:
    """Return the one entry of a mail as `notification preview` shows it."""
    (entry,) = read_calendar(mail["calendar"])
    return entry


def check_form(text: str) -> None:
    """Check what RFC 5545 asks of every text: folded lines that end in CR LF, nothing hidden."""
    assert text.endswith("\r\n")
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", text.replace("\r\n", ""))
    names = {
        line.partition(":")[0].partition(";")[0] for line in lines if line[:1] not in {"", " "}
    }
    assert names <= {
        *("BEGIN", "END", "VERSION", "PRODID", "METHOD", "TZID", "TZNAME", "TZOFFSETFROM"),
        *("TZOFFSETTO", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "RRULE", "EXDATE"),
        *("RECURRENCE-ID", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "ORGANIZER"),
        "ATTENDEE",
    }


def _entry(method: str, events: list[Any]) -> SeenEntry:
    first, *others = events
    assert not hasattr(first, "recurrence_id")
    assert len({(one.uid.value, one.sequence.value) for one in events}) == 1
    organizer, attendee = getattr(first, "organizer", None), getattr(first, "attendee", None)
    return SeenEntry(
        method=method,
        uid=first.uid.value,
        sequence=int(first.sequence.value),
        status=_text(first, "status"),
        summary=_text(first, "summary"),
        description=_text(first, "description"),
        organizer=organizer.value if organizer else "",
        host=organizer.params.get("CN", [""])[0] if organizer else "",
        attendee=attendee.value if attendee else "",
        reply=attendee.params["PARTSTAT"][0] if attendee else "",
        happenings=tuple(_happenings(first, others)),
    )


def _happenings(first: Any, others: list[Any]) -> list[Happening]:
    """Return when an entry takes place: its series, without dates left out, and what differs."""
    length = _utc(first.dtend.value) - _utc(first.dtstart.value)
    moments = [_utc(first.dtstart.value)]
    if hasattr(first, "rrule"):
        moments = [_utc(moment) for moment in first.getrruleset(addRDate=False)]
    place = _text(first, "location")
    found = {at: Happening(at, at + length, place) for at in moments}
    for other in others:
        slot = _utc(other.recurrence_id.value)
        assert slot in found, "what differs is an occurrence of the series"
        starts_at, ends_at = _utc(other.dtstart.value), _utc(other.dtend.value)
        found[slot] = Happening(starts_at, ends_at, _text(other, "location"))
    return sorted(found.values(), key=lambda one: one.starts_at)


def _utc(moment: datetime) -> datetime:
    assert moment.tzinfo is not None
    return moment.astimezone(UTC)


def _text(event: Any, name: str) -> str:
    found = getattr(event, name, None)
    return str(found.value) if found is not None else ""
