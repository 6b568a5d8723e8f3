"""The records of a sheet of a workbook, each cell as the text that a person would write for it."""

import hashlib
import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from lmsctl.kit import canonical
from lmsctl.kit.csverrors import CsvNoHeading
from lmsctl.kit.csvrecords import Record
from lmsctl.kit.damage import TimeText
from lmsctl.kit.errors import Rejected
from lmsctl.kit.tablesource import cell_name
from lmsctl.kit.workbookarchive import Archive
from lmsctl.kit.workbookerrors import (
    CellMerged,
    CellNumberTooLong,
    SheetUnknown,
)
from lmsctl.kit.workbookods import scan_ods
from lmsctl.kit.workbookscan import ROWS_LIMIT, Findings, Flaw, Merge
from lmsctl.kit.workbookxlsx import scan_xlsx, sheets_of_xlsx

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_CHUNK = 1 << 16
# A spreadsheet keeps no more digits of a number.
_SURE_DIGITS = 15
_TOO_LONG = 10**_SURE_DIGITS
_NAMES_SHOWN = 20
_NOTHING: Mapping[int, Flaw] = {}

_Value = int | float | str | bool | time | date | datetime | timedelta


class Workbook:
    """One sheet of an open workbook as a source of records, the first visible one if none is named.

    Everything about it has been checked when it is made. Raises what `Archive` and the scans raise,
    SheetUnknown, and CsvNoHeading for a workbook without any sheet.
    """

    rows_limit = ROWS_LIMIT
    first_line = 1

    def __init__(self, file: BinaryIO, shown: str, wanted: str | None) -> None:
        self.shown = shown
        self._file = file
        self._archive = Archive(file, shown)
        self.digest, self.size_bytes = self._examine()
        self._line = 0
        self._flaws = _NOTHING
        self.sheet: str | None = None
        self._cells, self._found = self._load(wanted)
        self._height = max(self._cells.total_height, 1)

    def records(self) -> Generator[Record]:
        """Yield the rows of the sheet from the first one on, blank ones too."""
        start = self._cells.start
        before = [""] * (start[1] if start else 0)
        faults = self._found.flaws
        merged = _Merged(self._found.merges)
        convert = _Converter()
        text = convert.text
        for line, values in enumerate(self._cells.iter_rows(), start=1):
            cells = [*before, *[value if type(value) is str else text(value) for value in values]]
            flaws = faults.get(line, _NOTHING)
            if convert.has_long:
                convert.has_long = False
                flaws = {**flaws, **dict(_too_long(values, len(before)))}
            if merged.is_busy:
                flaws = {**flaws, **dict(merged.covered(line, cells))}
            self._line, self._flaws = line, flaws
            yield line, "".join(cells), cells, None

    def is_flawed(self, line: int) -> bool:
        """Return whether cells of the record that was yielded last cannot be read."""
        return bool(self._flaws) and line == self._line

    def flawed_cell(self, text: str) -> int | None:  # noqa: ARG002 - its records are never flawed
        """Return None: nothing stands between the cells of a workbook."""
        return None

    def flaws(self, line: int, columns: Sequence[int]) -> Sequence[tuple[int, Rejected]]:
        """Return what is wrong with which cells of that record, of those in `columns`."""
        if line != self._line:
            return ()
        return [(column, self._flaws[column]()) for column in columns if column in self._flaws]

    def position(self) -> int:
        """Return how far the current reading has come, of `size_bytes`."""
        return self.size_bytes * self._line // self._height

    def check_unchanged(self) -> None:
        """Do nothing: all of it is in memory."""

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _examine(self) -> tuple[str, int]:
        digest = hashlib.sha256()
        size = 0
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
        return digest.hexdigest(), size

    def _load(self, wanted: str | None) -> "tuple[CalamineSheet, Findings]":
        """Choose the sheet, look through it, and only then build its table."""
        from python_calamine import CalamineWorkbook  # only files of this kind need it

        found: Mapping[str, Findings] = {}
        parts: Mapping[str, str] = {}
        if self._archive.is_ods:
            found = scan_ods(self._archive)
            self._archive.check_others(("content.xml",))
        else:
            parts = dict(sheets_of_xlsx(self._archive))
            self._archive.check_others(tuple(parts.values()))
        self._file.seek(0)
        with self._reading():
            workbook = CalamineWorkbook.from_filelike(self._file)
        self.sheet = self._choose(workbook, wanted)
        if not self._archive.is_ods:
            if self.sheet not in parts:
                raise self._archive.broken("it does not say where its sheets are")
            found = {self.sheet: scan_xlsx(self._archive, parts[self.sheet])}
        with self._reading():
            cells = workbook.get_sheet_by_name(self.sheet)
        self.remarks: Sequence[str] = tuple(
            _remarks(workbook, self.sheet, wanted, found[self.sheet])
        )
        return cells, found[self.sheet]

    def _choose(self, workbook: "CalamineWorkbook", wanted: str | None) -> str:
        names = _tables(workbook, is_hidden_too=True)
        if not names:
            raise CsvNoHeading(location=self._archive.location, known="")
        if wanted is None:
            return (_tables(workbook) or names)[0]
        key = canonical.key(wanted)
        fitting = [name for name in names if name == wanted or canonical.key(name) == key]
        if not fitting:
            raise SheetUnknown(
                field="--sheet",
                location=self._archive.location,
                given=canonical.excerpt(wanted),
                known=", ".join(canonical.excerpt(name) for name in names[:_NAMES_SHOWN]),
            )
        return wanted if wanted in fitting else fitting[0]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn what the library says of a workbook into a refusal."""
        from python_calamine import CalamineError

        try:
            yield
        except CalamineError as error:
            raise self._archive.broken(canonical.excerpt(str(error))) from error
        except BaseException as error:
            # What its Rust code did not foresee is no Exception.
            if type(error).__name__ != "PanicException":
                raise
            raise self._archive.broken("it makes no sense") from error


def _tables(workbook: "CalamineWorkbook", *, is_hidden_too: bool = False) -> list[str]:
    """Return the names of the sheets that hold cells."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
        and (is_hidden_too or sheet.visible == SheetVisibleEnum.Visible)
    ]


def _remarks(
    workbook: "CalamineWorkbook", sheet: str, wanted: str | None, found: Findings
) -> Iterator[str]:
    others = [canonical.excerpt(name) for name in _tables(workbook) if name != sheet]
    if wanted is None and others:
        yield (
            f"The sheet {canonical.excerpt(sheet)} was read. There are others:"
            f" {', '.join(others[:_NAMES_SHOWN])} (--sheet NAME)."
        )
    if found.has_hidden:
        yield "Hidden rows and columns were read like the others."


class _Converter:
    """Cells as text; `has_long` is set by a number that may have lost its last digits."""

    def __init__(self) -> None:
        self.has_long = False

    def text(self, value: _Value) -> str:
        """Return what a person would write for `value`, whatever the format of its cell shows."""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, float | int):
            return self._number(value)
        return value if isinstance(value, str) else TimeText(_time(value))

    def _number(self, value: float) -> str:
        if not math.isfinite(value):
            return str(value)
        if value == int(value):
            self.has_long = self.has_long or abs(value) >= _TOO_LONG
            return str(int(value))
        short = f"{value:.{_SURE_DIGITS}g}"
        return short if "e" not in short else f"{Decimal(short):f}"


def _time(value: date | time | timedelta) -> str:
    """Return a date, a time or both, or how long something takes."""
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value.isoformat()


def _moment(value: datetime) -> str:
    """Return a date, or the date and time; spreadsheets keep fractions that nobody wrote."""
    rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    if rounded.time() == time():
        return rounded.date().isoformat()
    return rounded.isoformat()


def _too_long(values: Sequence[_Value], offset: int) -> Iterator[tuple[int, Flaw]]:
    for index, value in enumerate(values, start=offset):
        if isinstance(value, float | int) and math.isfinite(value) and abs(value) >= _TOO_LONG:
            yield index, CellNumberTooLong


class _Merged:
    """Merged cells, line by line from the first one on."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._waiting = sorted(merges, key=lambda merge: merge.first_line, reverse=True)
        self._open: list[Merge] = []

    @property
    def is_busy(self) -> bool:
        """Whether there are any in this line or below it."""
        return bool(self._waiting or self._open)

    def covered(self, line: int, cells: Sequence[str]) -> Iterator[tuple[int, Flaw]]:
        """Yield the columns of cells in `line` that another one covers which says something."""
        self._open = [merge for merge in self._open if merge.last_line >= line]
        while self._waiting and self._waiting[-1].first_line <= line:
            merge = self._waiting.pop()
            if merge.first_column < len(cells) and canonical.trim(cells[merge.first_column]):
                self._open.append(merge)
        for merge in self._open:
            first = merge.first_column + (line == merge.first_line)
            name = cell_name(merge.first_line, merge.first_column)
            for column in range(first, min(merge.last_column + 1, len(cells))):
                yield column, partial(CellMerged, first=name)
