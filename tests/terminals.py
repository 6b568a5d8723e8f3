"""A terminal with somebody at it, for what the program does only there."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Callable, Iterator

from tests import program
from tests.conftest import CommandResult, Portal

END_OF_INPUT = b"\x04"
_PATIENCE_SECONDS = 60


def on_terminal(
    portal: Portal, *argv: str, types: str | None = None, width: int = 100, **variables: str
) -> CommandResult:
    """Run a command line on a terminal; `out` holds standard output and error as they are seen.

    `types` is what is typed once the program asks; None ends the input instead.
    """
    with _terminal(width) as (ours, theirs):
        process = program.start(
            ["lmsctl", *argv],
            cwd=portal.folder,
            env=portal.environment(CI="", COLUMNS="", TERM="xterm", **variables),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        text = _talk(ours, END_OF_INPUT if types is None else f"{types}\n".encode())
        return CommandResult(process.wait(timeout=_PATIENCE_SECONDS), text, "")


@contextlib.contextmanager
def _terminal(width: int) -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def _talk(ours: int, answer: bytes) -> str:
    """Return all that is shown, typing `answer` once a question stands there."""
    seen = b""
    has_answered = False
    while chunk := _read(ours):
        seen += chunk
        if not has_answered and seen.endswith(b"[y/N] "):
            has_answered = True
            os.write(ours, answer)
    return seen.decode().replace("\r\n", "\n")


def _read(ours: int) -> bytes:
    ready, _, _ = select.select([ours], [], [], _PATIENCE_SECONDS)
    assert ready, "nothing was shown"
    with contextlib.suppress(OSError):  # the other end is closed
        return os.read(ours, 4096)
    return b""


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
