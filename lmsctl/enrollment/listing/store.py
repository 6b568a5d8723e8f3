"""The statements that list enrollments in content and in trainings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text
from sqlalchemy.orm import aliased
from sqlmodel import (
    case,
    col,
    exists,
    false,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from lmsctl.content.model import ContentItem
from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.enrollment.results import Reason, ShownPhase
from lmsctl.enrollment.store import CANCELED, SHOWN_PHASE, people_in_scope
from lmsctl.kit import columns
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import EVERYWHERE, Scope
from lmsctl.training.model import Training, TrainingEnrollment, TrainingSession
from lmsctl.user import store as users
from lmsctl.user.model import User, is_alive
from lmsctl.user.rules import PeopleFilter


@dataclass(frozen=True, slots=True)
class EnrollmentLine:
    """One enrollment with one of its reasons; in content without any when it was canceled.

    In a training the reason is who enrolled them. The first fields say when it has its turn:
    `sort` is 1 for content and 2 for trainings.
    """

    login_key: str
    sort: int
    code_key: str
    since_at: datetime | None
    id: int
    login: str
    content: str | None
    training: str | None
    session: str | None
    title: str
    phase: ShownPhase
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    reason: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class EnrollmentFilter:
    """Which enrollments are wanted; None does not narrow, but no phase means any but canceled.

    An item leaves out the enrollments in trainings, and a training or session those in content.
    """

    user_id: int | None = None
    item_id: int | None = None
    training_id: int | None = None
    session_id: int | None = None
    under: str | None = None
    phase: ShownPhase | None = None
    reason: Reason | None = None
    people: PeopleFilter = field(default_factory=PeopleFilter)


_NO_TEXT = literal(None, Text)
_NO_MOMENT = literal(None, columns.Moment)

_SELECT_IN_CONTENT = (
    select(
        *columns_of(
            EnrollmentLine,
            Enrollment,
            login=col(User.login),
            content=col(ContentItem.code),
            training=_NO_TEXT,
            session=_NO_TEXT,
            title=col(ContentItem.title),
            phase=SHOWN_PHASE,
            reason=type_coerce(col(EnrollmentReason.reason), Text),
            reference=col(EnrollmentReason.reference),
            login_key=col(User.login_key),
            sort=literal(1, BigInteger),
            code_key=col(ContentItem.code_key),
            since_at=col(EnrollmentReason.since_at),
        )
    )
    .select_from(User)
    .join(Enrollment, col(Enrollment.user_id) == col(User.id))
    .join(ContentItem, col(ContentItem.id) == col(Enrollment.item_id))
    .outerjoin(EnrollmentReason, col(EnrollmentReason.enrollment_id) == col(Enrollment.id))
    .where(is_alive(NOW))
)

_SELECT_IN_TRAININGS = (
    select(
        *columns_of(
            EnrollmentLine,
            TrainingEnrollment,
            login=col(User.login),
            content=_NO_TEXT,
            training=col(Training.code),
            session=col(TrainingSession.code),
            title=col(Training.title),
            phase=case(
                (col(TrainingEnrollment.canceled_at).is_not(None), CANCELED),
                else_=literal(ShownPhase.ENROLLED, columns.Choice(ShownPhase)),
            ),
            due_at=_NO_MOMENT,
            completed_at=_NO_MOMENT,
            reason=type_coerce(col(TrainingEnrollment.side), Text),
            reference=_NO_TEXT,
            login_key=col(User.login_key),
            sort=literal(2, BigInteger),
            code_key=col(Training.code_key),
            since_at=col(TrainingEnrollment.enrolled_at),
        )
    )
    .select_from(User)
    .join(TrainingEnrollment, col(TrainingEnrollment.user_id) == col(User.id))
    .join(Training, col(Training.id) == col(TrainingEnrollment.training_id))
    .outerjoin(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
    .where(is_alive(NOW))
)

_SOMEBODY = aliased(User)
_ORDER = ("login_key", "sort", "code_key", "id", "since_at", "reason", "reference")


def list_lines(
    work: Work, scope: Scope, chosen: EnrollmentFilter, first: int | None = None
) -> Iterator[EnrollmentLine]:
    """Yield the enrollments of people in scope, by login, once for each reason.

    Of each person those in content come first, then those in trainings, both by code. Whoever wants
    the `first` alone gets no fewer.
    """
    parts = [_select_in_content(chosen)] if chosen.training_id is None else []
    parts += [_select_in_trainings(chosen)] if chosen.item_id is None else []
    under = Scope((chosen.under or EVERYWHERE,))
    people = [
        *people_in_scope(scope),
        *people_in_scope(under),
        *users.people_conditions(chosen.people),
    ]
    # Of what few people have, all is found sooner than the first of it in the order of logins.
    if first is not None and chosen == EnrollmentFilter(under=chosen.under):
        meant = [*people_in_scope(scope, _SOMEBODY), *people_in_scope(under, _SOMEBODY)]
        people.append(_is_one_of_first(first, parts, meant))
    lines = union_all(*(part.where(*people) for part in parts))
    return work.each(EnrollmentLine, lines.order_by(*_ORDER), now=work.now)


def _is_one_of_first(
    count: int, parts: Sequence[Select[Any]], are_meant: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that people are among the first `count` who have anything in `parts`."""
    # Asked whether there is any, PostgreSQL would look for all of everybody and keep them.
    has_any = (
        part.with_only_columns(literal(1), maintain_column_froms=True)
        .where(col(User.id) == col(_SOMEBODY.id))
        .correlate(_SOMEBODY)
        .limit(1)
        .scalar_subquery()
        .is_not(None)
        for part in parts
    )
    found = (
        select(_SOMEBODY.id)
        .where(or_(*has_any), *are_meant)
        .order_by(col(_SOMEBODY.login_key))
        .limit(count)
        .correlate(None)
    )
    return col(User.id).in_(found)


def _select_in_content(chosen: EnrollmentFilter) -> Select[Any]:
    """Return a SELECT of the enrollments in content that fit a filter."""
    statement: Select[Any] = _SELECT_IN_CONTENT.where(_is_in_phase(Enrollment, chosen.phase))
    if chosen.phase not in {None, ShownPhase.CANCELED}:
        statement = statement.where(col(Enrollment.phase) == chosen.phase)
    if chosen.user_id is not None:
        statement = statement.where(col(Enrollment.user_id) == chosen.user_id)
    if chosen.item_id is not None:
        statement = statement.where(col(Enrollment.item_id) == chosen.item_id)
    if chosen.reason is not None:
        one = aliased(EnrollmentReason)
        statement = statement.where(
            exists().where(
                col(one.enrollment_id) == col(Enrollment.id), col(one.reason) == chosen.reason
            )
        )
    return statement


def _select_in_trainings(chosen: EnrollmentFilter) -> Select[Any]:
    """Return a SELECT of the enrollments in trainings that fit a filter."""
    statement: Select[Any] = _SELECT_IN_TRAININGS.where(
        _is_in_phase(TrainingEnrollment, chosen.phase)
    )
    if chosen.phase not in {None, ShownPhase.CANCELED, ShownPhase.ENROLLED}:
        statement = statement.where(false())
    if chosen.user_id is not None:
        statement = statement.where(col(TrainingEnrollment.user_id) == chosen.user_id)
    if chosen.training_id is not None:
        statement = statement.where(col(TrainingEnrollment.training_id) == chosen.training_id)
    if chosen.session_id is not None:
        statement = statement.where(col(TrainingEnrollment.session_id) == chosen.session_id)
    if chosen.reason is not None:
        side = type_coerce(col(TrainingEnrollment.side), Text)
        statement = statement.where(side == chosen.reason.value)
    return statement


def _is_in_phase(table: Any, phase: ShownPhase | None) -> ColumnElement[bool]:
    """Return the condition that an enrollment is canceled or not, as a wanted phase says."""
    canceled_at = col(table.canceled_at)
    return canceled_at.is_not(None) if phase is ShownPhase.CANCELED else canceled_at.is_(None)
