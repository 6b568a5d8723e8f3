"""The one way a file changes many things: all rows are read and checked first, then written.

A room says in an `ImportSpec` what its file may hold, how a row is read, and the SQL that
understands and writes a range of rows. Everything else, the same for every kind of file, is here.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from lmsctl.audit import actions as audit
from lmsctl.bulk import store
from lmsctl.bulk.errors import (
    BytesTakenAlready,
    RowFailed,
    RowsRejected,
    RowsUnexpected,
    RunNotInterrupted,
)
from lmsctl.bulk.results import ImportReport
from lmsctl.bulk.rules import ReadRow
from lmsctl.bulk.staging import ERRORS, RowRange, Tables, listed_changes
from lmsctl.bulk.store import RowCounts, RowFault, UnfinishedRun
from lmsctl.kit import canonical, celltimes
from lmsctl.kit.answer import Done, counted
from lmsctl.kit.celltimes import CellDateMonthFirst, CellDateUncertain
from lmsctl.kit.change_reports import Reports
from lmsctl.kit.csvin import Column, Reading, Sheet, open_sheet
from lmsctl.kit.csvout import CsvFile, RejectsFile
from lmsctl.kit.errors import EXIT_STATUS, Location, Refusal, RefusalKind
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

_ROWS_BETWEEN_LOOKS = 1_000
_LINES_ASIDE = 5_000
_BATCH_ROWS = 5_000
# Each step puts the whole file beside the data anew where that ends with a transaction.
_MOST_BATCHES = 20
_FAULTS_SHOWN = 50
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

    `resolve` understands the rows of a span, in a transaction and with the portal locked: it sets
    `id`, `changed` and `note`, and notes what is wrong. It is called for the whole file first, and
    again for a span whenever others may have changed something since. `write` writes the good rows
    of a span for the run with that number; it returns how many notices it queued. `notes` are what
    the caller should know besides the numbers. `key` and `number` are the expressions that
    `store.list_results` wants.
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
    is_once: bool = False
    resume: Callable[[UnfinishedRun], None] = lambda _run: None

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

    def __init__(self, order: ImportRequest) -> None:
        self.order = order
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
            sheet = open_sheet(self.order.path, columns, self.order.reading)
            self._sheet = sheet.__enter__()
        if self.results:
            self.results.restart()
        elif self.order.results:
            self.results = self.reports.open(CsvFile(self.order.results, _RESULTS, is_held=True))
        if self.rejects:
            self.rejects.restart()
        elif self.order.rejects:
            self.rejects = self.reports.open(self.rejects_file(self.order.rejects))
        return self._sheet

    def rejects_file(self, target: OutputFile) -> AbstractContextManager[Rejects]:
        """Return what writes the rows that fail to `target`, like those of the sheet.

        The file is complete, or not there, when it ends.
        """
        assert self._sheet is not None
        return RejectsFile(target, self._sheet.headings, is_held=True)


@dataclass(slots=True)
class _RunProgress:
    """How far one run has come."""

    number: int
    rows: int
    start: int = 0
    resumed: UnfinishedRun | None = None
    counted: RowCounts = field(default_factory=lambda: RowCounts(0, 0, 0, 0, 0))
    notices: int = 0


def run(work: Work, upload: FileImport, job: ImportSpec) -> Done:
    """Take the file in; the unit of work must not have begun, and begins when all has been read.

    Returns a Report, with the status of a partial success when a run that keeps going has failed
    rows. Raises RowsRejected when rows are wrong otherwise, RowsUnexpected, RunNotInterrupted, and
    what the sheet raises.
    """
    sheet = upload.open(job.columns)
    rows = _read(work, sheet, job)
    expected = upload.order.expect_rows
    if expected is not None and rows != expected:
        raise RowsUnexpected(file=sheet.file, rows=rows, expected=expected, field="--expect-rows")
    _begin(work)
    running = _registered(work, upload.order, sheet, job, rows)
    job.resolve(work, RowRange(1, rows))
    if running.resumed:
        store.recall_faults(work, running.resumed)
    failed = store.count_failed(work)
    if failed and not upload.order.is_tolerant:
        _tell(work, upload, sheet, job, running, is_written=False)
        raise _rejected(work, sheet, job, running, failed)
    _write(work, upload.order, sheet, job, running)
    done = _answer(work, sheet, job, running)
    upload.reports.done = done.sentence
    try:
        _tell(work, upload, sheet, job, running, is_written=True)
    except OSError as error:
        if not work.committed_note:
            raise
        upload.reports.give_up(error)
    return done


# Reading -----------------------------------------------------------------------------------------

# What every row has: the numbers of the row and of its line, and what it is later found to mean.
_NUMBERS = 2
_UNDERSTOOD = frozenset({"id", "changed", "note"})


class _Staging:
    """A file on its way into the staging tables."""

    def __init__(self, work: Work, sheet: Sheet, job: ImportSpec) -> None:
        self.count = 0
        self.is_complete = False
        self._work = work
        self._sheet = sheet
        self._rows = sheet.rows()
        self._read_row = job.reader(sheet.names)
        self._staged = job.staged
        self._headings = {column.name: column.heading for column in job.columns}
        self._names = [name for name in job.staged.columns.keys() if name not in _UNDERSTOOD]  # noqa: SIM118 - columns are no dict
        self._tables = {table.name: table for table in (*job.tables, ERRORS)}
        self._aside: dict[str, list[Sequence[Any]]] = {}
        self._month_first: dict[str, tuple[int, str]] = {}

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
        read_row, note, put = self._read_row, self._note, self._put
        nothing = (None,) * (len(self._names) - _NUMBERS)
        row_no = self.count
        for row_no, line_no, cells, _, problem in self._rows:
            if problem is None:
                yield (row_no, line_no, *read_row(row_no, cells, note, put))
            else:
                note(row_no, problem.location.column if problem.location else None, problem)
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
        heading = self._headings.get(column, column) if column else None
        self._put(ERRORS.name, (row_no, heading, *_words(refusal)))


def _read(work: Work, sheet: Sheet, job: ImportSpec) -> int:
    """Read the file into the staging tables and return how many rows it has."""
    store.make_tables(work, job.tables)
    staging = _Staging(work, sheet, job)
    with store.bulk_loading(work), _no_collection():
        while not staging.is_complete:
            staging.load_portion()
        staging.note_uncertain_dates()
    store.index_tables(work, job.tables)
    return staging.count


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
    """Return code, sentence and hint; a value called `nearest` becomes a suggestion."""
    refusal.location = None
    nearest = refusal.values.get("nearest")
    advice = f"Did you mean '{nearest}'? " if nearest else ""
    return refusal.code, refusal.format_message(), advice + refusal.format_hint()


# Writing -----------------------------------------------------------------------------------------


def _begin(work: Work) -> None:
    """Begin, and lock the portal before anything else, as everybody does who takes seats."""
    work.begin()
    portal.lock(work)


def _registered(
    work: Work, order: ImportRequest, sheet: Sheet, job: ImportSpec, rows: int
) -> _RunProgress:
    if not order.resume:
        _check_new(work, order, sheet, job)
        return _RunProgress(store.add_run(work, job.kind, sheet.file, sheet.digest), rows)
    found = store.find_unfinished_for_update(work, job.kind, sheet.digest)
    if found is None:
        raise RunNotInterrupted(file=sheet.file, field="--resume")
    job.resume(found)
    return _RunProgress(found.id, rows, start=found.rows_done, resumed=found)


def _check_new(work: Work, order: ImportRequest, sheet: Sheet, job: ImportSpec) -> None:
    earlier = None
    if job.is_once and not order.again:
        earlier = store.find_creating_run(work, job.kind, sheet.digest)
    if earlier is not None:
        raise BytesTakenAlready(
            file=sheet.file,
            run=earlier.id,
            created=earlier.created,
            started_at=earlier.started_at,
            field="--again",
        )


def _write(
    work: Work, order: ImportRequest, sheet: Sheet, job: ImportSpec, running: _RunProgress
) -> None:
    for span in _spans(order, running):
        if span.first == running.start + 1:
            notices, counted = _written_span(work, job, running.number, span)
        else:
            step = partial(_written_later, work, job, running.number, span)
            notices, counted = work.checkpoint(_standing(running), step)
        running.notices += notices
        running.counted = _sum(running.counted, counted)
        work.console.progress("Writing", span.last, running.rows)
    failed = store.count_failed(work)
    store.finish_run(work, running.number, job.kind, sheet.digest, failed)
    running.counted = RowCounts(
        running.rows,
        running.counted.created,
        running.counted.updated,
        running.counted.unchanged,
        failed,
    )


def _written_later(work: Work, job: ImportSpec, run: int, span: RowRange) -> tuple[int, RowCounts]:
    """Write a span after others may have changed something, and return what it did."""
    portal.lock(work)
    job.resolve(work, span)
    return _written_span(work, job, run, span)


def _written_span(work: Work, job: ImportSpec, run: int, span: RowRange) -> tuple[int, RowCounts]:
    """Write a span and return how many notices it queued and what its rows did."""
    notices = job.write(work, span, run)
    counted = store.count_rows(work, job.staged, span)
    store.advance_run(work, run, span, counted)
    audit.record(
        work,
        job.event,
        f"run {run}",
        rows=f"{span.first}-{span.last}",
        created=counted.created,
        updated=counted.updated,
        failed=counted.failed,
    )
    return notices, counted


def _standing(running: _RunProgress) -> str:
    """Return the sentence on what a run has made durable once it is committed."""
    before, now = running.resumed, running.counted
    inside = now.created + now.updated + now.unchanged
    failed = now.failed
    if before:
        earlier = before.created + before.updated + before.unchanged
        inside += earlier
        failed += before.rows_done - earlier
    also = f", {failed:,} failed" if failed else ""
    return f"{inside:,} of {running.rows:,} rows are in{also}; go on with --resume."


def _spans(order: ImportRequest, running: _RunProgress) -> Iterator[RowRange]:
    """Yield the ranges of rows that are written and made durable together."""
    size = max(running.rows, 1)
    if order.is_tolerant:
        size = max(_BATCH_ROWS, ceil(size / _MOST_BATCHES))
    for first in range(running.start + 1, running.rows + 1, size):
        yield RowRange(first, min(first + size - 1, running.rows))


def _sum(left: RowCounts, right: RowCounts) -> RowCounts:
    return RowCounts(
        left.rows + right.rows,
        left.created + right.created,
        left.updated + right.updated,
        left.unchanged + right.unchanged,
        left.failed + right.failed,
    )


# Telling -----------------------------------------------------------------------------------------


def _rejected(
    work: Work, sheet: Sheet, job: ImportSpec, running: _RunProgress, failed: int
) -> RowsRejected:
    written = _written(sheet, job)
    found = store.first_faults(work, job.staged, _FAULTS_SHOWN + 1)
    shown = found[:_FAULTS_SHOWN]
    more = f" The first {_FAULTS_SHOWN} faults are:" if len(found) > _FAULTS_SHOWN else ""
    return RowsRejected(
        failed=failed,
        rows=running.rows,
        file=sheet.file,
        more=more,
        location=None,
        details=[_failed(sheet, fault, written) for fault in shown],
    )


def _written(sheet: Sheet, job: ImportSpec) -> Mapping[str | None, str]:
    """Return how the file itself writes the headings of our columns."""
    ours = {column.name: column.heading for column in job.columns}
    return {
        ours[name]: canonical.excerpt(canonical.trim(heading))
        for name, heading in zip(sheet.columns, sheet.headings, strict=True)
        if name is not None
    }


def _failed(sheet: Sheet, fault: RowFault, written: Mapping[str | None, str]) -> RowFailed:
    heading = written.get(fault.heading, fault.heading)
    place = Location(sheet.file, fault.row, fault.line, heading)
    return RowFailed(place, fault.code, fault.message, fault.hint)


def _tell(  # noqa: PLR0913 - everything that is known in the end
    work: Work,
    upload: FileImport,
    sheet: Sheet,
    job: ImportSpec,
    running: _RunProgress,
    *,
    is_written: bool,
) -> None:
    """Fill the files about the rows."""
    written = _written(sheet, job)
    if upload.results:
        found = store.list_results(
            work,
            job.staged,
            key=job.key,
            number=job.number,
            done=running.start,
            is_written=is_written,
        )
        upload.results.write_all(
            [
                str(line.row),
                str(line.line),
                line.key or "",
                line.outcome,
                str(line.id or ""),
                listed_changes(line.changed),
                line.code or "",
                written.get(line.column, line.column or ""),
                line.message or "",
            ]
            for line in found
        )
        upload.results.flush()
    if upload.rejects:
        _reject(store.faults(work, job.staged), upload.rejects, sheet, written)
        upload.rejects.flush()


def _reject(
    found: Iterator[RowFault], rejects: Rejects, sheet: Sheet, written: Mapping[str | None, str]
) -> None:
    """Read the file once more beside what is wrong with it, both in the order of the rows."""
    fault = next(found, None)
    for row in sheet.rows():
        if fault is None:
            break
        reasons = []
        while fault is not None and fault.row == row.row:
            place = f"{written.get(fault.heading, fault.heading)}: " if fault.heading else ""
            reasons.append(place + fault.message)
            fault = next(found, None)
        if reasons:
            rejects.add(row.raw, " ".join(reasons))


def _answer(work: Work, sheet: Sheet, job: ImportSpec, running: _RunProgress) -> Done:
    counted = running.counted
    skipped = running.rows - counted.created - counted.updated - counted.unchanged - counted.failed
    report = ImportReport(
        run=None if work.is_rehearsal else running.number,
        file=sheet.file,
        rows=running.rows,
        created=counted.created,
        updated=counted.updated,
        unchanged=counted.unchanged,
        failed=counted.failed,
        skipped=skipped,
        trimmed_cells=sheet.notes["trimmed_cells"],
        blank_rows=sheet.notes["blank_rows"],
        notices=running.notices,
    )
    also = f", {counted.failed} failed" if counted.failed else ""
    also += f", {skipped} dealt with before" if skipped else ""
    done = f"{counted.created} created, {counted.updated} updated, {counted.unchanged} unchanged"
    return Done(
        report,
        f"{done}{also}.",
        is_changed=bool(counted.created or counted.updated),
        status=EXIT_STATUS[RefusalKind.PARTIAL] if counted.failed else 0,
        notes=[*job.notes(work), *_notes(sheet, running)],
    )


def _notes(sheet: Sheet, running: _RunProgress) -> Iterator[str]:
    trimmed, blank, ignored = (
        sheet.notes.get(name, 0) for name in ("trimmed_cells", "blank_rows", "ignored_columns")
    )
    if trimmed:
        yield f"{counted(trimmed, 'cell')} had blanks around, which were left out."
    if blank:
        yield f"{counted(blank, 'blank row', 'skipped')}."
    if ignored:
        yield f"{counted(ignored, 'column', 'left aside')}."
    if running.notices:
        yield f"{counted(running.notices, 'notice', 'queued')}."
    else:
        yield "No notices were queued."
