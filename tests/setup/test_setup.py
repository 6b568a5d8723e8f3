"""The portal as a file: written, compared, made; whole or not at all."""

from pathlib import Path

import pytest

from tests.conftest import Portal, Templates
from tests.refusals import refused
from tests.setup.samples import WHOLE, apply, diff, export, put

_DAY = '{ starts = 2026-11-02T09:00:00, duration = "1h" }'
_SHOWN_DAY = "starts = 2026-11-01T09:00:00-05:00, duration = 2h"
_SHOWN_NEXT_DAY = "starts = 2026-11-02T09:00:00-05:00, duration = 1h"
# One thing or another of the whole sample: what stands there, what stands there then, and how the
# difference is told.
CHANGES = {
    "a setting": ('name = "-x \\"A\\" = ü"', 'name = "B"', "settings", "name", "B"),
    "a switch": (
        "registration = true",
        "registration = false",
        "settings",
        "registration",
        "false",
    ),
    "domains": (
        'domains = ["example.com", "*.example.org"]',
        'domains = "any"',
        "settings",
        "domains",
        "any",
    ),
    "the portal's zone": (
        'time-zone = "Europe/Berlin"',
        'time-zone = "Europe/Rome"',
        "settings",
        "time-zone",
        "Europe/Rome",
    ),
    "choices": ('["-a", "b"]', '["-a", "b", "c"]', "field", "choices", "[-a, b, c]"),
    "a code": ('code = "S"', 'code = "none"', "department", "code", "none"),
    "a group's department": (
        'department = "-Sales"\n',
        'department = "/"\n',
        "group",
        "department",
        "/",
    ),
    "permissions": (
        '["user.view"]',
        '["user.manage", "user.view"]',
        "role",
        "permissions",
        "[user.manage, user.view]",
    ),
    "a title": ('title = "=1+1"', 'title = "2"', "content", "title", "2"),
    "a folder": ('folder = "folder"', 'folder = "none"', "content", "folder", "none"),
    "a status": ('status = "archived"', 'status = "active"', "content", "status", "active"),
    "a draft": ('status = "draft"', 'status = "archived"', "content", "status", "archived"),
    "a due day": ("due-on = 2027-01-05", 'due-on = "none"', "content", "due-on", "none"),
    "an audience": (
        '"organization", "group:--help"',
        '"group:--help"',
        "content",
        "open-to",
        "[department:-Sales, group:--help]",
    ),
    "the catalog": (
        'catalog = ["everybody"]',
        'catalog = ["type:staff"]',
        "content",
        "catalog",
        "[type:staff]",
    ),
    "an open link": ("open-link = true", "open-link = false", "content", "open-link", "false"),
    "items": (
        '["d", { item = "c", optional = true }]',
        '["c", "d"]',
        "content",
        "items",
        "[c, d]",
    ),
    "depth": (
        "subdepartments = false",
        "subdepartments = true",
        "autoenroll",
        "subdepartments",
        "true",
    ),
    "a profile's end": (
        "ends = 2026-12-31\n",
        'ends = "never"\n',
        "signup-profile",
        "ends",
        "never",
    ),
    "a number": (
        'activations = "unlimited"',
        "activations = 7",
        "signup-profile",
        "activations",
        "7",
    ),
    "an expiry": (
        "expires = 2026-12-31T10:00:00",
        "expires = 2026-12-30",
        "token",
        "expires",
        "2026-12-30",
    ),
    "a limit": ("limit = 3", 'limit = "unlimited"', "token", "limit", "unlimited"),
    "a switch of a token": ("active = false", "active = true", "token", "active", "true"),
    "a token's domains": (
        'domains = ["a.example"]',
        'domains = "portal"',
        "token",
        "domains",
        "portal",
    ),
    "a deadline": (
        'stop-registration = "2d"',
        'stop-registration = "off"',
        "training",
        "stop-registration",
        "off",
    ),
    "the catalog of trainings": (
        'catalog = ["group:--help"]',
        "catalog = []",
        "training",
        "catalog",
        "[]",
    ),
    "a description": ("two\nlines", "one line", "training", "description", "one line"),
    "a day more": (
        'url = "https://example.com/" }]',
        f'url = "https://example.com/" }}, {_DAY}]',
        "session",
        "days",
        f"[{{ {_SHOWN_DAY}, url = https://example.com/ }}, {{ {_SHOWN_NEXT_DAY} }}]",
    ),
}


@pytest.mark.parametrize("changed", CHANGES)
def test_each_field_is_told_and_made(portal: Portal, changed: str) -> None:
    """What a file says otherwise is shown as that one field, made, and then no difference."""
    before, after, kind, field, shown = CHANGES[changed]
    apply(portal, WHOLE)
    assert WHOLE.count(before) == 1
    text = WHOLE.replace(before, after)
    found = diff(portal, text)
    assert [(row["kind"], row["field"], row["new"]) for row in found] == [(kind, field, shown)]
    apply(portal, text)
    assert diff(portal, text) == []
    assert portal.ok("db", "check").status == 0


@pytest.mark.usefixtures("postgresql")
def test_a_portal_made_from_its_file_is_the_same(templates: Templates, tmp_path: Path) -> None:
    """Exported, applied to an empty portal on the other database, exported: equal to the byte."""
    texts: list[str] = []
    for number, dialect in enumerate(("sqlite", "postgresql", "sqlite")):
        folder = tmp_path / str(number)
        folder.mkdir()
        portal = templates.copy(dialect, folder)
        apply(portal, texts[-1] if texts else WHOLE)
        assert diff(portal, texts[-1] if texts else WHOLE) == []
        texts.append(export(portal))
        templates.drop(portal)
    assert texts[0] == texts[1] == texts[2]
    assert 'title = "=1+1"' in texts[0]


@pytest.mark.usefixtures("postgresql")
def test_a_seeded_portal_comes_again_with_its_people(templates: Templates, tmp_path: Path) -> None:
    """People, their roles and fields, members, supervisors and organizers go along when wanted."""
    texts: list[str] = []
    for dialect in ("sqlite", "postgresql"):
        folder = tmp_path / dialect
        folder.mkdir()
        portal = templates.copy(dialect, folder)
        if texts:
            apply(portal, texts[0])
        else:
            portal.ok("seed", "--people", "30", "--tokens", "25", "--trainings", "2")
        texts.append(export(portal, "--with-people"))
        templates.drop(portal)
    assert texts[0] == texts[1]
    assert "[user." in texts[0]


def test_people_are_left_out_unless_they_are_wanted(portal: Portal) -> None:
    """Without --with-people no login, address or name of anybody is in the file."""
    portal.ok("user", "create", "--first-name", "Kim", "--last-name", "Oh", "--login", "kimoh")
    portal.ok("role", "grant", "kimoh", "administrator")
    portal.ok("department", "create", "Sales")
    portal.ok("department", "edit", "Sales", "--supervisor", "kimoh")
    portal.ok("group", "create", "beta")
    portal.ok("group", "add", "beta", "kimoh")
    portal.ok("training", "create", "T", "--code", "t", "--organizer", "kimoh")
    portal.ok("content", "create", "--kind", "topic", "--code", "c", "--title", "C")
    portal.ok("content", "grant", "c", "--user", "kimoh")
    assert "kimoh" not in export(portal)
    assert "owner" not in export(portal)
    assert export(portal, "--with-people").count("kimoh") == 6


def test_what_the_file_does_not_name_stays(portal: Portal) -> None:
    """Kinds, things and fields that a file leaves out are as before; --all tells of them."""
    apply(portal, WHOLE)
    before = export(portal)
    apply(portal, '[token."=T1"]\n[role]\n')
    assert export(portal) == before
    told = diff(portal, "[token]\n", "--all")
    assert [(row["name"], row["change"]) for row in told] == [("=T1", "not_managed")]


def test_prune_deletes_what_the_file_owns(portal: Portal) -> None:
    """Of the kinds it names, --prune deletes what the file has not, and nothing else."""
    apply(portal, WHOLE)
    text = "[token]\n[training.t.session.s2]\n[group]\n[autoenroll]\n"
    gone = {(row["kind"], row["name"]) for row in diff(portal, text, "--prune")}
    assert gone == {("token", "=T1"), ("group", "--help"), ("autoenroll", "r1")}
    unsure = portal.refused("apply", str(put(portal, text)), "--prune")
    assert unsure == "confirmation_needed"
    apply(portal, text, "--prune")
    left = export(portal)
    assert "[token]\n" in left
    assert "[training.t.session.s2]" in left
    assert "[content.c]" in left


def test_a_session_that_is_not_named_is_canceled(portal: Portal) -> None:
    """--prune cancels sessions of trainings whose sessions the file names; nothing deletes them."""
    apply(portal, WHOLE)
    text = WHOLE.replace("[training.t.session.s2]", "[training.t.session.s3]")
    apply(portal, text, "--prune")
    states = {
        row["code"]: row["state"]
        for state in ("canceled", "not-started")
        for row in portal.ok("session", "list", "t", "--state", state, "-o", "json").json
    }
    assert states == {"s": "canceled", "s2": "canceled", "s3": "not-started"}


def test_many_deletions_need_a_limit(portal: Portal) -> None:
    """More than twenty deletions are refused with their number, unless --prune-limit says so."""
    apply(portal, "".join(f"[group.g{number}]\n" for number in range(21)))
    file = str(put(portal, "[group]\n"))
    refused(portal, "apply", file, "--prune", "--yes", code="setup_prunes_too_many")
    refused(
        portal, "apply", file, "--prune-limit", "9", code="prune_limit_alone", status=2, audited=0
    )
    portal.ok("apply", file, "--prune", "--prune-limit", "21", "--yes")
    assert portal.ok("group", "list", "-o", "json").json == []


def test_an_empty_file_owns_nothing(portal: Portal) -> None:
    """An empty file changes nothing, and with --prune it is refused instead of emptying it."""
    apply(portal, WHOLE)
    file = str(put(portal, "# nothing\n"))
    assert "as the file says" in portal.ok("apply", file, "--yes").err
    refused(portal, "apply", file, "--prune", "--yes", code="setup_empty", audited=0)


def test_things_are_renamed(portal: Portal) -> None:
    """`previous-code` renames and keeps what is there; applied again, it is nothing."""
    apply(portal, WHOLE)
    kept = portal.ok("group", "show", "-o", "json", "--", "--help").json["id"]
    text = (
        WHOLE.replace('[group."--help"]', '[group.beta]\nprevious-code = "--help"')
        .replace("group:--help", "group:beta")
        .replace('[department."-Sales"]', '[department.Trade]\nprevious-code = "-Sales"')
        .replace('"-Sales/', '"Trade/')
        .replace('"-Sales"', '"Trade"')
        .replace("department:-Sales", "department:Trade")
        .replace('previous-code = "Trade"', 'previous-code = "-Sales"')
    )
    renamed = {(row["old"], row["new"]) for row in diff(portal, text) if row["change"] == "renamed"}
    assert ("--help", "beta") in renamed
    apply(portal, text)
    assert portal.ok("group", "show", "beta", "-o", "json").json["id"] == kept
    assert diff(portal, text) == []
    assert "Trade/EMEA 'x'" in export(portal)


def test_a_rehearsal_changes_nothing(portal: Portal) -> None:
    """--dry-run does it all, tells it, and leaves the portal as it was."""
    before = export(portal)
    ran = portal.ok("apply", str(put(portal, WHOLE)), "--dry-run")
    assert "Dry run" in ran.err
    assert export(portal) == before


def test_a_refusal_undoes_everything_and_names_the_line(portal: Portal) -> None:
    """A rule of a room holds for a file as for a command; the place in the file is told."""
    before = export(portal)
    text = WHOLE.replace("limit = 3", 'limit = 3\nnickname = "\\u202e"')
    ran = portal.run("apply", str(put(portal, text)), "--yes", "-o", "json")
    assert ran.status == 6
    line = text[: text.index('[token."=T1"]')].count("\n") + 1
    assert ran.error["location"]["line"] == line
    assert export(portal) == before


def test_a_plan_is_carried_out_as_it_was_looked_at(portal: Portal) -> None:
    """A plan applies until something that it changes is changed by hand; then it is refused."""
    apply(portal, WHOLE)
    text = WHOLE.replace("limit = 3", "limit = 9")
    put(portal, text)
    portal.ok("diff", "portal.toml", "--out", "plan.json")
    (portal.folder / "portal.toml").unlink()
    portal.ok("token", "edit", "=T1", "--limit", "5")
    again = ("apply", "--plan", "plan.json", "--yes")
    assert "=T1" in refused(portal, *again, code="plan_stale", status=5)["message"]
    portal.ok("token", "edit", "=T1", "--limit", "3")
    portal.ok(*again)
    assert portal.ok("token", "show", "=T1", "-o", "json").json["limit"] == 9
    refused(portal, *again, code="plan_stale", status=5)


def test_a_plan_and_a_file_exclude_each_other(portal: Portal) -> None:
    """Nothing to apply, and two things to apply, are both refused, and so is what is no plan."""
    put(portal, WHOLE)
    refused(portal, "apply", code="plan_or_file", status=2, audited=0)
    refused(portal, "apply", "portal.toml", "--plan", "x", code="plan_or_file", status=2, audited=0)
    refused(portal, "apply", "--plan", "portal.toml", code="plan_unreadable", audited=0)
    refused(portal, "apply", "--plan", "absent", code="plan_unreadable", audited=0)


def test_exit_code_says_whether_anything_differs(portal: Portal) -> None:
    """With --exit-code the status of diff is 3 for a difference and 0 for none."""
    file = str(put(portal, WHOLE))
    assert portal.run("diff", file, "--exit-code").status == 3
    apply(portal, WHOLE)
    assert portal.run("diff", file, "--exit-code").status == 0


def test_only_who_may_change_everything_may_export(portal: Portal) -> None:
    """Department administrators neither see nor change the setup as a file."""
    portal.ok("department", "create", "Sales")
    portal.ok("user", "create", "--first-name", "A", "--last-name", "B", "--login", "ann")
    portal.ok("role", "grant", "ann", "department-administrator", "--department", "Sales")
    file = str(put(portal, "[group.x]\n"))
    for words in (("export",), ("diff", file), ("apply", file, "--yes")):
        assert portal.refused("--as", "ann", *words) == "permission_missing"


def test_notices_are_queued_only_when_wanted(portal: Portal) -> None:
    """A file tells nobody, unless --notify."""
    text = '[user.kim]\nfirst-name = "K"\nlast-name = "O"\nemail = "kim@example.com"\n'
    apply(portal, text)
    assert portal.ok("notification", "list", "-o", "json").json == []
    apply(portal, text.replace("kim", "pat"), "--notify")
    assert len(portal.ok("notification", "list", "-o", "json").json) == 1
