"""How many came in by a profile or a token on each of the latest days, as each viewer sees it."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.kit.daily import CountOfDay, DailyCounts, latest_days
from tests.conftest import Portal
from tests.signups import create_profile, mailed_code, open_registration, show_profile, sign_up
from tests.tokens import create_items, create_token, redeem, show_token

# Today is the 2nd of March, NOON is 12:00 in UTC.
SHOW_PROFILE = ("signup-profile", "show", "spring", "-o", "table")


def counts(shown: dict[str, Any]) -> dict[str, int]:
    """Return the days on which something happened, and how often."""
    assert len(shown["per_day"]["items"]) == 30
    return {item["day"]: item["count"] for item in shown["per_day"]["items"] if item["count"]}


def test_sign_ups_are_counted_by_the_days_of_the_viewers_zone(portal: Portal) -> None:
    """Whoever came shortly before midnight came the day before, and what is too old is left out."""
    open_registration(portal)
    create_profile(portal, starts="2026-01-01")
    for person, now in (
        ("old", "2026-01-31T23:59:59Z"),
        ("first", "2026-02-01T00:00:00Z"),
        ("late", "2026-03-01T23:30:00Z"),
        ("today", "2026-03-02T12:00:00Z"),
    ):
        sign_up(portal, person, LMSCTL_NOW=now)
    shown = show_profile(portal)
    assert counts(shown) == {"2026-02-01": 1, "2026-03-01": 1, "2026-03-02": 1}
    assert shown["per_day"]["items"][-1]["day"] == "2026-03-02"
    assert shown["per_day"]["hidden"] == 0
    berlin = portal.ok(*SHOW_PROFILE[:3], "--tz", "Europe/Berlin", "-o", "json").json
    assert counts(berlin) == {"2026-02-01": 2, "2026-03-02": 2}


def test_what_came_to_nothing_does_not_count(portal: Portal) -> None:
    """As in `used`: a hold counts until it runs out, whether or not anything was written since."""
    open_registration(portal, "--confirm-email")
    create_profile(portal)
    sign_up(portal, "ann")
    portal.ok("registration", "confirm", mailed_code(portal, "ann"))
    sign_up(portal, "ben")
    assert counts(show_profile(portal)) == {"2026-03-02": 2}
    later = show_profile(portal, LMSCTL_NOW="2026-03-06T12:00:00Z")
    assert counts(later) == {"2026-03-02": later["used"]} == {"2026-03-02": 1}
    sign_up(portal, "cat", LMSCTL_NOW="2026-03-06T12:00:00Z")
    later = show_profile(portal, LMSCTL_NOW="2026-03-06T12:00:01Z")
    assert counts(later) == {"2026-03-02": 1, "2026-03-06": 1}


def test_uses_of_a_token_are_counted_by_day(portal: Portal) -> None:
    """Those of deleted accounts too, as the ledger keeps them; those of other tokens not."""
    create_items(portal, "--no-confirm-email")
    create_token(portal, "spring")
    create_token(portal, "other", "article")
    redeem(portal, "ann", LMSCTL_NOW="2026-02-20T09:00:00Z")
    redeem(portal, "ben", LMSCTL_NOW="2026-03-02T09:00:00Z")
    redeem(portal, "cat", "other", LMSCTL_NOW="2026-03-02T09:00:00Z")
    portal.ok("user", "delete", "ann", "--yes")
    assert counts(show_token(portal)) == {"2026-02-20": 1, "2026-03-02": 1}


def test_people_whom_the_viewer_does_not_see_are_only_counted_as_hidden(portal: Portal) -> None:
    """On no day, so that nobody learns when somebody of another department came."""
    open_registration(portal, departments=("Sales", "Support"))
    create_profile(portal)
    portal.ok("user", "create", "--login", "dan", "--first-name", "F", "--last-name", "L")
    portal.ok("role", "grant", "dan", "department-administrator", "--department", "Sales")
    for person in ("ann", "ben"):
        sign_up(portal, person)
    portal.ok("user", "move", "ben", "--department", "Support")
    shown = portal.ok("--as", "dan", *SHOW_PROFILE[:3], "-o", "json").json
    assert (counts(shown), shown["per_day"]["hidden"]) == ({"2026-03-02": 1}, 1)
    assert "1 more hidden from you" in portal.ok("--as", "dan", *SHOW_PROFILE).out


def test_people_see_bars_with_the_total_and_the_busiest_day(portal: Portal) -> None:
    """On a line that is not broken at 80 columns; without bars on a dumb terminal."""
    open_registration(portal)
    create_profile(portal, starts="2026-01-01")
    assert "per day" not in portal.ok(*SHOW_PROFILE).out
    for person, now in (("a", "02-28"), ("b", "03-01"), ("c", "03-01")):
        sign_up(portal, person, LMSCTL_NOW=f"2026-{now}T12:00:00Z")
    lines = portal.ok(*SHOW_PROFILE, COLUMNS="80").out.splitlines()
    line = next(line for line in lines if line.startswith("per day"))
    assert line.removeprefix("per day").strip() == (
        f"{'▁' * 27}▅█▁  3 in 30 days, most on 2026-03-01 (2)"
    )
    dumb = portal.ok(*SHOW_PROFILE, COLUMNS="80", TERM="dumb").out
    assert "per day     3 in 30 days" in dumb
    assert "▁" not in dumb


def test_days_begin_where_clocks_jump_over_midnight() -> None:
    """They begin when the day does; a day that a zone left out has nothing."""
    days, begins = latest_days(datetime(2026, 4, 25, 12, tzinfo=UTC), ZoneInfo("Africa/Cairo"))
    assert days[-1] == date(2026, 4, 25)
    assert begins[-2] == datetime(2026, 4, 23, 22, tzinfo=UTC)
    days, begins = latest_days(datetime(2012, 1, 5, tzinfo=UTC), ZoneInfo("Pacific/Apia"))
    assert begins == sorted(begins)
    assert len(set(days)) == len(days) == 30


def test_only_hidden_people_make_no_bars() -> None:
    """It says how many there are, and nothing of days."""
    told = DailyCounts.of([date(2026, 3, 1), date(2026, 3, 2)], [CountOfDay(1, 0, 3)])
    assert told.in_words(is_dumb=False) == "3 in 2 days hidden from you"
