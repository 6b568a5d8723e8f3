"""What is taken in: the file, what the caller wants of it, and what a room knows of its kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from lmsctl.bulk.errors import (
    RowsRejected,
)
from lmsctl.bulk.rules import Meaning, PutRow, ReadRow
from lmsctl.bulk.staging import RowRange, Tables
from lmsctl.bulk.store.runs import UnfinishedRun
from lmsctl.kit.change_reports import Reports
from lmsctl.kit.csvin import Column, Reading, Sheet, open_sheet
from lmsctl.kit.csvout import CsvFile, RejectsFile
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.work import Work

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table


_TELL_AGAIN = "Do it again with another file for it: what is in stays, and every row is told anew."
_RESULTS = ("row", "line", "key", "outcome", "id", "changed", "error code", "column", "message")


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What the caller of an import wants; `results` and `rejects` are where to write.

    `again` takes the same bytes once more where that would make the same things twice.
    """

    path: str
    reading: Reading = field(default_factory=Reading)
    expect_rows: int | None = None
    keep_going: bool = False
    resume: bool = False
    again: bool = False
    results: OutputFile | None = None
    rejects: OutputFile | None = None

    @property
    def is_tolerant(self) -> bool:
        """Whether good rows are written although others fail; only such runs can be resumed."""
        return self.keep_going or self.resume


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """What a room knows of its kind of file.

    `tables` are the staging tables, the one of the rows first. `reader` is given the names
    of the columns the file has and returns what reads one row: from its number, its cells, a way to
    note what is wrong with it (row, column and refusal) and a way to put a line into another
    staging table, to the values of `staged` in the order of its columns. It asks the
    database nothing. `event` is what the audit log calls a run.

    `resolve` understands the rows of a range, in a transaction and with the portal locked: it sets
    `id`, `changed` and `note`, and notes what is wrong. It is called for the whole file first, and
    again for a range whenever others may have changed something since. `write` writes the good rows
    of a range for the run with that number; it returns how many notices it queued. `notes` are what
    the caller should know besides the numbers. Cells in `key_columns`, which name
    things, are noted when a spreadsheet has damaged them, and nothing else about them; `resolve`
    takes that back of rows whose thing is called so. `unread` is called
    with the number of a row that cannot be read and what its cells may be, and may put lines into
    tables as a reader does. `meanings` read the cells of columns in which the same can be said in
    several ways: a file is known again by what they say. `key` and `number`
    are the expressions that `outcomes.list_results` wants.
    """

    kind: str
    event: str
    columns: Sequence[Column]
    tables: Tables
    reader: Callable[[Sequence[str]], ReadRow]
    resolve: Callable[[Work, RowRange], None]
    write: Callable[[Work, RowRange, int], int]
    notes: Callable[[Work], Iterable[str]]
    key: "ColumnElement[str]"
    number: "ColumnElement[int]"
    key_columns: frozenset[str] = frozenset()
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    is_once: bool = False
    resume: Callable[[UnfinishedRun], None] = lambda _run: None
    unread: Callable[[int, Mapping[str, str], PutRow], None] = lambda _row, _cells, _put: None

    @property
    def staged(self) -> "Table":
        """The staging table of the rows."""
        return self.tables[0]


class Rejects(Protocol):
    """A file of rows that failed, each with the reason."""

    def add(self, cells: Sequence[str], error: str) -> None:
        """Write a row as it was read, and why it failed."""

    def restart(self) -> None:
        """Forget what was written so far."""

    def flush(self) -> None:
        """Let go of what is still in memory."""


class FileImport:
    """One file on its way in, with the files that tell about its rows; use it in a `with`.

    The sheet stays open when a unit of work has to be repeated, because standard input can be read
    only once. The files about its rows take their places when the `with` ends: after the commit,
    and after rows were refused.
    """

    def __init__(self, request: ImportRequest) -> None:
        self.request = request
        self.results: CsvFile | None = None
        self.rejects: Rejects | None = None
        self.reports = Reports(_TELL_AGAIN, told=RowsRejected)
        self._sheet: Sheet | None = None

    def __enter__(self) -> Self:
        """Return the upload; nothing is opened yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the sheet, and put the files in place unless something unforeseen happened."""
        try:
            self.reports.__exit__(kind, error, trace)
        finally:
            if self._sheet is not None:
                self._sheet.__exit__(kind, error, trace)

    def open(self, columns: Sequence[Column]) -> Sheet:
        """Return the sheet, and begin the files about its rows afresh.

        Raises what `open_sheet` raises, and CsvFileUnwritable.
        """
        if self._sheet is None:
            sheet = open_sheet(self.request.path, columns, self.request.reading)
            self._sheet = sheet.__enter__()
        if self.results:
            self.results.restart()
        elif self.request.results:
            headings = _RESULTS if self._sheet.sheet is None else (*_RESULTS, "sheet", "cell")
            self.results = self.reports.open(CsvFile(self.request.results, headings, is_held=True))
        if self.rejects:
            self.rejects.restart()
        elif self.request.rejects:
            self.rejects = self.reports.open(self.rejects_file(self.request.rejects))
        return self._sheet

    def rejects_file(self, target: OutputFile) -> AbstractContextManager[Rejects]:
        """Return what writes the rows that fail to `target`, like those of the sheet.

        The file is complete, or not there, when it ends.
        """
        assert self._sheet is not None
        return RejectsFile(target, self._sheet.headings, is_held=True)
