"""What the program says about itself: version, topics, codes."""

import subprocess
import sys
from pathlib import Path

import pytest

import lmsctl
from lmsctl.help.actions import codes, topics
from lmsctl.kit import schema
from lmsctl.kit.errors import EXIT_STATUS
from lmsctl.rights.rules import PERMISSIONS
from tests.conftest import Portal

# What is only ever said beneath another refusal, which has the hint.
NEVER_ALONE = {"hangs_on_it"}


@pytest.fixture
def empty_folder(tmp_path: Path) -> Portal:
    """Return an empty folder to work in."""
    return Portal("", tmp_path)


def test_the_version_is_one_line(empty_folder: Portal) -> None:
    """The same by every way of asking."""
    line = f"lmsctl {lmsctl.__version__}\n"
    assert empty_folder.ok("version").out == line
    started = empty_folder.start("--version")
    assert started.communicate()[0] == line


def test_a_machine_learns_what_the_program_stands_on(empty_folder: Portal) -> None:
    """Version of the program, of the schema, of Python and of SQLite."""
    row = empty_folder.ok("version", "-o", "json").json
    assert (row["lmsctl"], row["schema"]) == (lmsctl.__version__, schema.VERSION)
    assert set(row) == {"lmsctl", "schema", "python", "sqlite"}


# Topics ------------------------------------------------------------------------------------------


def test_help_alone_lists_the_topics(empty_folder: Portal) -> None:
    """With a word on each."""
    rows = empty_folder.ok("help", "-o", "json").json
    assert {row["topic"] for row in rows} == set(topics.TOPICS)
    assert all(row["about"] for row in rows)


@pytest.mark.parametrize("topic", topics.TOPICS)
def test_every_topic_has_words(empty_folder: Portal, topic: str) -> None:
    """At least a few lines, none too wide for a terminal."""
    lines = empty_folder.ok("help", topic).out.splitlines()
    assert len(lines) > 5
    assert topic in {"errors", "schema"} or max(map(len, lines)) <= 100


def test_no_topic_is_written_and_not_listed() -> None:
    """The files beside the program are the topics it knows."""
    files = Path(lmsctl.__file__).parent.joinpath("help", "topics").glob("*.txt")
    # The schema is made from the program alone.
    assert {file.stem for file in files} == set(topics.TOPICS) - {"schema"}


def test_an_unknown_topic_gets_the_nearest_one(empty_folder: Portal) -> None:
    """Exit status 2, and the hint names it."""
    ran = empty_folder.run("help", "tiems")
    assert ran.status == 2
    assert "help times'" in ran.err


def test_every_code_is_listed_once(empty_folder: Portal) -> None:
    """A code stands for one refusal, so that scripts may rest on it."""
    listed = [refusal.code for refusal in codes.refusals()]
    assert len(listed) == len(set(listed))
    assert {"plan_full", "schema_newer", "internal", "usage", "key_unknown"} <= set(listed)
    assert listed_codes(empty_folder.ok("help", "errors").out) == sorted(listed)


def test_every_code_is_listed_however_little_is_loaded() -> None:
    """Modules that run when they are first used are asked all the same."""
    ran = subprocess.run(
        [sys.executable, "-m", "lmsctl", "help", "errors"],
        cwd=Path(lmsctl.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed_codes(ran.stdout) == sorted(refusal.code for refusal in codes.refusals())


def listed_codes(text: str) -> list[str]:
    """Return the codes of `help errors`, one on each line that is indented."""
    return sorted(line.split()[0] for line in text.splitlines() if line.startswith("  "))


def test_every_refusal_says_what_to_do() -> None:
    """A code in small letters, a sentence, a hint."""
    for refusal in codes.refusals():
        assert refusal.code.replace("_", "").isalnum(), refusal
        assert refusal.code == refusal.code.lower()
        assert refusal.message, refusal
        assert refusal.hint or refusal.code in NEVER_ALONE, refusal


def test_every_exit_status_is_explained(empty_folder: Portal) -> None:
    """And so are those that are no refusal."""
    text = empty_folder.ok("help", "exit-status").out
    numbers = {line.split()[0] for line in text.splitlines() if line[:5].strip().isdigit()}
    assert {str(number) for number in EXIT_STATUS.values()} <= numbers
    assert {"0", "3", "130", "141"} <= numbers


def test_every_permission_is_explained(empty_folder: Portal) -> None:
    """`help rights` is made from the permissions there are."""
    text = empty_folder.ok("help", "rights").out
    assert all(permission in text for permission in PERMISSIONS)
