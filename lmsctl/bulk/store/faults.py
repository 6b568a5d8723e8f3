"""Noting and listing what is wrong with the rows of a file."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Table, Text
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import case, cast, col, exists, func, literal, select, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.errors import RowRepeated
from lmsctl.bulk.model import RunFault
from lmsctl.bulk.staging import CAUSES_FIRST, ERRORS, IN_ORDER, RowRange, is_good
from lmsctl.kit.damage import CellDamaged
from lmsctl.kit.errors import Refusal
from lmsctl.kit.statements import columns_of, insert_from, joined_text
from lmsctl.kit.work import Work

SqlText = SQLCoreOperations[Any] | str
SqlCondition = ColumnElement[bool]


def note_fault(  # noqa: PLR0913 - which rows, and how that is told
    work: Work,
    rows: RowRange,
    refusal: type[Refusal],
    found: Select[Any],
    heading: SqlText | None,
    *,
    cause_row: ColumnElement[int] | None = None,
    **shown: SqlText,
) -> int:
    """Note `refusal` for those of `rows` that `found` finds, and return how many these are.

    `found` selects their numbers. `heading` is the column at fault, and `shown` are what goes into
    the gaps of the refusal's sentences: texts, or expressions over what `found` selects from. All
    may use the parameter `now`. `cause_row` is the number of the row whose fault is the only
    reason: it
    is told after all others. A row in which something is wrong with that column already is
    passed over.
    """
    row_no: Any = found.selected_columns[0]
    place = _text(heading)
    is_known = exists().where(
        ERRORS.c.row_no == row_no,
        func.coalesce(ERRORS.c.heading, "") == func.coalesce(place, ""),
    )
    message, hint = refusal.words_for_cell()
    noted = found.where(rows.holds(row_no), ~is_known).add_columns(
        place.label("heading"),
        _text(refusal.code).label("code"),
        _formatted(message, shown).label("message"),
        _formatted(hint, shown).label("hint"),
        (literal(None, Integer) if cause_row is None else cause_row).label("cause_row"),
    )
    return work.run(insert_from(ERRORS, noted), now=work.now)


def mark_done(work: Work, staged: Table, run: int) -> None:
    """Mark the rows of the file that an earlier run, of which all faults are kept, has taken."""
    failed = select(RunFault.row_no).where(col(RunFault.run_id) == run)
    work.run(update(staged).where(staged.c.row_no.not_in(failed)).values(is_done=True))


def forget_done(work: Work, staged: Table) -> None:
    """Forget what is wrong with rows that are marked: they are left alone."""
    done = select(staged.c.row_no).where(staged.c.is_done)
    work.run(delete_from(ERRORS).where(ERRORS.c.row_no.in_(done)))


def allow_damaged(
    work: Work, rows: RowRange, staged: Table, headings: Collection[str], is_known: SqlCondition
) -> None:
    """Forget that cells under `headings` look damaged, of rows whose thing is called so.

    Of those that is which fit `is_known`.
    """
    row_no = staged.c.row_no
    meant = exists().where(row_no == ERRORS.c.row_no, rows.holds(row_no), is_known)
    told = (ERRORS.c.code == CellDamaged.code, ERRORS.c.heading.in_(headings))
    work.run(delete_from(ERRORS).where(*told, meant))


def note_repeated(  # noqa: PLR0913 - which rows, and how that is told
    work: Work,
    rows: RowRange,
    column: ColumnElement[Any],
    condition: ColumnElement[bool],
    *,
    heading: str,
    what: str,
    advice: str,
    is_among_good: bool = False,
) -> None:
    """Note rows that say the same in `column` as another one of those that fit `condition`.

    `what` is the word for what is said twice, and `advice` what to do about it. Only those are
    noted that nothing else is wrong with, if `is_among_good`.
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
        rows,
        RowRepeated,
        found.where(is_good(staged)) if is_among_good else found,
        heading,
        other=case((row_no == twice.c.one, twice.c.other), else_=twice.c.one),
        what=what,
        advice=advice,
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
    return found


_IS_CONSEQUENCE = ERRORS.c.cause_row.is_not(None)


def list_faults(work: Work, staged: Table) -> Iterator[RowFault]:
    """Yield everything that is wrong, in the order of the rows."""
    return work.each(RowFault, _faults(staged).order_by(*IN_ORDER))


def list_first_faults(work: Work, staged: Table, count: int) -> list[RowFault]:
    """Return the first `count` things that are wrong: causes first, then their consequences."""
    told = _faults(staged).order_by(*CAUSES_FIRST)
    return work.all(RowFault, told.limit(count))


def count_consequences(work: Work) -> int:
    """Return how many rows fail only because another row does."""
    counted = select(func.count(ERRORS.c.row_no.distinct())).where(_IS_CONSEQUENCE)
    return int(work.value(counted))
