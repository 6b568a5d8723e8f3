"""Asks `tests.program` to run something; also a command by itself, for shells in tests.

It loads little, because a story starts it a hundred times.
"""

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def ask(
    place: str, words: Sequence[str], files: Mapping[int, int], **how: Any
) -> tuple[socket.socket, int]:
    """Have a module run with arguments; return the line on which its end is told, and its pid.

    `words` are the module and its arguments; `files` says by which number it is to have which of
    our files.
    """
    line = socket.socket(socket.AF_UNIX)
    line.connect(place)
    wanted = {
        "words": list(words),
        "files": list(files),
        "cwd": os.getcwd(),  # noqa: PTH109 - pathlib costs time
        "env": dict(os.environ),
        "ignored": [one for one in _HEARD if signal.getsignal(one) == signal.SIG_IGN],
        "umask": _umask(),
        "is_session": False,
        **how,
    }
    text = json.dumps(wanted).encode()
    socket.send_fds(line, [len(text).to_bytes(8, "big")], [*files.values()])
    line.sendall(text)
    return line, number_on(line)


def number_on(line: socket.socket) -> int:
    """Return the next number that is told on a line."""
    told = line.recv(8)
    if len(told) != 8:
        message = "the server of tests/program.py has ended"
        raise RuntimeError(message)
    return int.from_bytes(told, "big", signed=True)


def _inherited() -> list[int]:
    """Return the open files that the shell has given us."""
    found = []
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - pathlib costs time
        with contextlib.suppress(OSError):  # what was listed with is closed again
            if os.get_inheritable(int(name)):
                found.append(int(name))
    return found


def _umask() -> int:
    kept = os.umask(0)
    os.umask(kept)
    return kept


if __name__ == "__main__":
    answering, _ = ask(sys.argv[1], sys.argv[2:], {one: one for one in _inherited()})
    status = number_on(answering)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
