"""Until when learners come and go: the calendar of deadlines, setting them, locking, what comes."""

import calendar
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from lmsctl.kit import timewords
from lmsctl.kit.wall_clock import Amount, Unit
from lmsctl.training import rules
from tests.conftest import Portal
from tests.refusals import refused, unchanged
from tests.terminals import on_terminal
from tests.trainings import create_session, create_training, show_session, show_training

SET = ("training", "set-deadlines", "aid")


# The calendar ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "zone", "distance", "deadline"),
    [
        ("2026-03-31T09:00+02:00", "Europe/Berlin", "1mo", "2026-02-28T09:00+01:00"),
        ("2024-03-31T09:00+02:00", "Europe/Berlin", "1mo", "2024-02-29T09:00+01:00"),
        ("2026-03-31T09:00+02:00", "Europe/Berlin", "2mo", "2026-01-31T09:00+01:00"),
        ("2025-03-09T09:00-04:00", "America/New_York", "24h", "2025-03-08T08:00-05:00"),
        ("2025-03-09T09:00-04:00", "America/New_York", "1d", "2025-03-08T09:00-05:00"),
        ("2025-04-09T02:30-04:00", "America/New_York", "1mo", "2025-03-09T03:30-04:00"),
        ("2024-03-31T09:00-04:00", "America/New_York", "1mo", "2024-02-29T09:00-05:00"),
        ("2025-08-31T10:00+00:00", "UTC", "6mo", "2025-02-28T10:00+00:00"),
        ("2025-11-02T09:00-05:00", "America/New_York", "24h", "2025-11-01T10:00-04:00"),
        ("2025-11-02T09:00-05:00", "America/New_York", "1d", "2025-11-01T09:00-04:00"),
        ("2025-11-03T01:30-05:00", "America/New_York", "1d", "2025-11-02T01:30-04:00"),
        ("2025-03-16T02:30-04:00", "America/New_York", "1w", "2025-03-09T03:30-04:00"),
        ("2026-03-31T00:00+02:00", "Europe/Berlin", "9999d", "1998-11-14T00:00+01:00"),
    ],
)
def test_a_deadline_lies_where_the_calendar_of_the_zone_puts_it(
    start: str, zone: str, distance: str, deadline: str
) -> None:
    """In one step from the start, with the clocks of that day; the instant itself is too late."""
    place = zoneinfo.ZoneInfo(zone)
    found = rules.moment_before(
        datetime.fromisoformat(start), timewords.parse_amount(distance), place
    )
    assert found is not None
    assert found.astimezone(place).isoformat() == datetime.fromisoformat(deadline).isoformat()
    assert not rules.has_passed(found, found - timedelta(seconds=1))
    assert rules.has_passed(found, found)


def test_what_is_off_never_stops() -> None:
    """Not before the start, at least."""
    start = datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert rules.moment_before(start, None, zoneinfo.ZoneInfo("UTC")) is None
    assert not rules.has_passed(None, start)


# Every zone, held against a clock that is only a list of changes ---------------------------------

BEGIN, END = datetime(2023, 1, 1, tzinfo=UTC), datetime(2031, 12, 31, tzinfo=UTC)
DISTANCES = [
    *(Amount(number, Unit.HOUR) for number in (1, 2, 24, 25, 49)),
    *(Amount(number, Unit.DAY) for number in (1, 2, 30)),
    *(Amount(number, Unit.WEEK) for number in (1, 26)),
    *(Amount(number, Unit.MONTH) for number in (1, 2, 6, 12)),
]


@dataclass(frozen=True)
class Stretch:
    """From when to when (UTC) clocks show so much more than UTC."""

    first: datetime
    end: datetime
    offset: timedelta


def offset_at(moment: datetime, zone: zoneinfo.ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def stretches(zone: zoneinfo.ZoneInfo) -> tuple[Stretch, ...]:
    """Return what a zone's clocks did, found by asking for every fifth day."""
    found, first = [], BEGIN
    here = BEGIN
    while here < END:
        following = here + timedelta(days=5)
        if offset_at(here, zone) != offset_at(following, zone):
            low, high = here, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2 // timedelta(seconds=1) * timedelta(seconds=1)
                is_before = offset_at(middle, zone) == offset_at(here, zone)
                low, high = (middle, high) if is_before else (low, middle)
            found.append(Stretch(first, high, offset_at(here, zone)))
            first = high
        here = following
    return (*found, Stretch(first, END + timedelta(days=60), offset_at(END, zone)))


@cache
def clocks() -> dict[tuple[Stretch, ...], zoneinfo.ZoneInfo]:
    """Return every different way of changing clocks from 2024 to 2030, each with a zone of it."""
    zones = (zoneinfo.ZoneInfo(name) for name in sorted(zoneinfo.available_timezones()))
    found = {stretches(zone): zone for zone in zones}
    return {clock: zone for clock, zone in found.items() if len(clock) > 1}


def starts(clock: Sequence[Stretch]) -> Iterator[datetime]:
    """Yield starts whose deadlines come close to a change of the clocks, or that do themselves."""
    for stretch in clock[:-1]:
        for minutes in (-61, -60, -30, -1, 0, 30, 59, 60):
            near = stretch.end + timedelta(minutes=minutes)
            for days in (0, 1, 7, 31):
                if datetime(2024, 1, 1, tzinfo=UTC) <= near < datetime(2030, 11, 1, tzinfo=UTC):
                    yield near + timedelta(days=days)


def wall_before(wall: datetime, distance: Amount) -> datetime:
    """Return what the clock on the wall shows a distance before, on a calendar without changes."""
    number, unit = distance
    if unit is not Unit.MONTH:
        return wall - timedelta(days=number * (7 if unit is Unit.WEEK else 1))
    year, month = divmod(wall.year * 12 + wall.month - 1 - number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last))


def instant_of(wall: datetime, clock: Sequence[Stretch]) -> datetime:
    """Return when the clock shows `wall` for the first time, or would without its jump."""
    for before, stretch in zip((None, *clock), clock, strict=False):
        moment = (wall - stretch.offset).replace(tzinfo=UTC)
        if moment < stretch.end:
            assert moment >= stretch.first or before is not None
            jumped = before is not None and moment < stretch.first
            return (wall - before.offset).replace(tzinfo=UTC) if jumped and before else moment
    raise AssertionError(wall)


def test_deadlines_follow_the_clocks_of_every_zone() -> None:
    """Hours elapse; days, weeks and months keep the wall clock, wherever clocks change.

    No deadline is after the start, and a longer distance never leads to a later one.
    """
    assert len(clocks()) > 20
    for clock, zone in clocks().items():
        for start in starts(clock):
            offset = next(part.offset for part in clock if start < part.end)
            wall = (start + offset).replace(tzinfo=None)
            for distance in DISTANCES:
                found = rules.moment_before(start, distance, zone)
                assert found is not None
                if distance.unit is Unit.HOUR:
                    assert start - found == timedelta(hours=distance.number)
                else:
                    expected = instant_of(wall_before(wall, distance), clock)
                    assert found == expected, (zone.key, start, distance)
                assert found <= start
            for unit in Unit.DAY, Unit.WEEK, Unit.MONTH:
                one, two = (rules.moment_before(start, Amount(n, unit), zone) for n in (1, 2))
                assert one is not None
                assert two is not None
                assert two <= one


# Setting them ------------------------------------------------------------------------------------


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a training in New York and a session in spring."""
    create_training(portal, "aid", "--time-zone", "America/New_York")
    create_session(portal, starts="2026-03-31T09:00")
    return portal


def test_deadlines_are_set_each_by_itself(training_portal: Portal) -> None:
    """What is not named stays; off takes one away; every session has its own instants."""
    create_session(training_portal, "summer", starts="2026-07-31T09:00")
    told = training_portal.ok(*SET, "--stop-registration", "2d", "--stop-cancellations", "1mo").err
    assert "registration stops 2d before each start, cancellations 1mo before each start" in told
    assert (
        "summer: registration stops 2026-07-29T09:00:00-04:00, cancellations stop "
        "2026-06-30T09:00:00-04:00."
    ) in told
    found = show_training(training_portal)
    assert (found["stop_registration"], found["stop_cancellations"]) == ("2d", "1mo")
    assert [row["registration_stops_at"] for row in found["sessions"]] == [
        "2026-03-29T13:00:00Z",
        "2026-07-29T13:00:00Z",
    ]
    after = training_portal.ok(*SET, "--stop-registration", "off", "-o", "json").json
    assert (after["stop_registration"], after["stop_cancellations"]) == (None, "1mo")
    assert show_session(training_portal)["registration_stops_at"] is None
    assert show_session(training_portal)["cancellations_stop_at"] == "2026-02-28T14:00:00Z"
    with unchanged(training_portal, audited=0):
        assert training_portal.run(*SET, "--stop-registration", "off", "--exit-code").status == 0


def test_a_deadline_that_is_past_is_accepted_and_pointed_out(training_portal: Portal) -> None:
    """It holds at once; a session that has begun is not spoken of."""
    create_session(training_portal, "old", starts="2026-02-01T09:00")
    told = training_portal.ok(*SET, "--stop-cancellations", "1mo").err
    assert "spring: cancellations stop 2026-02-28T09:00:00-05:00 (past)." in told
    assert "old" not in told


def test_a_distance_is_1_to_9999_hours_days_weeks_or_months(training_portal: Portal) -> None:
    """Any other unit is refused, and so is setting nothing."""
    for given in ("0d", "10000d", "2", "2m", "90min", "1y", "-2d", "two", ""):
        assert training_portal.refused(*SET, f"--stop-registration={given}") == "deadline_invalid"
    refused(training_portal, *SET, code="deadlines_missing", status=2, audited=0)


def test_moving_a_session_moves_its_deadlines(training_portal: Portal) -> None:
    """And the command shows the new ones; another zone shifts them too, not the session."""
    training_portal.ok(*SET, "--stop-registration", "1d")
    edit = ("session", "edit", "aid", "spring", "--starts", "2026-11-02T09:00")
    assert "registration stops 2026-11-01T09:00:00-05:00." in training_portal.ok(*edit).err
    told = training_portal.ok("training", "edit", "aid", "--time-zone", "UTC").err
    assert "registration stops 2026-11-01T14:00:00+00:00." in told
    assert show_session(training_portal)["starts_at"] == "2026-11-02T14:00:00Z"
    assert show_session(training_portal)["registration_stops_at"] == "2026-11-01T14:00:00Z"


def test_a_deadline_before_all_calendars_is_refused(training_portal: Portal) -> None:
    """Whichever comes first, the session or the deadline."""
    create_session(training_portal, "old", starts="0700-01-01T09:00")
    far = (*SET, "--stop-registration", "9999mo")
    refused(training_portal, *far, code="time_out_of_range", status=2, audited=0)
    assert show_training(training_portal)["stop_registration"] is None


def test_the_list_is_locked_and_unlocked(training_portal: Portal) -> None:
    """Again is no change."""
    assert "is locked." in training_portal.ok("training", "lock", "aid").err
    assert show_training(training_portal)["locked"] is True
    with unchanged(training_portal, audited=0):
        assert "locked already" in training_portal.ok("training", "lock", "aid").err
    assert "is unlocked." in training_portal.ok("training", "unlock", "aid").err
    assert show_training(training_portal)["locked"] is False


def test_restraining_learners_takes_two_permissions(training_portal: Portal) -> None:
    """Enrolling in trainings and managing enrollments, both over the training's department."""
    training_portal.ok("department", "create", "Sales")
    create_training(training_portal, "local", "--department", "Sales")
    for name, permissions in {
        "enrolls": ("training.enroll", "training.manage"),
        "manages": ("enrollment.manage", "training.manage"),
        "both": ("training.enroll", "enrollment.manage"),
    }.items():
        wanted = [word for held in permissions for word in ("--permission", held)]
        training_portal.ok("role", "create", name, *wanted)
        names = ("--first-name", "F", "--last-name", "L")
        training_portal.ok(
            "user", "create", "--login", f"{name}-x", *names, "--department", "Sales"
        )
        training_portal.ok("role", "grant", f"{name}-x", name, "--department", "Sales")
    deadline = ("training", "set-deadlines", "local", "--stop-registration", "1d")
    for words in (deadline, ("training", "lock", "local"), ("training", "unlock", "local")):
        for one_of_two in ("enrolls-x", "manages-x"):
            refused(
                training_portal, *words, "--as", one_of_two, code="permission_missing", status=8
            )
        training_portal.ok(*words, "--as", "both-x")
    elsewhere = (*SET, "--stop-registration", "1d", "--as", "both-x")
    refused(training_portal, *elsewhere, code="permission_missing", status=8)


# What is to come ---------------------------------------------------------------------------------


def test_a_timeline_tells_what_is_to_come_in_the_trainings_zone(training_portal: Portal) -> None:
    """In the order of the instants, each with what it changes; what is past is left out."""
    training_portal.ok(*SET, "--stop-registration", "2d", "--stop-cancellations", "1mo")
    add = ("session", "add-day", "aid", "spring", "--duration", "1h")
    training_portal.ok(*add, "--starts", "2026-04-01T09:00")
    create_session(training_portal, "gone", starts="2026-03-20T09:00")
    training_portal.ok("session", "cancel", "aid", "gone")
    rows = training_portal.ok(
        "training", "timeline", "aid", "-o", "json", "--tz", "Asia/Tokyo"
    ).json
    assert [(row["local"], row["turn"]) for row in rows] == [
        ("2026-03-29T09:00:00-04:00", "registration-stops"),
        ("2026-03-31T09:00:00-04:00", "starts"),
        ("2026-03-31T10:30:00-04:00", "ends"),
        ("2026-04-01T09:00:00-04:00", "starts"),
        ("2026-04-01T10:00:00-04:00", "ends"),
    ]
    assert rows[0]["at"] == "2026-03-29T13:00:00Z"
    assert "neither join spring nor switch" in rows[0]["effect"]
    later = {"LMSCTL_NOW": "2026-03-31T13:00:00Z"}
    rows = training_portal.ok("training", "timeline", "aid", "-o", "json", **later).json
    assert [row["turn"] for row in rows] == ["ends", "starts", "ends"]
    assert (
        "2026-03-29 09:00 (in 27 days)"
        in on_terminal(training_portal, "training", "timeline", "aid").out
    )
