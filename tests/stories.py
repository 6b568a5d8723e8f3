"""Runs the stories in `examples/`; `python -m tests.stories` writes their output down."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import program

EXAMPLES = Path(__file__).parent.parent / "examples"
_MARK = "@@ step {} @@"


@dataclass(frozen=True)
class Step:
    """One command of a story and what it printed, both streams together."""

    lines: tuple[str, ...]
    output: str

    @property
    def command(self) -> str:
        """The command as a shell reads it."""
        return "\n".join(line[2:] for line in self.lines)


def stories() -> list[Path]:
    """Return the folders of all stories."""
    return sorted(path.parent for path in EXAMPLES.glob("*/story.md"))


def blocks(text: str) -> list[str]:
    """Split a story into prose and console blocks, in turn; the blocks are at the odd places."""
    return re.split(r"^```console\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def steps(text: str) -> list[Step]:
    """Return the steps of a story."""
    found: list[Step] = []
    for block in blocks(text)[1::2]:
        lines: list[str] = []
        output: list[str] = []
        for line in [*block.splitlines(), "$ "]:
            if line.startswith("$ "):
                if lines:
                    found.append(Step(tuple(lines), "".join(f"{item}\n" for item in output)))
                lines, output = [line], []
            elif line.startswith("> ") and not output:
                lines.append(line)
            else:
                output.append(line)
    return found


def play(folder: Path, variables: Mapping[str, str]) -> list[str]:
    """Run a story in a scratch folder and return what each step printed."""
    script = []
    for number, step in enumerate(steps((folder / "story.md").read_text(encoding="utf-8"))):
        script += [f"echo '{_MARK.format(number)}'", step.command]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMSCTL_")}
    path = os.pathsep.join([str(program.command()), kept.get("PATH", "")])
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(folder, scratch, dirs_exist_ok=True)
        ran = subprocess.run(
            ["sh"],
            input="\n".join(script),
            cwd=scratch,
            env={**kept, "PATH": path, "CI": "1", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    return re.split(r"^@@ step \d+ @@\n", ran.stdout, flags=re.MULTILINE)[1:]


def rewritten(folder: Path) -> str:
    """Return the story with the output its commands have now."""
    text = (folder / "story.md").read_text(encoding="utf-8")
    outputs = iter(play(folder, {}))
    parts = blocks(text)
    for at in range(1, len(parts), 2):
        block = "".join(
            "\n".join(step.lines) + "\n" + next(outputs)
            for step in steps(f"```console\n{parts[at]}```\n")
        )
        parts[at] = f"```console\n{block}```"
    return "".join(parts)


if __name__ == "__main__":
    for story in stories():
        (story / "story.md").write_text(rewritten(story), encoding="utf-8")
