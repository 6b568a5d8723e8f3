"""README is true: its tour can be pasted line by line, and its picture is what a terminal shows."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from tests import picture, program
from tests.conftest import Portal

ROOT = Path(__file__).parent.parent


def tour() -> list[str]:
    """Return the lines of the tour, as somebody pastes them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A short tour")[2]
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_every_line_of_the_tour_succeeds(empty_database: Portal) -> None:
    """In a folder that holds nothing but the files that are shipped, on both databases."""
    shutil.copytree(ROOT / "examples" / "tour", empty_database.folder / "tour")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMSCTL_")}
    address = {} if empty_database.is_sqlite else {"LMSCTL_DATABASE_URL": empty_database.url}
    path = os.pathsep.join([str(program.command()), kept.get("PATH", "")])
    first, *lines = tour()
    assert first == "cd examples/tour"
    script = "".join(
        f"{line} || {{ echo Failed: {shlex.quote(line)}; exit 1; }}\n" for line in lines
    )
    ran = subprocess.run(
        ["sh"],
        input=script,
        cwd=empty_database.folder / "tour",
        env={**kept, "PATH": path, **address},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-800:]
    assert len(lines) > 30


def test_the_picture_is_what_a_terminal_shows() -> None:
    """`python -m tests.picture` draws it again."""
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.drawn()
