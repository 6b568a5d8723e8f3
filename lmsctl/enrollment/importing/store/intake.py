"""The statements of files of enrollments: taking people into trainings as the good rows say."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, case, col, func, or_, select, update

from lmsctl.bulk.staging import RowRange, good, is_good
from lmsctl.enrollment.importing.staging import STAGED
from lmsctl.enrollment.importing.store.trainings import IS_ABOUT, NEEDS_PLACE
from lmsctl.kit.statements import columns_of, insert_from, value_for
from lmsctl.kit.work import Work
from lmsctl.notification.store.audiences import Audience
from lmsctl.training.model import TrainingEnrollment
from lmsctl.training.results import EnrolledBy
from lmsctl.training.telling.store import audiences as telling_store

_row = STAGED.c


def _is_new(rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that one of `rows` enrolls somebody who does not take part."""
    return and_(_row.id.is_(None), _row.training_id.is_not(None), good(STAGED, rows))


def _is_placed(rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that one of `rows` gives their session to somebody who takes part."""
    return and_(_row.changed.is_not(None), _row.training_id.is_not(None), good(STAGED, rows))


@dataclass(frozen=True, slots=True)
class Intake:
    """How many people come into one session, or into a training without a session.

    `new` did not take part, `placed` did and get their session.
    """

    training_id: int
    session_id: int | None
    new: int
    placed: int


def list_intakes(work: Work, rows: RowRange) -> list[Intake]:
    """Return where people come in, in the order in which sessions are locked."""
    at = (_row.training_id, _row.session_id)
    counted = columns_of(
        Intake,
        None,
        training_id=_row.training_id,
        session_id=_row.session_id,
        new=func.count(case((_row.id.is_(None), 1))),
        placed=func.count(_row.changed),
    )
    comes_in = and_(
        _row.training_id.is_not(None), or_(_row.id.is_(None), _row.changed.is_not(None))
    )
    return work.all(
        Intake,
        select(*counted).where(comes_in, good(STAGED, rows)).group_by(*at).order_by(*at),
    )


def audience(rows: RowRange, intake: Intake, *, is_new: bool) -> Audience:
    """Return who comes into a training, or is there already and gets their session."""
    chosen = select(_row.user_id).where(
        _row.session_id == intake.session_id,
        _row.training_id == intake.training_id,
        _is_new(rows) if is_new else _is_placed(rows),
    )
    return telling_store.audience_among(intake.training_id, chosen)


def write(work: Work, rows: RowRange) -> None:
    """Enroll who does not take part, and give their session to those who have none.

    Their places must have been claimed.
    """
    now = value_for(TrainingEnrollment.enrolled_at, work.now)
    cells: tuple[Any, ...] = (
        _row.user_id,
        _row.training_id,
        _row.session_id,
        _row.session_id.is_not(None).label("is_preselected"),
        value_for(TrainingEnrollment.side, EnrolledBy.ADMINISTRATOR).label("side"),
        func.coalesce(_row.access_at, now).label("access_at"),
        now.label("enrolled_at"),
        telling_store.new_uid().label("calendar_uid"),
    )
    new = select(*cells).where(_is_new(rows)).order_by(_row.row_no)
    work.run(insert_from(TrainingEnrollment, new))
    work.run(
        update(TrainingEnrollment)
        .where(col(TrainingEnrollment.id) == _row.id, _is_placed(rows))
        .values(
            session_id=_row.session_id,
            is_preselected=True,
            moves=col(TrainingEnrollment.moves) + 1,
        )
    )


def resolve_repeated(work: Work, rows: RowRange) -> None:
    """Give rows that say the same as an earlier one the enrollment which that has made."""
    in_range = rows.holds(_row.row_no)
    work.run(
        update(STAGED).where(in_range, _row.id == 0, IS_ABOUT).values(id=TrainingEnrollment.id)
    )


def list_filled_sessions(work: Work) -> list[int]:
    """Return the sessions of trainings into which the whole file has put somebody."""
    return work.values(select(_row.session_id).where(is_good(STAGED), NEEDS_PLACE).distinct())
