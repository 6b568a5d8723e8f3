"""Every command explains itself, quickly and with examples."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lmsctl import cli
from lmsctl.nouns import NOUNS
from tests import generate
from tests.conftest import Portal
from tests.test_cli import sqlite_portal

__all__ = ["sqlite_portal"]  # what the tests here stand on


VERBS = sorted(
    f"{noun} {verb}".strip()
    for noun in NOUNS
    for verb in (getattr(cli.load_noun(noun), "commands", None) or {"": None})
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
    assert "--as" not in text.partition("Options:")[2], "global options are listed at the root only"
    assert sqlite_portal.ok(*words, "-h", COLUMNS="100").out == text


@pytest.mark.parametrize("noun", [None, *NOUNS])
def test_every_noun_lists_its_verbs_with_whole_sentences(
    sqlite_portal: Portal, noun: str | None
) -> None:
    """Nothing is cut with dots, at eighty columns either."""
    text = sqlite_portal.ok(*([noun] if noun else []), "--help", COLUMNS="80").out
    commands = text.partition("Commands:\n")[2]
    assert "..." not in commands
    assert max(map(len, text.splitlines())) <= 80


def test_no_help_is_wider_than_eighty_columns(sqlite_portal: Portal) -> None:
    """Every command, its options and its examples."""
    lines = generate.SURFACE_FILE.read_text(encoding="utf-8").splitlines()
    for words in (line.split()[1:] for line in lines if line.startswith("lmsctl ")):
        text = sqlite_portal.ok(*words, "--help", COLUMNS="80").out
        assert max(map(len, text.splitlines())) <= 80, text


SLOW_CODE = ("sqlite3", "psycopg", "sqlalchemy", "sqlmodel", "alembic", "python_calamine")


@pytest.mark.parametrize(
    "argv",
    [["--help"], ["-h"], ["version"], ["completion", "bash"], ["help", "times"]]
    + [[noun, "--help"] for noun in NOUNS]
    + [
        [*pair, "--help"]
        for pair in (("user", "create"), ("department", "delete"), ("db", "check"))
    ],
    ids=" ".join,
)
def test_help_loads_nothing_slow(argv: list[str], tmp_path: Path) -> None:
    """Looking something up is quick."""
    check = (
        "import os, sys; from lmsctl.kit import lazy_imports; lazy_imports.install();"
        " from lmsctl.cli import main; status = main(sys.argv[1:]);"
        f" loaded = [name for name in {SLOW_CODE} if name in sys.modules];"
        " sys.exit(f'{status} {loaded}' if status or loaded else 0)"
    )
    here = str(Path(__file__).parent.parent)
    ran = subprocess.run(
        [sys.executable, "-c", check, *argv],
        env={**os.environ, "PYTHONPATH": here},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
