"""The three standard streams, in whatever state the caller hands them over."""

import io
import os
import sys
from typing import Any, TextIO


class OutputError(OSError):
    """Standard output takes no more, though somebody is still there to read it."""


class _AnswerStream(io.FileIO):
    """Where answers go; a failure there is told from those of other files."""

    def write(self, data: Any, /) -> int:
        """Write `data`; raises BrokenPipeError and OutputError."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from error


class _MessageStream(io.FileIO):
    """Where talk goes: what cannot be said changes neither what is done nor how it ends."""

    def write(self, data: Any, /) -> int:
        """Write `data`; what cannot be written counts as written."""
        try:
            return super().write(data)
        except OSError:
            return len(data)


def prepare() -> None:
    """Make all three streams usable; to be called before anything opens a file or a connection.

    Who closes a stream wants nothing of it, so it leads nowhere. Left closed, its number would go
    to the next file that is opened, and whoever speaks would write into that.
    """
    for descriptor, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None:
            _lead_nowhere(descriptor)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stdout = _text(_AnswerStream(1, "w", closefd=False), by_line=os.isatty(1))
    sys.stderr = _text(_MessageStream(2, "w", closefd=False), by_line=True)


def _lead_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _text(raw: io.FileIO, *, by_line: bool) -> TextIO:
    buffer = io.BufferedWriter(raw)
    return io.TextIOWrapper(
        buffer, encoding="utf-8", errors="backslashreplace", line_buffering=by_line
    )
