"""The reference: every command has its page, from what --help says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lmsctl.help.actions import describing
from lmsctl.nouns import NOUNS
from tests.conftest import Portal

COMMANDS = [command.command for command in describing.describe_all()]


@pytest.fixture
def empty_folder(tmp_path: Path) -> Portal:
    """Return an empty folder to work in."""
    return Portal("", tmp_path)


def test_every_command_has_a_man_page(empty_folder: Portal) -> None:
    """The program, each noun and each verb; the folder is made, and the files are replaced."""
    for _ in range(2):
        ran = empty_folder.ok("docs", "man", "share/man1")
        assert ran.err == f"Wrote {len(COMMANDS) + 1} files to share/man1.\n"
    pages = empty_folder.folder / "share/man1"
    expected = {f"lmsctl-{command.replace(' ', '-')}.1" for command in COMMANDS}
    assert {page.name for page in pages.iterdir()} == {"lmsctl.1", *expected}
    page = (pages / "lmsctl-user-create.1").read_text()
    for part in (
        r"lmsctl\-user\-create \- Create a user",
        r"\fB\-\-first\-name\fR \fI<str>\fR",
        "[required]",
        ".SH EXAMPLES",
        r"lmsctl user create \-\-email anna@example.com",
        r".BR lmsctl\-user (1),",
    ):
        assert part in page
    assert r"\fB\-\-as\fR \fILOGIN\fR" in (pages / "lmsctl.1").read_text()
    assert r"\-\-as" not in page


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_man_pages_are_well_formed(empty_folder: Portal) -> None:
    """What checks man pages finds nothing, not even bad style."""
    empty_folder.ok("docs", "man", "pages")
    pages = sorted(map(str, (empty_folder.folder / "pages").iterdir()))
    ran = subprocess.run(
        ["mandoc", "-T", "lint", *pages], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_every_noun_has_a_markdown_file_with_its_verbs(empty_folder: Portal) -> None:
    """And the index leads to each."""
    ran = empty_folder.ok("docs", "markdown", "reference")
    assert ran.err == f"Wrote {len(NOUNS) + 1} files to reference.\n"
    folder = empty_folder.folder / "reference"
    index = (folder / "index.md").read_text()
    assert sorted(re.findall(r"\]\((.*?)\.md\)", index)) == sorted(NOUNS)
    assert "`--as LOGIN`" in index
    text = {noun: (folder / f"{noun}.md").read_text() for noun in NOUNS}
    for command in COMMANDS:
        assert re.search(rf"^##? lmsctl {command}$", text[command.split()[0]], re.MULTILINE)
    assert "| `--first-name <str>` | First name. (required) |" in text["user"]
    assert "lmsctl user create --email anna@example.com" in text["user"]


@pytest.mark.parametrize("kind", ["man", "markdown"])
def test_a_rehearsal_writes_nothing(empty_folder: Portal, kind: str) -> None:
    """No file, and no folder."""
    empty_folder.ok("docs", kind, "there", "-n")
    assert not (empty_folder.folder / "there").exists()


def test_a_folder_that_cannot_be_made_is_refused(empty_folder: Portal) -> None:
    """A file is there already."""
    (empty_folder.folder / "taken").write_text("mine")
    ran = empty_folder.run("docs", "markdown", "taken", "-o", "json")
    assert (ran.status, ran.code) == (6, "docs_folder_unusable")
    assert (empty_folder.folder / "taken").read_text() == "mine"


def test_the_configuration_is_not_written_over(empty_folder: Portal) -> None:
    """A name that leads to it is refused, before anything is written."""
    (empty_folder.folder / "lmsctl.toml").write_text("")
    (empty_folder.folder / "there").mkdir()
    (empty_folder.folder / "there/index.md").symlink_to("../lmsctl.toml")
    ran = empty_folder.run("docs", "markdown", "there", "-o", "json")
    assert (ran.status, ran.code) == (2, "files_clash")
    assert [path.name for path in (empty_folder.folder / "there").iterdir()] == ["index.md"]
