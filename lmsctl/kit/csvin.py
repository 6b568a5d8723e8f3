"""Reading CSV files that people made: one strict row at a time, in constant memory.

It is long because one pass over the file does all of it, and its steps share what they found.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from lmsctl.kit import canonical
from lmsctl.kit.csvbytes import Source, check_encoding, is_workbook, open_bytes
from lmsctl.kit.csvcells import clean, is_larger
from lmsctl.kit.csverrors import (
    CsvCellTooLarge,
    CsvHeadingAgain,
    CsvNoHeading,
    CsvRowRagged,
    CsvRowsTooMany,
    CsvRowTooLarge,
    CsvTotalRow,
)
from lmsctl.kit.csvheading import Column, Reading, Vocabulary
from lmsctl.kit.csvrecords import ROW_BYTES_LIMIT, BrokenOffError, Record
from lmsctl.kit.csvtable import CsvTable
from lmsctl.kit.errors import Location, Refusal, Rejected
from lmsctl.kit.headingrow import (
    HeadingRow,
    find_blank_columns,
    find_heading,
    heading_remarks,
    is_repeated,
    is_total,
)
from lmsctl.kit.tablesource import TableSource, cell_name
from lmsctl.kit.workbookerrors import WorkbookOptionIdle

__all__ = ["Column", "Reading", "Row", "Sheet", "clean", "open_sheet"]

_CELL_BYTES_LIMIT = 10 * 1024
# No character has more than four bytes in UTF-8: a row of so few characters has no cell too large.
_SURELY_SMALL_CHARS = _CELL_BYTES_LIMIT // 4
_LIMITS = {CsvRowTooLarge: "1 MiB", CsvCellTooLarge: "10 KiB"}
# Subtotals may stand above a total; a file of nothing else is no report.
_TOTALS_TOGETHER = 10
_ASCII_BLANKS = " \t\r\n"


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
    """An open file of rows whose headings are known columns.

    `file` is the name to speak of it, and `sheet` that of the sheet of a workbook; `headings` are
    as written in the file, `columns` the column each means (None: ignored), `names` those of
    them that mean one, in the order of the file. `digest` is the SHA-256 of the bytes in
    hexadecimal, `size_bytes` their number. `notes` counts `trimmed_cells` and `blank_rows` of
    the last reading, and `ignored_columns`; `remarks` are sentences on how the file was read.
    """

    sheet: str | None = None
    remarks: Sequence[str] = ()
    _positions: Mapping[str, int] = {}

    def __init__(self, table: TableSource, columns: Sequence[Column], reading: Reading) -> None:
        vocabulary = Vocabulary(columns, reading)
        self._table = table
        self.file = table.shown
        self.sheet = table.sheet
        self.digest = table.digest
        self.size_bytes = table.size_bytes
        self._heading = self._find_heading(vocabulary)
        self.headings = self._heading.cells
        self._blank_columns = find_blank_columns(table, self._heading)
        self.columns = vocabulary.columns_of(
            self.headings, self._heading_place, blank=self._blank_columns
        )
        self.names = tuple(name for name in self.columns if name is not None)
        told = (canonical.excerpt(canonical.trim(heading)) for heading in self.headings)
        self._positions = {heading: index for index, heading in enumerate(told)} | {
            column.heading: self.columns.index(column.name)
            for column in columns
            if column.name in self.columns
        }
        remarks = heading_remarks(self._heading, self.columns, self._blank_columns)
        self.remarks = (*table.remarks, *remarks)
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
        self._table.close()

    def position(self) -> int:
        """Return how much has been read, of `size_bytes`."""
        return self._table.position()

    def place(self, row: int, line: int, heading: str | None = None) -> Location:
        """Return the place of a row, or of its cell under `heading`, ours or that of the file."""
        return self._place(row, line, self._positions.get(heading) if heading else None)

    def rows(self) -> Iterator[Row]:
        """Yield the data rows; a second call reads the file again and ends the first reading.

        What is wrong with one row comes with it as its `problem`: CsvRowRagged, CsvRowTooLarge,
        CsvCellTooLarge, CsvQuoteFollowed, CsvQuoteStray, CsvHeadingAgain, CsvTotalRow, or what the
        table says of its cells. What makes all further rows doubtful is raised: CsvQuoteOpen,
        CsvQuoteFollowed when it hides where the row ends, CsvRowsTooMany and CsvFileChanged.
        """
        with closing(self._table.records()) as found:
            yield from self._rows(found)
        self._table.check_unchanged()

    def _rows(  # noqa: C901, PLR0912 - one pass over each row, and the fastest one
        self, found: Iterator[Record]
    ) -> Iterator[Row]:
        for _ in range(self._heading.index + 1):
            next(found)
        picked = [index for index, name in enumerate(self.columns) if name is not None]
        width = len(self.columns)
        whole = len(picked) == width
        is_flawed = self._table.is_flawed
        limit = self._table.rows_limit
        own_headings = [clean(self.headings[index]) for index in picked]
        totals: list[Row] = []
        row = trimmed = blank = 0
        try:
            for line, source, raw, flaw in found:
                problem: Refusal | None = None
                if (
                    flaw
                    or len(raw) != width
                    or len(source) > _SURELY_SMALL_CHARS
                    or is_flawed(line)
                ):
                    problem = self._problem((line, source, raw, flaw), row + 1, picked)
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
                if (
                    not any(cells)
                    and not flaw
                    and not any(map(clean, raw))
                    and not (problem and is_flawed(line))
                ):
                    blank += 1
                    continue
                if cells != chosen:
                    trimmed += sum(canonical.trim(cell) != cell for cell in chosen)
                row += 1
                if row > limit:
                    raise CsvRowsTooMany(location=self._place(row, line), limit=f"{limit:,}")
                if (
                    cells
                    and cells[0].casefold() == own_headings[0].casefold()
                    and is_repeated(own_headings, cells)
                ):
                    place = self._place(row, line)
                    problem = CsvHeadingAgain(location=place, heading=self._heading.line)
                    cells = []
                    yield from map(self._as_total, totals)
                    totals.clear()
                elif is_total(cells) and len(totals) < _TOTALS_TOGETHER:
                    # Whether it is one shows when nothing comes below it, or the next page.
                    totals.append(Row(row, line, cells, raw, None))
                    continue
                elif totals:
                    yield from totals
                    totals.clear()
                yield Row(row, line, cells, raw, problem)
        except BrokenOffError as broken:
            raise self._refusal(broken.refusal, row + 1, broken.line, broken.cell) from broken
        finally:
            self._note(trimmed, blank)
        yield from map(self._as_total, totals)

    def _as_total(self, row: Row) -> Row:
        place = self._place(row.row, row.line)
        return row._replace(cells=[], problem=CsvTotalRow(location=place))

    def _problem(self, record: Record, row: int, picked: Sequence[int]) -> Rejected | None:
        line, source, raw, flaw = record
        if flaw:
            return self._refusal(flaw, row, line, self._table.flawed_cell(source))
        if is_larger(source, ROW_BYTES_LIMIT):
            return self._refusal(CsvRowTooLarge, row, line)
        for index, cell in enumerate(raw):
            if is_larger(cell, _CELL_BYTES_LIMIT):
                return self._refusal(CsvCellTooLarge, row, line, index)
        if len(raw) != len(self.headings):
            place = self._place(row, line)
            return CsvRowRagged(location=place, cells=len(raw), headings=len(self.headings))
        return self._flawed_cells(row, line, picked)

    def _flawed_cells(self, row: int, line: int, picked: Sequence[int]) -> Rejected | None:
        """Return what is wrong with the cells that count, the first with the others in it."""
        problems = []
        for index, problem in self._table.flaws(line, picked):
            problem.location = self._place(row, line, index)
            problems.append(problem)
        if not problems:
            return None
        problems[0].details = tuple(problems[1:])
        return problems[0]

    def _refusal(
        self, kind: type[Rejected], row: int, line: int, cell: int | None = None
    ) -> Rejected:
        return kind(location=self._place(row, line, cell), limit=_LIMITS.get(kind, "1 MiB"))

    def _place(self, row: int | None, line: int, index: int | None = None) -> Location:
        heading = self.headings[index] if index is not None and index < len(self.headings) else None
        column = canonical.excerpt(canonical.trim(heading)) if heading is not None else None
        return self._at(line, index, row, column)

    def _at(
        self, line: int, index: int | None = None, row: int | None = None, column: str | None = None
    ) -> Location:
        is_cell = self.sheet is not None and index is not None
        cell = cell_name(line, index) if is_cell and index is not None else None
        return Location(self.file, row, line, column, self.sheet, cell)

    def _heading_place(self, index: int | None = None) -> Location:
        """Return the place of the heading row, or of its cell in the column `index`."""
        line = self._heading.line
        return self._at(line) if index is None else self._place(None, line, index)

    def _note(self, trimmed: int, blank: int) -> None:
        self.notes = {
            "trimmed_cells": trimmed,
            "blank_rows": blank,
            "ignored_columns": self.columns.count(None) - len(self._blank_columns),
        }

    def _find_heading(self, vocabulary: Vocabulary) -> HeadingRow:
        try:
            with closing(self._table.records()) as found:
                heading = find_heading(found, vocabulary)
        except BrokenOffError as broken:
            raise broken.refusal(location=self._at(broken.line), limit="1 MiB") from broken
        if heading is None:
            raise CsvNoHeading(
                location=self._at(self._table.first_line), known=vocabulary.documented()
            )
        if heading.flaw or is_larger(heading.text, ROW_BYTES_LIMIT):
            place = self._at(heading.line)
            raise (heading.flaw or CsvRowTooLarge)(location=place, limit="1 MiB")
        return heading


def open_sheet(
    path: str,
    columns: Sequence[Column],
    reading: Reading,
    *,
    stdin: BinaryIO | None = None,
) -> Sheet:
    """Open the file of rows at `path`, `-` for standard input, that may have `columns`.

    Its bytes have all been read once when this returns: what is no text, has no proper heading row
    or is no CSV at all is refused before the first row. Raises what `csvbytes.open_source` and
    `csvheading.Vocabulary` raise, CsvDelimiterInvalid, CsvNoHeading, and for a broken heading row
    CsvQuoteOpen, CsvQuoteFollowed, CsvQuoteStray or CsvRowTooLarge.
    """
    check_encoding(reading.encoding)
    file, shown = open_bytes(path, stdin)
    try:
        return Sheet(_open_table(file, shown, columns, reading), columns, reading)
    except BaseException:
        file.close()
        raise


def _open_table(
    file: BinaryIO, shown: str, columns: Sequence[Column], reading: Reading
) -> TableSource:
    if is_workbook(file, shown):
        from lmsctl.kit.workbook import Workbook  # most files are none

        workbook = Workbook(file, shown, reading.sheet)
        for option, given in (("--encoding", reading.encoding), ("--delimiter", reading.delimiter)):
            _check_idle(option, given, shown, needed="CSV files", found="a workbook")
        return workbook
    source = Source(file, shown, reading.encoding)
    _check_idle("--sheet", reading.sheet, shown, needed="workbooks", found="none")
    return CsvTable(source, Vocabulary(columns, reading), reading.delimiter)


def _check_idle(option: str, given: str | None, file: str, *, needed: str, found: str) -> None:
    if given is not None:
        raise WorkbookOptionIdle(field=option, option=option, needed=needed, file=file, found=found)
