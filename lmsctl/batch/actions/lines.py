"""The file of command lines, and the streams that belong to the batch."""

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO, cast

from lmsctl.batch import rules
from lmsctl.batch.errors import BatchMissing, BatchUnreadable, StreamOfBatch

STDIN = "-"

# A line that is too long fails alone; one that goes on after this is taken for endless.
_LINE_PASSED_LIMIT = 16 * rules.LINE_BYTES_LIMIT
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What the caller of a batch wants: the file of command lines, and what a failure means."""

    path: str
    is_atomic: bool = False
    stops: bool = False

    @property
    def shown(self) -> str:
        """The name to speak of the file."""
        return "<stdin>" if self.path == STDIN else self.path


class _ReservedStream:
    """A stream that the batch uses itself; raises StreamOfBatch whatever is wanted of it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, wanted: str) -> NoReturn:
        raise StreamOfBatch(stream=self._name)


@contextmanager
def reserving_streams(request: BatchRequest) -> Iterator[None]:
    """Keep commands from the streams that are ours."""
    kept = sys.stdin
    if request.path == STDIN:
        sys.stdin = cast("TextIO", _ReservedStream("standard input"))
    try:
        with redirect_stdout(cast("TextIO", _ReservedStream("standard output"))):
            yield
    finally:
        sys.stdin = kept


@contextmanager
def open_file(request: BatchRequest) -> Iterator[BinaryIO]:
    """Open the file of command lines, or standard input; raises BatchMissing, BatchUnreadable."""
    if request.path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(request.path).open("rb")  # noqa: SIM115 - entered below, where it may fail
    except FileNotFoundError as missing:
        raise BatchMissing(file=request.shown) from missing
    except OSError as error:
        raise _unreadable(request, error) from error
    with stream:
        yield stream


def read_lines(request: BatchRequest, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number; of one that is too long more than is allowed."""
    limit = rules.LINE_BYTES_LIMIT + 1
    for number in itertools.count(1):
        try:
            raw = rest = stream.readline(limit)
            passed = 0
            while len(rest) == limit and not rest.endswith(b"\n"):
                passed += limit
                if passed > _LINE_PASSED_LIMIT:
                    reason = f"line {number} does not end after {_LINE_PASSED_LIMIT >> 20} MiB"
                    raise BatchUnreadable(file=request.shown, reason=reason)
                rest = stream.readline(limit)
        except OSError as error:
            raise _unreadable(request, error) from error
        if not raw:
            return
        yield number, raw.removeprefix(_MARK) if number == 1 else raw


def _unreadable(request: BatchRequest, error: OSError) -> BatchUnreadable:
    return BatchUnreadable(file=request.shown, reason=error.strerror or str(error))
