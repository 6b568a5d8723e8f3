"""Longer, deeper, earlier or later than anybody means: refused or done, never a traceback."""

import gc
import json
from pathlib import Path
from typing import Any

import pytest

from lmsctl.kit import canonical
from tests.conftest import Portal

CJK = "山" * 100
KILOBYTES = [("x" * 3_000), ("é" * 2_000), ("山" * 4_000), ("😀" * 3_000)]


# Long texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", KILOBYTES, ids=len)
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("user", "edit", "{}", "--first-name", "F"), "user_unknown"),
        (
            ("user", "create", "--login", "{}", "--first-name", "F", "--last-name", "L"),
            "text_too_long",
        ),
        (("field", "create", "{}"), "text_too_long"),
        (("group", "create", "{}"), "text_too_long"),
        (("group", "delete", "{}", "--yes"), "group_unknown"),
        (("department", "create", "{}"), "text_too_long"),
        (("department", "delete", "{}", "--yes"), "department_unknown"),
        (("role", "delete", "{}", "--yes"), "role_unknown"),
        (("role", "grant", "{}", "Owner"), "user_unknown"),
    ],
)
def test_what_a_refused_command_was_about_is_written_down_however_long_it_is(
    portal: Portal, command: tuple[str, ...], code: str, text: str
) -> None:
    """Cut, on a whole character, where an index could take no more."""
    argv = [word.format(text) for word in command]
    assert portal.refused(*argv) == code
    found = portal.value("SELECT target FROM audit_rows ORDER BY id DESC LIMIT 1")
    assert found.endswith(f"{text[:50]}…")
    assert canonical.INDEXABLE_BYTES - 10 < len(found.encode()) <= canonical.INDEXABLE_BYTES
    assert portal.ok("audit", "list", "--target", found, "-o", "jsonl").out.count("\n") == 1


def test_a_target_may_be_looked_for_by_all_that_was_typed(portal: Portal) -> None:
    """Who looks for it need not know where it was cut."""
    text = CJK * 20
    portal.refused("group", "delete", text, "--yes")
    found = portal.ok("audit", "list", "--target", f"group {text}", "-o", "jsonl").out
    assert found.count("\n") == 1


def test_a_department_path_has_an_end(portal: Portal) -> None:
    """Names of a hundred characters fit eight deep in three bytes each; further down is refused."""
    path = ""
    depth = 0
    while True:
        parent = path or "/"
        ran = portal.run("department", "create", CJK, "--parent", parent, "-o", "json")
        if ran.status:
            break
        path = f"{path}/{CJK}" if path else CJK
        depth += 1
    assert (ran.status, ran.code, depth) == (6, "department_path_too_long", 8)
    assert len(ran.error["message"]) < 200
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", CJK, "--parent", "Sales")
    shallow = path.rpartition("/")[0]
    assert portal.refused("department", "move", "Sales", "--parent", path) == (
        "department_path_too_long"
    )
    longer = CJK + "x" * 150
    assert portal.refused("department", "edit", CJK, "--name", longer) == (
        "department_path_too_long"
    )
    portal.ok("department", "show", shallow)
    assert portal.ok("department", "list", "-o", "id").out.count("\n") == depth + 3


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "%_!" * 300_000, " :x" * 300_000, "山" * 300_000], ids=range(4)
)
def test_a_search_may_be_of_any_length(portal: Portal, text: str) -> None:
    """It finds nobody; SQLite's own pattern matching has a limit."""
    assert portal.ok("user", "list", "--search", text, "-o", "id").out == ""


@pytest.mark.parametrize("text", ["a :name", "a IN :names", "%(a)s %s %%", "a::text", "$1 ?1", "'"])
def test_what_is_looked_for_is_never_taken_for_a_part_of_the_query(
    portal: Portal, text: str
) -> None:
    """Whatever marks values there."""
    portal.refused("group", "delete", text, "--yes")
    found = portal.ok("audit", "list", "--target", f"group {text}", "-o", "jsonl").out
    assert found.count("\n") == 1
    assert portal.ok("user", "list", "--search", text, "-o", "id").out == ""


def test_a_search_is_for_the_letters_themselves(portal: Portal) -> None:
    """Upper and lower case are one; what patterns are made of is looked for as it is."""
    for login in ("a%b", "a_b", "axb", "A!B"):
        portal.ok("user", "create", "--login", login, "--first-name", "F", "--last-name", "L")
    for search, found in (
        ("A%", "a%b"), ("_", "a_b"), ("X", "axb"), ("a!", "A!B"), ("A%B", "a%b"), ("%x", ""),
    ):  # fmt: skip
        assert (
            portal.ok("user", "list", "--search", search, "-o", "id").out.split() == found.split()
        )
    assert portal.ok("user", "list", "--search", "", "-o", "id").out.count("\n") == 5


NUMBERED = (
    ("settings", "set", "plan.max-active-users={}"),
    ("user", "show", "{}"),
    ("user", "list", "--first", "{}"),
    ("user", "edit", "owner", "--first-name", "F", "--if-version", "{}"),
    ("token", "create", "--content", "fa", "--limit", "{}"),
    ("run", "show", "{}"),
    ("session", "create", "t", "--code", "s", "--starts", "now", "--duration", "1h",
     "--capacity", "{}"),
    ("session", "create", "t", "--code", "s", "--starts", "now", "--duration", "{}min"),
    ("training", "set-deadlines", "t", "--stop-registration", "{}d"),
    ("user", "deactivate", "owner", "--on", "+{}d"),
)  # fmt: skip


@pytest.mark.parametrize(
    "number", ["2147483648", "9223372036854775807", "9223372036854775808", "9" * 40, "9" * 5_000]
)
def test_a_number_may_be_of_any_length(portal: Portal, number: str) -> None:
    """Beyond what a column holds it is refused, or names nothing that is there."""
    portal.ok("content", "create", "--kind", "topic", "--code", "fa", "--title", "F")
    portal.ok("training", "create", "T", "--code", "t")
    for argv in NUMBERED:
        ran = portal.run(*(word.format(number) for word in argv), "-o", "json")
        assert ran.status in {0, 2, 4, 5, 6}, (argv, ran.err)


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5_000, "x/" * 2_500 + "y"], ids=len)
@pytest.mark.parametrize(
    ("command", "status", "code"),
    [
        (("db", "backup", "{}"), 6, "backup_unwritable"),
        (("db", "restore", "{}", "--yes"), 4, "backup_missing"),
        (("user", "list", "--database-url", "sqlite:///{}"), 11, "database_missing"),
        (("db", "upgrade", "--database-url", "sqlite:///{}"), 11, "database_missing"),
    ],
)
def test_the_name_of_a_file_may_be_too_long_for_the_system(
    portal: Portal, command: tuple[str, ...], status: int, code: str, name: str
) -> None:
    """Then there is no such file, and none can be made."""
    ran = portal.run(*(word.format(name) for word in command), "-o", "json")
    assert (ran.status, ran.code) == (status, code)


# Deep and endless files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 1_000 + "]" * 1_000,
        "a = " + "[" * 100_000,
        "a = " + "{a = " * 1_000 + "1" + "}" * 1_000,
        ".".join("a" * 1_000) + " = 1",
        "[" + ".".join("a" * 5_000) + "]",
        "a = " + "9" * 5_000,
        "a = 1979-99-99",
        'a = "\0"',
        'a = "\\ud800"',
        "a = 1\n" * 2,
        "# " + "x" * 2_000_000,
        "[contexts.default]\nlock-timeout = " + "9" * 400,
        "[contexts.default]\nlock-timeout = -1",
        "[contexts.default]\nlock-timeout = 1e400",
        "[contexts.default]\nlock-timeout = nan",
        "[contexts.default]\nlock-timeout = " + "9" * 30,
    ],
    ids=range(16),
)
def test_a_configuration_that_no_person_wrote(portal: Portal, text: str) -> None:
    """A matter of configuration, told in two lines, before the database is touched."""
    file = portal.folder / "odd.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    # What earlier tests left would otherwise be cleared away where no call has room any more.
    gc.collect()
    ran = portal.run("department", "list", "--config", str(file), "-C", "default")
    assert ran.status == 10
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["error", "hint"]


def test_a_configuration_may_not_be_endless(portal: Portal) -> None:
    """Neither the file nor the one with the address."""
    assert portal.refused("user", "list", "--config", "/dev/zero") == "config_unreadable"
    no_url = {"LMSCTL_DATABASE_URL": "", "LMSCTL_DATABASE_URL_FILE": "/dev/zero"}
    assert portal.refused("user", "list", **no_url) == "config_unreadable"


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "user show " + "x" * 50_000,
        "user show '" + "x" * 5_000,
        '["user", "show", ' + "9" * 5_000 + "]",
        "user show \\",
        "user show \x1b",
        "user list --first " + "9" * 5_000,
        '["user", "show", "\\ud800"]',
        '["user", "show", "\\u0000"]',
    ],
    ids=range(10),
)
def test_a_line_of_a_batch_that_no_person_wrote(portal: Portal, line: str) -> None:
    """One line that fails like any other."""
    ran = portal.run("batch", "-", "-o", "json", stdin=f"{line}\n")
    assert ran.status in {2, 6, 7}, ran.err
    assert "internal" not in ran.out + ran.err


# Edges of the calendar ---------------------------------------------------------------------------

ACTS = (
    ("user", "create", "--login", "kim", "--first-name", "F", "--last-name", "L"),
    ("registration", "enable"),
    ("content", "create", "--kind", "topic", "--code", "fa", "--title", "F", "--due-days", "30"),
    ("enroll", "--user", "kim", "--content", "fa"),
    ("token", "create", "--content", "fa", "--code", "tok"),
    ("signup-profile", "create", "P", "--code", "p", "--department", "/", "--starts", "now",
     "--ends", "never", "--activations", "5"),
    ("signup-profile", "sign-up", "p", "--email", "v@example.com", "--first-name", "F",
     "--last-name", "L"),
    ("training", "create", "T", "--code", "t"),
    ("session", "create", "t", "--code", "s", "--starts", "now", "--duration", "90min"),
    ("enroll", "--user", "kim", "--training", "t:s"),
    ("learner", "calendar", "kim"),
    ("learner", "courses", "kim"),
    ("report", "participants"),
    ("audit", "list"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("now", "zone"),
    [
        ("0002-01-01T00:00:00Z", "Etc/GMT+12"),
        ("0002-01-01T00:00:00Z", "Pacific/Kiritimati"),
        ("9998-12-31T23:59:59Z", "Etc/GMT+12"),
        ("9998-12-31T23:59:59Z", "Pacific/Kiritimati"),
    ],
)
def test_a_clock_near_the_edge_of_the_calendar_does_for_everything(
    portal: Portal, now: str, zone: str
) -> None:
    """Holds, due days, notices and zones find room there."""
    for argv in ACTS:
        portal.ok(*argv, "--tz", zone, LMSCTL_NOW=now)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("0000-01-01T00:00:00Z", "clock_unreadable"),
        ("0001-01-01T00:00:00Z", "clock_out_of_range"),
        ("0001-01-01T00:00:00+12:00", "clock_out_of_range"),
        ("0001-12-31T23:59:59Z", "clock_out_of_range"),
        ("9999-01-01T00:00:00Z", "clock_out_of_range"),
        ("9999-12-31T23:59:59-12:00", "clock_out_of_range"),
        ("10000-01-01T00:00:00Z", "clock_unreadable"),
        ("\udcff", "clock_unreadable"),
    ],
)
def test_a_clock_past_the_edge_is_refused_everywhere(portal: Portal, now: str, code: str) -> None:
    """Named as what it is, whatever was to be done."""
    for argv in (("user", "list"), ACTS[0], ("db", "status"), ("db", "check")):
        ran = portal.run(*argv, "-o", "json", LMSCTL_NOW=now)
        assert (ran.status, ran.code) == (2, code)
    assert portal.value("SELECT count(*) FROM users") == 1


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("given", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59", "+7973y"])
def test_a_date_at_the_edge_of_the_calendar(portal: Portal, given: str, zone: str) -> None:
    """Kept and shown, or refused as out of range, in every zone and wherever times are given."""
    portal.ok("user", "create", "--login", "kim", "--first-name", "F", "--last-name", "L")
    portal.ok("training", "create", "T", "--code", "t", "--time-zone", zone)
    for argv in (
        ("user", "deactivate", "kim", "--on", given),
        ("content", "create", "--kind", "topic", "--code", "fa", "--title", "F", "--due-on", given),
        ("token", "create", "--content", "fa", "--code", "tok", "--expires", given),
        ("session", "create", "t", "--code", "s", "--starts", given, "--duration", "90min"),
        ("session", "list", "t"),
        ("training", "timeline", "t"),
        ("training", "set-deadlines", "t", "--stop-registration", "2mo"),
        ("training", "show", "t"),
        ("enroll", "--user", "kim", "--training", "t", "--access-at", given),
        ("learner", "calendar", "kim"),
        ("learner", "catalog", "kim"),
        ("audit", "list", "--since", given),
        ("progress", "record", "kim", "fa", "completed", "--at", given),
        ("user", "show", "kim"),
    ):
        for output in ("json", "table"):
            ran = portal.run(*argv, "--tz", zone, "-o", output)
            assert ran.status in {0, 2, 4, 5, 6}, ran.err
    assert portal.run("db", "check", "-o", "off").status == 0


# Zones that this machine does not know -----------------------------------------------------------


@pytest.fixture
def portal_with_unknown_zone(portal: Portal) -> Portal:
    """Return a portal whose zone, and a training's, is one that only another machine knows."""
    portal.ok("training", "create", "T", "--code", "t")
    portal.ok("session", "create", "t", "--code", "s", "--starts", "tomorrow", "--duration", "1h")
    portal.sql("UPDATE portals SET time_zone = 'Mars/Olympus'")
    portal.sql("UPDATE trainings SET time_zone = 'Mars/Olympus'")
    return portal


@pytest.mark.parametrize(
    "argv",
    [
        ("user", "list"),
        ("department", "create", "Sales"),
        ("training", "show", "t", "--tz", "UTC"),
        ("session", "list", "t"),
        ("learner", "catalog", "owner"),
        ("training", "participants", "t"),
    ],
)
def test_a_zone_that_is_not_known_here_is_said_with_the_way_out(
    portal_with_unknown_zone: Portal, argv: tuple[str, ...]
) -> None:
    """A matter of this machine's configuration; nothing is done in a zone nobody meant."""
    ran = portal_with_unknown_zone.run(*argv, "-o", "json")
    assert (ran.status, ran.code) in {(10, "time_zone_missing"), (0, "")} if ran.err else True
    if ran.status:
        assert (ran.status, ran.code) == (10, "time_zone_missing")
        assert "time-zone=" in ran.error["hint"]


def test_a_zone_that_is_not_known_here_can_be_replaced(portal_with_unknown_zone: Portal) -> None:
    """By what the hint names, for the portal and for the training."""
    assert portal_with_unknown_zone.refused("user", "list") == "time_zone_missing"
    portal_with_unknown_zone.ok("user", "list", "--tz", "UTC")
    portal_with_unknown_zone.ok("settings", "set", "time-zone=Europe/Berlin", "--tz", "UTC")
    portal_with_unknown_zone.ok("user", "list")
    assert portal_with_unknown_zone.refused("training", "participants", "t") == "time_zone_missing"
    portal_with_unknown_zone.ok("training", "edit", "t", "--time-zone", "Europe/Berlin")
    portal_with_unknown_zone.ok("training", "participants", "t")
    portal_with_unknown_zone.ok("learner", "catalog", "owner")


def test_a_bug_while_a_refusal_is_written_down_is_answered_too(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The last line of defense has no gap behind it."""

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("lmsctl.audit.actions.record_refusal", broken)
    ran = portal.run("user", "delete", "nobody", "--yes", "-o", "json")
    assert (ran.status, json.loads(ran.err)["error"]["code"]) == (1, "internal")
