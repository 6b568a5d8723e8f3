"""The statements of the training room: who was there on which day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select
from sqlmodel import and_, col, func, select

from lmsctl.kit.statements import among, columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.training.model import IS_LIVE, Attendance, SessionDay, TrainingEnrollment
from lmsctl.training.participants.results import AttendanceRow
from lmsctl.user.model import User


@dataclass(frozen=True, slots=True)
class ParticipantOnDay:
    """One participant of a session, and what is recorded of them on one day."""

    enrollment_id: int
    user_id: int
    login: str
    login_key: str
    email_key: str | None
    is_present: bool | None
    minutes: int | None


def participants_on_day(work: Work, session_id: int, day_id: int) -> list[ParticipantOnDay]:
    """Return who is in a session, by login, with what is recorded of them on a day."""
    recorded = and_(
        col(Attendance.enrollment_id) == col(TrainingEnrollment.id),
        col(Attendance.day_id) == day_id,
    )
    return work.all(
        ParticipantOnDay,
        select(
            *columns_of(
                ParticipantOnDay,
                User,
                enrollment_id=col(TrainingEnrollment.id),
                user_id=col(User.id),
                is_present=col(Attendance.is_present),
                minutes=col(Attendance.minutes),
            )
        )
        .select_from(TrainingEnrollment)
        .join(User, col(User.id) == col(TrainingEnrollment.user_id))
        .outerjoin(Attendance, recorded)
        .where(col(TrainingEnrollment.session_id) == session_id, IS_LIVE)
        .order_by(col(User.login_key)),
    )


def record(
    work: Work, ids: Sequence[int], day_id: int, *, is_present: bool, minutes: int | None
) -> None:
    """Record whether participants were there on a day, in place of what was recorded before."""
    same = {
        "day_id": day_id,
        "is_present": is_present,
        "minutes": minutes,
        "recorded_at": work.now,
    }
    people: Select[*tuple[Any, ...]] = select(
        col(TrainingEnrollment.id).label("enrollment_id"),
        *(value_for(getattr(Attendance, name), value).label(name) for name, value in same.items()),
    ).where(among(TrainingEnrollment.id, ids))
    work.upsert(Attendance, ("enrollment_id", "day_id"), people)


def of_session(work: Work, session_id: int) -> Iterator[AttendanceRow]:
    """Yield who is in a session on each of its days, and whether they were there."""
    order = (col(SessionDay.starts_at), col(SessionDay.id))
    days = (
        select(
            SessionDay.id,
            SessionDay.session_id,
            func.row_number(type_=Integer).over(order_by=order).label("day"),
        )
        .where(col(SessionDay.session_id) == session_id)
        .subquery()
    )
    recorded = and_(
        col(Attendance.enrollment_id) == col(TrainingEnrollment.id),
        col(Attendance.day_id) == days.c.id,
    )
    return work.each(
        AttendanceRow,
        select(*columns_of(AttendanceRow, Attendance, login=col(User.login), day=days.c.day))
        .select_from(TrainingEnrollment)
        .join(User, col(User.id) == col(TrainingEnrollment.user_id))
        .join(days, days.c.session_id == col(TrainingEnrollment.session_id))
        .outerjoin(Attendance, recorded)
        .where(col(TrainingEnrollment.session_id) == session_id, IS_LIVE)
        .order_by(days.c.day, col(User.login_key)),
    )
