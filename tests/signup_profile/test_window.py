"""When a link works: from its start to its end, both included, to the second."""

import pytest

from tests.conftest import Portal
from tests.refusals import refused
from tests.signups import (
    check_ledgers,
    create_profile,
    open_registration,
    show_profile,
    sign_up,
    sign_up_command,
)


def try_sign_up(portal: Portal, person: str, now: str) -> str:
    """Return `in`, or the code of the refusal, when a person comes at that moment."""
    ran = portal.run(*sign_up_command(person), "-o", "json", LMSCTL_NOW=now)
    return "in" if ran.status == 0 else ran.code


def test_both_ends_of_the_window_are_included(portal: Portal) -> None:
    """One second before the start and one after the end it is closed."""
    open_registration(portal)
    create_profile(portal, starts="2026-03-10T09:00:00Z", ends="2026-03-10T17:00:00Z")
    assert [
        try_sign_up(portal, person, f"2026-03-10T{moment}Z")
        for person, moment in (
            ("a", "08:59:59"),
            ("b", "09:00:00"),
            ("c", "17:00:00"),
            ("d", "17:00:01"),
        )
    ] == ["profile_not_open_yet", "in", "in", "profile_ended"]


def test_fractions_of_a_second_are_cut_off(portal: Portal) -> None:
    """The last second is the whole second."""
    open_registration(portal)
    create_profile(portal, starts="2026-03-10T09:00:00Z", ends="2026-03-10T17:00:00Z")
    assert try_sign_up(portal, "a", "2026-03-10T08:59:59.999Z") == "profile_not_open_yet"
    assert try_sign_up(portal, "b", "2026-03-10T17:00:00.999Z") == "in"


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("UTC", "2026-03-29T00:00:00Z", "2026-03-29T23:59:59Z"),
        # a day of 23 hours, and one that has no midnight
        ("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"),
        ("Asia/Beirut", "2026-03-28T22:00:00Z", "2026-03-29T20:59:59Z"),
    ],
)
def test_a_date_means_the_whole_of_that_day(
    portal: Portal, zone: str, first: str, last: str
) -> None:
    """As start its first instant, as end its last second, in the portal's zone."""
    open_registration(portal)
    portal.ok("settings", "set", f"time-zone={zone}")
    made = create_profile(portal, starts="2026-03-29", ends="2026-03-29")
    assert (made["starts_at"], made["ends_at"]) == (first, last)
    assert try_sign_up(portal, "a", first) == "in"
    assert try_sign_up(portal, "b", last) == "in"
    after = last.replace("59:59Z", "59:59.9Z")
    assert try_sign_up(portal, "c", after) == "in"


def test_the_state_follows_the_clock(portal: Portal) -> None:
    """Upcoming, open, ended: as the instant is, forward and backward."""
    open_registration(portal)
    create_profile(portal, starts="2026-03-10", ends="2026-03-11")
    for now, state in (
        ("2026-03-09T23:59:59Z", "upcoming"),
        ("2026-03-10T00:00:00Z", "open"),
        ("2026-03-11T23:59:59Z", "open"),
        ("2026-03-12T00:00:00Z", "ended"),
        ("2026-03-10T00:00:00Z", "open"),
    ):
        assert show_profile(portal, LMSCTL_NOW=now)["state"] == state
    assert try_sign_up(portal, "a", "2026-03-12T00:00:00Z") == "profile_ended"
    assert try_sign_up(portal, "a", "2026-03-11T00:00:00Z") == "in"


def test_a_profile_without_end_never_ends(portal: Portal) -> None:
    """Until the last moment that a clock may show."""
    open_registration(portal)
    create_profile(portal, ends="never")
    assert try_sign_up(portal, "a", "9998-12-31T23:59:59Z") == "in"


def test_ending_now_closes_the_link_with_this_second(portal: Portal) -> None:
    """What the advice for zero activations says works; a later end opens it again."""
    open_registration(portal)
    create_profile(portal, starts="2026-03-01")
    portal.ok("signup-profile", "edit", "spring", "--ends", "now")
    refused(portal, *sign_up_command("a"), code="profile_ended", LMSCTL_NOW="2026-03-02T12:00:01Z")
    portal.ok(
        "signup-profile", "edit", "spring", "--ends", "+1h", LMSCTL_NOW="2026-03-05T12:00:00Z"
    )
    sign_up(portal, "a", LMSCTL_NOW="2026-03-05T13:00:00Z")


def test_the_nth_activation_works_and_the_next_does_not(portal: Portal) -> None:
    """Refusals in between use nothing up."""
    open_registration(portal)
    create_profile(portal, activations="3")
    for number, person in enumerate(("a", "b", "c")):
        refused(portal, *sign_up_command(person), "--login=-", code="login_invalid")
        portal.ok("--dry-run", *sign_up_command(person))
        assert show_profile(portal)["used"] == number
        sign_up(portal, person)
    refused(portal, *sign_up_command("d"), code="profile_used_up")
    check_ledgers(portal)
