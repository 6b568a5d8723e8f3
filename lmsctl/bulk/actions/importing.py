"""The one way a file changes many things: all rows are read and checked first, then written.

A room says in an `ImportSpec` what its file may hold, how a row is read, and the SQL that
understands and writes a range of rows. Everything else, the same for every kind of file, is here.
"""

from lmsctl.bulk.actions.reading import stage_rows
from lmsctl.bulk.actions.requests import FileImport, ImportSpec
from lmsctl.bulk.actions.telling import build_answer, rows_rejected, write_reports
from lmsctl.bulk.actions.writing import begin_locked, register_run, understand_rows, write_rows
from lmsctl.bulk.errors import (
    RowsUnexpected,
)
from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store import faults
from lmsctl.bulk.store import runs as store
from lmsctl.kit.answer import Done
from lmsctl.kit.work import Work


def run(work: Work, upload: FileImport, spec: ImportSpec) -> Done:
    """Take the file in; the unit of work must not have begun, and begins when all has been read.

    Returns an ImportReport,
    with the status of a partial success when a run that keeps going has failed
    rows. Raises RowsRejected when rows are wrong otherwise, RowsUnexpected, RunNotInterrupted, and
    what the sheet raises.
    """
    sheet = upload.open(spec.columns)
    read = stage_rows(work, sheet, spec)
    rows = read.count
    expected = upload.request.expect_rows
    if expected is not None and rows != expected:
        raise RowsUnexpected(file=sheet.file, rows=rows, expected=expected, field="--expect-rows")
    begin_locked(work)
    progress = register_run(work, upload.request, sheet, spec, read)
    if progress.completes is not None:
        faults.mark_done(work, spec.staged, progress.completes)
    understand_rows(work, spec, RowRange(1, rows), progress)
    if progress.resumed:
        store.recall_faults(work, progress.resumed)
    failed = faults.count_failed(work)
    if failed and not upload.request.is_tolerant:
        write_reports(work, upload, sheet, spec, progress, is_written=False)
        raise rows_rejected(work, sheet, spec, progress, failed)
    write_rows(work, upload.request, spec, progress)
    done = build_answer(work, sheet, spec, progress)
    upload.reports.done = done.sentence
    try:
        write_reports(work, upload, sheet, spec, progress, is_written=True)
    except OSError as error:
        if not work.committed_note:
            raise
        upload.reports.give_up(error)
    return done
