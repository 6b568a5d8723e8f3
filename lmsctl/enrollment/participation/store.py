"""The statements that show how one person takes part in a training."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, Text
from sqlmodel import and_, case, col, func, select, type_coerce

from lmsctl.department.model import Department
from lmsctl.enrollment.participation.results import DayAttended, DeadlineExtended
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.training.model import (
    Attendance,
    DeadlineExtension,
    SessionDay,
    Training,
    TrainingEnrollment,
    TrainingSession,
)
from lmsctl.training.results import EnrolledBy
from lmsctl.user.model import User, is_alive


@dataclass(frozen=True, slots=True)
class ParticipationRecord:
    """One enrollment in a training, canceled or not; `session` is the code of its session."""

    id: int
    session_id: int | None
    session: str | None
    state: str
    side: EnrolledBy
    is_preselected: bool
    access_at: datetime
    enrolled_at: datetime
    answered_at: datetime | None
    canceled_at: datetime | None
    points: int | None
    certificate: str | None
    result_at: datetime | None


_IS_LIVE = col(TrainingEnrollment.canceled_at).is_(None)
_STATE = case(
    (_IS_LIVE, func.coalesce(type_coerce(col(TrainingEnrollment.answer), Text), "enrolled")),
    else_="canceled",
)


def find_latest(work: Work, training_id: int, user_id: int) -> ParticipationRecord | None:
    """Return a person's enrollment in a training, or the latest of those that were canceled."""
    return work.one(
        ParticipationRecord,
        select(
            *columns_of(
                ParticipationRecord,
                TrainingEnrollment,
                session=col(TrainingSession.code),
                state=_STATE,
            )
        )
        .select_from(TrainingEnrollment)
        .outerjoin(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
        .where(
            col(TrainingEnrollment.training_id) == training_id,
            col(TrainingEnrollment.user_id) == user_id,
        )
        .order_by(case((_IS_LIVE, 0), else_=1), col(TrainingEnrollment.id).desc())
        .limit(1),
    )


def is_visible_through_people(work: Work, training_id: int, scope: Scope) -> bool:
    """Say whether somebody in scope takes part in a training, or did."""
    found = (
        select(TrainingEnrollment.id)
        .join(User, col(User.id) == col(TrainingEnrollment.user_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .where(
            col(TrainingEnrollment.training_id) == training_id,
            is_alive(NOW),
            in_scope(scope, Department.path),
        )
        .limit(1)
    )
    return work.value(found, now=work.now) is not None


def list_attendance(work: Work, enrollment_id: int, session_id: int | None) -> list[DayAttended]:
    """Return the days of a session in order, and whether somebody was there."""
    order = (col(SessionDay.starts_at), col(SessionDay.id))
    recorded = and_(
        col(Attendance.day_id) == col(SessionDay.id),
        col(Attendance.enrollment_id) == enrollment_id,
    )
    return work.all(
        DayAttended,
        select(
            *columns_of(
                DayAttended,
                Attendance,
                day=func.row_number(type_=Integer).over(order_by=order),
                starts_at=col(SessionDay.starts_at),
                ends_at=col(SessionDay.ends_at),
            )
        )
        .select_from(SessionDay)
        .outerjoin(Attendance, recorded)
        .where(col(SessionDay.session_id) == session_id)
        .order_by(*order),
    )


def list_extensions(work: Work, training_id: int, user_id: int) -> list[DeadlineExtended]:
    """Return the extensions of deadlines that a person was given in a training, and by whom."""
    return work.all(
        DeadlineExtended,
        select(*columns_of(DeadlineExtended, DeadlineExtension))
        .where(
            col(DeadlineExtension.training_id) == training_id,
            col(DeadlineExtension.user_id) == user_id,
        )
        .order_by(col(DeadlineExtension.deadline).desc()),
    )


@dataclass(frozen=True, slots=True)
class EntryOwner:
    """Whose an entry of a calendar is: who takes, or took, part in which training.

    `email_key` is their stored address as addresses are compared, `path` that of their department.
    """

    id: int
    login: str
    email_key: str | None
    path: str
    training: str
    is_live: bool


def find_entry(work: Work, uid: str) -> EntryOwner | None:
    """Return whose entry that is in calendars; None when it is nobody's."""
    return work.one(
        EntryOwner,
        select(
            *columns_of(
                EntryOwner,
                TrainingEnrollment,
                login=col(User.login),
                email_key=col(User.email_key),
                path=col(Department.path),
                training=col(Training.code),
                is_live=_IS_LIVE,
            )
        )
        .select_from(TrainingEnrollment)
        .join(User, col(User.id) == col(TrainingEnrollment.user_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .join(Training, col(Training.id) == col(TrainingEnrollment.training_id))
        .where(col(TrainingEnrollment.calendar_uid) == uid),
    )
