"""Times as people write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsctl.kit import time_errors, timewords, wall_clock, zones
from lmsctl.kit.errors import Refusal, RefusalKind
from lmsctl.kit.wall_clock import Unit

NOW = datetime(2026, 11, 22, 12, 30, 15, 999_999, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
CAIRO = ZoneInfo("Africa/Cairo")
UTC_ZONE = ZoneInfo("UTC")
RESTLESS_ZONES = [
    UTC_ZONE,
    BERLIN,
    NEW_YORK,
    CAIRO,
    *map(
        ZoneInfo,
        [
            "Africa/Casablanca",
            "Africa/El_Aaiun",
            "America/Asuncion",
            "America/Havana",
            "America/Santiago",
            "America/Sao_Paulo",
            "America/St_Johns",
            "Antarctica/Troll",
            "Asia/Beirut",
            "Asia/Gaza",
            "Asia/Kathmandu",
            "Atlantic/Azores",
            "Australia/Lord_Howe",
            "Europe/Dublin",
            "Europe/London",
            "Pacific/Apia",
            "Pacific/Chatham",
        ],
    ),
]
some_zones = st.sampled_from(RESTLESS_ZONES)
starts = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - a bound of a strategy that adds the zone
    datetime(2030, 12, 31),  # noqa: DTZ001 - a bound of a strategy that adds the zone
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
deadline_units = st.sampled_from([Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH])
quickly = settings(derandomize=True, max_examples=200, deadline=None)


def at(text: str) -> datetime:
    """Return the moment an ISO text with offset names."""
    return datetime.fromisoformat(text)


def refusal_of(text: str, zone: ZoneInfo = UTC_ZONE) -> Refusal:
    """Return how a time is refused, when read or when given a zone."""
    with pytest.raises(Refusal) as caught:
        timewords.parse(text).start(NOW, zone)
    return caught.value


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T09:00:00+01:00", "2026-11-22T08:00:00Z"),
        ("2026-11-22T09:00+01:00", "2026-11-22T08:00:00Z"),
        ("2026-11-22t09:00:00z", "2026-11-22T09:00:00Z"),
        ("2026-11-22 09:00:00Z", "2026-11-22T09:00:00Z"),
        ("2026-11-22T09:00:00.999999999-05:30", "2026-11-22T14:30:00Z"),
        ("2026-11-22T09:00:00-00:00", "2026-11-22T09:00:00Z"),
        ("2026-11-22T09:00", "2026-11-22T08:00:00Z"),
        ("2026-11-22 09:00:07", "2026-11-22T08:00:07Z"),
        ("  2026-11-22T09:00  ", "2026-11-22T08:00:00Z"),
        ("now", "2026-11-22T12:30:15Z"),
        ("+90min", "2026-11-22T14:00:15Z"),
        ("-2h", "2026-11-22T10:30:15Z"),
        ("+1d", "2026-11-23T12:30:15Z"),
        ("-1w", "2026-11-15T12:30:15Z"),
        ("+3mo", "2027-02-22T12:30:15Z"),
        ("-1y", "2025-11-22T12:30:15Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_moment_is_the_same_as_a_start_and_as_an_end(text: str, moment: str) -> None:
    """Every form of a time that is not a day names one instant, in whole seconds."""
    word = timewords.parse(text)

    assert word.start(NOW, BERLIN) == at(moment)
    assert word.end(NOW, BERLIN) == at(moment)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-22", "2026-11-22T00:00:00+01:00", "2026-11-22T23:59:59+01:00"),
        ("today", "2026-11-22T00:00:00+01:00", "2026-11-22T23:59:59+01:00"),
        ("tomorrow", "2026-11-23T00:00:00+01:00", "2026-11-23T23:59:59+01:00"),
        ("2026-03-29", "2026-03-29T00:00:00+01:00", "2026-03-29T23:59:59+02:00"),
    ],
)
def test_a_day_starts_at_midnight_and_ends_with_its_last_second(
    text: str, first: str, last: str
) -> None:
    """A date as a start is its first instant, as an end its last second, in the zone."""
    word = timewords.parse(text)

    assert word.start(NOW, BERLIN) == at(first)
    assert word.end(NOW, BERLIN) == at(last)


def test_today_is_the_day_of_the_zone() -> None:
    """Late in the evening in UTC it is tomorrow in Auckland already."""
    assert timewords.parse("today").start(NOW, ZoneInfo("Pacific/Auckland")) == at(
        "2026-11-23T00:00:00+13:00"
    )


def test_never_is_no_moment() -> None:
    """The word never stands for the absence of a moment, as a start and as an end."""
    word = timewords.parse("never")

    assert word.start(NOW, BERLIN) is None
    assert word.end(NOW, BERLIN) is None


@pytest.mark.parametrize(
    ("day", "zone", "first", "last"),
    [
        # Cairo jumps from 00:00 to 01:00; the day before ends as usual.
        ("2024-04-26", "Africa/Cairo", "2024-04-26T01:00:00+03:00", "2024-04-26T23:59:59+03:00"),
        ("2024-04-25", "Africa/Cairo", "2024-04-25T00:00:00+02:00", "2024-04-25T23:59:59+02:00"),
        # Santiago jumps at midnight too, and is set back at midnight: 23:59:59 is there twice.
        (
            "2024-09-08",
            "America/Santiago",
            "2024-09-08T01:00:00-03:00",
            "2024-09-08T23:59:59-03:00",
        ),
        (
            "2024-04-06",
            "America/Santiago",
            "2024-04-06T00:00:00-03:00",
            "2024-04-06T23:59:59-04:00",
        ),
        # Havana is set back from 01:00 to 00:00: midnight is there twice.
        ("2024-11-03", "America/Havana", "2024-11-03T00:00:00-04:00", "2024-11-03T23:59:59-05:00"),
        ("2024-11-02", "America/Havana", "2024-11-02T00:00:00-04:00", "2024-11-02T23:59:59-04:00"),
        # Toronto once jumped from 23:30 to 00:30, taking the end of one day and the start of next.
        (
            "1919-03-30",
            "America/Toronto",
            "1919-03-30T00:00:00-05:00",
            "1919-03-30T23:29:59-05:00",
        ),
        (
            "1919-03-31",
            "America/Toronto",
            "1919-03-31T00:30:00-04:00",
            "1919-03-31T23:59:59-04:00",
        ),
    ],
)
def test_a_day_whose_midnight_is_missing_or_double_still_has_its_bounds(
    day: str, zone: str, first: str, last: str
) -> None:
    """A date is never refused for what clocks do at midnight."""
    word = timewords.parse(day)

    assert word.start(NOW, ZoneInfo(zone)) == at(first)
    assert word.end(NOW, ZoneInfo(zone)) == at(last)


def test_a_day_that_a_zone_left_out_is_refused() -> None:
    """Samoa had no 30 December 2011."""
    refusal = refusal_of("2011-12-30", ZoneInfo("Pacific/Apia"))

    assert refusal.code == "local_day_missing"
    assert str(refusal).startswith("The day 2011-12-30 does not exist in Pacific/Apia")


def test_a_local_time_that_does_not_exist_asks_for_an_offset() -> None:
    """A time in the jump of spring is refused with the two offsets it may mean."""
    refusal = refusal_of("2025-03-09T02:30", NEW_YORK)

    assert (refusal.code, refusal.kind) == ("local_time_missing", RefusalKind.USAGE)
    assert refusal.format_hint() == (
        "Add the offset that you mean: 2025-03-09T02:30:00-05:00 or 2025-03-09T02:30:00-04:00."
    )


def test_a_local_time_that_occurs_twice_asks_for_an_offset() -> None:
    """A time in the double hour of autumn is refused with the two offsets it may mean."""
    refusal = refusal_of("2025-11-02 01:30", NEW_YORK)

    assert (refusal.code, refusal.kind) == ("local_time_repeated", RefusalKind.USAGE)
    assert refusal.format_hint() == (
        "Add the offset that you mean: 2025-11-02T01:30:00-04:00 or 2025-11-02T01:30:00-05:00."
    )


@pytest.mark.parametrize(
    ("now", "text", "moment"),
    [
        ("2025-03-08T02:30-05:00", "+1d", "2025-03-09T03:30-04:00"),
        ("2025-11-01T01:30-04:00", "+1d", "2025-11-02T01:30-04:00"),
        ("2025-03-08T09:00-05:00", "+1d", "2025-03-09T09:00-04:00"),
        ("2025-03-08T09:00-05:00", "+24h", "2025-03-09T10:00-04:00"),
        ("2025-01-31T09:00-05:00", "+1mo", "2025-02-28T09:00-05:00"),
        ("2024-02-29T09:00-05:00", "+1y", "2025-02-28T09:00-05:00"),
        ("2025-11-02T01:30-05:00", "-90min", "2025-11-02T01:00-04:00"),
    ],
)
def test_days_keep_the_wall_clock_and_hours_elapse(now: str, text: str, moment: str) -> None:
    """Distances from now follow the clock on the wall, except hours and minutes."""
    assert timewords.parse(text).start(at(now), NEW_YORK) == at(moment)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "time_not_understood"),
        ("soon", "time_not_understood"),
        ("Today", "time_not_understood"),
        ("2026-11-22T09", "time_not_understood"),
        ("2026-11-22T09:00:00.5", "time_not_understood"),
        ("2026-11-22T09:00:00+0100", "time_not_understood"),
        ("2026-11-22T09:00:00 +01:00", "time_not_understood"),
        ("2026-11-22T", "time_not_understood"),
        ("2026-W47-7", "time_not_understood"),
        ("２０２６-11-22", "time_not_understood"),
        ("+\u0665d", "time_not_understood"),
        ("\u22122d", "time_not_understood"),
        ("+1d2h", "time_not_understood"),
        ("+1.5d", "time_not_understood"),
        ("2026-11-22\n2026-11-23", "time_not_understood"),
        ("7", "time_without_unit"),
        ("+7", "time_without_unit"),
        ("1767225600", "time_without_unit"),
        ("20261122", "time_without_unit"),
        ("5m", "time_unit_ambiguous"),
        ("+5m", "time_unit_ambiguous"),
        ("m", "time_unit_ambiguous"),
        ("2h", "time_without_sign"),
        ("+5s", "time_unit_unknown"),
        ("+5D", "time_unit_unknown"),
        ("+2 days", "time_unit_unknown"),
        ("+5M", "time_unit_unknown"),
        ("11/22/2026", "date_not_year_first"),
        ("22/11/2026", "date_not_year_first"),
        ("22.11.2026", "date_not_year_first"),
        ("11-22-2026", "date_not_year_first"),
        ("2026/11/22", "date_not_year_first"),
        ("2026-1-2", "date_not_year_first"),
        ("2026-13-01", "time_not_on_calendar"),
        ("2026-02-29", "time_not_on_calendar"),
        ("2026-11-22T24:00", "time_not_on_calendar"),
        ("2026-11-22T09:60", "time_not_on_calendar"),
        ("2026-11-22T09:00:61Z", "time_not_on_calendar"),
        ("2026-11-22T09:00:00+24:00", "time_not_on_calendar"),
        ("2026-11-22T09:00:00+01:60", "time_not_on_calendar"),
        ("2016-12-31T23:59:60Z", "time_leap_second"),
        ("2016-12-31T23:59:60.5Z", "time_leap_second"),
        ("0000-01-01", "time_out_of_range"),
        ("10000-01-01", "time_out_of_range"),
        ("0001-01-01T00:00:00+00:01", "time_out_of_range"),
        ("9999-12-31T23:59:59-00:01", "time_out_of_range"),
        ("+8000y", "time_out_of_range"),
        ("-2027y", "time_out_of_range"),
        ("+999999999mo", "time_out_of_range"),
        ("+999999999d", "time_out_of_range"),
        ("+999999999h", "time_out_of_range"),
        ("-999999999w", "time_out_of_range"),
        ("+" + "9" * 5000 + "d", "time_out_of_range"),
    ],
)
def test_what_is_not_in_the_grammar_is_a_usage_error(text: str, code: str) -> None:
    """Nothing is guessed: each way to be wrong has its code, exit status 2 and advice."""
    refusal = refusal_of(text)

    assert (refusal.code, refusal.exit_status) == (code, 2)
    assert str(refusal)
    assert refusal.format_hint()
    assert len(str(refusal)) < 200


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01T00:00"])
def test_a_local_start_before_the_first_year_is_refused(text: str) -> None:
    """A zone that pushes a moment out of the years 1 to 9999 is a refusal, not a failure."""
    with pytest.raises(time_errors.TimeOutOfRange):
        timewords.parse(text).start(NOW, ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T23:59:59"])
def test_a_local_end_after_the_last_year_is_refused(text: str) -> None:
    """A zone that pushes a moment out of the years 1 to 9999 is a refusal, not a failure."""
    with pytest.raises(time_errors.TimeOutOfRange):
        timewords.parse(text).end(NOW, NEW_YORK)


def test_the_last_day_of_all_is_an_end_in_utc() -> None:
    """The date that spreadsheets write for "for ever" is accepted where it fits."""
    assert timewords.parse("9999-12-31").end(NOW, UTC_ZONE) == at("9999-12-31T23:59:59Z")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90min", timedelta(minutes=90)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(hours=24)),
        ("1w", timedelta(days=7)),
        ("9999min", timedelta(minutes=9999)),
    ],
)
def test_a_duration_is_a_number_with_a_unit(text: str, length: timedelta) -> None:
    """Durations have one of the units whose length is fixed."""
    assert timewords.parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "90", "90m", "0h", "-1h", "+1h", "1mo", "1y", "10000h", "1H"])
def test_other_durations_are_refused(text: str) -> None:
    """Bare numbers, signs, months and zero are no durations."""
    with pytest.raises(time_errors.DurationInvalid) as caught:
        timewords.parse_duration(text)

    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("off", None),
        ("1h", (1, Unit.HOUR)),
        ("2d", (2, Unit.DAY)),
        ("3w", (3, Unit.WEEK)),
        ("9999mo", (9999, Unit.MONTH)),
    ],
)
def test_the_distance_of_a_deadline_is_an_amount_or_off(
    text: str, amount: tuple[int, Unit] | None
) -> None:
    """Deadlines are set in hours, days, weeks or months, or switched off."""
    assert timewords.parse_amount(text) == amount


@pytest.mark.parametrize(
    "text", ["", "0d", "10000d", "5", "5m", "5min", "1y", "-1d", "+1d", "Off", "1 d", "\u0661d"]
)
def test_other_distances_of_a_deadline_are_refused(text: str) -> None:
    """Any other unit or number is refused."""
    with pytest.raises(time_errors.DeadlineInvalid) as caught:
        timewords.parse_amount(text)

    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("start", "zone", "amount", "unit", "deadline"),
    [
        ("2025-03-31T09:00+00:00", "UTC", 1, "mo", "2025-02-28T09:00+00:00"),
        ("2024-03-31T09:00+00:00", "UTC", 1, "mo", "2024-02-29T09:00+00:00"),
        ("2025-03-31T09:00+00:00", "UTC", 2, "mo", "2025-01-31T09:00+00:00"),
        ("2024-03-31T09:00-04:00", "America/New_York", 1, "mo", "2024-02-29T09:00-05:00"),
        ("2025-08-31T10:00+00:00", "UTC", 6, "mo", "2025-02-28T10:00+00:00"),
        ("2025-03-09T09:00-04:00", "America/New_York", 24, "h", "2025-03-08T08:00-05:00"),
        ("2025-03-09T09:00-04:00", "America/New_York", 1, "d", "2025-03-08T09:00-05:00"),
        ("2025-11-02T09:00-05:00", "America/New_York", 24, "h", "2025-11-01T10:00-04:00"),
        ("2025-11-02T09:00-05:00", "America/New_York", 1, "d", "2025-11-01T09:00-04:00"),
        ("2025-04-09T02:30-04:00", "America/New_York", 1, "mo", "2025-03-09T03:30-04:00"),
        ("2025-12-02T01:30-05:00", "America/New_York", 1, "mo", "2025-11-02T01:30-04:00"),
        ("2025-11-09T01:30-05:00", "America/New_York", 1, "w", "2025-11-02T01:30-04:00"),
        ("2025-10-12T02:15+11:00", "Australia/Lord_Howe", 1, "w", "2025-10-05T02:45+11:00"),
        ("2025-01-31T00:00+00:00", "UTC", 11, "mo", "2024-02-29T00:00+00:00"),
        ("2025-01-15T00:00+00:00", "UTC", 12, "mo", "2024-01-15T00:00+00:00"),
    ],
)
def test_a_deadline_lies_where_the_calendar_puts_it(
    start: str, zone: str, amount: int, unit: str, deadline: str
) -> None:
    """Short months, spring jumps and double hours of autumn are settled the way the table says."""
    found = wall_clock.before(at(start), amount, Unit(unit), ZoneInfo(zone))

    assert wall_clock.show(found, ZoneInfo(zone)) == at(deadline).isoformat()


def test_a_deadline_before_the_first_year_is_refused() -> None:
    """A distance that leaves the calendar is a refusal, not a failure."""
    with pytest.raises(time_errors.TimeOutOfRange):
        wall_clock.before(at("0500-01-01T00:00Z"), 9999, Unit.MONTH, UTC_ZONE)


@quickly
@given(starts, st.integers(1, 9998), deadline_units, some_zones)
def test_a_greater_amount_is_never_a_later_deadline(
    start: datetime, amount: int, unit: Unit, zone: ZoneInfo
) -> None:
    """A deadline is before the start, and one more unit never brings it nearer."""
    deadline = wall_clock.before(start, amount, unit, zone)

    assert wall_clock.before(start, amount + 1, unit, zone) <= deadline < start


@quickly
@given(starts, st.integers(1, 9999), some_zones)
def test_hours_of_a_deadline_are_elapsed_time(start: datetime, amount: int, zone: ZoneInfo) -> None:
    """No change of clocks lengthens or shortens a deadline given in hours."""
    assert start - wall_clock.before(start, amount, Unit.HOUR, zone) == timedelta(hours=amount)


@quickly
@given(starts, st.integers(1, 900), st.sampled_from([(Unit.DAY, 1), (Unit.WEEK, 7)]), some_zones)
def test_days_of_a_deadline_keep_the_wall_clock(
    start: datetime, amount: int, unit: tuple[Unit, int], zone: ZoneInfo
) -> None:
    """The clock on the wall shows the same time, or a later one where that time does not exist."""
    wall = start.astimezone(zone).replace(tzinfo=None, fold=0) - timedelta(days=amount * unit[1])
    deadline = wall_clock.before(start, amount, unit[0], zone)
    shown = deadline.astimezone(zone).replace(tzinfo=None)

    exists = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    assert shown == wall if exists else shown > wall
    an_hour_earlier = (deadline - timedelta(hours=1)).astimezone(zone).replace(tzinfo=None)
    assert an_hour_earlier != wall


@quickly
@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), some_zones)
def test_days_follow_each_other_without_gap(day: date, zone: ZoneInfo) -> None:
    """One second after the end of a day is the start of the next, in every zone."""
    last = timewords.parse(day.isoformat()).end(NOW, zone)
    following = timewords.parse((day + timedelta(days=1)).isoformat()).start(NOW, zone)

    assert last is not None
    assert last + timedelta(seconds=1) == following


@quickly
@given(starts, some_zones)
def test_what_is_shown_is_read_back(moment: datetime, zone: ZoneInfo) -> None:
    """A shown moment, pasted into a command, is the same moment."""
    for text in (wall_clock.show(moment, zone), wall_clock.show_utc(moment)):
        assert timewords.parse(text).start(NOW, UTC_ZONE) == moment


@quickly
@given(st.text(max_size=30) | st.from_regex(r"[+-]?[0-9:/T.+Z-]{1,25}[a-z]{0,3}"))
def test_no_text_makes_the_grammar_fail(text: str) -> None:
    """Whatever is written, the answer is a moment or a refusal."""
    try:
        timewords.parse(text).end(NOW, CAIRO)
    except Refusal as refusal:
        assert refusal.format_message()  # noqa: PT017 - both outcomes are fine, this one must speak


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+5"])
def test_a_zone_is_known_by_its_iana_name(name: str) -> None:
    """Exact names are taken."""
    assert zones.by_name(name).key == name


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("europe/berlin", "Did you mean Europe/Berlin?"),
        ("Utc", "Did you mean UTC?"),
        ("Europe/Berln", "Did you mean Europe/Berlin?"),
        ("America/NewYork", "Did you mean America/New_York?"),
        ("../Europe/Berlin", "Did you mean Europe/Berlin?"),
        ("Europe/../Europe/Berlin", "Europe"),
        ("/usr/share/zoneinfo/UTC", "name"),
        ("Europe", "Europe"),
        ("localtime", ""),
        ("posixrules", ""),
        ("Factory", ""),
        ("posix/UTC", ""),
        ("tzdata.zi", ""),
        ("+01:00", ""),
        ("Europe/Berlin\0", "Europe/Berlin"),
        ("", "Europe/Berlin"),
    ],
)
def test_any_other_zone_is_refused_with_the_nearest_name(name: str, advice: str) -> None:
    """Other spellings, paths and the machine's own settings are no zones."""
    with pytest.raises(time_errors.ZoneUnknown) as caught:
        zones.by_name(name)

    assert caught.value.exit_status == 2
    assert advice in caught.value.format_hint()


def test_a_moment_is_shown_with_the_offset_of_the_zone() -> None:
    """Moments are shown after RFC 3339 in whole seconds."""
    assert wall_clock.show(NOW, BERLIN) == "2026-11-22T13:30:15+01:00"
    assert wall_clock.show(NOW, UTC_ZONE) == "2026-11-22T12:30:15+00:00"
    assert wall_clock.show_utc(NOW.astimezone(BERLIN)) == "2026-11-22T12:30:15Z"


def test_a_span_names_its_day_once() -> None:
    """Unless it ends on another day of the zone."""
    first, last = datetime(2026, 3, 31, 20, tzinfo=UTC), datetime(2026, 3, 31, 21, 30, tzinfo=UTC)
    assert wall_clock.show_span(first, last, ZoneInfo("UTC")) == (
        "2026-03-31T20:00:00+00:00 to 21:30:00+00:00"
    )
    assert wall_clock.show_span(first, last, ZoneInfo("Europe/Athens")) == (
        "2026-03-31T23:00:00+03:00 to 2026-04-01T00:30:00+03:00"
    )


def test_what_a_zone_cannot_show_after_rfc_3339_is_shown_in_utc() -> None:
    """An offset with seconds, or a year beyond 9999, does not break what is shown."""
    assert wall_clock.show(at("1800-01-01T00:00Z"), NEW_YORK) == "1800-01-01T00:00:00Z"
    assert wall_clock.show(at("9999-12-31T23:59:59Z"), BERLIN) == "9999-12-31T23:59:59Z"
