"""What calendar programs get: every day once, by the clock on the wall, whatever things are called.

What is written is read here by another library than the one that writes it.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmsctl.notification.calendar.actions import (
    EntryUnreadable,
    finish,
    write_calendar,
    writing,
)
from lmsctl.notification.calendar.rules import entry as entry_rules
from lmsctl.notification.calendar.rules.entry import Entry, EntryDay, OwnEntry, Reply
from tests.calendars import Happening, SeenEntry, check_form, read_calendar

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = (
    *("UTC", "Etc/UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Europe/Dublin", "Nowhere/Gone"),
)
unhurried = settings(deadline=None)  # the machine may be busy with other things
OWN = OwnEntry("ab12@lmsctl.invalid", 4, Reply.YES, "learning@example.com")


def entry_on(*days: EntryDay, zone: str = "UTC", **more: object) -> Entry:
    return Entry(NOON, "First aid", days, zone, **more)  # type: ignore[arg-type]


def day_at(text: str, zone: str, hours: float = 1, place: str | None = None) -> EntryDay:
    starts_at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return EntryDay(starts_at, starts_at + hours * HOUR, place)


def finished(entry: Entry, own: OwnEntry = OWN, to: str = "ann@example.com") -> str:
    stored = entry_rules.own_text(own) + entry_rules.common_text(entry)
    return finish(stored, to)[0]


def seen(entry: Entry, own: OwnEntry = OWN, to: str = "ann@example.com") -> SeenEntry:
    (found,) = read_calendar(finished(entry, own, to))
    return found


# What is asked of whom ---------------------------------------------------------------------------


def test_an_invitation_asks_one_person_and_says_who_invites() -> None:
    """The method is that of the text; the answer that is known already stands in it."""
    entry = entry_on(EntryDay(NOON, NOON + HOUR, "Room 4"), host="The school", description="a\nb")
    stored = entry_rules.own_text(OWN) + entry_rules.common_text(entry)
    text, method = finish(stored, "ann+x&y@example.com")
    (found,) = read_calendar(text)
    assert method == found.method == "REQUEST"
    assert found == SeenEntry(
        method="REQUEST",
        uid="ab12@lmsctl.invalid",
        sequence=4,
        status="CONFIRMED",
        summary="First aid",
        description="a\nb",
        organizer="mailto:learning@example.com",
        host="The school",
        attendee="mailto:ann+x%26y@example.com",
        reply="ACCEPTED",
        happenings=(Happening(NOON, NOON + HOUR, "Room 4"),),
    )
    assert "RSVP=TRUE" in text.replace("\r\n ", "")


def test_a_cancellation_is_one_component() -> None:
    """Of however many days: what is taken out is the whole."""
    days = [EntryDay(NOON + n * DAY, NOON + n * DAY + (n + 1) * HOUR) for n in (0, 1, 4)]
    text = finished(entry_on(*days, is_canceled=True))
    (found,) = read_calendar(text)
    assert (found.method, found.status, text.count("BEGIN:VEVENT")) == ("CANCEL", "CANCELLED", 1)


@pytest.mark.parametrize("is_canceled", [False, True])
def test_without_an_organizer_nobody_is_asked(is_canceled: bool) -> None:
    """There is nobody to answer to: the entry is published, and so is that it is canceled."""
    entry = entry_on(EntryDay(NOON, NOON + HOUR), is_canceled=is_canceled)
    found = seen(entry, OwnEntry("u", 0))
    assert (found.method, found.organizer, found.attendee) == ("PUBLISH", "", "")
    assert found.status == ("CANCELLED" if is_canceled else "CONFIRMED")


@unhurried
@given(
    st.from_regex(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,180}\.example", fullmatch=True
    )
)
def test_every_address_is_one_that_is_read_back(address: str) -> None:
    """In lines of at most 75 octets; what means something else in such an address is hidden."""
    found = seen(entry_on(EntryDay(NOON, NOON + HOUR)), to=address)
    written = found.attendee.removeprefix("mailto:")
    assert entry_rules.address_in(found.attendee) == address
    assert not set("?&#") & set(written)


# Days --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", "2026-10-23 09:00"),
        ("America/New_York", "2026-10-30 09:00"),
        ("Australia/Lord_Howe", "2026-04-03 09:15"),
        ("Asia/Kolkata", "2026-10-23 09:00"),
    ],
)
def test_a_series_keeps_its_hour_when_the_clock_changes(zone: str, first: str) -> None:
    """Five days around the change, by the zone that the calendar itself describes."""
    begin = datetime.fromisoformat(first)
    days = [day_at(str(begin + n * DAY), zone, 7) for n in range(5)]
    text = finished(entry_on(*days, zone=zone))
    (found,) = read_calendar(text)
    clocks = [one.starts_at.astimezone(ZoneInfo(zone)) for one in found.happenings]
    assert [clock.replace(tzinfo=None) for clock in clocks] == [begin + n * DAY for n in range(5)]
    assert text.count("BEGIN:VEVENT") == 1
    assert "RRULE:FREQ=DAILY;COUNT=5" in text


@pytest.mark.parametrize(
    ("zone", "onsets"),
    [
        ("Europe/Berlin", {"20260329T020000", "20261025T030000"}),
        ("America/New_York", {"20260308T020000", "20261101T020000"}),
        ("Australia/Lord_Howe", {"20260405T020000", "20261004T020000"}),
    ],
)
def test_a_change_of_the_clock_is_told_by_the_clock_before_it(zone: str, onsets: set[str]) -> None:
    """As RFC 5545, 3.6.5, has it: when it jumps from two to three, that is at two."""
    text = finished(entry_on(day_at("2026-06-01 09:00", zone), zone=zone))
    told = text.partition("BEGIN:VEVENT")[0].split("\r\n")
    assert {line.removeprefix("DTSTART:") for line in told if line[:12] == "DTSTART:2026"} == onsets


def test_days_between_are_left_out_and_days_that_differ_stand_by_themselves() -> None:
    """Monday, Tuesday elsewhere, Thursday longer: one entry."""
    days = [
        day_at("2026-06-01 09:00", "Europe/Berlin", 1, "Room 4"),
        day_at("2026-06-02 09:00", "Europe/Berlin", 1, "Hall"),
        day_at("2026-06-04 09:00", "Europe/Berlin", 2, "Room 4"),
        day_at("2026-06-05 09:00", "Europe/Berlin", 1, "Room 4"),
    ]
    text = finished(entry_on(*days, zone="Europe/Berlin"))
    assert "EXDATE;TZID=Europe/Berlin:20260603T090000\r\n" in text
    for date in ("20260602", "20260604"):
        assert f"RECURRENCE-ID;TZID=Europe/Berlin:{date}T090000\r\n" in text
    assert text.count("BEGIN:VEVENT") == 3
    (found,) = read_calendar(text)
    assert [one.place for one in found.happenings] == ["Room 4", "Hall", "Room 4", "Room 4"]
    assert [(one.starts_at, one.ends_at) for one in found.happenings] == [
        (day.starts_at, day.ends_at) for day in days
    ]


def test_days_on_one_date_are_one() -> None:
    """From the first to the last, and the text says when what is where."""
    zone = "Europe/Berlin"
    days = [day_at("2026-06-01 09:00", zone, 3, "Hall"), day_at("2026-06-01 14:00", zone, 2, "Lab")]
    found = seen(entry_on(*days, zone=zone, description="Bring it"))
    assert found.happenings == (Happening(days[0].starts_at, days[1].ends_at, "Hall / Lab"),)
    assert found.description == "Bring it\n\n09:00 to 12:00, Hall\n14:00 to 16:00, Lab"


def test_a_time_that_a_clock_shows_twice_is_the_right_one() -> None:
    """Which the second half past two is, only UTC can say."""
    second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    days = [
        EntryDay(second.astimezone(UTC) + n * DAY, second.astimezone(UTC) + n * DAY + HOUR)
        for n in range(3)
    ]
    found = seen(entry_on(*days, zone="Europe/Berlin"))
    assert [one.starts_at for one in found.happenings] == [day.starts_at for day in days]


def joined(days: list[EntryDay], zone: str) -> list[tuple[datetime, datetime]]:
    """Return from when to when somebody is expected on each date of a zone."""
    known = ZoneInfo(zone) if zone != "Nowhere/Gone" else UTC
    dates: dict[object, list[EntryDay]] = {}
    for day in days:
        dates.setdefault(day.starts_at.astimezone(known).date(), []).append(day)
    return [(on[0].starts_at, max(day.ends_at for day in on)) for on in dates.values()]


@st.composite
def some_days(draw: st.DrawFn) -> list[EntryDay]:
    """Draw days that do not overlap, near and far, alike and not."""
    at = draw(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1))).replace(  # noqa: DTZ001
        second=0, microsecond=0, tzinfo=UTC
    )
    days = []
    for _ in range(draw(st.integers(1, 9))):
        length = draw(st.sampled_from([30, 60, 90, 480, 1500])) * timedelta(minutes=1)
        place = draw(st.sampled_from([None, "Room 4", "Hall"]))
        days.append(EntryDay(at, at + length, place))
        gap = draw(
            st.sampled_from([DAY, DAY, DAY, 2 * DAY, 3 * HOUR, 23 * HOUR, 25 * HOUR, 70 * DAY])
        )
        at = max(at + gap, at + length)
    return days


@unhurried
@given(some_days(), st.sampled_from(ZONES))
@example(
    [EntryDay(NOON, NOON + HOUR), EntryDay(NOON + 4000 * DAY, NOON + 4000 * DAY + HOUR)], "UTC"
)
def test_an_entry_takes_place_on_exactly_the_days_of_its_session(
    days: list[EntryDay], zone: str
) -> None:
    """The series without what is left out, and with what differs, in every zone."""
    text = finished(entry_on(*days, zone=zone))
    (found,) = read_calendar(text)
    assert [(one.starts_at, one.ends_at) for one in found.happenings] == joined(days, zone)
    assert len(text) < 100_000


@pytest.mark.parametrize("at", ["0001-01-01T00:30", "1890-06-01T09:00", "9999-12-31T22:00"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_days_at_the_edges_of_all_calendars_are_written(at: str, zone: str) -> None:
    """Where a zone has no time for them, UTC has."""
    starts_at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    text = finished(entry_on(EntryDay(starts_at, starts_at + HOUR), zone=zone))
    check_form(text)
    assert f"DTSTART:{starts_at.year:04}" in text or "DTSTART;TZID=" in text


# Whatever people write ---------------------------------------------------------------------------

HOSTILE = (
    "a\r\nATTENDEE:mailto:eve@example.com",
    "a\nEND:VEVENT\nBEGIN:VEVENT",
    "nul\x00 tab\x0b feed\x0c sep\u2028 next\x85 esc\x1b[31m",
    "\u202eright to left\u202c",
    'quote " ; , : \\n \\ ^n ^^',
    "ü" * 500,
    "\U0001f9d1\u200d\U0001f680" * 100,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_property(text: str) -> None:
    """Nothing that controls something is in it, and all that is visible."""
    days = [EntryDay(NOON + n * DAY, NOON + n * DAY + HOUR, text if n else None) for n in range(2)]
    entry = Entry(NOON, text, days, "UTC", text, text)
    found = seen(entry)
    assert found.summary == entry_rules.one_line(text)
    assert found.happenings[1].place == entry_rules.one_line(text)
    assert found.organizer == "mailto:learning@example.com"
    assert [one.starts_at for one in found.happenings] == [NOON, NOON + DAY]


@unhurried
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 10**6))
def test_no_text_breaks_out_of_its_line(text: str, sequence: int) -> None:
    """It is one property whatever it holds, in lines of at most 75 octets."""
    entry = Entry(NOON, text, [EntryDay(NOON, NOON + HOUR, text)], "UTC", text, text)
    found = seen(entry, OwnEntry("u@lmsctl.invalid", sequence, organizer="a@example.com"))
    assert (found.summary, found.sequence) == (entry_rules.one_line(text), sequence)


def test_what_does_not_read_as_written_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Had a text become a property, in what all have or in what is one's own, it would be seen."""
    entry = entry_on(EntryDay(NOON, NOON + HOUR), host="Another")
    for kept in ("VCALENDAR", "VEVENT"):
        writing._template.cache_clear()

        def with_more(part: icalendar.Component, kept: str = kept) -> str:
            text: str = part.to_ical().decode()
            end = f"END:{kept}\r\n"
            return text.replace(end, f"X-EVIL:1\r\n{end}") if part.name == kept else text

        monkeypatch.setattr(writing, "_text_of", with_more)
        with pytest.raises(EntryUnreadable):
            finished(entry)
    writing._template.cache_clear()


def test_entries_are_kept_apart_when_many_are_one_file() -> None:
    """Each with its own name and days; every zone is described once."""
    told = [
        (entry_on(day_at("2026-06-01 09:00", zone, 2), zone=zone), OwnEntry(f"{n}@x", n))
        for n, zone in enumerate(("Europe/Berlin", "Asia/Kolkata", "Europe/Berlin"))
    ]
    text = write_calendar(told)
    assert text.count("BEGIN:VTIMEZONE") == 2
    assert "METHOD" not in text
    assert [(one.uid, one.sequence) for one in read_calendar(text)] == [
        ("0@x", 0),
        ("1@x", 1),
        ("2@x", 2),
    ]
    assert read_calendar(write_calendar([])) == []
