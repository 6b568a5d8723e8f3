"""The statements that show and count who takes part."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlalchemy.orm import aliased
from sqlmodel import case, col, exists, func, select, type_coerce

from lmsctl.department.model import Department
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope, Visibility
from lmsctl.rights.store import in_scope, in_scope_or_above
from lmsctl.training.model import IS_LIVE, SessionDay, Training, TrainingEnrollment, TrainingSession
from lmsctl.training.participants.results import Participant
from lmsctl.training.participants.rules import OverlappingDay
from lmsctl.training.participants.store.people import DAYS_ATTENDED
from lmsctl.user.model import User, status_at


def participants(
    work: Work, scope: Scope, training_id: int, session_id: int | None, sight: Visibility
) -> Iterable[Participant]:
    """Return who in scope takes part in a training, or in one session, by session and login.

    Those without a session come first, then the sessions in the order in which they were made.
    Their departments are named where those are in sight.
    """
    in_sight = in_scope_or_above(sight.departments, Department.path)
    statement = _select_participants(
        *columns_of(
            Participant,
            TrainingEnrollment,
            login=col(User.login),
            email=col(User.email),
            session=col(TrainingSession.code),
            # As a text, because "enrolled" is no `Answer`.
            state=func.coalesce(type_coerce(col(TrainingEnrollment.answer), Text), "enrolled"),
            status=status_at(NOW),
            department=case((in_sight, col(Department.full_name))),
            days_attended=DAYS_ATTENDED,
        )
    ).where(
        col(TrainingEnrollment.training_id) == training_id,
        IS_LIVE,
        in_scope(scope, Department.path),
    )
    if session_id is not None:
        statement = statement.where(col(TrainingEnrollment.session_id) == session_id)
    order = (func.coalesce(col(TrainingSession.id), 0), col(User.login_key))
    return work.listed(Participant, statement, by=order, now=work.now)


def _select_participants(*columns: Any) -> Any:
    """Return a SELECT of enrollments with their people, departments and sessions."""
    return (
        select(*columns)
        .select_from(TrainingEnrollment)
        .join(User, col(User.id) == col(TrainingEnrollment.user_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .outerjoin(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
    )


@dataclass(frozen=True, slots=True)
class AccessStart:
    """From when on how many people have access to a training, and in which session."""

    access_at: datetime
    session: str | None
    people: int


def access_starts(work: Work, scope: Scope, training_id: int) -> list[AccessStart]:
    """Return the instants still to come at which people in scope get access."""
    session = col(TrainingSession.code)
    when = (col(TrainingEnrollment.access_at), session)
    return work.all(
        AccessStart,
        _select_participants(
            *columns_of(AccessStart, TrainingEnrollment, session=session, people=func.count())
        )
        .where(
            col(TrainingEnrollment.training_id) == training_id,
            IS_LIVE,
            col(TrainingEnrollment.access_at) > work.now,
            in_scope(scope, Department.path),
        )
        .group_by(*when)
        .order_by(*when),
    )


def people_in(work: Work, training_id: int) -> int:
    """Return how many people take part in a training."""
    return _count(work, col(TrainingEnrollment.training_id) == training_id, IS_LIVE)


def _count(work: Work, *conditions: ColumnElement[bool]) -> int:
    """Return how many enrollments in trainings fit the conditions."""
    counted = select(func.count()).select_from(TrainingEnrollment).where(*conditions)
    return int(work.value(counted))


def count_of_user(work: Work, user_id: int) -> int:
    """Return how many enrollments in trainings a person has or had."""
    return _count(work, col(TrainingEnrollment.user_id) == user_id)


def trainings_of_user(work: Work, user_id: int) -> set[int]:
    """Return the ids of the trainings in which a person takes part."""
    return set(
        work.values(
            select(TrainingEnrollment.training_id).where(
                col(TrainingEnrollment.user_id) == user_id, IS_LIVE
            )
        )
    )


def overlapping_days(work: Work, user_id: int, session_id: int) -> list[OverlappingDay]:
    """Return the days of other sessions that a person is in at the time of this one.

    What they have no access to yet is not among them.
    """
    day = aliased(SessionDay)
    is_same_time = exists().where(
        col(day.session_id) == session_id,
        col(day.starts_at) < col(SessionDay.ends_at),
        col(SessionDay.starts_at) < col(day.ends_at),
    )
    days = _select_own_days(
        OverlappingDay,
        user_id,
        work.now,
        training=col(Training.code),
        session=col(TrainingSession.code),
    )
    is_another = col(TrainingEnrollment.session_id) != session_id
    return work.all(OverlappingDay, days.where(is_another, is_same_time))


def _select_own_days(record: type, user_id: int, now: datetime, **others: Any) -> Select[Any]:
    """Return the SELECT of a `record` for each day of a person's sessions, as they start.

    What they have no access to at `now` is not among them.
    """
    days: Select[Any] = (
        select(*columns_of(record, SessionDay, **others))
        .select_from(TrainingEnrollment)
        .join(Training, col(Training.id) == col(TrainingEnrollment.training_id))
        .join(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
        .join(SessionDay, col(SessionDay.session_id) == col(TrainingSession.id))
        .where(
            col(TrainingEnrollment.user_id) == user_id,
            IS_LIVE,
            col(TrainingEnrollment.access_at) <= now,
        )
        .order_by(col(SessionDay.starts_at), col(Training.code_key))
    )
    return days


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One day of a session that a person is in, as calendars need it."""

    training: str
    title: str
    description: str
    session: str
    session_title: str | None
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    url: str | None
    uid: str
    sequence: int


def calendar(work: Work, user_id: int) -> list[CalendarRow]:
    """Return the days of all sessions that a person is in and has access to, as they start."""
    days = _select_own_days(
        CalendarRow,
        user_id,
        work.now,
        training=col(Training.code),
        title=col(Training.title),
        description=col(Training.description),
        session=col(TrainingSession.code),
        session_title=col(TrainingSession.title),
        time_zone=col(Training.time_zone),
        uid=col(TrainingEnrollment.calendar_uid),
        sequence=col(TrainingEnrollment.moves),
    )
    return work.all(CalendarRow, days)
