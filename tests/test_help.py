"""Every command explains itself, quickly and with examples."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lmsctl import commands
from lmsctl.kit import synonyms
from lmsctl.nouns import NOUNS
from tests import generate
from tests.conftest import Portal
from tests.test_cli import sqlite_portal

__all__ = ["sqlite_portal"]  # what the tests here stand on


VERBS = sorted(
    f"{noun} {verb}".strip()
    for noun in NOUNS
    for verb in (getattr(commands.load_noun(noun), "commands", None) or {"": None})
)


@pytest.mark.parametrize("command", VERBS)
def test_every_verb_explains_itself_with_an_example(sqlite_portal: Portal, command: str) -> None:
    """In a hundred columns, with examples that begin with the command itself."""
    words = command.split()
    text = sqlite_portal.ok(*words, "--help", COLUMNS="100").out
    assert text.startswith(f"Usage: lmsctl {command} ")
    assert max(map(len, text.splitlines())) <= 100
    block = text.partition("Examples:\n")[2].partition("\n\n")[0]
    examples = block.replace(" \\\n", "").splitlines()
    assert examples, f"{words} has no example"
    assert all(command in line for line in examples)
    assert "--as" not in text.partition("Options:")[2], "'help options' lists the global options"
    assert sqlite_portal.ok(*words, "-h", COLUMNS="100").out == text


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_lists_its_verbs_with_whole_sentences(sqlite_portal: Portal, noun: str) -> None:
    """Nothing is cut with dots, at eighty columns either."""
    text = sqlite_portal.ok(noun, "--help", COLUMNS="80").out
    commands = text.partition("Commands:\n")[2]
    assert "..." not in commands
    assert max(map(len, text.splitlines())) <= 80


def test_the_root_shows_first_steps_and_every_noun_in_its_group(sqlite_portal: Portal) -> None:
    """Each noun once, no options in front, nothing cut at eighty columns."""
    text = sqlite_portal.ok("--help", COLUMNS="80").out
    groups = text.partition("Start:\n")[2]
    shown = [line.split()[0] for line in groups.splitlines() if line.startswith("  ")]
    assert sorted(shown[: len(NOUNS)]) == sorted(NOUNS)
    assert sorted(word for words in commands.GROUPS.values() for word in words) == sorted(NOUNS)
    assert all(f"\n{group}:\n" in text for group in commands.GROUPS)
    assert "lmsctl init" in text.partition("First steps:")[2].partition("\n\n")[0]
    assert "--as" not in text
    assert "lmsctl help options" in " ".join(text.split())
    assert "..." not in groups
    assert max(map(len, text.splitlines())) <= 80
    assert sqlite_portal.ok("-h", COLUMNS="80").out == text


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("user remove", "user delete"),
        ("user rm anna", "user delete"),
        ("user add", "user create"),
        ("user new", "user create"),
        ("user update", "user edit"),
        ("user set", "user edit"),
        ("user get", "user show"),
        ("user ls", "user list"),
        ("user creat", "user create"),
        ("group rm", "group delete"),
        ("group new", "group create"),
        ("config ls", "config show"),
        ("config remove", "config unset"),
        ("token use", "token redeem"),
        ("training delete-it", "training delete"),
        ("people", "user"),
        ("person list", "user list"),
        ("persons ls", "user list"),
        ("users", "user"),
        ("course", "content"),
        ("course new", "content create"),
        ("Member", "user"),
        ("invite", "signup-profile"),
        ("code", "token"),
        ("link", "signup-profile"),
        ("create user", "user create"),
        ("rm people", "user delete"),
        ("import", "user import"),
        ("backup", "db backup"),
        ("usre list", "user list"),
    ],
)
def test_another_word_for_a_command_gets_the_right_one_suggested(
    sqlite_portal: Portal, given: str, meant: str
) -> None:
    """It is suggested, with exit status 2, and never carried out."""
    ran = sqlite_portal.run(*given.split())
    assert ran.status == 2
    assert f"Did you mean 'lmsctl {meant}'?" in ran.err


def test_what_is_suggested_exists() -> None:
    """Every synonym leads to a command that there is."""
    for meant in synonyms.NOUNS.values():
        noun, _, verb = meant.partition(" ")
        assert noun in NOUNS
        assert not verb or verb in commands.load_noun(noun).commands
    verbs = {verb for words in VERBS for verb in words.split()[1:]}
    assert {verb for meant in synonyms.VERBS.values() for verb in meant} <= verbs


def test_no_synonym_hides_a_command() -> None:
    """A word that is a noun is no synonym of another."""
    assert set(synonyms.NOUNS).isdisjoint(NOUNS)


def test_a_word_like_no_command_gets_no_suggestion(sqlite_portal: Portal) -> None:
    """A wrong suggestion is worse than none."""
    assert "Did you mean" not in sqlite_portal.run("xyzzy").err
    assert "Did you mean" not in sqlite_portal.run("user", "xyzzy").err


def test_no_help_is_wider_than_eighty_columns(sqlite_portal: Portal) -> None:
    """Every command, its options and its examples."""
    lines = generate.SURFACE_FILE.read_text(encoding="utf-8").splitlines()
    for words in (line.split()[1:] for line in lines if line.startswith("lmsctl ")):
        text = sqlite_portal.ok(*words, "--help", COLUMNS="80").out
        assert max(map(len, text.splitlines())) <= 80, text


SLOW_CODE = ("sqlite3", "psycopg", "sqlalchemy", "sqlmodel", "alembic", "python_calamine")


@pytest.mark.parametrize(
    "argv",
    [
        ["--help"],
        ["-h"],
        ["version"],
        ["completion", "bash"],
        ["help", "times"],
        ["help", "user", "create"],
        ["user", "help"],
    ]
    + [[noun, "--help"] for noun in NOUNS]
    + [
        [*pair, "--help"]
        for pair in (("user", "create"), ("department", "delete"), ("db", "check"))
    ],
    ids=" ".join,
)
def test_help_loads_nothing_slow(argv: list[str], tmp_path: Path) -> None:
    """Looking something up is quick."""
    _check_loads_nothing_slow(argv, tmp_path)


@pytest.mark.parametrize(
    "argv",
    [["us"], ["user", "li"], ["user", "list", "--ou"], ["user", "list", "-o", "j"], ["help", "t"]],
    ids=" ".join,
)
def test_completion_of_what_is_in_no_database_loads_nothing_slow(
    argv: list[str], tmp_path: Path
) -> None:
    """Commands, options and closed choices are completed at once."""
    _check_loads_nothing_slow(argv, tmp_path, _LMSCTL_COMPLETE="fish")


def _check_loads_nothing_slow(argv: list[str], folder: Path, **variables: str) -> None:
    check = (
        "import os, sys; from lmsctl.kit import lazy_imports; lazy_imports.install();"
        " from lmsctl.cli import main; status = main(sys.argv[1:]);"
        f" loaded = [name for name in {SLOW_CODE} if name in sys.modules];"
        " sys.exit(f'{status} {loaded}' if status or loaded else 0)"
    )
    here = str(Path(__file__).parent.parent)
    ran = subprocess.run(
        [sys.executable, "-c", check, *argv],
        env={**os.environ, "PYTHONPATH": here, **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
