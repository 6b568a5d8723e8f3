"""The statements of the report room: one function for each report, and what they all share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlmodel import col, func, select, type_coerce

from lmsctl.department.model import Department
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.work import Work
from lmsctl.report.results import ParticipationRow
from lmsctl.rights.rules import Scope
from lmsctl.training.model import Training, TrainingEnrollment, TrainingSession
from lmsctl.training.participants.store.people import DAYS_ATTENDED
from lmsctl.user.model import User, is_alive, status_at
from lmsctl.user.rules import UserFilter
from lmsctl.user.store import filter_conditions


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What a report asks the database: `statement` gives `record`s, in the order of `order`.

    `now` is a parameter of its.
    """

    record: type
    statement: Select[Any]
    order: tuple[Any, ...]


def rows(work: Work, query: ReportQuery, limit: int | None = None) -> Iterator[Any]:
    """Yield the rows of a report in its order, no more than `limit`, and never hold them all.

    A database that knows the limit neither makes nor sorts the rows that nobody sees.
    """
    statement = query.statement.order_by(*query.order).limit(limit)
    return work.each(query.record, statement, now=work.now)


def count(work: Work, query: ReportQuery, limit: int | None = None) -> int:
    """Return how many rows a report has, counted no further than to `limit`."""
    found = query.statement.with_only_columns(col(User.id), maintain_column_froms=True)
    counting = select(func.count()).select_from(found.limit(limit).subquery())
    return int(work.value(counting, now=work.now))


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when, both ends included; None is without end."""

    since: datetime | None = None
    until: datetime | None = None


def _is_within(period: Period, moment: Any) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that the moment in the column `moment` is within a period."""
    if period.since is not None:
        yield col(moment) >= period.since
    if period.until is not None:
        yield col(moment) <= period.until


_SELECT_PARTICIPATION = (
    select(
        *columns_of(
            ParticipationRow,
            TrainingEnrollment,
            login=col(User.login),
            name=col(User.first_name) + " " + col(User.last_name),
            email=col(User.email),
            type=col(User.type),
            status=status_at(NOW),
            department=col(Department.full_name),
            origin=col(User.origin),
            training=col(Training.code),
            session=col(TrainingSession.code),
            state=func.coalesce(type_coerce(col(TrainingEnrollment.answer), Text), "enrolled"),
            days_attended=DAYS_ATTENDED,
        )
    )
    .select_from(TrainingEnrollment)
    .join(User, col(User.id) == col(TrainingEnrollment.user_id))
    .join(Department, col(Department.id) == col(User.department_id))
    .join(Training, col(Training.id) == col(TrainingEnrollment.training_id))
    .outerjoin(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
    .where(col(TrainingEnrollment.canceled_at).is_(None), is_alive(NOW))
)
# The databases disagree on where nothing comes.
_BY_TRAINING = (
    col(Training.code_key),
    func.coalesce(col(TrainingSession.code_key), ""),
    col(User.login_key),
)


def participants(
    scope: Scope, wanted: UserFilter, enrolled: Period, *, training_id: int | None
) -> ReportQuery:
    """Return the report of who takes part in trainings, or in one, by training, session and login.

    It is of the people in `scope` who fit `wanted`. Whoever was canceled does not take part.
    """
    statement = _SELECT_PARTICIPATION.where(
        *filter_conditions(scope, wanted), *_is_within(enrolled, TrainingEnrollment.enrolled_at)
    )
    if training_id is not None:
        statement = statement.where(col(TrainingEnrollment.training_id) == training_id)
    return ReportQuery(ParticipationRow, statement, _BY_TRAINING)
