"""Writing what the staged rows want, in one step or in several that are durable each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import ceil

from lmsctl.audit import actions as audit
from lmsctl.bulk.actions.reading import FileRows
from lmsctl.bulk.actions.requests import ImportRequest, ImportSpec
from lmsctl.bulk.errors import (
    FileTakenAlready,
    RunNotInterrupted,
)
from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store import faults, outcomes
from lmsctl.bulk.store import runs as store
from lmsctl.bulk.store.outcomes import RowCounts
from lmsctl.bulk.store.runs import EarlierRun, UnfinishedRun
from lmsctl.kit.csvin import Sheet
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal

_BATCH_ROWS = 5_000

# Each step puts the whole file beside the data anew where that ends with a transaction.
_MOST_BATCHES = 20


@dataclass(slots=True)
class RunProgress:
    """How far one run has come."""

    number: int
    digests: Sequence[str]
    rows: int
    start: int = 0
    resumed: UnfinishedRun | None = None
    completes: int | None = None
    notes: tuple[str, ...] = ()
    counted: RowCounts = field(default_factory=lambda: RowCounts(0, 0, 0, 0, 0))
    notices: int = 0


def begin_locked(work: Work) -> None:
    """Begin, and lock the portal before anything else, as everybody does who takes seats."""
    work.begin()
    portal.lock(work)


def register_run(
    work: Work, request: ImportRequest, sheet: Sheet, spec: ImportSpec, read: FileRows
) -> RunProgress:
    """Return the run that begins, or with --resume the interrupted one that goes on.

    Raises FileTakenAlready and RunNotInterrupted.
    """
    if not request.resume:
        earlier = store.list_earlier_runs(work, spec.kind, read.digests)
        completes = _find_completed(request, sheet, spec, earlier)
        number = store.add_run(work, spec.kind, sheet.file, read.digests[0])
        return RunProgress(number, read.digests, read.count, completes=completes, notes=read.notes)
    found = store.find_unfinished_for_update(work, spec.kind, read.digests)
    if found is None:
        raise RunNotInterrupted(file=sheet.file, field="--resume")
    spec.resume(found)
    earlier = store.list_earlier_runs(work, spec.kind, read.digests, before=found.id)
    return RunProgress(
        found.id,
        read.digests,
        read.count,
        start=found.rows_done,
        resumed=found,
        completes=_find_completed(request, sheet, spec, earlier),
        notes=read.notes,
    )


def _find_completed(
    request: ImportRequest, sheet: Sheet, spec: ImportSpec, runs: Sequence[EarlierRun]
) -> int | None:
    """Return the earlier run of the same rows that is completed, because some failed in it.

    `runs` are the earlier ones, the last one first. Raises FileTakenAlready where they have left
    nothing to do.
    """
    creating = next((run for run in runs if run.created), None)
    if creating is None or not spec.is_once or request.again:
        return None
    if runs[0].can_be_completed:
        return runs[0].id
    raise FileTakenAlready(
        file=sheet.file,
        run=creating.id,
        created=creating.created,
        started_at=creating.started_at,
        field="--again",
    )


def understand_rows(work: Work, spec: ImportSpec, rows: RowRange, progress: RunProgress) -> None:
    """Find out what `rows` mean, apart from those that an earlier run has taken."""
    spec.resolve(work, rows)
    if progress.completes is not None:
        faults.forget_done(work, spec.staged)


def write_rows(work: Work, request: ImportRequest, spec: ImportSpec, progress: RunProgress) -> None:
    """Write the good rows, range by range, and note in `progress` what they did."""
    for rows in _ranges(request, progress):
        if rows.first == progress.start + 1:
            notices, counted = _write_range(work, spec, progress.number, rows)
        else:
            step = partial(_write_later, work, spec, progress, rows)
            notices, counted = work.checkpoint(_describe_progress(progress), step)
        progress.notices += notices
        progress.counted = _sum(progress.counted, counted)
        work.console.progress("Writing", rows.last, progress.rows)
    failed = faults.count_failed(work)
    store.finish_run(work, progress.number, spec.kind, progress.digests, failed)
    progress.counted = RowCounts(
        progress.rows,
        progress.counted.created,
        progress.counted.updated,
        progress.counted.unchanged,
        failed,
    )


def _write_later(
    work: Work, spec: ImportSpec, progress: RunProgress, rows: RowRange
) -> tuple[int, RowCounts]:
    """Write a range after others may have changed something, and return what it did."""
    portal.lock(work)
    understand_rows(work, spec, rows, progress)
    return _write_range(work, spec, progress.number, rows)


def _write_range(work: Work, spec: ImportSpec, run: int, rows: RowRange) -> tuple[int, RowCounts]:
    """Write a range and return how many notices it queued and what its rows did."""
    notices = spec.write(work, rows, run)
    counted = outcomes.count_rows(work, spec.staged, rows)
    store.advance_run(work, run, rows, counted)
    audit.record(
        work,
        spec.event,
        f"run {run}",
        rows=f"{rows.first}-{rows.last}",
        created=counted.created,
        updated=counted.updated,
        failed=counted.failed,
    )
    return notices, counted


def _describe_progress(progress: RunProgress) -> str:
    """Return the sentence on what a run has made durable once it is committed."""
    before, now = progress.resumed, progress.counted
    inside = now.created + now.updated + now.unchanged
    failed = now.failed
    if before:
        earlier = before.created + before.updated + before.unchanged
        inside += earlier
        failed += before.rows_done - earlier
    also = f", {failed:,} failed" if failed else ""
    return f"{inside:,} of {progress.rows:,} rows are in{also}; go on with --resume."


def _ranges(request: ImportRequest, progress: RunProgress) -> Iterator[RowRange]:
    """Yield the ranges of rows that are written and made durable together."""
    size = max(progress.rows, 1)
    if request.is_tolerant:
        size = max(_BATCH_ROWS, ceil(size / _MOST_BATCHES))
    for first in range(progress.start + 1, progress.rows + 1, size):
        yield RowRange(first, min(first + size - 1, progress.rows))


def _sum(left: RowCounts, right: RowCounts) -> RowCounts:
    return RowCounts(
        left.rows + right.rows,
        left.created + right.created,
        left.updated + right.updated,
        left.unchanged + right.unchanged,
        left.failed + right.failed,
    )
