"""A terminal with somebody at it, for what the program does only there."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Sequence

from tests import program
from tests.conftest import CommandResult, Portal

END_OF_INPUT = "\x04"
CTRL_C = "\x03"
_PATIENCE_SECONDS = 60


def on_terminal(
    portal: Portal, *argv: str, types: str | Sequence[str] = (), width: int = 100, **variables: str
) -> CommandResult:
    """Run a command line on a terminal; `out` holds standard output and error as they are seen.

    `types` is what is typed once the program asks, or each time it does; then the input ends.
    """
    with terminal(width) as (ours, theirs):
        process = program.start(
            ["lmsctl", *argv],
            cwd=portal.folder,
            env=portal.environment(**{"CI": "", "COLUMNS": "", "TERM": "xterm", **variables}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        left = iter([types] if isinstance(types, str) else types)

        def answer() -> None:
            line = next(left, END_OF_INPUT)
            if line == CTRL_C:
                process.send_signal(signal.SIGINT)  # as a terminal does that has the session
            else:
                os.write(ours, line.encode() if line == END_OF_INPUT else f"{line}\n".encode())

        text = _talk(ours, answer)
        return CommandResult(process.wait(timeout=_PATIENCE_SECONDS), text, "")


@contextlib.contextmanager
def terminal(width: int) -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def _talk(ours: int, answer: Callable[[], None]) -> str:
    """Return all that is shown; answer whenever a question stands there."""
    seen = b""
    while chunk := _read(ours):
        seen += chunk
        # What is shown may come in pieces, cut anywhere.
        if seen.endswith((b"[y/N] ", b": ")):
            answer()
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
