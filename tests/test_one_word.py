"""One idea has one word: limit, used and ends; what it was called once goes on working."""

import json
from dataclasses import fields
from typing import Any

import pytest

from lmsctl.commands import load_noun
from lmsctl.kit.answer import Renamed
from tests.conftest import Portal
from tests.generate import modules, nouns

RECORDS = [
    value
    for module in modules("results")
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Renamed) and value is not Renamed
]


def former_options() -> list[tuple[str, str, str]]:
    """Return each command some option of which was called otherwise, with both spellings."""
    return [
        (f"{word} {name}".strip(), old, new)
        for word in nouns()
        for name, verb in (
            getattr(load_noun(word), "commands", None) or {"": load_noun(word)}
        ).items()
        for old, new in verb.callback.formerly.items()
    ]


@pytest.fixture
def made(portal: Portal) -> Portal:
    """Return a portal in which there is something of everything that has a limit or an end."""
    portal.ok("department", "create", "Sales")
    portal.ok("content", "create", "--kind", "topic", "--code", "c", "--title", "C")
    portal.ok("registration", "enable", "--confirm-email", "--any-domain")
    portal.ok(
        *("signup-profile", "create", "Spring", "--code", "spring", "--department", "Sales"),
        *("--ends", "+1d", "--activations", "3"),
    )
    portal.ok("token", "create", "--content", "c", "--code", "TOKEN-1", "--limit", "2")
    portal.ok("training", "create", "First aid", "--code", "aid")
    portal.ok(
        *("session", "create", "aid", "--code", "s", "--starts", "+9d", "--duration", "1h"),
        *("--capacity", "4"),
    )
    return portal


@pytest.mark.parametrize(
    ("command", "old", "new"),
    [
        ("signup-profile edit spring", "--activations 7", "--limit 7"),
        ("signup-profile edit spring", "--activations=7", "--limit=7"),
        ("token edit TOKEN-1", "--expires 2030-01-01", "--ends 2030-01-01"),
        ("token list", "--expiry none", "--ends none"),
        ("session edit aid s", "--capacity 7", "--limit 7"),
    ],
)
def test_a_former_spelling_does_what_the_present_one_does(
    made: Portal, command: str, old: str, new: str
) -> None:
    """The answers are the same to the byte, and so is the sentence."""
    answers = [
        made.ok(*command.split(), *given.split(), "-o", "json", "--dry-run")
        if command != "token list"
        else made.ok(*command.split(), *given.split(), "-o", "json")
        for given in (old, new)
    ]
    assert answers[0].out == answers[1].out
    assert answers[0].err == answers[1].err


def test_former_spellings_are_told_nowhere(made: Portal) -> None:
    """Help and its JSON have the present spelling alone, and a mistake speaks of it too."""
    former = former_options()
    assert {old for _, old, _ in former} == {
        "--activations",
        "--capacity",
        "--expires",
        "--expiry",
        "--over-capacity",
    }
    for command, old, new in former:
        told = made.ok("help", *command.split(), "-o", "json").out
        assert new in told, command
        assert f'"{old}"' not in told, command
    wrong = made.run("signup-profile", "edit", "spring", "--activations", "0", "-o", "json")
    assert wrong.error["field"] == "--limit"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_former_keys_come_before_the_present_ones(record: Any) -> None:
    """Columns that scripts count from the left stay where they were."""
    names = [item.name for item in fields(record)]
    for old, new in record.FORMER.items():
        assert names.index(old) < names.index(new)


def test_machines_get_both_keys_and_people_one(made: Portal) -> None:
    """JSON has the former key beside the present one; a table has no column for it."""
    person = ("--email", "kim@example.com", "--first-name", "Kim", "--last-name", "Oh")
    made.ok("signup-profile", "sign-up", "spring", *person)
    for command, both in {
        "token show TOKEN-1": ("uses used", "expires_at ends_at"),
        "session show aid s": ("capacity limit", "taken used"),
        "registration pending": ("expires_at ends_at",),
    }.items():
        told = json.loads(made.ok(*command.split(), "-o", "json").out)
        row = told[0] if isinstance(told, list) else told
        table = made.ok(*command.split(), "-o", "table", COLUMNS="200").out.casefold()
        for keys in both:
            old, new = keys.split()
            assert row[old] == row[new]
            assert old.removesuffix("_at") not in table
    asked = made.ok("token", "list", "--columns", "uses,used", "--no-headers")
    assert asked.out == "0\t0\n"


def test_a_rehearsal_names_a_field_once(made: Portal) -> None:
    """It speaks of the limit, and not of what it was called once too."""
    ran = made.ok("session", "edit", "aid", "s", "--limit", "9", "--dry-run")
    assert "limit 4 → 9" in ran.err
    assert "capacity" not in ran.err


def test_every_history_says_in_the_same_way_how_many_are_hidden(made: Portal) -> None:
    """The rows are in `items`, and the number is there although nobody is."""
    made.ok("group", "create", "Pilots")
    for command in ("signup-profile history spring", "token history", "token history TOKEN-1"):
        assert json.loads(made.ok(*command.split(), "-o", "json").out) == {"items": [], "hidden": 0}
    members = json.loads(made.ok("group", "members", "Pilots", "-o", "json").out)
    assert members == {"items": [], "hidden": 0}
