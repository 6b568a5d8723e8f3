"""The statements of seats that rows of a file of people want and free."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer
from sqlmodel import and_, case, col, exists, false, func, literal, or_, select, update

from lmsctl.bulk.staging import RowRange, good, is_good
from lmsctl.bulk.store.faults import note_fault
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work
from lmsctl.portal.errors import PlanFull
from lmsctl.user.importing.staging import ROWS, STAGED
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus

_row = STAGED.c
_NO_SEAT = "made inactive: the plan is full"
_AWAY = (UserStatus.INACTIVE, UserStatus.ENDED)


def _had_status(*words: UserStatus) -> ColumnElement[bool]:
    """Return the condition that the person whom a row means has one of the statuses `words`."""
    return exists().where(col(User.id) == _row.id, col(User.status).in_(words))


_IS_NEW_AND_ACTIVE = and_(
    _row.id.is_(None), or_(_row.status.is_(None), _row.status == UserStatus.ACTIVE)
)
_BECOMES_ACTIVE = and_(_row.status == UserStatus.ACTIVE, _had_status(*_AWAY))
_BECOMES_INACTIVE = and_(_row.status.in_(_AWAY), _had_status(UserStatus.ACTIVE))
_WANTS_SEAT = or_(_IS_NEW_AND_ACTIVE, _BECOMES_ACTIVE)


@dataclass(frozen=True, slots=True)
class SeatDemand:
    """How many people would become active, and how many stop being so."""

    wanted: int
    freed: int


def count_seats(work: Work, rows: RowRange, *, has_status: bool) -> SeatDemand:
    """Count the seats that the good ones of `rows` want and free.

    Without a status in the file only new people want one, unless they were left without.
    """
    wants = _WANTS_SEAT if has_status else and_(_row.id.is_(None), _row.status.is_(None))
    frees = _BECOMES_INACTIVE if has_status else false()
    counted = columns_of(
        SeatDemand, None, wanted=func.count(case((wants, 1))), freed=func.count(case((frees, 1)))
    )
    found = work.one(SeatDemand, select(*counted).select_from(STAGED).where(good(STAGED, rows)))
    assert found is not None
    return found


def leave_without_seat(work: Work, rows: RowRange, free: int, limit: int) -> None:
    """Let the first `free` rows have the seats; after them new people are made inactive.

    Whoever is there and should become active after them fails.
    """
    cut = work.value(
        ROWS.where(_WANTS_SEAT, good(STAGED, rows)).order_by(_row.row_no).limit(1).offset(free)
    )
    is_after = _row.row_no >= literal(cut, Integer)
    awakened = ROWS.where(is_after, _BECOMES_ACTIVE, is_good(STAGED))
    note_fault(work, rows, PlanFull, awakened, "Status", limit=str(limit))
    work.run(
        update(STAGED)
        .where(is_after, _IS_NEW_AND_ACTIVE, rows.holds(_row.row_no))
        .values(status=UserStatus.INACTIVE, note=_NO_SEAT)
    )


def count_without_seat(work: Work) -> int:
    """Return how many new people are made inactive because the plan is full."""
    counting = select(func.count()).select_from(STAGED)
    return int(work.value(counting.where(_row.note == _NO_SEAT, is_good(STAGED))))
