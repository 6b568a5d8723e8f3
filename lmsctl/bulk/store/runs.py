"""The runs of imports: how far each has come, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement
from sqlmodel import and_, col, literal, select, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.model import Run, RunFault
from lmsctl.bulk.results import RunState
from lmsctl.bulk.staging import ERRORS, RowRange
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
class CreatingRun:
    """A run that created something."""

    id: int
    created: int
    started_at: datetime


def find_creating_run(work: Work, kind: str, digests: Sequence[str]) -> CreatingRun | None:
    """Return the last run of the same rows that created something."""
    return work.one(
        CreatingRun,
        select(*columns_of(CreatingRun, Run))
        .where(_same(kind, digests), col(Run.created) > 0)
        .order_by(col(Run.id).desc())
        .limit(1),
    )


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


def advance_run(work: Work, run_id: int, rows: RowRange, counted: RowCounts) -> None:
    """Note how far a run has come, what its latest rows did, and what was wrong with them."""
    wrong = select(literal(run_id, BigInteger).label("run_id"), *(ERRORS.c[n] for n in _FAULT))
    work.run(insert_from(RunFault, wrong.where(rows.holds(ERRORS.c.row_no))))
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
    """Note that a run is over, and with it every earlier one of the same rows."""
    over = and_(_same(kind, digests), col(Run.id) <= run_id)
    work.run(delete_from(RunFault).where(col(RunFault.run_id).in_(select(Run.id).where(over))))
    work.run(update(Run).where(col(Run.id) == run_id).values(failed=failed))
    work.run(
        update(Run)
        .where(over, col(Run.state) == RunState.RUNNING)
        .values(state=RunState.FINISHED, finished_at=work.now)
    )
