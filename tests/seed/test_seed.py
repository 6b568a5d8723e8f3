"""Test portals that are made up: the same every time, and made by the rules for everybody."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from lmsctl.kit import secret
from tests.conftest import Portal, Templates

SMALL = ("seed", "--seed", "7", "--people", "60", "--tokens", "12", "--trainings", "4")
# What is made up by the database, or is to come but once.
_NOT_COMPARED = {"id", "mark"}
_READ = (
    ("department", "list"),
    ("user", "list"),
    ("group", "list"),
    ("field", "list"),
    ("role", "holders", "administrator"),
    ("content", "list"),
    ("content", "link", "welcome"),
    ("catalog", "list"),
    ("autoenroll", "list"),
    ("signup-profile", "list"),
    ("signup-profile", "show", "partners"),
    ("signup-profile", "history", "partners"),
    ("signup-profile", "history", "support"),
    ("token", "list"),
    ("training", "list"),
    ("training", "participants", "first-aid-1"),
    ("session", "attendance", "first-aid-1", "past"),
    ("registration", "pending"),
    ("enrollment", "list"),
    ("report", "participants"),
    ("notification", "list"),
    ("audit", "list"),
)


def told(portal: Portal) -> dict[str, Any]:
    """Return what the portal says of everything in it, without numbers of the database's own."""
    found = {}
    for words in _READ:
        answer = portal.ok(*words, "-o", "json").json
        found[" ".join(words)] = _plain(answer)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(kept) for key, kept in value.items() if key not in _NOT_COMPARED}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def test_a_seed_makes_the_same_portal_on_both_databases(
    templates: Templates, tmp_path: Path
) -> None:
    """Departments, people, links, histories and the audit log are alike, to the last field."""
    found = []
    for dialect in ("sqlite", "postgresql"):
        folder = tmp_path / dialect
        folder.mkdir()
        portal = templates.copy(dialect, folder)
        portal.ok(*SMALL)
        found.append(told(portal))
        templates.drop(portal)
    for words, answer in found[0].items():
        assert answer == found[1][words], words


def test_another_seed_makes_another_portal(portal: Portal) -> None:
    """The number decides, and who is in the portal differs with it."""
    portal.ok("--dry-run", *SMALL)
    first = portal.ok("seed", "--seed", "8", "--people", "60", "-o", "json").json
    assert first["seed"] == 8
    logins = {row["login"] for row in portal.ok("user", "list", "-o", "json").json}
    assert "owner" in logins
    assert len(logins) == first["people"] == 61


def test_what_a_seed_makes_keeps_every_rule(portal: Portal) -> None:
    """The invariants hold, and there is something of everything: histories, holds, absences."""
    made = portal.ok(*SMALL, "-o", "json").json
    portal.ok("db", "check")
    assert (made["people"], made["tokens"], made["trainings"]) == (61, 12, 4)
    assert made["sessions"] == 12
    assert min(made[name] for name in ("activations", "redemptions", "enrollments", "events")) > 0
    states = {row["status"] for row in portal.ok("user", "list", "-o", "json").json}
    assert {"active", "inactive"} <= states
    history = portal.ok("signup-profile", "history", "pilot", "-o", "json").json
    assert len(history) == 2
    assert portal.ok("signup-profile", "show", "pilot", "-o", "json").json["state"] == "used-up"
    assert portal.ok("token", "list", "--expiry", "expired", "-o", "json").json
    participants = portal.ok("training", "participants", "first-aid-1", "-o", "json").json
    assert {row["session"] for row in participants} >= {"past", "next"}


@pytest.mark.parametrize(
    "sizes", ["10 0 0", "10 1 1", "10 20 5", "33 7 2", "250 60 9", "2500 400 30"]
)
def test_no_command_of_any_plan_is_refused(portal: Portal, sizes: str) -> None:
    """Whatever the sizes are, each command of the plan succeeds, and the people are all there."""
    people, tokens, trainings = sizes.split()
    more = ("--people", people, "--tokens", tokens, "--trainings", trainings)
    if int(people) > 1000 and not portal.is_sqlite:
        pytest.skip("once is enough for what takes seconds")
    made = portal.ok("seed", "--seed", people, *more, "-o", "json").json
    assert made["people"] == int(people) + 1
    assert made["tokens"] == int(tokens)


def test_a_seed_queues_nothing_unless_told_to(portal: Portal) -> None:
    """People who are made up get no mail; with --notify all is queued as it would be."""
    portal.ok("--dry-run", *SMALL, "--notify")
    portal.ok(*SMALL)
    assert portal.ok("notification", "list", "-o", "json").json == []


def test_a_seed_queues_what_it_is_told_to(portal: Portal) -> None:
    """With --notify all is queued as the commands would queue it."""
    portal.ok(*SMALL, "--notify")
    assert portal.ok("notification", "list", "--first", "1", "-o", "json").json


def test_only_an_empty_portal_is_filled(portal: Portal) -> None:
    """A second seed, or one beside what somebody made, is refused and names what is there."""
    portal.ok("content", "create", "--kind", "topic", "--code", "mine", "--title", "Mine")
    refusal = portal.run(*SMALL, "-o", "json")
    assert (refusal.status, refusal.code) == (5, "seed_needs_empty_portal")
    assert "1 content item" in refusal.error["message"]
    assert portal.value("SELECT count(*) FROM users") == 1


def test_a_second_seed_is_refused(portal: Portal) -> None:
    """Doing it again by mistake changes nothing."""
    portal.ok(*SMALL)
    before = told(portal)
    assert portal.refused(*SMALL) == "seed_needs_empty_portal"
    after = told(portal)
    before.pop("audit list"), after.pop("audit list")
    assert before == after


def test_only_a_sandbox_is_filled(empty_database: Portal) -> None:
    """Made-up people, and links that can be foretold, never come into a real portal."""
    empty_database.now = None
    empty_database.ok("init")
    ran = empty_database.run(*SMALL, "-o", "json")
    assert (ran.status, ran.code) == (6, "seed_needs_sandbox")


def test_a_rehearsal_leaves_the_portal_empty(portal: Portal) -> None:
    """With --dry-run everything is done and undone."""
    ran = portal.ok("--dry-run", *SMALL)
    assert "Dry run" in ran.err
    assert portal.value("SELECT count(*) FROM users") == 1
    assert portal.value("SELECT count(*) FROM audit_rows") == portal.value(
        "SELECT count(*) FROM audit_rows WHERE command = 'init'"
    )


@pytest.mark.parametrize(
    "wrong",
    [("--people", "9"), ("--people", "1000001"), ("--tokens", "-1"), ("--trainings", "1001")],
)
def test_a_size_out_of_range_is_refused(portal: Portal, wrong: tuple[str, str]) -> None:
    """The option is named, with the numbers that it takes."""
    ran = portal.run("seed", *wrong, "-o", "json")
    assert (ran.status, ran.code) == (6, "seed_size_wrong")
    assert ran.error["field"] == wrong[0]


def test_who_may_not_change_the_portal_fills_none(portal: Portal) -> None:
    """It takes the right to change settings."""
    portal.ok(
        "user", "create", "--email", "kim@example.com", "--first-name", "K", "--last-name", "O"
    )
    assert portal.refused("--as", "kim", *SMALL) == "permission_missing"


def test_links_are_unforeseen_again_after_a_seed(portal: Portal) -> None:
    """Only what the seed makes can be foretold, not what is made after it."""
    portal.ok(*SMALL)
    with secret.repeatable(7):
        foreseen = {secret.link() for _ in range(50)}
    assert secret.link() not in foreseen
    assert len({secret.link() for _ in range(50)}) == 50


def test_a_refusal_names_the_command_of_the_plan(portal: Portal) -> None:
    """With a plan of few seats the portal cannot be filled, and nothing of it stays."""
    portal.ok("settings", "set", "plan.max-active-users=5")
    ran = portal.run(*SMALL, "-o", "json")
    assert ran.status == 6
    assert "lmsctl" in str(ran.error["location"]["file"])
    assert portal.value("SELECT count(*) FROM users") == 1


def test_killed_at_any_time_it_leaves_the_portal_empty(portal: Portal) -> None:
    """It is all or nothing, and can be run again."""
    for delay in (0.05, 0.1, 0.2, 0.3):
        process = portal.start(*SMALL)
        time.sleep(delay)
        process.kill()
        process.communicate()
        if portal.value("SELECT count(*) FROM users") != 1:
            break
    else:
        portal.ok(*SMALL)
    assert portal.value("SELECT count(*) FROM users") == 61
    portal.ok("db", "check")


def test_the_answer_counts_what_is_there(portal: Portal) -> None:
    """Its numbers are those of the lists."""
    made = portal.ok(*SMALL, "-o", "json").json
    for name, words in (
        ("people", ("user", "list")),
        ("tokens", ("token", "list")),
        ("content", ("content", "list")),
        ("departments", ("department", "list")),
    ):
        listed = portal.ok(*words, "-o", "json").out
        assert len(json.loads(listed)) == made[name]
