"""Reading a file into the staging tables."""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lmsctl.bulk.actions.requests import ImportSpec
from lmsctl.bulk.rules import RowsDigest
from lmsctl.bulk.staging import ERRORS
from lmsctl.bulk.store import tables
from lmsctl.kit import canonical, celltimes
from lmsctl.kit.celltimes import CellDateMonthFirst, CellDateUncertain
from lmsctl.kit.csvin import Sheet
from lmsctl.kit.damage import CellDamaged, damage, is_time, may_be_damaged
from lmsctl.kit.errors import Refusal
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work

_BETWEEN_GUESSED = re.compile("[,;|\t]")
_ROWS_BETWEEN_LOOKS = 1_000
_LINES_ASIDE = 5_000

# What every row has: the numbers of the row and of its line, and what it is later found to mean.
_NUMBERS = 2


_UNDERSTOOD = frozenset({"id", "changed", "note", "is_done"})


@dataclass(frozen=True, slots=True)
class FileRows:
    """How many rows a file has, and the digests by which they are known.

    Runs of earlier versions are known by the bytes of their files, which are the second one.
    """

    count: int
    digests: tuple[str, str]
    notes: tuple[str, ...] = ()


class _Staging:
    """A file on its way into the staging tables."""

    def __init__(self, work: Work, sheet: Sheet, spec: ImportSpec) -> None:
        self.count = 0
        self.is_complete = False
        self._work = work
        self._sheet = sheet
        self._rows = sheet.rows()
        self._read_row = spec.reader(sheet.names)
        self._unread = spec.unread
        self._staged = spec.staged
        self._headings = {column.name: column.heading for column in spec.columns}
        self._names = [name for name in spec.staged.columns.keys() if name not in _UNDERSTOOD]  # noqa: SIM118 - columns are no dict
        self._tables = {table.name: table for table in (*spec.tables, ERRORS)}
        self._aside: dict[str, list[Sequence[Any]]] = {}
        self._month_first: dict[str, tuple[int, str]] = {}
        self._digest = RowsDigest(sheet.names, spec.meanings)
        self._key_columns = spec.key_columns
        self._damaged, self._first_damage = 0, ""
        self._damaged_keys: tuple[int, set[str]] = 0, set()

    @property
    def digest(self) -> str:
        """The SHA-256 of what the rows say."""
        return self._digest.hexdigest()

    def load_portion(self) -> None:
        """Load the next rows, and then what they put into other tables."""
        self._work.load(self._staged, self._names, self._portion())
        self._load_aside()

    def _load_aside(self) -> None:
        for name, lines in self._aside.items():
            table = self._tables[name]
            self._work.load(table, table.c.keys(), lines)
        self._aside.clear()

    def _portion(self) -> Iterator[Sequence[Any]]:
        """Yield rows as the database takes them, until enough has gathered for other tables."""
        read_row, note, put, unread = self._read_row, self._note, self._put, self._unread
        nothing = (None,) * (len(self._names) - _NUMBERS)
        row_no = self.count
        digest = self._digest
        for row_no, line_no, cells, raw, problem in self._rows:
            if problem is None:
                digest.add(cells)
                if may_be_damaged(cells):
                    self._look_for_damage(row_no, cells)
                yield (row_no, line_no, *read_row(row_no, cells, note, put))
            else:
                digest.add_unread(row_no, raw)
                for wrong in (problem, *problem.details):
                    note(row_no, wrong.location.column if wrong.location else None, wrong)
                unread(row_no, self._guess_cells(raw), put)
                yield (row_no, line_no, *nothing)
            if not row_no % _ROWS_BETWEEN_LOOKS:
                self.count = row_no
                self._work.console.progress(
                    "Reading", self._sheet.position(), self._sheet.size_bytes
                )
                if sum(map(len, self._aside.values())) > _LINES_ASIDE:
                    return
        self.count = row_no
        self.is_complete = True

    def _guess_cells(self, raw: Sequence[str]) -> dict[str, str]:
        """Return what the cells of a row that cannot be read may be, by the names of columns."""
        # What is not taken apart is one cell.
        cells = _BETWEEN_GUESSED.split(raw[0]) if len(raw) == 1 else raw
        found = zip(self._sheet.columns, cells, strict=False)
        return {name: canonical.trim(cell.strip('"')) for name, cell in found if name is not None}

    def _look_for_damage(self, row_no: int, cells: Sequence[str]) -> None:
        """Note cells that name something and are damaged; of others count how many there are."""
        keys = set()
        for name, cell in zip(self._sheet.names, cells, strict=False):
            what = damage(cell)
            if name in self._key_columns and is_time(cell):
                what = "a date or a time that a spreadsheet has made of what was entered"
            if what is None:
                continue
            given = canonical.excerpt(cell)
            if name in self._key_columns:
                self._note(row_no, name, CellDamaged(given=given, what=what))
                keys.add(name)
                continue
            self._damaged += 1
            self._first_damage = self._first_damage or (
                f"row {row_no}, column {self._headings.get(name, name)}: '{given}' is {what}"
            )

        self._damaged_keys = row_no, keys

    @property
    def notes(self) -> tuple[str, ...]:
        """What is remarkable about cells that were taken all the same."""
        if not self._damaged:
            return ()
        cells = counted(self._damaged, "cell")
        return (f"{cells} may have been damaged by a spreadsheet: {self._first_damage}.",)

    def note_uncertain_dates(self) -> None:
        """Note every date with slashes in a column in which some can only be month first.

        The file is read once more, because only now that is known.
        """
        if not self._month_first:
            return
        at = {name: self._sheet.names.index(name) for name in self._month_first}
        for row_no, _, cells, _, problem in self._sheet.rows():
            for name, (row, other) in self._month_first.items() if problem is None else ():
                cell = cells[at[name]]
                if row_no != row and celltimes.is_slash_date(cell):
                    self._note_date(row_no, name, cell, row, other)
            if sum(map(len, self._aside.values())) > _LINES_ASIDE:
                self._load_aside()
        self._load_aside()

    def _note_date(self, row_no: int, name: str, cell: str, row: int, other: str) -> None:
        try:
            celltimes.read_cell(cell)
        except Refusal:  # That has been noted already.
            return
        self._note(row_no, name, CellDateUncertain(given=cell, row=row, other=other))

    def _put(self, table: str, line: Sequence[Any]) -> None:
        self._aside.setdefault(table, []).append(line)

    def _note(self, row_no: int, column: str | None, refusal: Refusal) -> None:
        if column and isinstance(refusal, CellDateMonthFirst):
            self._month_first.setdefault(column, (row_no, str(refusal.values["given"])))
        damaged_row, keys = self._damaged_keys
        if row_no == damaged_row and column in keys:
            return
        heading = self._headings.get(column, column) if column else None
        self._put(ERRORS.name, (row_no, heading, *_words(refusal), None))


def stage_rows(work: Work, sheet: Sheet, spec: ImportSpec) -> FileRows:
    """Read the file into the staging tables; raises what `Sheet.rows` raises."""
    tables.make_tables(work, spec.tables)
    staging = _Staging(work, sheet, spec)
    with tables.bulk_loading(work), _no_collection():
        while not staging.is_complete:
            staging.load_portion()
        staging.note_uncertain_dates()
    tables.index_tables(work, spec.tables)
    return FileRows(staging.count, (staging.digest, sheet.digest), staging.notes)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage meanwhile: rows leave none behind, and looking costs a sixth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _words(refusal: Refusal) -> tuple[str, str, str]:
    """Return code, sentence and hint."""
    return refusal.code, *refusal.format_for_cell()
