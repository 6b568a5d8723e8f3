"""The runs of imports: how far each has come, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select
from sqlmodel import and_, col, func, literal, select, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.model import Run, RunFault
from lmsctl.bulk.results import RunState
from lmsctl.bulk.staging import CAUSES_FIRST, ERRORS, RowRange
from lmsctl.bulk.store.outcomes import RowCounts
from lmsctl.kit.statements import columns_of, insert_from
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that was interrupted, and how many rows it had dealt with."""

    id: int
    rows_done: int
    created: int
    updated: int
    unchanged: int


def _same(kind: str, digests: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a run took in the same rows."""
    return and_(col(Run.kind) == kind, col(Run.digest).in_(digests))


def find_unfinished_for_update(
    work: Work, kind: str, digests: Sequence[str]
) -> UnfinishedRun | None:
    """Return the last interrupted run of the same rows, or None."""
    return work.one(
        UnfinishedRun,
        select(*columns_of(UnfinishedRun, Run))
        .where(_same(kind, digests), col(Run.state) == RunState.RUNNING)
        .order_by(col(Run.id).desc())
        .limit(1)
        .with_for_update(),
    )


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A run of the same rows: what it created, how many failed, and of how many is kept why."""

    id: int
    created: int
    started_at: datetime
    state: RunState
    failed: int
    explained: int

    @property
    def can_be_completed(self) -> bool:
        """Whether it is over and known which rows it left out."""
        return self.state == RunState.FINISHED and 0 < self.failed == self.explained


def list_earlier_runs(
    work: Work, kind: str, digests: Sequence[str], *, before: int | None = None
) -> list[EarlierRun]:
    """Return the runs of the same rows, or those before a run, the last one first."""
    explained = select(func.count(col(RunFault.row_no).distinct())).where(
        col(RunFault.run_id) == col(Run.id)
    )
    listed = columns_of(EarlierRun, Run, explained=explained.scalar_subquery())
    found = select(*listed).where(_same(kind, digests)).order_by(col(Run.id).desc())
    return work.all(EarlierRun, found if before is None else found.where(col(Run.id) < before))


def add_run(work: Work, kind: str, file: str, digest: str) -> int:
    """Insert a run that has done nothing yet, and return its id."""
    return work.insert(
        Run,
        kind=kind,
        file=file,
        digest=digest,
        state=RunState.RUNNING,
        rows_done=0,
        created=0,
        updated=0,
        unchanged=0,
        failed=0,
        operator=work.operator,
        started_at=work.now,
    )


_FAULT = ("row_no", "heading", "code", "message", "hint")


# How many faults are kept of a run that is over, and of how many runs.
_FAULTS_KEPT, _RUNS_EXPLAINED = 10_000, 50


def _noted(run_id: int) -> Select[Any]:
    """Select what is wrong with the rows of the file, as faults of a run."""
    run: Any = literal(run_id, BigInteger).label("run_id")
    noted: Select[Any] = select(run, *(ERRORS.c[name] for name in _FAULT))
    return noted


def advance_run(work: Work, run_id: int, rows: RowRange, counted: RowCounts) -> None:
    """Note how far a run has come, what its latest rows did, and what was wrong with them."""
    work.run(insert_from(RunFault, _noted(run_id).where(rows.holds(ERRORS.c.row_no))))
    work.run(
        update(Run)
        .where(col(Run.id) == run_id)
        .values(
            rows_done=rows.last,
            created=col(Run.created) + counted.created,
            updated=col(Run.updated) + counted.updated,
            unchanged=col(Run.unchanged) + counted.unchanged,
        )
    )


def recall_faults(work: Work, run: UnfinishedRun) -> None:
    """Let what was wrong with the rows that a run has dealt with be what it found then."""
    work.run(delete_from(ERRORS).where(ERRORS.c.row_no <= run.rows_done))
    noted = select(*(col(getattr(RunFault, name)) for name in _FAULT))
    work.run(insert_from(ERRORS, noted.where(col(RunFault.run_id) == run.id)))


def finish_run(work: Work, run_id: int, kind: str, digests: Sequence[str], failed: int) -> None:
    """Note that a run is over, and with it every earlier one of the same rows.

    What was wrong is kept of the last run of these rows, causes first, as far as that is not too
    much.
    """
    over = and_(_same(kind, digests), col(Run.id) <= run_id)
    work.run(delete_from(RunFault).where(col(RunFault.run_id).in_(select(Run.id).where(over))))
    if failed:
        told = _noted(run_id).order_by(*CAUSES_FIRST).limit(_FAULTS_KEPT)
        work.run(insert_from(RunFault, told))
    work.run(update(Run).where(col(Run.id) == run_id).values(failed=failed))
    work.run(
        update(Run)
        .where(over, col(Run.state) == RunState.RUNNING)
        .values(state=RunState.FINISHED, finished_at=work.now)
    )
    if failed:
        _forget_old_faults(work)


def _forget_old_faults(work: Work) -> None:
    """Keep what was wrong of the last runs only, and of those that are not over."""
    over = select(Run.id).where(col(Run.state) == RunState.FINISHED, col(Run.failed) > 0)
    oldest = over.order_by(col(Run.id).desc()).offset(_RUNS_EXPLAINED).limit(1).scalar_subquery()
    old = over.where(col(Run.id) <= oldest)
    work.run(delete_from(RunFault).where(col(RunFault.run_id).in_(old)))
