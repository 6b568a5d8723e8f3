"""Making what a mail carries for calendar programs from what its message keeps.

The library for calendars is loaded when one is made: most commands make none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lmsctl.notification.calendar.rules import clocks
from lmsctl.notification.calendar.rules import entry as entry_rules
from lmsctl.notification.calendar.rules import series as series_rules
from lmsctl.notification.calendar.rules.entry import Entry, OwnEntry
from lmsctl.notification.calendar.rules.series import Occurrence, Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import icalendar

_PRODUCT = "-//lmsctl//lmsctl//EN"
# Everything that RFC 3986 lets stand in an address of a page.
_URL_SIGNS = "%:/?#[]@!$&'()*+,;=~"
# What RFC 6068 lets stand in `mailto:` as it is.
_MAIL_SIGNS = "@!$'*+,;:=/"


class EntryUnreadable(Exception):  # noqa: N818 - what was written, not what was asked for, is wrong
    """Raised when an entry that was just written does not say what it should."""


def finish(stored: str, recipient: str) -> tuple[str, str]:
    """Return the text of a part `text/calendar` of a mail, and its method.

    `stored` is what a message keeps (`Notification.calendar`), `recipient` the one address that
    the mail goes to. The text has lines that end in CR LF, and any characters; the method
    (`REQUEST`, `CANCEL`, `PUBLISH`) is also for the parameter `method` of the header Content-Type.
    What was written is read back: raises EntryUnreadable, and ValueError when `stored` is damaged.
    """
    common, own = entry_rules.split(stored)
    entry, pieces = _template(common, is_asking=own.organizer is not None)
    lines = _own_lines(entry, own, recipient)
    method = entry_rules.method_of(entry, own)
    # What others have too stands between the names of what is somebody's own.
    return "".join(lines[one] if number % 2 else one for number, one in enumerate(pieces)), method


# How the lines of a person's own begin, and how such a line goes on.
_OWN = ("UID", "SEQUENCE", "ORGANIZER", "ATTENDEE")
_OWN_LINES = re.compile(rf"^({'|'.join(_OWN)})[;:].*\r\n(?: .*\r\n)*", re.MULTILINE)
_SOMEBODY = "somebody@lmsctl.invalid"


@lru_cache(maxsize=16)
def _template(common: str, *, is_asking: bool) -> tuple[Entry, list[str]]:
    """Return an entry, and its text cut where something of a person's own stands.

    Many people get the same one; writing it and reading it back takes longer than sending a mail.
    """
    entry = entry_rules.read(common)
    anybody = OwnEntry("uid", 0, organizer=_SOMEBODY if is_asking else None)
    attendee = _SOMEBODY if is_asking else None
    text = _written([(entry, anybody)], entry_rules.method_of(entry, anybody), attendee)
    return entry, _OWN_LINES.split(text)


def _own_lines(entry: Entry, own: OwnEntry, recipient: str) -> dict[str, str]:
    """Return the lines of a person's own by their names, each with its end."""
    import icalendar

    event = icalendar.Event()
    _add_own(event, entry, own, recipient if own.organizer is not None else None)
    text = _text_of(event)
    _check_read_alike(text, event)
    return {found[1]: found[0] for found in _OWN_LINES.finditer(text)}


def write_calendar(entries: Iterable[tuple[Entry, OwnEntry]]) -> str:
    """Return entries as one calendar to be kept or imported; nobody is asked anything."""
    return _written(list(entries), None, None)


def _written(told: list[tuple[Entry, OwnEntry]], method: str | None, attendee: str | None) -> str:
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    if method is not None:
        calendar.add("method", method)
    events: list[icalendar.Event] = []
    spans: dict[ZoneInfo, tuple[datetime, datetime]] = {}
    for entry, own in told:
        series = series_rules.series_of(entry.days, entry.zone)
        events += _events(entry, own, series, attendee)
        zone, first, last = clocks.span_of(series)
        if zone is not None:
            known = spans.get(zone, (first, last))
            spans[zone] = min(first, known[0]), max(last, known[1])
    for zone, (first, last) in spans.items():
        calendar.add_component(_time_zone(zone, first, last))
    for event in events:
        calendar.add_component(event)
    text = _text_of(calendar)
    _check_read_alike(text, calendar)
    return text


def _text_of(written: icalendar.Component) -> str:
    text: str = written.to_ical().decode()
    return text


def _check_read_alike(text: str, written: icalendar.Component) -> None:
    """Raise EntryUnreadable unless a reader finds in a text what was put into it."""
    import icalendar

    try:
        read = icalendar.Component.from_ical(text)
    except (ValueError, KeyError, IndexError) as error:
        raise EntryUnreadable(str(error)) from error
    if _properties(read) != _properties(written):
        raise EntryUnreadable


def _properties(written: icalendar.Component) -> list[tuple[str, Any, Any]]:
    """Return everything that stands in a calendar or a part of it: names, parameters, values."""
    return [
        (name, value.params.to_ical() if hasattr(value, "params") else b"", value.to_ical())
        if hasattr(value, "to_ical")
        else (name, b"", value)
        for name, value in written.property_items()
    ]


# Events ------------------------------------------------------------------------------------------


def _events(
    entry: Entry, own: OwnEntry, series: Series, attendee: str | None
) -> Iterator[icalendar.Event]:
    """Yield a series and, unless it is canceled, those of its occurrences that differ."""
    import icalendar

    first = _event(entry, own, series.first, attendee)
    if series.count > 1:
        first.add("rrule", icalendar.vRecur(freq="DAILY", count=series.count))
        if series.excluded:
            first.add("exdate", list(series.excluded))
    yield first
    for slot, other in () if entry.is_canceled else series.others:
        event = _event(entry, own, other, attendee)
        event.add("recurrence-id", slot)
        yield event


def _event(entry: Entry, own: OwnEntry, at: Occurrence, attendee: str | None) -> icalendar.Event:
    import icalendar

    event = icalendar.Event()
    _add_own(event, entry, own, attendee)
    event.add("dtstamp", entry.stamped_at)
    event.add("dtstart", at.starts_at)
    event.add("dtend", at.ends_at)
    event.add("summary", entry_rules.one_line(entry.summary))
    event.add("status", "CANCELLED" if entry.is_canceled else "CONFIRMED")
    description = entry_rules.lines("\n\n".join(filter(None, (entry.description, at.note))))
    texts = {"description": description, "location": entry_rules.one_line(at.place)}
    for name, text in texts.items():
        if text:
            event.add(name, text)
    if at.url:
        event.add("url", quote(at.url, safe=_URL_SIGNS))
    return event


def _add_own(event: icalendar.Event, entry: Entry, own: OwnEntry, attendee: str | None) -> None:
    """Put into an event what of it is a person's own; with `attendee` they are asked to come."""
    event.add("uid", own.uid)
    event.add("sequence", own.sequence)
    if attendee is not None:
        assert own.organizer is not None
        event.add("organizer", _person(own.organizer, {"CN": entry_rules.quotable(entry.host)}))
        event.add("attendee", _person(attendee, _asked(entry, own)))


def _asked(entry: Entry, own: OwnEntry) -> dict[str, str]:
    """Return the parameters on somebody who gets an entry: whether they come, and are to say so."""
    return {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": own.reply,
        "RSVP": "FALSE" if entry.is_canceled else "TRUE",
    }


def _person(address: str, parameters: dict[str, str]) -> icalendar.vCalAddress:
    import icalendar

    person = icalendar.vCalAddress("mailto:" + quote(address, safe=_MAIL_SIGNS))
    for name, value in parameters.items():
        if value:
            person.params[name] = value
    return person


# Time zones --------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _time_zone(zone: ZoneInfo, first: datetime, last: datetime) -> icalendar.Timezone:
    """Return what a calendar says of a zone from `first` to `last`: each change of its clock.

    A change is told by the clock before it (RFC 5545, 3.6.5).
    """
    import icalendar

    told = icalendar.Timezone()
    told.add("tzid", zone.key)
    for change in clocks.clock_changes(zone, first, last):
        part = icalendar.TimezoneDaylight() if change.is_summer else icalendar.TimezoneStandard()
        part.add("dtstart", change.wall_before)
        part.add("tzoffsetfrom", change.offset_before)
        part.add("tzoffsetto", change.offset_after)
        part.add("tzname", change.name)
        told.add_component(part)
    return told
