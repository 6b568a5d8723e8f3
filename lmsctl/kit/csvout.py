"""Writing CSV that programs read as RFC 4180 and spreadsheets do not run as formulas."""

import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from lmsctl.kit import canonical
from lmsctl.kit.csverrors import CsvFileUnwritable
from lmsctl.kit.errors import Location

ERROR_HEADING = "_error"

# What starts a formula when a spreadsheet opens the file; the full-width forms do so in
# Japanese settings (OWASP, "CSV Injection").
_FORMULA = "=+-@\t\r＝＋－＠"
_SUSPECT = frozenset(_FORMULA + "'")
_RISKY = re.compile(f"'*[{re.escape(_FORMULA)}]")


def guard(text: str) -> str:
    """Return `text`, with one more apostrophe in front if a spreadsheet could run it.

    That is any text of zero or more apostrophes followed by a sign that starts a formula; counting
    those that begin with apostrophes already is what lets `unguard` take exactly one off again.
    """
    return f"'{text}" if text[:1] in _SUSPECT and _RISKY.match(text) else text


def unguard(text: str) -> str:
    """Return the text that `guard` made `text` of: `unguard(guard(x)) == x` for every x."""
    return text[1:] if is_guarded(text) else text


def is_guarded(text: str) -> bool:
    """Return whether `text` is one or more apostrophes in front of what starts a formula."""
    return text[:1] == "'" and _RISKY.match(text) is not None


class CsvFile:
    """A CSV file being written, to a path or to an open text stream; use it in a `with`.

    Lines end with CR LF, cells are quoted only where they have to be, and texts that a spreadsheet
    would run are guarded unless `raw`. `bom` puts a byte-order mark in front, which Excel needs to
    see that the file is UTF-8. A path is replaced as `replacing` does: the file of that name is the
    old one or the complete new one, never half of it, and an exception inside the `with` keeps the
    old one. A stream is neither closed nor synced; it should not translate line ends.

    Raises CsvFileUnwritable, for a path only: whoever reads the stream may leave at any time, and
    that is not ours to judge.
    """

    def __init__(
        self,
        target: str | os.PathLike[str] | TextIO,
        headings: Sequence[str],
        *,
        bom: bool = False,
        raw: bool = False,
    ) -> None:
        self._target = target
        self._headings = headings
        self._bom = bom
        self._raw = raw
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        """Write the heading row."""
        stream = self._target
        if isinstance(stream, str | os.PathLike):
            stream = self._closing.enter_context(replacing(stream))
        self._rows = csv.writer(stream, lineterminator="\r\n")
        if self._bom:
            stream.write("\ufeff")
        self.write(self._headings)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Put the new file in place, or throw it away if there was an exception."""
        return self._closing.__exit__(kind, error, trace)

    def write(self, cells: Sequence[str]) -> None:
        """Write one row of texts; what None, numbers or moments look like is the caller's say."""
        self._rows.writerow(cells if self._raw else _harmless(cells))

    def write_all(self, rows: Iterable[Sequence[str]]) -> None:
        """Write many rows, one after the other, faster than calling `write` for each."""
        self._rows.writerows(rows if self._raw else map(_harmless, rows))


class RejectsFile(CsvFile):
    """The rows of a file that were refused, each with the reason in a last column `_error`.

    It is meant to be mended and read again, so every cell reads as it did in the first file, the
    reader passes the `_error` column over, and a row that had too few or too many cells still has.
    """

    def __init__(
        self,
        target: str | os.PathLike[str] | TextIO,
        headings: Sequence[str],
        *,
        bom: bool = False,
        raw: bool = False,
    ) -> None:
        self._width = len(headings)
        self._old = headings.index(ERROR_HEADING) if ERROR_HEADING in headings else None
        self._shown: Callable[[str], str] = str if raw else _guard_as_read
        named = map(self._shown, [*self._without_old(headings), ERROR_HEADING])
        super().__init__(target, list(named), bom=bom, raw=True)

    def add(self, cells: Sequence[str], error: str) -> None:
        """Write the cells of a refused row as they were read (`Row.raw`), and why it was."""
        self.write([*map(self._shown, self._without_old(cells)), self._shown(error)])

    def _without_old(self, cells: Sequence[str]) -> list[str]:
        if self._old is None:
            return list(cells)
        old = self._old
        if len(cells) != self._width and old == self._width - 1:
            # in a ragged row of a rejects file the reason is still what it ends with
            old = len(cells) - 1
        return [cell for index, cell in enumerate(cells) if index != old]


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Open a UTF-8 text file that takes the place of `path` when the `with` ends well.

    It is written beside the old one, synced and renamed over it; an exception leaves the old one
    as it was. A link is followed, and what is no plain file (a pipe, /dev/null) is written
    directly. A new file gets the permissions the umask leaves, as from any shell redirection,
    because the next program to read it often runs as somebody else; one that replaces another
    keeps its permissions, so that what was closed to others stays closed. Raises
    CsvFileUnwritable, also for `-`: what wants standard output asks for it otherwise.
    """
    if path == "-":
        reason = "- is no file, and standard output has the answer already"
        raise CsvFileUnwritable(location=Location("-"), reason=reason)
    real = Path(path).resolve()
    try:
        if real.exists() and not real.is_file():
            with real.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        temporary, descriptor = _beside(real)
        try:
            with open(descriptor, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - pathlib opens no descriptor
                yield stream
                stream.flush()
                os.fsync(descriptor)
            temporary.replace(real)
        except BaseException:
            with suppress(FileNotFoundError):
                temporary.unlink()
            raise
        _sync_folder(real.parent)
    except (ConnectionError, TimeoutError):
        raise  # from something else that was done inside the `with`, such as a reader that left
    except OSError as error:
        raise CsvFileUnwritable(
            location=Location(os.fspath(path)), reason=error.strerror or str(error)
        ) from error


def _beside(real: Path) -> tuple[Path, int]:
    mode = real.stat().st_mode & 0o777 if real.exists() else None
    attempt = 0
    while True:
        temporary = real.with_name(f".{real.name[:60]}.{os.getpid()}-{attempt}.part")
        try:
            # O_EXCL so that a file or link waiting under that name is not written through
            descriptor = os.open(
                temporary,
                os.O_WRONLY | os.O_CREAT | os.O_EXCL,
                0o666 if mode is None else 0o600,
            )
        except FileExistsError:
            attempt += 1
            continue
        if mode is not None:
            os.fchmod(descriptor, mode)
        return temporary, descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _harmless(cells: Sequence[str]) -> Sequence[str]:
    if _SUSPECT.isdisjoint([cell[:1] for cell in cells]):
        return cells
    return [guard(cell) for cell in cells]


def _guard_as_read(text: str) -> str:
    """Return a cell that starts no formula and that our reader takes for the same as `text`."""
    if is_guarded(text) or guard(text) == text:
        return text
    return guard(canonical.trim(text))  # behind the guard a tab in front would be kept
