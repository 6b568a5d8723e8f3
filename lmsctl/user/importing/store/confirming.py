"""The statements on rows that confirm somebody who waits for confirmation."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, func, or_, select, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.staging import RowRange, good, is_good
from lmsctl.kit.statements import insert_from
from lmsctl.kit.work import Work
from lmsctl.user.importing.staging import CONFIRMATIONS, IS_CONFIRMED, ROWS, STAGED
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus

_row = STAGED.c
_NOTE = "confirmed by this file"


def mark_confirmed(work: Work, rows: RowRange) -> None:
    """Note which rows vouch for somebody who waits for confirmation: those that name them.

    A row that says itself that they are to go on waiting does not, and none can end them.
    """
    marked = update(STAGED).where(rows.holds(_row.row_no), IS_CONFIRMED)
    work.run(marked.values(note=None))
    work.run(delete_from(CONFIRMATIONS).where(rows.holds(CONFIRMATIONS.c.row_no)))
    waiting = ROWS.join(User, col(User.id) == _row.id).where(
        col(User.status) == UserStatus.PENDING,
        or_(_row.status.is_(None), _row.status == UserStatus.ACTIVE),
        rows.holds(_row.row_no),
    )
    if work.run(insert_from(CONFIRMATIONS, waiting)):
        work.run(marked.values(note=_NOTE))


@dataclass(frozen=True, slots=True)
class ConfirmedUser:
    """Somebody whom a row vouches for."""

    user_id: int


def confirmed_ids(work: Work, rows: RowRange) -> Iterator[int]:
    """Yield the ids of the people whom the good ones of `rows` vouch for."""
    found = work.each(
        ConfirmedUser,
        select(_row.id.label("user_id"))
        .where(good(STAGED, rows), IS_CONFIRMED)
        .order_by(_row.row_no),
    )
    return (one.user_id for one in found)


def count_confirmed(work: Work) -> int:
    """Return how many people who waited for confirmation are confirmed by the file."""
    counting = select(func.count()).select_from(STAGED).where(is_good(STAGED), IS_CONFIRMED)
    return int(work.value(counting))
