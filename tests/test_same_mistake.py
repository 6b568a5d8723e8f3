"""The same mistake has the same exit status, whatever the command.

The command lines are those of the table of rights, which has one for every command: each value in
them is replaced by a wrong one of its kind, and each option that they leave out is added with one.
"""

import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from lmsctl import commands
from lmsctl.completion.rules import kinds
from lmsctl.kit.options import is_global
from tests import connections
from tests.conftest import Portal, Templates
from tests.generate import nouns
from tests.test_rights_table import LINES, PLACES, TABLE, argv_of, commands_of, gather, rows_of

# What an option or an argument names something by, in the words of completion.
NAMING = {
    *("content", "training", "place", "session", "user", "department", "group", "role", "profile"),
    *("token", "rule", "pending", "folder", "field"),
}
# Refusals of things that do not go together, which come before what is wrong with one of them.
TOGETHER = {
    *("attendance_of_nobody", "attendance_too_early"),
    *("audience_unclear", "enrollment_unclear", "file_not_alone", "filter_on_names"),
    *("option_idle", "prune_limit_alone", "session_unclear"),
}
# The number of a day of a session names it.
NUMBERED = {"--day"}


class Trial(NamedTuple):
    """A command line with one wrong value, and where that stands."""

    command: str
    place: str
    value: str
    argv: list[str]


class Value(NamedTuple):
    """A parameter of a command, its kind, and which word of the line is its value, if any."""

    parameter: Any
    kind: str | None
    at: int | None

    @property
    def name(self) -> str:
        """How the help texts call it."""
        if self.parameter.param_type_name == "option":
            return str(self.parameter.opts[0])
        return str(self.parameter.metavar or self.parameter.name.upper())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """Return the portal in which the lines of the table of rights do something."""
    portal = templates.copy(request.param, tmp_path_factory.mktemp("mistakes"))
    with connections.keep_connections():
        yield gather(portal)


def working_lines() -> Iterator[tuple[str, Any, list[str]]]:
    """Yield the lines that whoever runs the program may run: command, its object, its words."""
    for line in LINES:
        if rows_of(line)["operator"][0] != "ok":
            continue
        name, *words = argv_of(line, "own", PLACES["own"])
        command = commands.load_noun(name)
        if hasattr(command, "commands"):
            verb, *words = words
            name, command = f"{name} {verb}", command.commands[verb]
        yield name, command, words


def values_of(name: str, command: Any, words: list[str]) -> Iterator[Value]:
    """Yield what a command takes besides flags, with the word of the line that gives it."""
    options = {
        spelled: one
        for one in command.params
        for spelled in (*one.opts, *one.secondary_opts)
        if one.param_type_name == "option"
    }
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    given, waiting, told = dict[str, int](), list(arguments), iter(enumerate(words))
    for at, word in told:
        if word in options:
            if not options[word].is_flag:
                given[options[word].name] = next(told)[0]
        elif waiting:
            given[waiting.pop(0).name] = at
    for one in command.params:
        if is_global(one) or one.name == "help" or getattr(one, "is_flag", False):
            continue
        spelled = one.opts if one.param_type_name == "option" else []
        kind = kinds.find(name.split(), spelled, one.metavar or (None if spelled else one.name))
        yield Value(one, kind, given.get(one.name))


def trials(wrong: Any) -> Iterator[Trial]:
    """Yield the lines with one wrong value each: `wrong` returns those of a value, if any."""
    seen = set[tuple[str, str]]()
    for name, command, words in working_lines():
        for value in values_of(name, command, words):
            if value.at is None and (name, value.name) in seen:
                continue
            seen.add((name, value.name))
            for text in wrong(value):
                argv = list(words)
                if value.at is not None:
                    argv[value.at] = text
                elif value.parameter.param_type_name == "option":
                    argv += [value.name, text]
                else:
                    argv.append(text)
                yield Trial(name, value.name, text, [*name.split(), *argv])


def check(portal: Portal, wrong: Any, *statuses: int, least: int) -> None:
    """Try every line with a wrong value; it ends in one of `statuses`, and enough are tried."""
    others, count = list[str](), 0
    for trial in trials(wrong):
        ran = portal.run(*trial.argv, "--dry-run", "--yes", "-o", "json")
        if ran.status and ran.code in TOGETHER:
            continue
        count += 1
        if ran.status not in statuses:
            others.append(f"{trial.command} {trial.place}={trial.value}: {ran.status} {ran.err}")
    assert others == []
    assert count >= least


def unknown_names(value: Value) -> list[str]:
    # The log may tell of people who are gone: who is unknown to it did nothing.
    is_of_log = value.parameter.name == "person"
    names = ["nosuch"] if value.kind in NAMING and not is_of_log else []
    return [*names, "training-own:nosuch"] if value.kind == "place" else names


def malformed(value: Value) -> list[str]:  # noqa: PLR0911 - one return for each kind
    takes = value.parameter.metavar or ""
    if hasattr(value.parameter.type, "choices") or value.kind == "permission":
        return ["zzz"]
    if value.kind == "zone":
        return ["Nowhere/Land"]
    if "TIME" in takes:
        return ["31.13.", "soon", "7"]
    if "LENGTH" in takes:
        return ["soon", "7"]
    if "=" in takes:
        return ["nothing"]
    if _is_number(value):
        return ["many", "1.5", ""]
    return []


def _is_number(value: Value) -> bool:
    takes = value.parameter.metavar or ""
    return takes in {"N", "N|unlimited"} or value.parameter.type.name in {"integer", "float"}


def beyond(value: Value) -> list[str]:
    is_id = value.name in NUMBERED or value.parameter.param_type_name == "argument"
    numbers = ["-7", "99999999999999999"]
    return numbers if _is_number(value) and not is_id and value.name != "--if-version" else []


def test_what_is_unknown_is_not_found(filled: Portal) -> None:
    """It is 4 for every name that an option or an argument takes, in every command."""
    check(filled, unknown_names, 4, least=200)


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_what_cannot_be_read_is_a_usage_error(filled: Portal) -> None:
    """It is 2 for a closed choice, a number, a moment, a duration and a zone, in every command."""
    check(filled, malformed, 2, least=150)


def test_a_number_out_of_bounds_is_rejected(filled: Portal) -> None:
    """It is 6 wherever a rule bounds a number."""
    check(filled, beyond, 6, least=20)


def test_never_where_there_has_to_be_a_moment_is_a_usage_error(filled: Portal) -> None:
    """It is 2, unless something may be without a beginning or an end."""

    def never(value: Value) -> list[str]:
        return ["never"] if "TIME" in (value.parameter.metavar or "") else []

    check(filled, never, 0, 2, least=15)


def test_an_address_that_is_none_is_rejected(filled: Portal) -> None:
    """It is 6 for whoever gives one; `explain` tells of it as of everything else."""
    check(filled, lambda value: ["ada"] * (value.name == "--email"), 6, 0, least=6)


def edits() -> list[str]:
    """Return every command whose options say what it changes."""
    return [
        f"{noun} {verb}"
        for noun in nouns()
        for verb in getattr(commands.load_noun(noun), "commands", {})
        if verb == "edit"
    ]


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_nothing_to_change_is_a_usage_error(filled: Portal) -> None:
    """An edit without an option is 2 and names them; with --if-version alone it only compares."""
    lines = {name: words for name, _, words in working_lines()}
    lines |= {"registration set": [], "field edit": ["Badge"], "user edit": ["person-own"]}
    for command in [*edits(), "registration set"]:
        at = next((at for at, word in enumerate(lines[command]) if word.startswith("--")), None)
        ran = filled.run(*command.split(), *lines[command][:at], "-o", "json")
        assert ran.status == 2, command
        if command != "enrollment edit":
            assert ran.code == "change_missing", command
            assert "--" in ran.error["hint"]
    assert filled.ok("user", "edit", "person-own", "--if-version", "1").out


MAKING = {
    "department create Own --parent Parent": "department create",
    "group create group-own": "group create",
    "role create unheld --permission user.view": "role create",
    "field create Badge": "field create",
    "user create --login bystander --first-name A --last-name B": "user create",
    "content create --kind topic --code topic-own --title T": "content create",
    "signup-profile create P --code profile-own --department Parent --ends never --limit 1": (
        "signup-profile create"
    ),
    "token create --content lesson-own --code token-own": "token create",
    "training create T --code training-own": "training create",
    "session create training-own --code first --starts +9d --duration 1h": "session create",
    "autoenroll create --content lesson-own --department Parent/Own": "autoenroll create",
    "init --sandbox": "init",
}
# A name that somebody else has, given to what is there already.
RENAMING = (
    "group edit group-own --name group-child",
    "department edit Parent/Own --name Sibling",
    "user edit person-own --login person-child",
    "department edit Parent --code taken",
)
REACHED = (
    "token redeem used-up --email new@example.com --first-name A --last-name B",
    "signup-profile sign-up used-up --email new@example.com --first-name A --last-name B",
    "enroll --user person-child --training full:only",
    "settings set plan.max-active-users=1",
    "session edit full only --limit 0",
    "token edit used-up --limit 0",
    "signup-profile edit used-up --limit 0",
)
CLOSED = (
    "token redeem off --email new@example.com --first-name A --last-name B",
    "token redeem over --email new@example.com --first-name A --last-name B",
    "signup-profile sign-up over --email new@example.com --first-name A --last-name B",
    "enroll --user person-child --training full:canceled",
    "enroll --user person-own --content archived",
    "enrollment join --user person-child --training full",
)
IN_USE = (
    "department delete Parent/Own --yes",
    "content delete lesson-own --yes",
    "role delete held --yes",
    "content delete shelf --yes",
)
BACKWARDS = (
    "signup-profile create P --department Parent --starts 2027-02-01 --ends 2027-01-01 --limit 1",
    "report participants --since 2027-02-01 --until 2027-01-01",
)
ABSENT = (
    "user import absent.csv",
    "token bulk-upload absent.csv",
    "progress import absent.csv",
    "enroll --from absent.csv",
    "batch absent.txt",
    "db restore absent.db --yes",
)
FOLDERS = (
    "user import folder",
    "token bulk-upload folder",
    "progress import folder",
    "enroll --from folder",
    "batch folder",
    "user export --to folder",
    "token template --to folder",
    "token mint --content lesson-own --count 1 --to folder",
    "learner calendar person-own --ics folder",
    "db backup folder",
    "docs man file",
    "docs markdown file",
)


@pytest.fixture(scope="module")
def exhausted(filled: Portal) -> Portal:
    """Return that portal with things that are full, over, switched off, archived and in use."""
    (filled.folder / "folder").mkdir()
    (filled.folder / "file").touch()
    person = "--email first@example.com --first-name A --last-name B"
    for line in (
        "token create --content lesson-own --code used-up --limit 1",
        f"token redeem used-up {person}",
        "token create --content lesson-own --code off",
        "token deactivate off",
        "token create --content lesson-own --code over --ends -1d",
        "signup-profile create U --code used-up --department Parent --ends never --limit 1",
        f"signup-profile sign-up used-up {person.replace('first@', 'second@')}",
        "signup-profile create O --code over --department Parent --starts -2d --ends -1d --limit 1",
        "training create F --code full",
        "session create full --code only --starts +9d --duration 1h --limit 1",
        "session create full --code canceled --starts +9d --duration 1h",
        "session cancel full canceled",
        "enroll --user person-own --training full:only",
        "content create --kind topic --code archived --title A",
        "content archive archived",
        "content create --kind folder --code shelf --title S",
        "content create --kind topic --code shelved --title S --folder shelf",
        "role create held --permission user.view",
        "role grant person-own held --department Parent",
        "department edit Parent/Own --code taken",
    ):
        filled.ok(*shlex.split(line))
    return filled


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (tuple(MAKING), 5),
        (RENAMING, 5),
        (REACHED, 6),
        (CLOSED, 6),
        (IN_USE, 6),
        (BACKWARDS, 6),
        (ABSENT, 4),
        (FOLDERS, 6),
    ],
    ids=["exists", "renamed", "reached", "closed", "in use", "backwards", "absent", "folder"],
)
def test_each_kind_of_mistake_has_one_status(
    exhausted: Portal, lines: tuple[str, ...], status: int
) -> None:
    """What exists is 5, what a rule refuses 6; a file that is absent is 4, and a folder 6."""
    others = list[str]()
    for line in lines:
        if line.startswith("db restore") and not exhausted.is_sqlite:
            continue
        ran = exhausted.run(*shlex.split(line), "-o", "json")
        if ran.status != status:
            others.append(f"{line}: {ran.status} {ran.err or ran.out}")
    assert others == []


def test_every_command_that_makes_something_is_tried() -> None:
    """A new `create` belongs into the lines above."""
    every = {one for noun in TABLE["nouns"] for one in commands_of(noun)}
    assert {one for one in every if one.endswith(" create")} <= set(MAKING.values())


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_what_somebody_else_changed_is_a_conflict(filled: Portal) -> None:
    """It is 5 for every command that takes --if-version."""

    def stale(value: Value) -> list[str]:
        return ["77"] if value.name == "--if-version" else []

    check(filled, stale, 5, least=6)
