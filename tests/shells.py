"""Shells at a terminal, with somebody who types a command line and presses the tab key."""

import os
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

from tests import program
from tests.conftest import Portal
from tests.terminals import terminal

SHELLS = ("bash", "zsh", "fish")
_PATIENCE_SECONDS = 30
_TO_THE_BEGINNING = b"\x01"
_CONTROL = re.compile(r"\x1b(?:\[[0-9;?>=]*[A-Za-z]|\][^\x07]*\x07|[()][A-Z0-9]|[=>])|[\r\x07]")


def is_here(shell: str) -> bool:
    """Say whether the shell is installed."""
    return shutil.which(shell) is not None


def quoted(start: str) -> str:
    """Return the beginning of a word, with a backslash before what a shell might misunderstand."""
    return re.sub(r"([^\w,./-])", r"\\\1", start)


def complete(shell: str, portal: Portal, line: str, **variables: str) -> list[str]:
    """Return the words of a command line of lmsctl after the tab key was pressed at its end."""
    keys = f"{line}\t".encode() + _TO_THE_BEGINNING + b"told \r"
    shown = _type(shell, portal, [keys], variables, wanted=b"<END>")
    return re.findall(r"^<(.*)>$", shown, re.MULTILINE)[:-1]


def look(shell: str, portal: Portal, line: str, **variables: str) -> str:
    """Return what is on the screen after the tab key was pressed three times behind a line."""
    return _type(shell, portal, [f"{line}\t".encode(), b"\t", b"\t"], variables)


def _type(
    shell: str,
    portal: Portal,
    keys: list[bytes],
    variables: dict[str, str],
    *,
    wanted: bytes = b"",
) -> str:
    """Return what a new shell shows when these keys are pressed, each after the one before."""
    command = _prepare(shell, portal.folder)
    environment = {
        **portal.environment(**variables),
        "PATH": os.pathsep.join([str(program.command()), os.environ["PATH"]]),
        "HOME": str(portal.folder),
        "ZDOTDIR": str(portal.folder),
        "XDG_CONFIG_HOME": str(portal.folder / "config"),
        "XDG_DATA_HOME": str(portal.folder / "data"),
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
    }
    with terminal(200) as (ours, theirs):
        process = subprocess.Popen(
            ["setsid", "--ctty", *command],  # fish wants a terminal of its own
            cwd=portal.folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        try:
            _read_until_idle(ours, b"READY> ")
            seen = b""
            for key in keys:
                os.write(ours, key)
                seen += _read_until_idle(ours, wanted)
            return _CONTROL.sub("", seen.decode(errors="replace"))
        finally:
            process.kill()
            process.wait()


def _read_until_idle(ours: int, wanted: bytes = b"") -> bytes:
    """Return what is shown until `wanted` was there and nothing more comes for a while."""
    seen = b""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.1 if wanted and wanted in seen else 0.8)[0]:
            seen += os.read(ours, 65536)
        elif wanted in seen:
            return seen
    raise AssertionError(f"the shell did not come to rest: {seen!r}")


def _prepare(shell: str, folder: Path) -> list[str]:
    """Install the completion as its help says, and return the command that starts the shell."""
    if shell == "fish":
        file = folder / "config" / "fish" / "completions" / "lmsctl.fish"
        file.parent.mkdir(parents=True, exist_ok=True)
        (folder / "config" / "fish" / "config.fish").write_text(
            "set -g fish_greeting\n"
            "function fish_prompt; echo -n 'READY> '; end\n"
            "function told; printf '<%s>\\n' $argv END; end\n"
        )
        script = subprocess.check_output([program.command() / "lmsctl", "completion", "fish"])
        file.write_bytes(script)
        return ["fish", "--interactive"]
    lines = {
        "bash": ["bind 'set bell-style none'", "PS1='READY> '"],
        "zsh": ["bindkey -e", "PROMPT='READY> '", "autoload -Uz compinit", "compinit -u -D"],
    }[shell]
    lines += ["told() { printf '<%s>\\n' \"$@\" END; }", f'eval "$(lmsctl completion {shell})"']
    file = folder / {"bash": ".bashrc", "zsh": ".zshrc"}[shell]
    file.write_text("\n".join(lines) + "\n")
    return {
        "bash": ["bash", "--noprofile", "--rcfile", str(file), "-i"],
        "zsh": ["zsh", "-i"],
    }[shell]
