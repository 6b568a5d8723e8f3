"""Values that are missing are asked for on a terminal, and all named at once elsewhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lmsctl.commands import load_noun
from lmsctl.nouns import NOUNS
from tests.conftest import Portal, Templates
from tests.terminals import CTRL_C, on_terminal

PROFILE = ("signup-profile", "create")


def _commands(command: Any, path: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, part in getattr(command, "commands", {}).items():
        yield from _commands(part, (*path, name))
    if not hasattr(command, "commands"):
        yield tuple(path), command


def _requiring() -> dict[str, list[str]]:
    """Return the commands that require values, each with the names of these."""
    found: dict[str, list[str]] = {}
    for noun in NOUNS:
        for path, command in _commands(load_noun(noun), [noun]):
            names = [
                one.opts[0] if one.param_type_name == "option" else one.metavar or one.name.upper()
                for one in command.params
                if one.required
            ]
            if names:
                found[" ".join(path)] = names
    return found


def _choosing() -> list[str]:
    """Return the commands that require one of several values, and nothing that is missing else."""
    return [
        " ".join(path)
        for noun in NOUNS
        for path, command in _commands(load_noun(noun), [noun])
        if command.callback.wanted.one_of
    ]


REQUIRING = _requiring()
ADA = ("--email", "ada@example.com")


@pytest.fixture
def sqlite_portal(templates: Templates, tmp_path: Path) -> Portal:
    """Return a portal on the database that is quick to make."""
    return templates.copy("sqlite", tmp_path)


def _audited(portal: Portal) -> str:
    return portal.ok("audit", "list", "-o", "json").out


@pytest.mark.parametrize("command", REQUIRING)
def test_in_a_pipe_all_missing_values_are_named_at_once(
    sqlite_portal: Portal, command: str
) -> None:
    """It is one usage error, nothing is asked, and nothing is done."""
    ran = sqlite_portal.run(*command.split())
    missing, hint = ran.err.splitlines()
    assert ran.status == 2
    assert missing.startswith("error: Missing: ")
    for name in REQUIRING[command]:
        assert name in missing
    assert hint == f"hint: See 'lmsctl {command} --help'."
    assert ran.out == ""


@pytest.mark.parametrize("command", REQUIRING)
def test_on_a_terminal_it_is_asked_for_and_ctrl_c_leaves_nothing(
    sqlite_portal: Portal, command: str
) -> None:
    """The first value is asked for by its name."""
    before = _audited(sqlite_portal)
    ran = on_terminal(sqlite_portal, *command.split(), types=CTRL_C)
    label = REQUIRING[command][0].lstrip("-").partition("|")[0].replace("-", " ")
    assert ran.out.lower().startswith(label.removesuffix("...").lower())
    assert ran.out.endswith("Interrupted. Nothing was changed.\n")
    assert ran.status == 130
    assert _audited(sqlite_portal) == before


@pytest.mark.parametrize("command", _choosing())
def test_one_of_several_values_is_asked_for_or_named(sqlite_portal: Portal, command: str) -> None:
    """On a terminal as well as in a pipe, where it is a usage error; Ctrl-C leaves nothing."""
    given = [word for name in REQUIRING.get(command, ()) for word in _any_value(command, name)]
    before = _audited(sqlite_portal)
    ran = on_terminal(sqlite_portal, *command.split(), *given, types=CTRL_C)
    assert "(" in ran.out.splitlines()[0]
    assert ran.out.endswith("Interrupted. Nothing was changed.\n")
    assert ran.status == 130
    piped = sqlite_portal.run(*command.split(), *given)
    assert piped.status == 2, piped.err
    assert piped.out == ""
    assert _audited(sqlite_portal) == before


def _any_value(command: str, name: str) -> list[str]:
    """Return the words that give a required value of a command."""
    return [name, "x"] if name.startswith("--") else ["x"]


def test_nothing_is_asked_of_who_does_not_want_it(sqlite_portal: Portal) -> None:
    """A variable does the same as --no-input before the command or behind it."""
    for ran in (
        on_terminal(sqlite_portal, "--no-input", *PROFILE),
        on_terminal(sqlite_portal, *PROFILE, "--no-input"),
        on_terminal(sqlite_portal, *PROFILE, CI="1"),
        on_terminal(sqlite_portal, *PROFILE, LMSCTL_NO_INPUT="1"),
    ):
        assert ran.out.startswith("error: Missing: NAME, --department, --ends, --limit.\n")
        assert ran.status == 2


def test_values_are_asked_for_one_after_the_other_and_wrong_ones_again(portal: Portal) -> None:
    """A wrong answer is told as elsewhere, whether a rule or the database refuses it."""
    portal.ok("department", "create", "Sales")
    ran = on_terminal(
        portal,
        *(*PROFILE, "--code", "spring"),
        types=["Spring", "Slaes", "31.3.", "many", "+30d", "Sales", "40"],
    )
    assert ran.status == 0
    asked = [line.partition(" (")[0] for line in ran.out.splitlines() if "): " in line]
    again = ["Ends", "Department", "Limit"]
    assert asked == ["Name", "Department", "Ends", "Limit", *again]
    for told in ("31.3. is not a time.", "no department 'Slaes'", "many is not a whole number."):
        assert told in ran.out
    made = portal.ok("signup-profile", "show", "spring", "-o", "json").json
    assert (made["name"], made["department"]) == ("Spring", "Sales")


def test_choices_are_shown_and_checked_at_once(portal: Portal) -> None:
    """Before anything else is asked; a blank answer is none."""
    ran = on_terminal(
        portal, "content", "create", "--code", "GDPR", types=["topix", "", "topic", "Privacy"]
    )
    assert ran.out.count("Kind (folder, course, topic, article, pathway): ") == 3
    assert "'topix' is not one of" in ran.out
    assert "A value is needed" in ran.out
    assert portal.ok("content", "show", "GDPR", "-o", "json").json["title"] == "Privacy"


def test_several_values_are_written_on_a_line(portal: Portal) -> None:
    """Those with blanks stand in quotes."""
    portal.ok("group", "create", "Pilots")
    for login in ("ann", "ben"):
        portal.ok("user", "create", "--login", login, "--first-name", "A", "--last-name", "B")
    ran = on_terminal(portal, "group", "add", types=["Pilots", 'ann "ben', 'ann "ben"'])
    assert "No closing quotation." in ran.out
    assert portal.ok("group", "show", "Pilots", "-o", "json").json["members"] == 2


def test_of_a_group_of_options_one_is_asked_for(portal: Portal) -> None:
    """Enter goes on to the next one; in a pipe the groups are named with all else."""
    names = ("--first-name", "Ada", "--last-name", "Day")
    ran = on_terminal(portal, "user", "create", *names, types=["", "ada"])
    assert "Enter for --login instead" in ran.out
    assert portal.ok("user", "show", "ada", "-o", "json").json["email"] is None
    told = portal.run("user", "create").err
    assert "Missing: --first-name, --last-name, one of --email --login." in told
    assert portal.refused("user", "create", *names) == "login_missing"
    told = portal.run("enroll").err
    assert "one of --user --department --group --filter --from, one of --training" in told


def test_ending_the_input_names_what_is_missing(portal: Portal) -> None:
    """As in a pipe; after a wrong answer it ends as Ctrl-C does."""
    ran = on_terminal(portal, "user", "create", types=["Ada"])
    assert ran.status == 2
    assert "Missing: --first-name, --last-name, one of" in ran.out
    ran = on_terminal(portal, "user", "show", types=["nobody"])
    assert ran.status == 130
    assert ran.out.count("no user 'nobody'") == 1


def test_init_asks_for_owner_zone_and_address(empty_database: Portal) -> None:
    """Each may be left out, and each answer is checked."""
    ran = on_terminal(
        empty_database,
        *("init", "--sandbox"),
        types=["ada", "Europe/Berln", "x", "https://learn.example.com", "Europe/Berlin", ADA[1]],
    )
    assert ran.status == 0, ran.out
    assert "Time zone (Zone of dates and times without offset) [UTC]: " in ran.out
    assert "Did you mean Europe/Berlin?" in ran.out
    shown = empty_database.ok("settings", "show", "-o", "json").json
    settings = {row["name"]: row["value"] for row in shown}
    assert settings["time-zone"] == "Europe/Berlin"
    assert settings["public-url"] == "https://learn.example.com"
    assert empty_database.ok("user", "show", ADA[1], "-o", "json").json["login"] == "ada"


@pytest.mark.parametrize("argv", [("--time-zone", "UTC"), ("--no-input",), ("--help",)])
def test_init_asks_nothing_of_who_says_something(
    empty_database: Portal, argv: tuple[str, ...]
) -> None:
    """One of the three, or that nothing shall be asked."""
    ran = on_terminal(empty_database, "init", "--sandbox", *argv)
    assert ran.status == 0
    assert "[UTC]:" not in ran.out


def test_init_in_a_pipe_takes_what_is_given(empty_database: Portal) -> None:
    """The rest is as it is without a terminal: UTC and no address."""
    empty_database.ok("init", "--sandbox", "--public-url", "https://learn.example.com/")
    shown = empty_database.ok("settings", "show", "-o", "json").json
    settings = {row["name"]: row["value"] for row in shown}
    assert (settings["time-zone"], settings["public-url"]) == ("UTC", "https://learn.example.com")
    assert empty_database.refused("init", "--public-url", "learn") == "setting_value_wrong"
