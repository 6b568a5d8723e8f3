"""Calendar entries are what RFC 5545 asks for, whatever people called things."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from lmsctl.kit.icalendar import CalendarEvent, Method, addressed, calendar, messages

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def event(summary: str = "First aid", **more: str) -> CalendarEvent:
    return CalendarEvent("u1@x.invalid", 2, NOON, NOON.replace(hour=13), summary, **more)


def unfolded(text: str) -> list[str]:
    """Return the lines as a calendar reads them."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_an_entry_has_its_name_its_number_and_its_times() -> None:
    """In UTC, with what there is of place, page and description."""
    more = {"location": "Room 4", "url": "https://x.example/a?b=1,2;3", "description": "Bring\nit"}
    assert unfolded(calendar([event(**more)], NOON)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//lmsctl//lmsctl//EN",
        "BEGIN:VEVENT",
        "UID:u1@x.invalid",
        "SEQUENCE:2",
        "DTSTAMP:20260302T120000Z",
        "DTSTART:20260302T120000Z",
        "DTEND:20260302T130000Z",
        "SUMMARY:First aid",
        "DESCRIPTION:Bring\\nit",
        "LOCATION:Room 4",
        "URL:https://x.example/a?b=1,2;3",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_no_events_are_a_calendar_too() -> None:
    """An empty one."""
    assert len(unfolded(calendar([], NOON))) == 4


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_breaks_out_of_its_line(title: str) -> None:
    """It is one property whatever it holds, in lines of at most 75 octets; nothing is lost."""
    text = calendar([event(title)], NOON)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (found,) = (line for line in unfolded(text) if line.startswith("SUMMARY:"))
    marks = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n"}
    value, at = "", len("SUMMARY:")
    while at < len(found):
        size = 2 if found[at] == "\\" else 1
        value += marks.get(found[at : at + size], found[at : at + size])
        at += size
    assert value == title.replace("\r", "")


def test_an_invitation_is_a_calendar_for_each_entry() -> None:
    """It says who invites whom; nobody is to answer."""
    made = messages([event(), event()], NOON, Method.REQUEST, 'The "best" school')
    lines = unfolded(addressed(made, "ann@example.com"))
    assert lines.count("METHOD:REQUEST") == lines.count("BEGIN:VCALENDAR") == 2
    assert "ORGANIZER;CN=\"The 'best' school\":invalid:nomail" in lines
    assert lines.count("ATTENDEE;ROLE=REQ-PARTICIPANT:mailto:ann@example.com") == 2
    assert "STATUS:CANCELLED" not in lines
    made = messages([event()], NOON, Method.CANCEL, "School")
    lines = unfolded(addressed(made, "ann@example.com"))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(lines)


@given(
    st.from_regex(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,180}\.example", fullmatch=True
    )
)
def test_every_address_is_one_that_is_read_back(address: str) -> None:
    """In lines of at most 75 octets; what means something else in such an address is hidden."""
    text = addressed(messages([event()], NOON, Method.REQUEST, "School"), address)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (line,) = (line for line in unfolded(text) if line.startswith("ATTENDEE"))
    value = line.partition(":mailto:")[2]
    assert unquote(value) == address
    assert not set("?&%#") & set(re.sub(r"%[0-9A-F]{2}", "", value))


def test_an_address_of_a_page_is_ascii() -> None:
    """What is not is written as pages expect it; what is, stays."""
    url = "https://x.example/ü?a=%20b"
    assert "URL:https://x.example/%C3%BC?a=%20b" in unfolded(calendar([event(url=url)], NOON))
