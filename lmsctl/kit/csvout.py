"""Writing CSV that programs read as RFC 4180 and spreadsheets do not run as formulas."""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TextIO

from lmsctl.kit import canonical
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.writing import replacing

ERROR_HEADING = "_error"

# What starts a formula when a spreadsheet opens the file; the full-width forms do so in
# Japanese settings (OWASP, "CSV Injection").
FORMULA = "=+-@\t\r＝＋－＠"
_FORMULA_BEGINS = re.compile(f"'*[{re.escape(FORMULA)}]")
# What a cell says that takes a value away.
_NONE = "none"
# What guarded texts begin with, and what may stand behind the word.
SUSPECT = FORMULA + "'nN"
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))
_SUSPECT = frozenset(SUSPECT)
_RISKY = re.compile(f"'*(?:[{re.escape(FORMULA)}]|{_NONE}\\s*\\Z)", re.IGNORECASE)


class LiteralText(str):
    """The text of a cell that was guarded, so that it is meant as it is."""

    __slots__ = ()


class CellWord(str):
    """A word of the grammar of files, such as `none` or `never`, that is written unguarded."""

    __slots__ = ()


NONE = CellWord(_NONE)


def clears(cell: str) -> bool:
    """Say whether a cell takes away what is there: the word `none`, in any case and unguarded."""
    return len(cell) == len(_NONE) and cell.lower() == _NONE and not isinstance(cell, LiteralText)


def guard(text: str) -> str:
    """Return `text`, with one more apostrophe in front if a spreadsheet or our reader could err.

    That is any text of zero or more apostrophes followed by a sign that starts a formula, or by the
    word `none`, which would take a value away; counting those that begin with apostrophes already
    is what lets `unguard` take exactly one off again. A CellWord is meant as it is.
    """
    is_risky = text[:1] in _SUSPECT and _RISKY.match(text) and not isinstance(text, CellWord)
    return f"'{text}" if is_risky else text


def unguard(text: str) -> str:
    """Return the text that `guard` made `text` of: `unguard(guard(x)) == x` for every x."""
    return text[1:] if is_guarded(text) else text


def is_guarded(text: str) -> bool:
    """Return whether `text` is one or more apostrophes in front of what `guard` guards."""
    return text[:1] == "'" and _RISKY.match(text) is not None


class CsvFile:
    """A CSV file being written, to a target or to an open text stream; use it in a `with`.

    Lines end with CR LF, cells are quoted only where they have to be, and texts that a spreadsheet
    would run are guarded unless `raw`. `bom` puts a byte-order mark in front, which Excel needs to
    see that the file is UTF-8. A target is written as `replacing` does: a file of that name is the
    old one or the complete new one, never half of it, and an exception inside the `with` keeps the
    old one; `is_held` is as there. A stream is neither closed nor synced; it should not translate
    line ends.

    Raises CsvFileUnwritable, for a target only: whoever reads the stream may leave at any time, and
    that is not ours to judge.
    """

    def __init__(
        self,
        target: OutputFile | TextIO,
        headings: Sequence[str],
        *,
        bom: bool = False,
        raw: bool = False,
        is_held: bool = False,
    ) -> None:
        self._target = target
        self._headings = headings
        self._bom = bom
        self._raw = raw
        self._is_held = is_held
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        """Write the heading row."""
        target = self._target
        if isinstance(target, OutputFile):
            target = self._closing.enter_context(replacing(target, is_held=self._is_held))
        self._stream = target
        self._begin()
        return self

    def restart(self) -> None:
        """Begin afresh, because what was written so far does not count; held files can."""
        self._stream.seek(0)
        self._stream.truncate()
        self._begin()

    def flush(self) -> None:
        """Let go of what is still in memory, so that a full disk shows."""
        self._stream.flush()

    def _begin(self) -> None:
        self._rows = csv.writer(self._stream, lineterminator="\r\n")
        if self._bom:
            self._stream.write("\ufeff")
        self.write(self._headings)

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

    It is meant to be corrected and read again, so every cell reads as it did in the first file, the
    reader passes the `_error` column over, and a row that had too few or too many cells still has.
    """

    def __init__(
        self,
        target: OutputFile | TextIO,
        headings: Sequence[str],
        *,
        bom: bool = False,
        raw: bool = False,
        is_held: bool = False,
    ) -> None:
        self._width = len(headings)
        self._old = headings.index(ERROR_HEADING) if ERROR_HEADING in headings else None
        self._shown: Callable[[str], str] = str if raw else _guard_as_read
        named = map(self._shown, [*self._without_old(headings), ERROR_HEADING])
        super().__init__(target, list(named), bom=bom, raw=True, is_held=is_held)

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


def _harmless(cells: Sequence[str]) -> Sequence[str]:
    if _SUSPECT.isdisjoint([cell[:1] for cell in cells]):
        return cells
    return [guard(cell) for cell in cells]


def _guard_as_read(text: str) -> str:
    """Return a cell that starts no formula and that our reader takes for the same as `text`."""
    if is_guarded(text) or not _FORMULA_BEGINS.match(text):
        return text
    return guard(canonical.trim(text))  # behind the guard a tab in front would be kept
