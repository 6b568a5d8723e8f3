"""The picture in README: what a terminal shows of an activation history.

`python -m tests.picture` draws it again; a test fails while it is not what would be drawn.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from tests import program

PICTURE = Path(__file__).parent.parent / "examples" / "tour" / "history.svg"
COLUMNS = 84
_NOW = "2026-03-02T08:00:00Z"
_COMMAND = ("signup-profile", "history", "support")
# Without fonts from elsewhere: a picture loads nothing.
_FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#191919" width="100%" height="100%" rx="8"/>
<g transform="translate(9, 5)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def shown() -> str:
    """Return what the command shows in a portal filled by `seed`, with colors, under its prompt."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMSCTL_")}
    more = {"LMSCTL_NOW": _NOW, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "CI": "1"}
    path = os.pathsep.join([str(program.command()), kept.get("PATH", "")])
    with tempfile.TemporaryDirectory() as folder:

        def run(*argv: str) -> str:
            ran = subprocess.run(
                ["lmsctl", *argv],
                cwd=folder,
                env={**kept, **more, "PATH": path},
                capture_output=True,
                text=True,
                check=True,
            )
            return ran.stdout

        run("init", "--sandbox", "--time-zone", "Europe/Berlin", "-q", "-o", "off")
        run("seed", "--people", "450", "--tokens", "0", "--trainings", "0", "-q", "-o", "off")
        names = ("--first-name", "Kim", "--last-name", "Oh", "--field", "Office=Oslo")
        run("signup-profile", "sign-up", "support", "--email", "kim@example.com", *names)
        return f"$ lmsctl {' '.join(_COMMAND)}\n{run(*_COMMAND, '-o', 'table')}"


def drawn() -> str:
    """Return the picture."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(shown()))
        return console.export_svg(
            title="", theme=DIMMED_MONOKAI, code_format=_FORMAT, unique_id="history"
        )


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
