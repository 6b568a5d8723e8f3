"""What the settings promise: who may change them, what they take, and what a change moves."""

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, snapshot, unchanged
from tests.signups import create_profile, open_registration, seats, show_profile


def value(portal: Portal, name: str) -> object:
    """Return one setting's value."""
    rows = portal.ok("settings", "show", "-o", "json").json
    return next(row["value"] for row in rows if row["name"] == name)


def test_a_new_portal_lets_nobody_in_and_limits_nothing(portal: Portal) -> None:
    """One active owner, listed, with a seat; everything else is off, and the zone is UTC."""
    people = portal.ok("user", "list", "-o", "json").json
    assert [(who["login"], who["status"]) for who in people] == [("owner", "active")]
    assert portal.ok("user", "show", "owner", "-o", "json").json["roles"] == ["owner"]
    assert seats(portal) == 1
    assert value(portal, "plan.max-active-users") == "unlimited"
    assert value(portal, "time-zone") == "UTC"
    assert value(portal, "privacy-policy") == "off"
    assert portal.ok("registration", "show", "-o", "json").json == {
        "is_on": False,
        "confirm_email": False,
        "domains": None,
        "hold_hours": 48,
        "seats_used": 1,
        "seats_limit": None,
    }


def test_several_settings_change_at_once_and_are_kept(portal: Portal) -> None:
    """What is set is what is shown afterwards."""
    ran = portal.ok(
        "settings",
        "set",
        "plan.max-active-users=250",
        "privacy-policy=ON",
        "name=Kaffee & Kuchen",
        "hold-hours=1",
        "public-url=https://learn.example.com/",
    )
    assert ran.err.startswith("Changed plan.max-active-users, privacy-policy, name")
    assert value(portal, "plan.max-active-users") == 250
    assert value(portal, "privacy-policy") == "on"
    assert value(portal, "name") == "Kaffee & Kuchen"
    assert value(portal, "hold-hours") == 1
    assert value(portal, "public-url") == "https://learn.example.com"


def test_setting_what_is_set_already_changes_nothing(portal: Portal) -> None:
    """It succeeds as unchanged, and `--exit-code` does not call it a change."""
    portal.ok("settings", "set", "privacy-policy=on")
    with unchanged(portal, audited=0):
        ran = portal.ok("--exit-code", "settings", "set", "privacy-policy=on")
    assert ran.err == "Unchanged.\n"


@pytest.mark.parametrize(
    "given",
    [
        "plan.max-active-users=0",
        "plan.max-active-users=-1",
        "plan.max-active-users=" + "9" * 5000,
        "hold-hours=0",
        "hold-hours=8761",
        "public-url=learn.example.com",
        "public-url=https://",
        "public-url=https://learn.example.com/?a=b",
        "public-url=https://learn.example.com/a b",
        "public-url=javascript://x",
    ],
)
def test_a_value_that_a_setting_does_not_take_is_refused(portal: Portal, given: str) -> None:
    """The refusal names the setting and what it takes, in one readable line."""
    error = refused(portal, "settings", "set", given, code="setting_value_wrong")
    assert error["field"] == given.partition("=")[0]
    assert len(error["message"]) < 250


@pytest.mark.parametrize(
    "given",
    [
        "plan.max-active-users=abc",
        "plan.max-active-users=1.5",
        "plan.max-active-users=１２",
        "plan.max-active-users=",
        "plan.max-active-users=" + "x" * 5000,
        "hold-hours=x",
        "privacy-policy=maybe",
    ],
)
def test_what_is_no_number_or_no_choice_is_a_wrong_command_line(portal: Portal, given: str) -> None:
    """It is no value that a rule of the portal could judge."""
    words = ("settings", "set", given)
    error = refused(portal, *words, code="setting_malformed", status=2, audited=0)
    assert error["field"] == given.partition("=")[0]
    assert len(error["message"]) < 250


def test_one_wrong_value_leaves_the_others_unset(portal: Portal) -> None:
    """All of a command is done, or nothing."""
    refused(portal, "settings", "set", "name=New", "hold-hours=0", code="setting_value_wrong")
    assert value(portal, "name") == "Portal"


def test_an_unknown_setting_gets_the_nearest_name(portal: Portal) -> None:
    """A slip of the finger is met with the name that was meant."""
    ran = portal.run("settings", "set", "time-zon=UTC", "-o", "json")
    assert (ran.status, ran.code) == (2, "setting_unknown")
    assert "'time-zone'" in ran.error["hint"]
    assert portal.run("settings", "set", "name").status == 2


def test_an_unknown_zone_is_refused(portal: Portal) -> None:
    """Only names of the zone database are zones."""
    given = ("settings", "set", "time-zone=Europe/Berln")
    error = refused(portal, *given, code="time_zone_unknown", status=2, audited=0)
    assert "Europe/Berlin" in error["hint"]


def test_only_owner_and_administrators_see_and_change_settings(portal: Portal) -> None:
    """Whoever manages a department learns neither the settings nor the plan."""
    open_registration(portal)
    for login, role, where in (
        ("ada", "administrator", ()),
        ("dan", "department-administrator", ("--department", "Sales")),
        ("lea", None, ()),
    ):
        portal.ok("user", "create", "--login", login, "--first-name", "F", "--last-name", "L")
        if role:
            portal.ok("role", "grant", login, role, *where)
    for login in ("owner", "ada"):
        portal.ok("--as", login, "settings", "show")
        portal.ok("--as", login, "--dry-run", "settings", "set", "name=X")
        portal.ok("--as", login, "--dry-run", "registration", "disable")
    for login in ("dan", "lea"):
        for command in (
            ("settings", "show"),
            ("settings", "set", "name=X"),
            ("registration", "show"),
            ("registration", "disable"),
            ("registration", "set", "--confirm-email"),
        ):
            refused(portal, "--as", login, *command, code="permission_missing", status=8)


def test_nobody_else_reads_plan_figures_in_refusals(portal: Portal) -> None:
    """Who is turned away learns that the plan is full, not how large it is."""
    open_registration(portal)
    create_profile(portal)
    portal.ok("settings", "set", "plan.max-active-users=17")
    portal.sql("UPDATE portals SET seats_taken = 17")
    error = refused(
        portal,
        *("signup-profile", "sign-up", "spring", "--email", "a@example.com"),
        *("--first-name", "A", "--last-name", "B"),
        code="plan_full",
    )
    assert "17" not in error["message"] + error["hint"]
    assert "17" not in portal.ok("signup-profile", "explain", "spring", "-o", "json").out


# The zone ----------------------------------------------------------------------------------------


def test_the_zone_governs_times_without_offset(portal: Portal) -> None:
    """What is typed without an offset is read in the portal's zone, and `--tz` stands above it."""
    open_registration(portal)
    portal.ok("settings", "set", "time-zone=Europe/Berlin")
    create_profile(portal, "a", starts="2026-07-01T09:00", ends="2026-07-31")
    made = show_profile(portal, "a")
    assert (made["starts_at"], made["ends_at"]) == ("2026-07-01T07:00:00Z", "2026-07-31T21:59:59Z")
    create_profile(portal, "b", "--tz", "America/New_York", starts="2026-07-01T09:00")
    assert show_profile(portal, "b")["starts_at"] == "2026-07-01T13:00:00Z"


def test_changing_the_zone_moves_no_instant_and_names_what_reads_differently(
    portal: Portal,
) -> None:
    """The windows whose local date is another one now are listed, the others are not."""
    open_registration(portal)
    create_profile(portal, "late", starts="2026-03-31T23:30:00Z", ends="2026-06-30")
    create_profile(portal, "noon", starts="2026-03-31T12:00:00Z", ends="2026-06-30T12:00:00Z")
    create_profile(portal, "open", starts="2026-03-31T12:00:00Z", ends="never")
    before = snapshot(portal)
    ran = portal.ok("settings", "set", "time-zone=Europe/Berlin")
    after = snapshot(portal)
    assert {name for name in before if before[name] != after[name]} == {"portals"}
    lines = [line for line in ran.err.splitlines() if line.startswith("Sign-up profile")]
    assert len(lines) == 2
    assert "late starts" in lines[0]
    assert "2026-04-01T01:30:00+02:00" in lines[0]
    assert "2026-03-31T23:30:00+00:00" in lines[0]
    assert "late ends" in lines[1]
    assert show_profile(portal, "late")["ends_at"] == "2026-06-30T23:59:59Z"


def test_a_window_at_the_edge_of_the_calendar_survives_a_change_of_zone(portal: Portal) -> None:
    """A moment that the new zone cannot write is no reason to stumble."""
    open_registration(portal)
    create_profile(portal, starts="0001-01-01T00:00:00Z", ends="9999-12-31T23:59:59Z")
    portal.ok("settings", "set", "time-zone=America/New_York")
    portal.ok("signup-profile", "list")


# The frozen clock --------------------------------------------------------------------------------


def test_a_frozen_clock_is_for_sandbox_portals_only(empty_database: Portal) -> None:
    """On a real portal every command refuses it, reads and writes alike, and nothing is written."""
    empty_database.now = None
    empty_database.ok("init")
    for command in (("registration", "enable"), ("settings", "show"), ("user", "list")):
        with unchanged(empty_database, audited=0):
            ran = empty_database.run(*command, "-o", "json", LMSCTL_NOW=NOON)
        assert (ran.status, ran.code) == (10, "clock_frozen")
    empty_database.ok("registration", "enable")


def test_a_frozen_clock_may_stand_anywhere_in_a_sandbox(portal: Portal) -> None:
    """What is done is dated by it, cut to whole seconds."""
    portal.ok("department", "create", "A", LMSCTL_NOW="2031-05-05T07:00:00.75+02:00")
    rows = portal.ok("audit", "list", "--code", "department.created", "-o", "json").json
    assert rows[0]["happened_at"] == "2031-05-05T05:00:00Z"
    portal.ok("department", "create", "B", LMSCTL_NOW="1999-01-01T00:00:00Z")


def test_what_is_set_is_what_is_shown(portal: Portal) -> None:
    """The answer has the values as they are now."""
    rows = portal.ok("settings", "set", "name=Academy", "privacy-policy=on", "-o", "json").json
    shown = {row["name"]: row["value"] for row in rows}
    assert (shown["name"], shown["privacy-policy"]) == ("Academy", "on")
