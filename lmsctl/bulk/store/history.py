"""Reading again what runs did, and what was wrong with the rows that they left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlmodel import and_, case, cast, col, exists, func, literal, or_, select, true

from lmsctl.audit.model import AuditRow
from lmsctl.bulk.model import Run, RunFault
from lmsctl.bulk.results import KeptFault, RunState, RunSummary
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class RunScope:
    """Which runs may be seen: all, all of some kinds, and of other kinds those of some actors."""

    is_everything: bool
    kinds: frozenset[str]
    own_kinds: frozenset[str]
    actors: frozenset[str]


def _in_scope(scope: RunScope) -> ColumnElement[bool]:
    if scope.is_everything:
        return true()
    is_own = exists().where(
        col(AuditRow.target) == literal("run ", Text) + cast(col(Run.id), Text),
        col(AuditRow.actor).in_(scope.actors),
    )
    kind = col(Run.kind)
    return or_(kind.in_(scope.kinds), and_(kind.in_(scope.own_kinds), is_own))


def _summaries(scope: RunScope) -> Select[Any]:
    """Select runs as summaries; how many rows failed is counted at the end of a run."""
    taken = col(Run.created) + col(Run.updated) + col(Run.unchanged)
    is_running = col(Run.state) == RunState.RUNNING
    failed = case((is_running, col(Run.rows_done) - taken), else_=col(Run.failed))
    kept = select(func.count()).where(col(RunFault.run_id) == col(Run.id)).scalar_subquery()
    listed = columns_of(RunSummary, Run, failed=failed, faults_kept=kept)
    found: Select[Any] = select(*listed).where(_in_scope(scope))
    return found


def list_runs(work: Work, scope: RunScope) -> Iterator[RunSummary]:
    """Yield the runs that may be seen, the first one first."""
    return work.each(RunSummary, _summaries(scope).order_by(col(Run.id)))


def find_run(work: Work, number: int, scope: RunScope) -> RunSummary | None:
    """Return one run, or None if there is none or it may not be seen."""
    return work.one(RunSummary, _summaries(scope).where(col(Run.id) == number))


def list_kept_faults(work: Work, number: int) -> Iterator[KeptFault]:
    """Yield what is kept of what was wrong with the rows of a run, causes first."""
    listed = columns_of(KeptFault, RunFault, row=col(RunFault.row_no), column=col(RunFault.heading))
    kept = select(*listed).where(col(RunFault.run_id) == number)
    return work.each(KeptFault, kept.order_by(col(RunFault.id)))
