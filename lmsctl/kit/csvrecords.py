"""Splitting CSV text into records and cells, strictly by RFC 4180 and never further than a row."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from lmsctl.kit.csverrors import (
    CsvQuoteFollowed,
    CsvQuoteOpen,
    CsvQuoteStray,
    CsvRowTooLarge,
)
from lmsctl.kit.errors import Rejected

ROW_BYTES_LIMIT = 1024 * 1024
_LINE_LIMIT = ROW_BYTES_LIMIT + 2  # with the line's end
_LINE_END = re.compile(r"\r\n|\r|\n")

# The line a record begins on, its text, its cells and what is wrong with it, if anything.
Record: TypeAlias = tuple[int, str, list[str], type[Rejected] | None]


class BrokenOffError(Exception):
    """From `line` and the cell number `cell` (from 0) on nobody can say where records end."""

    def __init__(self, refusal: type[Rejected], line: int, cell: int) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.line = line
        self.cell = cell


def records(text: io.TextIOWrapper, delimiter: str, first_line: int = 1) -> Iterator[Record]:
    """Yield the records of `text`, lines counted from `first_line`.

    Lines may end in CR LF, LF or CR, mixed as they come. A flawed
    record is yielded with its flaw: CsvQuoteFollowed (its text is its only cell), CsvQuoteStray, or
    CsvRowTooLarge (text and cells are empty). Raises BrokenOffError where
    going on would be a guess.
    """
    read_line = text.readline
    lines = _RecordLines(read_line)
    # The largest cell is checked with the rest of the row; the default of the process is less.
    csv.field_size_limit(max(csv.field_size_limit(), _LINE_LIMIT))
    parser = csv.reader(lines, delimiter=delimiter, strict=True)
    strict = _strict_pattern(delimiter)
    line = first_line
    while first := read_line(_LINE_LIMIT + 1):
        if len(first) > _LINE_LIMIT:
            _skip_line(first, read_line, line)
            yield line, "", [], CsvRowTooLarge
            line += 1
        elif '"' in first:
            lines.begin(first)
            yield _parsed(parser, lines, strict, line, delimiter)
            line += len(lines.parts)
        else:
            yield line, first, first.rstrip("\r\n").split(delimiter), None
            line += 1


class _RecordLines:
    """The lines of one record, handed over as the parser asks for them."""

    def __init__(self, read_line: Callable[[int], str]) -> None:
        self._read_line = read_line
        self.parts: list[str] = []

    def begin(self, first: str) -> None:
        self.parts = []
        self._next = first
        self._left = _LINE_LIMIT

    def __iter__(self) -> "_RecordLines":
        return self

    def __next__(self) -> str:
        line = self._next or self._read_line(self._left + 1)
        self._next = ""
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error  # what the parser itself raises at the end of the file
        self.parts.append(line)
        return line

    @property
    def text(self) -> str:
        return self.parts[0] if len(self.parts) == 1 else "".join(self.parts)


def _parsed(
    parser: Iterator[list[str]],
    lines: _RecordLines,
    strict: re.Pattern[str],
    line: int,
    delimiter: str,
) -> Record:
    try:
        cells = next(parser)
    except csv.Error as error:
        return _unparsed(lines.text, line, delimiter, error)
    text = lines.text
    if '"' in "".join(cells) and not strict.fullmatch(text):
        return line, text, cells, CsvQuoteStray
    return line, text, cells, None


def _unparsed(text: str, line: int, delimiter: str, error: csv.Error) -> Record:
    found = _open_quote(text, delimiter)
    if found is not None:
        opened, cell = found
        line += len(_LINE_END.findall(text, 0, opened))
        raise BrokenOffError(CsvQuoteOpen, line, cell) from error
    if text.count('"') % 2:
        raise BrokenOffError(CsvQuoteFollowed, line, 0) from error
    return line, text, [text.rstrip("\r\n")], CsvQuoteFollowed


def _open_quote(text: str, delimiter: str) -> tuple[int, int] | None:
    """Return where the quote is that nothing closes, and the number of its cell; None without."""
    at = cell = 0
    while True:
        if text.startswith('"', at):
            closed = _after_quoted(text, at)
            if closed < 0:
                return at, cell
            at = closed
        at = text.find(delimiter, at) + 1
        if not at:
            return None
        cell += 1


def flawed_cell(text: str, delimiter: str) -> int | None:
    """Return the number of the first cell of a record whose quotes make no sense, None without."""
    at = cell = 0
    while True:
        is_quoted = text.startswith('"', at)
        end = _after_quoted(text, at) if is_quoted else at
        following = text.find(delimiter, end)
        rest = text[end:] if following < 0 else text[end:following]
        if rest.strip("\r\n") if is_quoted else '"' in rest:
            return cell
        if following < 0:
            return None
        at = following + len(delimiter)
        cell += 1


def _after_quoted(text: str, opened: int) -> int:
    at = text.find('"', opened + 1)
    while at >= 0 and text.startswith('"', at + 1):
        at = text.find('"', at + 2)
    return at + 1 if at >= 0 else -1


def _skip_line(start: str, read_line: Callable[[int], str], line: int) -> None:
    quotes = start.count('"')
    while start and not start.endswith(("\r", "\n")):
        start = read_line(_LINE_LIMIT)
        quotes += start.count('"')
    if quotes % 2:
        raise BrokenOffError(CsvQuoteOpen, line, 0)


def _strict_pattern(delimiter: str) -> re.Pattern[str]:
    sign = re.escape(delimiter)
    cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n{sign}]*+)'
    return re.compile(rf"{cell}(?:{sign}{cell})*+(?:\r\n|\r|\n)?")
