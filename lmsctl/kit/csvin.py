"""Reading CSV files that people made: one strict row at a time, in constant memory."""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from lmsctl.kit import canonical
from lmsctl.kit.csvbytes import Source, open_source
from lmsctl.kit.csverrors import (
    CsvCellTooLarge,
    CsvDelimiterInvalid,
    CsvNoHeading,
    CsvRowRagged,
    CsvRowsTooMany,
    CsvRowTooLarge,
)
from lmsctl.kit.csvheading import Column, Reading, Vocabulary
from lmsctl.kit.csvout import LiteralText, clears, is_guarded
from lmsctl.kit.csvrecords import ROW_BYTES_LIMIT, BrokenOffError, Record, records
from lmsctl.kit.errors import Location, Refusal, Rejected

__all__ = ["Column", "Reading", "Row", "Sheet", "clean", "open_sheet"]

_CELL_BYTES_LIMIT = 10 * 1024
_ROWS_LIMIT = 1_000_000
# No character has more than four bytes in UTF-8: a row of so few characters has no cell too large.
_SURELY_SMALL_CHARS = _CELL_BYTES_LIMIT // 4
_LIMITS = {CsvRowTooLarge: "1 MiB", CsvCellTooLarge: "10 KiB"}
_DELIMITERS = ",;\t|"
_ASCII_BLANKS = " \t\r\n"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


class Row(NamedTuple):
    """One data row.

    `row` counts data rows from 1, blank ones left out; `line` is the line of the file it begins on.
    `cells` are the cleaned values in the order of `Sheet.names`. With a `problem` there are none,
    and only this row is lost: reading goes on. `raw` are the cells as they were in the file, for a
    file of rejected rows: the whole text as one cell if its quotes made no sense, nothing if it was
    too large to hold.
    """

    row: int
    line: int
    cells: list[str]
    raw: list[str]
    problem: Refusal | None


class Sheet:
    """An open CSV file whose bytes are text and whose headings are known columns.

    `file` is the name to speak of it; `headings` are as written in the file, `columns` the column
    each means (None: left aside), `names` those of them that mean one, in the order of the file.
    `digest` is the SHA-256 of the bytes in hexadecimal, `size_bytes` their number. `notes` counts
    `trimmed_cells` and `blank_rows` of the last reading, and `ignored_columns`.
    """

    def __init__(self, source: Source, columns: Sequence[Column], reading: Reading) -> None:
        vocabulary = Vocabulary(columns, reading)
        self._source = source
        self.file = source.shown
        self.digest = source.digest
        self.size_bytes = source.size_bytes
        self._heading_line = 1
        self._delimiter = self._find_delimiter(vocabulary, reading.delimiter)
        self.headings = self._read_headings(self._delimiter)
        self.columns = vocabulary.columns_of(self.headings, self._heading_place())
        self.names = tuple(name for name in self.columns if name is not None)
        self.notes: dict[str, int] = {}
        self._note(trimmed=0, blank=0)

    def __enter__(self) -> Self:
        """Return the sheet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._source.close()

    def position(self) -> int:
        """Return how many bytes have been read, of `size_bytes`."""
        return self._source.position()

    def rows(self) -> Iterator[Row]:
        """Yield the data rows; a second call reads the file again and ends the first reading.

        What is wrong with one row comes with it as its `problem`: CsvRowRagged, CsvRowTooLarge,
        CsvCellTooLarge, CsvQuoteFollowed or CsvQuoteStray. What makes all further rows doubtful is
        raised: CsvQuoteOpen, CsvQuoteFollowed when it hides where the row ends, CsvRowsTooMany and
        CsvFileChanged.
        """
        text = self._source.text()
        try:
            yield from self._rows(text)
        except UnicodeError as error:  # all bytes had been decoded once before
            raise self._source.changed() from error
        finally:
            with suppress(ValueError):  # the sheet may be closed already
                text.detach()
        self._source.check_unchanged()

    def _rows(  # noqa: C901 - one pass over each row, and the fastest one
        self, text: io.TextIOWrapper
    ) -> Iterator[Row]:
        found = self._records(text, self._delimiter)
        next(found)  # the heading row
        picked = [index for index, name in enumerate(self.columns) if name is not None]
        width = len(self.columns)
        whole = len(picked) == width
        row = trimmed = blank = 0
        try:
            for line, source, raw, flaw in found:
                problem = None
                if flaw or len(raw) != width or len(source) > _SURELY_SMALL_CHARS:
                    problem = self._problem((line, source, raw, flaw), row + 1)
                if problem:
                    chosen: list[str] = []
                else:
                    chosen = raw if whole else [raw[index] for index in picked]
                if source.isascii() and "'" not in source:  # the usual row, and a fast one
                    cells = [cell.strip(_ASCII_BLANKS) for cell in chosen]
                else:
                    cells = [
                        cell.strip(_ASCII_BLANKS)
                        if cell.isascii() and cell[:1] != "'"
                        else clean(cell)
                        for cell in chosen
                    ]
                if not any(cells) and not flaw and not any(map(clean, raw)):
                    blank += 1
                    continue
                if cells != chosen:
                    trimmed += sum(canonical.trim(cell) != cell for cell in chosen)
                row += 1
                if row > _ROWS_LIMIT:
                    raise CsvRowsTooMany(
                        location=Location(self.file, row, line),
                        limit=f"{_ROWS_LIMIT:,}",
                    )
                yield Row(row, line, cells, raw, problem)
        except BrokenOffError as broken:
            raise self._refusal(broken.refusal, row + 1, broken.line, broken.cell) from broken
        finally:
            self._note(trimmed, blank)

    def _problem(self, record: Record, row: int) -> Rejected | None:
        line, source, raw, flaw = record
        if flaw:
            return self._refusal(flaw, row, line)
        if _is_larger(source, ROW_BYTES_LIMIT):
            return self._refusal(CsvRowTooLarge, row, line)
        for index, cell in enumerate(raw):
            if _is_larger(cell, _CELL_BYTES_LIMIT):
                return self._refusal(CsvCellTooLarge, row, line, index)
        if len(raw) != len(self.headings):
            place = Location(self.file, row, line)
            return CsvRowRagged(location=place, cells=len(raw), headings=len(self.headings))
        return None

    def _refusal(
        self, kind: type[Rejected], row: int, line: int, cell: int | None = None
    ) -> Rejected:
        heading = self.headings[cell] if cell is not None and cell < len(self.headings) else None
        column = canonical.excerpt(canonical.trim(heading)) if heading is not None else None
        place = Location(self.file, row, line, column)
        return kind(location=place, limit=_LIMITS.get(kind, "1 MiB"))

    def _note(self, trimmed: int, blank: int) -> None:
        self.notes = {
            "trimmed_cells": trimmed,
            "blank_rows": blank,
            "ignored_columns": self.columns.count(None),
        }

    def _records(self, text: io.TextIOWrapper, delimiter: str) -> Iterator[Record]:
        for _ in range(1, self._heading_line):
            text.readline()
        return records(text, delimiter, self._heading_line)

    def _heading_place(self) -> Location:
        return Location(self.file, line=self._heading_line)

    def _find_delimiter(self, vocabulary: Vocabulary, wanted: str | None) -> str:
        chosen = _checked_delimiter(wanted) if wanted is not None else None
        first = self._first_line()
        announced = _SEPARATOR_LINE.fullmatch(first)
        if announced and _may_delimit(announced[1]):
            self._heading_line = 2
            chosen = chosen or announced[1]
            first = self._first_line()
        if not canonical.trim(first.translate(dict.fromkeys(map(ord, f'"{_DELIMITERS}')))):
            documented = vocabulary.documented()
            raise CsvNoHeading(location=self._heading_place(), known=documented)
        return chosen or max(_DELIMITERS, key=lambda sign: self._score(sign, vocabulary))

    def _first_line(self) -> str:
        """Return the line the heading row begins on, or as much of it as a row may have."""
        text = self._source.text()
        try:
            for _ in range(1, self._heading_line):
                text.readline()
            return text.readline(ROW_BYTES_LIMIT).rstrip("\r\n")
        finally:
            text.detach()

    def _score(self, delimiter: str, vocabulary: Vocabulary) -> tuple[int, int]:
        try:
            headings = self._read_headings(delimiter)
        except Refusal:
            return -1, 0
        return vocabulary.known(headings), len(headings)

    def _read_headings(self, delimiter: str) -> tuple[str, ...]:
        text = self._source.text()
        try:
            line, source, cells, flaw = next(self._records(text, delimiter))
        except BrokenOffError as broken:
            place = Location(self.file, line=broken.line)
            raise broken.refusal(location=place, limit="1 MiB") from broken
        finally:
            text.detach()
        if flaw or _is_larger(source, ROW_BYTES_LIMIT):
            place = Location(self.file, line=line)
            raise (flaw or CsvRowTooLarge)(location=place, limit="1 MiB")
        return tuple(cells)


def open_sheet(
    path: str,
    columns: Sequence[Column],
    reading: Reading,
    *,
    stdin: BinaryIO | None = None,
) -> Sheet:
    """Open the CSV file at `path`, `-` for standard input, that may have `columns`.

    Its bytes have all been read once when this returns: what is no text, has no proper heading row
    or is no CSV at all is refused before the first row. Raises what `csvbytes.open_source` and
    `csvheading.Vocabulary` raise, CsvDelimiterInvalid, CsvNoHeading, and for a broken heading row
    CsvQuoteOpen, CsvQuoteFollowed, CsvQuoteStray or CsvRowTooLarge.
    """
    source = open_source(path, reading.encoding, stdin)
    try:
        return Sheet(source, columns, reading)
    except BaseException:
        source.close()
        raise


def clean(cell: str) -> str:
    """Return the value of a cell: without blanks around it, in NFC, the writer's guard taken off.

    Only the first character of a cell can be the guard. What it guarded keeps its beginning, even
    a tab, so that whatever we wrote reads back as it was.
    """
    value = canonical.trim(cell)
    if is_guarded(cell):
        value = value[1:]
        if clears(value):
            return LiteralText(value)
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def _is_larger(text: str, bytes_limit: int) -> bool:
    return len(text) * 4 > bytes_limit and len(text.encode()) > bytes_limit


def _checked_delimiter(given: str) -> str:
    sign = "\t" if given in {"tab", "\\t"} else given
    if not _may_delimit(sign):
        raise CsvDelimiterInvalid(given=canonical.excerpt(given))
    return sign


def _may_delimit(sign: str) -> bool:
    if len(sign) != 1 or sign in "\"' ":
        return False
    return sign == "\t" or (sign.isprintable() and not sign.isalnum())
