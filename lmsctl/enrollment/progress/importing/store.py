"""The statements of files of progress: understanding and writing a range of staged rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Select, Text
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, select, update

from lmsctl.bulk import staging
from lmsctl.bulk.staging import RowRange, good
from lmsctl.bulk.store.faults import note_fault
from lmsctl.content.errors import ContentUnknown
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment, ProgressEvent
from lmsctl.enrollment.progress.store import IS_INCOMPLETE, IS_PRE_ENROLLED
from lmsctl.enrollment.results import EventKind, Phase
from lmsctl.enrollment.staging import (
    allow_known_names,
    is_about,
    lock_pairs_for_share,
    note_folders,
    resolve_pairs,
)
from lmsctl.kit.columns import Choice, Moment
from lmsctl.kit.statements import among, columns_of, insert_from, value_for
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.errors import UserUnknown
from lmsctl.user.model import User
from lmsctl.user.store.pending import fail_not_confirmed

# `id` is the event that is there already, and 0 for one that an earlier row of the file will make.
_STAGED = staging.rows(
    Column("login", Text),
    Column("login_key", Text),
    Column("email_key", Text),
    Column("content", Text),
    Column("code_key", Text),
    Column("event", Choice(EventKind)),
    Column("score", BigInteger),
    Column("happened_at", Moment),
    Column("user_id", BigInteger),
    Column("item_id", BigInteger),
    Index("staged_by_pair", "user_id", "item_id"),
)
TABLES = (_STAGED,)
_row = _STAGED.c
# An event is what a row says.
_SAME = and_(
    col(ProgressEvent.user_id) == _row.user_id,
    func.coalesce(col(ProgressEvent.item_id), 0) == func.coalesce(_row.item_id, 0),
    col(ProgressEvent.event) == _row.event,
    col(ProgressEvent.happened_at) == _row.happened_at,
)
KEY: ColumnElement[str] = _row.login
NUMBER: ColumnElement[int] = select(ProgressEvent.id).where(_SAME).scalar_subquery()


def resolve(work: Work, rows: RowRange, scope: Scope) -> None:
    """Give each row its person, in `scope`, its item, and the event if it is recorded already."""
    resolve_pairs(work, _STAGED, rows, in_scope(scope, Department.path))
    in_range = rows.holds(_row.row_no)
    work.run(update(_STAGED).where(in_range, _SAME).values(id=ProgressEvent.id))


def lock_for_share(work: Work, rows: RowRange) -> None:
    """Let nobody change the people and the items of `rows`; then they are to be found again."""
    lock_pairs_for_share(work, _STAGED, rows)


def note_unknown(work: Work, rows: RowRange) -> None:
    """Note rows about people and items that are not there, and about folders."""
    allow_known_names(work, _STAGED, rows)
    unknown = select(_row.row_no).where(_row.user_id.is_(None), _row.login != "")
    note_fault(work, rows, UserUnknown, unknown, "Login", given=_row.login)
    people = select(_row.row_no).join(User, col(User.id) == _row.user_id)
    fail_not_confirmed(work, rows, people, "Login", "given progress")
    absent = select(_row.row_no).where(_row.item_id.is_(None), _row.code_key.is_not(None))
    note_fault(work, rows, ContentUnknown, absent, "Content", given=_row.content)
    note_folders(work, _STAGED, rows, "worked on")


def mark_repeated(work: Work, rows: RowRange) -> None:
    """Let rows that say the same as an earlier one of `rows` make nothing."""
    said = (_row.user_id, func.coalesce(_row.item_id, 0), _row.event, _row.happened_at)
    place = func.row_number().over(partition_by=said, order_by=_row.row_no)
    placed = select(_row.row_no, place.label("place")).where(_is_new(rows)).subquery("placed")
    work.run(update(_STAGED).where(placed.c.row_no == _row.row_no, placed.c.place > 1).values(id=0))


# People and items, in files of enrollments too --------------------------------------------------


# Writing -----------------------------------------------------------------------------------------


def _is_new(rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that one of `rows` makes an event."""
    return and_(_row.id.is_(None), good(_STAGED, rows))


def write(work: Work, rows: RowRange, source: str) -> None:
    """Insert the new events."""
    same = ("user_id", "item_id", "event", "score", "happened_at")
    given = {"recorded_at": work.now, "source": source}
    new = (
        select(
            *(_row[name] for name in same),
            *(value_for(getattr(ProgressEvent, k), v).label(k) for k, v in given.items()),
        )
        .where(_is_new(rows))
        .order_by(_row.row_no)
    )
    work.run(insert_from(ProgressEvent, new))
    work.run(
        update(_STAGED)
        .where(rows.holds(_row.row_no), _row.id == 0, _SAME)
        .values(id=ProgressEvent.id)
    )


@dataclass(frozen=True, slots=True)
class FirstEvent:
    """A pre-enrolled enrollment, and when its person first did something by the rows."""

    enrollment_id: int
    item_id: int
    first_at: datetime


def _first_moment(*conditions: ColumnElement[bool]) -> ColumnElement[datetime]:
    """Return when the person of an enrollment first did something by the rows that fit."""
    found: Select[Any] = select(func.min(_row.happened_at)).where(
        is_about(_STAGED, Enrollment), *conditions
    )
    return found.correlate(Enrollment).scalar_subquery()


def list_first_events(work: Work, rows: RowRange) -> list[FirstEvent]:
    """Return the pre-enrolled enrollments whose people did something by the new rows."""
    id_, item = col(Enrollment.id), col(Enrollment.item_id)
    return work.all(
        FirstEvent,
        select(
            *columns_of(
                FirstEvent, Enrollment, enrollment_id=id_, first_at=func.min(_row.happened_at)
            )
        )
        .select_from(_STAGED)
        .join(Enrollment, is_about(_STAGED, Enrollment))
        .where(
            IS_PRE_ENROLLED,
            _is_new(rows),
        )
        .group_by(id_, item),
    )


def begin_enrollments(
    work: Work, rows: RowRange, ids: Sequence[int], due_at: datetime | None
) -> None:
    """Turn pre-enrolled enrollments into enrolled ones, from the first event on."""
    work.run(
        update(Enrollment)
        .where(among(Enrollment.id, ids))
        .values(phase=Phase.ENROLLED, due_at=due_at, enrolled_at=_first_moment(_is_new(rows)))
    )


def complete_enrollments(work: Work, rows: RowRange) -> None:
    """Complete the enrollments whose people completed the item by the new rows."""
    is_completion = and_(_row.event == EventKind.COMPLETED, _is_new(rows))
    meant = aliased(Enrollment)
    completed = (
        select(meant.id)
        .select_from(_STAGED)
        .join(meant, is_about(_STAGED, meant))
        .where(is_completion)
    )
    work.run(
        update(Enrollment)
        .where(
            IS_INCOMPLETE,
            col(Enrollment.id).in_(completed),
        )
        .values(phase=Phase.COMPLETED, completed_at=_first_moment(is_completion))
    )
