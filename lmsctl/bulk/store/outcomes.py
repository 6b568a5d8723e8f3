"""What became of the rows of a file: counted, and listed one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Table, Text, bindparam
from sqlmodel import case, cast, func, literal, or_, select

from lmsctl.bulk.results import RowResult
from lmsctl.bulk.staging import ERRORS, RowRange, good
from lmsctl.kit.columns import Truth
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows of a range did what."""

    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int


def count_rows(work: Work, staged: Table, rows: RowRange) -> RowCounts:
    """Count what `rows` do."""
    total = literal(rows.last - rows.first + 1, BigInteger)
    done = select(func.count()).where(staged.c.is_done, rows.holds(staged.c.row_no))
    is_new, is_changed = staged.c.id.is_(None), staged.c.changed.is_not(None)
    counted = columns_of(
        RowCounts,
        None,
        rows=total,
        created=func.count(case((is_new, 1))),
        updated=func.count(case((is_changed, 1))),
        unchanged=func.count(case((~is_new & ~is_changed, 1))),
        failed=total - func.count() - done.scalar_subquery(),
    )
    found = work.one(RowCounts, select(*counted).select_from(staged).where(good(staged, rows)))
    assert found is not None
    return found


# What the expressions of an `ImportSpec` may depend on: how many rows an earlier run has dealt
# with, and whether the others were written.
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
    .subquery("list_first_faults")
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
        (or_(row.row_no <= DONE, row.is_done), "skipped"),
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
        changed=case((outcome == "updated", row.changed)),
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
