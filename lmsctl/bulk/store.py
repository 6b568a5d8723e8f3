"""The statements of the bulk room: examining a file beside the data, and the runs."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Table, Text, bindparam
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import SQLModel, and_, case, cast, col, exists, func, literal, select, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.errors import RowRepeated
from lmsctl.bulk.model import Run, RunFault
from lmsctl.bulk.results import RowResult, RunState
from lmsctl.bulk.staging import ERRORS, RowRange, Tables, good, is_good
from lmsctl.kit import database, locks
from lmsctl.kit.columns import Truth
from lmsctl.kit.errors import Refusal
from lmsctl.kit.statements import columns_of, insert_from, joined_text
from lmsctl.kit.work import Work

SqlText = SQLCoreOperations[Any] | str


def make_tables(work: Work, tables: Tables) -> None:
    """Make the staging tables `tables`, and the one of what is wrong, anew and empty."""
    work.stage([*tables, ERRORS])


def bulk_loading(work: Work) -> AbstractContextManager[None]:
    """Fill the staging tables in one go, without keeping anybody from the database itself."""
    return database.bulk_loading(work.connection)


def index_tables(work: Work, tables: Tables) -> None:
    """Make the staging tables quick to search; once, after the file has been read."""
    database.index_staging_tables(work.connection, [*tables, ERRORS])


def analyze(work: Work, *tables: Table) -> None:
    """Let the planner see what `tables` hold now.

    PostgreSQL counts temporary tables only when told to; with numbers from before a column was
    filled it compares every row with every other one.
    """
    database.analyze_staging_tables(work.connection, tables)


# What is wrong -----------------------------------------------------------------------------------


def note_fault(
    work: Work,
    span: RowRange,
    refusal: type[Refusal],
    found: Select[Any],
    heading: SqlText | None,
    **shown: SqlText,
) -> int:
    """Note `refusal` for the rows of `span` that `found` finds, and return how many these are.

    `found` selects their numbers. `heading` is the column at fault, and `shown` are what goes into
    the gaps of the refusal's sentences: texts, or expressions over what `found` selects from. All
    may use the parameter `now`. A row in which something is wrong with that column already is
    passed over.
    """
    row_no: Any = found.selected_columns[0]
    place = _text(heading)
    is_known = exists().where(
        ERRORS.c.row_no == row_no,
        func.coalesce(ERRORS.c.heading, "") == func.coalesce(place, ""),
    )
    noted = found.where(span.holds(row_no), ~is_known).add_columns(
        place.label("heading"),
        _text(refusal.code).label("code"),
        _formatted(refusal.message, shown).label("message"),
        _formatted(refusal.hint, shown).label("hint"),
    )
    return work.run(insert_from(ERRORS, noted), now=work.now)


def note_repeated(  # noqa: PLR0913 - which rows, and how that is told
    work: Work,
    span: RowRange,
    column: ColumnElement[Any],
    condition: ColumnElement[bool],
    *,
    heading: str,
    what: str,
    is_among_good: bool = False,
) -> None:
    """Note rows that say the same in `column` as another one of those that fit `condition`.

    `what` is the word for what is said twice. Only those are noted that nothing else is wrong with,
    if `is_among_good`.
    """
    staged: Any = column.table
    row_no = staged.c.row_no
    repeated = (
        select(
            column.label("value"),
            func.min(row_no).label("one"),
            func.max(row_no).label("other"),
        )
        .where(condition)
        .group_by(column)
        .having(func.count() > 1)
    )
    # Nearly always there is none, and to ask just that is quick.
    if not work.value(select(repeated.exists())):
        return
    twice = repeated.subquery("twice")
    found = select(row_no).join(twice, twice.c.value == column).where(condition)
    note_fault(
        work,
        span,
        RowRepeated,
        found.where(is_good(staged)) if is_among_good else found,
        heading,
        other=case((row_no == twice.c.one, twice.c.other), else_=twice.c.one),
        what=what,
    )


def _text(part: SqlText | None) -> ColumnElement[str]:
    if part is None or isinstance(part, str):
        return literal(part, Text)
    return cast(part, Text)


def _formatted(words: str, shown: Mapping[str, SqlText]) -> ColumnElement[str]:
    """Return an expression for a sentence with gaps."""
    said: list[ColumnElement[str]] = []
    for text, gap, _, _ in Formatter().parse(words):
        said.append(literal(text, Text))
        if gap is not None:
            said.append(func.coalesce(_text(shown[gap]), ""))
    return joined_text(said)


# What became of the rows -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows of a span did what."""

    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int


def count_rows(work: Work, staged: Table, span: RowRange) -> RowCounts:
    """Count what the rows of `span` do."""
    rows = literal(span.last - span.first + 1, BigInteger)
    is_new, is_changed = staged.c.id.is_(None), staged.c.changed.is_not(None)
    counted = columns_of(
        RowCounts,
        None,
        rows=rows,
        created=func.count(case((is_new, 1))),
        updated=func.count(case((is_changed, 1))),
        unchanged=func.count(case((~is_new & ~is_changed, 1))),
        failed=rows - func.count(),
    )
    found = work.one(RowCounts, select(*counted).select_from(staged).where(good(staged, span)))
    assert found is not None
    return found


def count_failed(work: Work) -> int:
    """Return how many rows have something wrong."""
    return int(work.value(select(func.count(ERRORS.c.row_no.distinct()))))


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that is wrong with one row."""

    row: int
    line: int
    heading: str | None
    code: str
    message: str
    hint: str


def _faults(staged: Table) -> Select[Any]:
    noted = columns_of(RowFault, ERRORS.c, row=ERRORS.c.row_no, line=staged.c.line_no)
    found: Select[Any] = select(*noted).join(staged, staged.c.row_no == ERRORS.c.row_no)
    return found.order_by(ERRORS.c.row_no, ERRORS.c.heading, ERRORS.c.message)


def faults(work: Work, staged: Table) -> Iterator[RowFault]:
    """Yield everything that is wrong, in the order of the rows."""
    return work.each(RowFault, _faults(staged))


def first_faults(work: Work, staged: Table, count: int) -> list[RowFault]:
    """Return the first `count` of what `faults` yields."""
    return work.all(RowFault, _faults(staged).limit(count))


# What the expressions of a `Job` may depend on: how many rows an earlier run has dealt with, and
# whether the others were written.
DONE: ColumnElement[int] = bindparam("done", type_=BigInteger)
IS_WRITTEN: ColumnElement[bool] = bindparam("is_written", type_=Truth)

# A row has one line, which tells the first of several things and how many more there are.
_ROW = ERRORS.c.row_no
_PLACE = func.row_number().over(partition_by=_ROW, order_by=(ERRORS.c.heading, ERRORS.c.message))
_HOW_MANY = func.count().over(partition_by=_ROW)
_IN_ROW = (
    select(*ERRORS.c)
    .add_columns(_HOW_MANY.label("how_many"), _PLACE.label("place"))
    .subquery("in_row")
)
_FIRST = (
    select(
        _IN_ROW.c.row_no,
        _IN_ROW.c.code,
        _IN_ROW.c.heading,
        case(
            (_IN_ROW.c.how_many == 1, _IN_ROW.c.message),
            else_=_IN_ROW.c.message
            + " ("
            + cast(_IN_ROW.c.how_many - 1, Text)
            + " more in this row)",
        ).label("message"),
    )
    .where(_IN_ROW.c.place == 1)
    .subquery("first_faults")
)


def list_results(  # noqa: PLR0913 - what is told of a row
    work: Work,
    staged: Table,
    *,
    key: ColumnElement[str],
    number: ColumnElement[int],
    done: int,
    is_written: bool,
) -> Iterator[RowResult]:
    """Yield the rows of the file with what became of them.

    `key` and `number` are expressions over `staged`: how a row names what it means, and the id of
    what a row has made. Rows up to `done` were dealt with by an earlier run. Both may depend on
    `DONE` and on `IS_WRITTEN`.
    """
    row = staged.c
    has_failed, is_new = _FIRST.c.row_no.is_not(None), row.id.is_(None)
    outcome = case(
        (has_failed, "failed"),
        (row.row_no <= DONE, "skipped"),
        (~IS_WRITTEN, "not_attempted"),
        (is_new, "created"),
        (row.changed.is_(None), "unchanged"),
        else_="updated",
    )
    told = columns_of(
        RowResult,
        None,
        row=row.row_no,
        line=row.line_no,
        key=key,
        outcome=outcome,
        id=case((~has_failed & is_new & IS_WRITTEN, number), else_=row.id),
        changed=case((IS_WRITTEN & ~has_failed & (row.row_no > DONE), row.changed)),
        code=_FIRST.c.code,
        column=_FIRST.c.heading,
        message=func.coalesce(_FIRST.c.message, row.note),
    )
    found = (
        select(*told)
        .select_from(staged)
        .outerjoin(_FIRST, _FIRST.c.row_no == row.row_no)
        .order_by(row.row_no)
    )
    return work.each(RowResult, found, done=done, is_written=is_written)


# Locking what rows mean --------------------------------------------------------------------------


def lock_referenced(
    work: Work,
    span: RowRange,
    table: type[SQLModel],
    column: ColumnElement[int],
    *,
    shared: bool = True,
) -> None:
    """Let nobody else change the rows of `table` whose ids stand in `column` of rows of `span`.

    What is not changed itself, but pointed to, may be shared with others who do the same.
    """
    staged: Any = column.table
    model: Any = table
    meant = select(column).where(span.holds(staged.c.row_no))
    locks.lock_selected(work, select(model.id).where(col(model.id).in_(meant)), shared=shared)


# Runs --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that was interrupted, and how many rows it had dealt with."""

    id: int
    rows_done: int
    created: int
    updated: int
    unchanged: int


def _same(kind: str, digest: str) -> ColumnElement[bool]:
    """Return the condition that a run took in the same bytes."""
    return and_(col(Run.kind) == kind, col(Run.digest) == digest)


def find_unfinished_for_update(work: Work, kind: str, digest: str) -> UnfinishedRun | None:
    """Return the last interrupted run of the same bytes, or None."""
    return work.one(
        UnfinishedRun,
        select(*columns_of(UnfinishedRun, Run))
        .where(_same(kind, digest), col(Run.state) == RunState.RUNNING)
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


def find_creating_run(work: Work, kind: str, digest: str) -> CreatingRun | None:
    """Return the last run of the same bytes that created something."""
    return work.one(
        CreatingRun,
        select(*columns_of(CreatingRun, Run))
        .where(_same(kind, digest), col(Run.created) > 0)
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


def advance_run(work: Work, run_id: int, span: RowRange, counted: RowCounts) -> None:
    """Note how far a run has come, what its latest rows did, and what was wrong with them."""
    wrong = select(literal(run_id, BigInteger).label("run_id"), *(ERRORS.c[n] for n in _FAULT))
    work.run(insert_from(RunFault, wrong.where(span.holds(ERRORS.c.row_no))))
    work.run(
        update(Run)
        .where(col(Run.id) == run_id)
        .values(
            rows_done=span.last,
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


def finish_run(work: Work, run_id: int, kind: str, digest: str, failed: int) -> None:
    """Note that a run is over, and with it every earlier one of the same bytes."""
    over = and_(_same(kind, digest), col(Run.id) <= run_id)
    work.run(delete_from(RunFault).where(col(RunFault.run_id).in_(select(Run.id).where(over))))
    work.run(update(Run).where(col(Run.id) == run_id).values(failed=failed))
    work.run(
        update(Run)
        .where(over, col(Run.state) == RunState.RUNNING)
        .values(state=RunState.FINISHED, finished_at=work.now)
    )
