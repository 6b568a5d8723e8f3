"""Numbers on the command line: what no number of its kind can be is refused before anything."""

from collections.abc import Iterator
from typing import Any

import pytest

from lmsctl import commands
from lmsctl.nouns import NOUNS
from tests.conftest import Portal

# Numbers whose bounds a room knows: it refuses others by words of its own.
OF_ROOMS = {
    "--due-days": "content create --kind topic --code c --title C --due-days",
    "--first": "user list --first",
    "--lock-timeout": "context add x --url sqlite:///x.db --lock-timeout",
    "--minutes": "session attendance t s --everybody --minutes",
    "--people": "seed --people",
    "--points": "enrollment result --training t --user owner --points",
    "--position": "content add-item p c --position",
    "--score": "progress record --user owner --event passed --content c --score",
    "--day": "session edit t s --duration 1h --day",
    "--prune-limit": "apply portal.toml --prune --prune-limit",
    "--count": "token mint --content c --to codes.csv --count",
    "--tokens": "seed --tokens",
    "--trainings": "seed --trainings",
}
# Any number is one of these.
FREE = {"--seed", "number", "numbers"}
# A command for each of those that are refused as they are read.
READ = {
    "--expect-rows": "user import people.csv --expect-rows",
    "--if-version": "token edit FAIR --if-version",
}


def _numbers() -> Iterator[tuple[str, Any]]:
    def walk(command: Any) -> Iterator[tuple[str, Any]]:
        for below in getattr(command, "commands", {}).values():
            yield from walk(below)
        for one in command.params:
            if type(one.type).__name__ in {"IntParamType", "IntRange"}:
                yield one.opts[0], one.type

    for noun in NOUNS:
        yield from walk(commands.load_noun(noun))


def test_every_number_has_bounds() -> None:
    """An option that takes a number says what it can be, or its room does, or any will do."""
    bounded = {name for name, kind in _numbers() if getattr(kind, "min", None) is not None}
    assert {name for name, _ in _numbers()} - bounded == OF_ROOMS.keys() | FREE
    assert bounded == READ.keys()


@pytest.mark.parametrize("given", ["-3", "=-3", "=1.5", "=x", "=99999999999999999999999"])
@pytest.mark.parametrize("name", READ)
def test_what_is_no_such_number_is_usage(portal: Portal, name: str, given: str) -> None:
    """One error that names the option, whatever else would be wrong, and exit status 2."""
    words = READ[name].split()
    argv = [*words, given] if given[0] == "-" else [*words[:-1], words[-1] + given]
    ran = portal.run(*argv, "-o", "json")
    if given != "=99999999999999999999999":
        assert (ran.status, ran.error["field"]) == (2, name)
    assert ran.status in {2, 4, 5, 6}
    assert "-3" not in given or "-3" in ran.error["message"]


@pytest.mark.parametrize("name", OF_ROOMS)
def test_what_no_room_takes_is_refused(portal: Portal, name: str) -> None:
    """A number below all bounds is an error of one line, and never taken for another."""
    portal.ok("content", "create", "--kind", "topic", "--code", "c", "--title", "C")
    portal.ok("content", "create", "--kind", "topic", "--code", "d", "--title", "D")
    portal.ok("content", "create", "--kind", "pathway", "--code", "p", "--title", "P")
    portal.ok("training", "create", "T", "--code", "t")
    session = ("session", "create", "t", "--code", "s", "--starts", "2026-03-01T09:00")
    portal.ok(*session, "--duration", "1h")
    portal.ok("enroll", "--training", "t:s", "--user", "owner")
    ran = portal.run(*OF_ROOMS[name].split(), "-3", "-o", "json")
    # A day of a session is a thing that there is or is not.
    assert ran.status in ({4} if name == "--day" else {2, 6})
    assert "-3" in ran.error["message"] or name in ran.error["message"] + ran.error["hint"]
