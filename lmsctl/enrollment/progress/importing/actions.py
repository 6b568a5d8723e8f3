"""Taking in files of progress: CSV, and xAPI statements as JSON lines."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TextIO

from lmsctl.bulk.actions import importing as bulk
from lmsctl.bulk.actions.requests import FileImport, ImportSpec, Rejects
from lmsctl.bulk.staging import RowRange
from lmsctl.content import rules as content_rules
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.enrollment.progress import xapi as statement_rules
from lmsctl.enrollment.progress.importing import store
from lmsctl.enrollment.progress.importing.rules import COLUMNS, meanings, row_reader
from lmsctl.kit import canonical
from lmsctl.kit.answer import Done
from lmsctl.kit.csvbytes import Source, open_source
from lmsctl.kit.csverrors import CsvRowTooLarge
from lmsctl.kit.csvin import Column, Row, Sheet
from lmsctl.kit.csvrecords import ROW_BYTES_LIMIT
from lmsctl.kit.errors import Location, Refusal
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.work import Work
from lmsctl.kit.writing import replacing
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights


def import_progress(work: Work, upload: FileImport) -> Done:
    """Record what a file says that people did; needs `progress.manage` over them.

    The unit of work must not have begun. What is recorded already is unchanged, so that a file can
    be taken in twice. Raises what `bulk.run` raises.
    """
    work.about = f"file {upload.request.path}"
    rights.require(work, "progress.manage")
    spec = ImportSpec(
        kind="progress import",
        event="progress.imported",
        columns=COLUMNS,
        tables=store.TABLES,
        reader=lambda names: row_reader(names, work.now, work.zone, upload.request.reading.dates),
        resolve=_resolve,
        write=_write,
        notes=lambda _work: (),
        key_columns=frozenset({"login", "content"}),
        meanings=meanings(upload.request.reading.dates),
        key=store.KEY,
        number=store.NUMBER,
    )
    return bulk.run(work, upload, spec)


def _resolve(work: Work, rows: RowRange) -> None:
    """Find out whom and what `rows` mean, and what is wrong with them."""
    store.resolve(work, rows, rights.require(work, "progress.manage"))
    if not work.is_alone:
        store.lock_for_share(work, rows)
        rights.refresh(work)
        store.resolve(work, rows, rights.require(work, "progress.manage"))
    store.note_unknown(work, rows)
    store.mark_repeated(work, rows)


def _write(work: Work, rows: RowRange, run: int) -> int:
    """Record what is new in `rows`, and let the enrollments follow; queues no notices."""
    store.write(work, rows, f"import {run}")
    zone = portal.zone(work)
    items: dict[int, Item] = {}
    due: dict[datetime | None, list[int]] = {}
    for beginning in store.list_first_events(work, rows):
        number = beginning.item_id
        if number not in items:
            items[number] = content.by_id(work, number)
        due_at = content_rules.due_at(items[number], beginning.first_at, zone)
        due.setdefault(due_at, []).append(beginning.enrollment_id)
    for due_at, ids in due.items():
        store.begin_enrollments(work, rows, ids, due_at)
    store.complete_enrollments(work, rows)
    return 0


# Statements --------------------------------------------------------------------------------------


class StatementUpload(FileImport):
    """A file of xAPI statements, one on each line, that reads like a sheet of progress."""

    def open(self, columns: Sequence[Column]) -> Sheet:
        """Return the sheet, as for a CSV file; raises what `open_source` raises."""
        if self._sheet is None:
            source = open_source(self.request.path, self.request.reading.encoding)
            self._sheet = _Statements(source).__enter__()
        return super().open(columns)

    def rejects_file(self, target: OutputFile) -> AbstractContextManager[Rejects]:
        """Return what writes the statements that fail, one on each line as they came."""
        return _open_rejects(target)


@contextmanager
def _open_rejects(target: OutputFile) -> Iterator[Rejects]:
    """Yield what writes rejected statements to a file."""
    with replacing(target, is_held=True) as stream:
        yield _RejectedStatements(stream)


@dataclass(frozen=True, slots=True)
class _RejectedStatements:
    """Statements that failed, each with the reason as its part `_error`."""

    stream: TextIO

    def add(self, cells: Sequence[str], error: str) -> None:
        """Write one statement and why it failed."""
        self.stream.write(statement_rules.add_error(cells[0], error) + "\n")

    def restart(self) -> None:
        """Forget what was written so far."""
        self.stream.seek(0)
        self.stream.truncate()

    def flush(self) -> None:
        """Let go of what is still in memory."""
        self.stream.flush()


class _Statements(Sheet):
    """Statements in the columns of a file of progress; a flawed one is a flawed row."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.file = source.shown
        self.digest = source.digest
        self.size_bytes = source.size_bytes
        self.names = statement_rules.NAMES
        self.columns = self.names
        self.headings = tuple(column.heading for column in COLUMNS)
        self.notes = {"trimmed_cells": 0, "blank_rows": 0, "ignored_columns": 0}

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
        """Yield a row for each statement, its problem with it; a second call reads them again."""
        text = self._source.text()
        row = blank = 0
        try:
            for line_no, line in enumerate(iter(text.readline, ""), start=1):
                if not canonical.trim(line):
                    blank += 1
                    continue
                row += 1
                yield self._row(row, line_no, line)
        finally:
            text.detach()
            self.notes["blank_rows"] = blank
        self._source.check_unchanged()

    def _row(self, row: int, line_no: int, line: str) -> Row:
        try:
            if len(line) > ROW_BYTES_LIMIT:
                raise CsvRowTooLarge(limit="1 MiB")
            cells = statement_rules.read_statement(line)
        except Refusal as refusal:
            refusal.location = Location(self.file, row, line_no)
            return Row(row, line_no, [], [line], refusal)
        return Row(row, line_no, cells, [line], None)
