"""The statements of the enrollment room: who is in what, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, SQLColumnExpression, Text, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import (
    case,
    col,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    type_coerce,
    union,
    union_all,
    update,
)
from sqlmodel import delete as delete_from

from lmsctl.content.model import ContentItem, PathwayItem
from lmsctl.content.results import Status as ContentStatus
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment, EnrollmentReason, ProgressEvent
from lmsctl.enrollment.results import Because, Event, Phase, Reason, State
from lmsctl.enrollment.rules import Candidate, Narrowing, Standing
from lmsctl.group.model import GroupMember
from lmsctl.kit import columns
from lmsctl.kit.statements import NOW, among, columns_of, insert_once_of
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.rights.rules import EVERYWHERE, Scope
from lmsctl.rights.store import within
from lmsctl.training.model import Training, TrainingEnrollment, TrainingSession
from lmsctl.user.model import FieldValue, User, is_alive, status_at

_DUE = bindparam("due", type_=columns.Moment)
_ITEM = bindparam("item", type_=BigInteger)
_ENROLLED = literal(Phase.ENROLLED, columns.Choice(Phase))
_PRE_ENROLLED = literal(Phase.PRE_ENROLLED, columns.Choice(Phase))

# Choosing people ---------------------------------------------------------------------------------

_SELECT_CANDIDATE = select(*columns_of(Candidate, User, status=status_at(NOW))).where(is_alive(NOW))
_WORDS: dict[str, SQLColumnExpression[Any]] = {
    "type": col(User.type),
    "status": status_at(NOW),
    "origin": col(User.origin),
}


def _are_within(scope: Scope, people: type[User] = User) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that people are in scope, by which they are found; none for all."""
    if not scope.is_everywhere:
        places = select(Department.id).where(within(scope, Department.path))
        yield col(people.department_id).in_(places)


def named(
    work: Work,
    scope: Scope,
    *,
    keys: Sequence[str],
    ids: Sequence[int],
) -> list[Candidate]:
    """Return the people in scope who have one of these logins, addresses or ids."""
    is_named = or_(
        among(User.login_key, keys),
        among(User.email_key, keys),
        among(User.id, ids),
    )
    statement = _SELECT_CANDIDATE.where(is_named, *_are_within(scope))
    return work.all(Candidate, statement, now=work.now)


def chosen(
    work: Work,
    scope: Scope,
    *,
    paths: Sequence[str],
    group_ids: Sequence[int],
    narrowing: Narrowing,
) -> list[Candidate]:
    """Return the people in scope who are below one of `paths` or in one of the groups, by login.

    Without paths and groups everybody in scope is meant; `narrowing` holds in every case.
    """
    statement = _SELECT_CANDIDATE.where(*_are_within(scope), *_narrowed(narrowing))
    if paths or group_ids:
        statement = statement.where(col(User.id).in_(_below_or_in(paths, group_ids)))
    return work.all(Candidate, statement.order_by(col(User.login_key)), now=work.now)


def _below_or_in(paths: Sequence[str], group_ids: Sequence[int]) -> Any:
    """Return the ids of the people below one of `paths` or in one of the groups."""
    somebody = aliased(User)
    below = select(somebody.id).where(*_are_within(Scope(tuple(paths)), somebody))
    members = select(GroupMember.user_id).where(col(GroupMember.group_id).in_(group_ids))
    return union(*([below] if paths else []), *([members] if group_ids else []))


def _narrowed(narrowing: Narrowing) -> Iterator[ColumnElement[bool]]:
    for name, words in narrowing.words.items():
        yield _WORDS[name].in_(words)
    for field_id, texts in narrowing.fields.items():
        yield exists().where(
            col(FieldValue.user_id) == col(User.id),
            col(FieldValue.field_id) == field_id,
            col(FieldValue.value).in_(texts),
        )


# Enrolling ---------------------------------------------------------------------------------------

# Which enrollments it is about is asked apart from their order: to find rows in the order of their
# ids SQLite would read every enrollment of the item, where the unique key finds them.
_FOUND = aliased(Enrollment)
_SELECT_STANDINGS = (
    select(*columns_of(Standing, Enrollment, is_canceled=col(Enrollment.canceled_at).is_not(None)))
    .where(
        col(Enrollment.id).in_(
            select(_FOUND.id).where(
                col(_FOUND.item_id) == bindparam("item"), among(_FOUND.user_id, bindparam("users"))
            )
        )
    )
    .order_by(col(Enrollment.id))
    .with_for_update()
)
_NEW: tuple[Any, ...] = (col(User.id), _ITEM, _ENROLLED, NOW, _DUE)
_ENROLL_NEW = (
    insert(Enrollment)
    .from_select(
        ["user_id", "item_id", "phase", "enrolled_at", "due_at"],
        select(*_NEW).where(among(User.id, bindparam("users"))),
        include_defaults=False,
    )
    .returning(col(Enrollment.id))
)
_ENROLL_AGAIN = (
    update(Enrollment)
    .where(among(Enrollment.id, bindparam("ids")))
    .values(
        canceled_at=null(),
        enrolled_at=NOW,
        due_at=_DUE,
        phase=case(
            (col(Enrollment.completed_at).is_(None), _ENROLLED), else_=col(Enrollment.phase)
        ),
    )
)
_REASON: tuple[Any, ...] = (
    col(Enrollment.id).label("enrollment_id"),
    bindparam("why", type_=columns.Choice(Reason)).label("reason"),
    bindparam("named", type_=Text).label("reference"),
    NOW.label("since_at"),
)
_ADD_REASON = insert_once_of(
    EnrollmentReason,
    select(*_REASON).where(
        col(Enrollment.item_id) == bindparam("item"), among(Enrollment.user_id, bindparam("users"))
    ),
).returning(col(EnrollmentReason.enrollment_id))


def standings_for_update(work: Work, item_id: int, user_ids: Sequence[int]) -> list[Standing]:
    """Return how those stand who are or were in the item, locked until we are done.

    Their reasons are to be read after this: while we waited, others may have changed them.
    """
    return work.all(Standing, _SELECT_STANDINGS, item=item_id, users=user_ids)


def enroll_new(
    work: Work, item_id: int, user_ids: Sequence[int], due_at: datetime | None
) -> list[int]:
    """Enroll people who never were in the item, and return the enrollments' ids."""
    return work.values(_ENROLL_NEW, item=item_id, users=user_ids, now=work.now, due=due_at)


def enroll_again(work: Work, ids: Sequence[int], due_at: datetime | None) -> None:
    """Enroll anew whose enrollment was canceled or only prepared; completion stays."""
    work.run(_ENROLL_AGAIN, ids=ids, now=work.now, due=due_at)


def add_reason(
    work: Work, item_id: int, user_ids: Sequence[int], reason: Reason, reference: str
) -> list[int]:
    """Note why these people are in the item; returns the enrollments of which it was not noted."""
    return work.values(
        _ADD_REASON,
        item=item_id,
        users=user_ids,
        why=reason,
        named=reference,
        now=work.now,
    )


_ON_THE_WAY = (
    select(PathwayItem.item_id)
    .join(ContentItem, col(ContentItem.id) == col(PathwayItem.item_id))
    .where(
        col(PathwayItem.pathway_id) == bindparam("pathway"),
        col(PathwayItem.is_mandatory),
        col(ContentItem.status) != ContentStatus.ARCHIVED,
    )
)
_STEP = _ON_THE_WAY.subquery()
_LOCK_STEPS = (
    select(Enrollment.id)
    .where(
        col(Enrollment.id).in_(
            select(_FOUND.id).where(
                among(_FOUND.user_id, bindparam("users")), col(_FOUND.item_id).in_(_ON_THE_WAY)
            )
        )
    )
    .order_by(col(Enrollment.id))
    .with_for_update()
)
_PREPARE_NEW = insert(Enrollment).from_select(
    ["user_id", "item_id", "phase", "enrolled_at"],
    select(
        col(User.id),
        _STEP.c.item_id,
        _PRE_ENROLLED,
        NOW,
    )
    .join(_STEP, true())
    .where(
        among(User.id, bindparam("users")),
        ~exists().where(
            col(Enrollment.user_id) == col(User.id), col(Enrollment.item_id) == _STEP.c.item_id
        ),
    ),
    include_defaults=False,
)
_PREPARE_AGAIN = (
    update(Enrollment)
    .where(
        col(Enrollment.canceled_at).is_not(None),
        among(Enrollment.user_id, bindparam("users")),
        col(Enrollment.item_id).in_(_ON_THE_WAY),
    )
    .values(
        canceled_at=null(),
        enrolled_at=NOW,
        due_at=null(),
        phase=case(
            (col(Enrollment.completed_at).is_(None), _PRE_ENROLLED),
            else_=col(Enrollment.phase),
        ),
    )
)
_ADD_PATHWAY = insert_once_of(
    EnrollmentReason,
    select(*_REASON).where(
        among(Enrollment.user_id, bindparam("users")), col(Enrollment.item_id).in_(_ON_THE_WAY)
    ),
)


def prepare(work: Work, pathway_id: int, code: str, user_ids: Sequence[int]) -> None:
    """Give people the phase pre-enrolled in a pathway's mandatory items, where they have none."""
    wanted = {"pathway": pathway_id, "users": user_ids}
    # Whoever cancels one of them meanwhile would take its reasons and not see ours.
    work.values(_LOCK_STEPS, **wanted)
    work.run(_PREPARE_NEW, now=work.now, **wanted)
    work.run(_PREPARE_AGAIN, now=work.now, **wanted)
    work.run(_ADD_PATHWAY, now=work.now, why=Reason.PATHWAY, named=code, **wanted)


# Canceling ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which reasons are meant; None does not narrow, and those of the sort `but` never are."""

    reason: Reason | None
    reference: str | None
    but: Reason | None = None

    def among(self, ids: Sequence[int]) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions on the reasons of these enrollments."""
        yield among(EnrollmentReason.enrollment_id, ids)
        if self.reason is not None:
            yield col(EnrollmentReason.reason) == self.reason
        if self.reference is not None:
            yield col(EnrollmentReason.reference) == self.reference
        if self.but is not None:
            yield col(EnrollmentReason.reason) != self.but


def with_reason(work: Work, ids: Sequence[int], chosen: Chosen) -> list[int]:
    """Return which of the enrollments have a reason like that."""
    statement = select(EnrollmentReason.enrollment_id).distinct()
    return work.values(statement.where(*chosen.among(ids)))


def take_reasons(work: Work, ids: Sequence[int], chosen: Chosen) -> None:
    """Take such reasons away from enrollments."""
    work.run(delete_from(EnrollmentReason).where(*chosen.among(ids)))


def cancel_groundless(work: Work, ids: Sequence[int]) -> list[int]:
    """Cancel those of the enrollments that no reason is left for; returns which."""
    has_reason = exists().where(col(EnrollmentReason.enrollment_id) == col(Enrollment.id))
    return work.values(
        update(Enrollment)
        .where(among(Enrollment.id, ids), col(Enrollment.canceled_at).is_(None), ~has_reason)
        .values(canceled_at=work.now)
        .returning(col(Enrollment.id))
    )


def note_by_hand(work: Work, ids: Sequence[int]) -> None:
    """Tell canceled enrollments that somebody ended from those whose preparation came to nothing.

    Only the latter are canceled in the phase pre-enrolled.
    """
    work.run(
        update(Enrollment)
        .where(among(Enrollment.id, ids), col(Enrollment.phase) == Phase.PRE_ENROLLED)
        .values(phase=Phase.ENROLLED)
    )


def prepared_for_update(work: Work, code: str, user_ids: Sequence[int] | None) -> list[int]:
    """Return the enrollments, not completed yet, that have a pathway for a reason, locked.

    Those of these people, or of everybody when None.
    """
    statement = (
        select(Enrollment.id)
        .join(EnrollmentReason, col(EnrollmentReason.enrollment_id) == col(Enrollment.id))
        .where(
            col(EnrollmentReason.reason) == Reason.PATHWAY,
            col(EnrollmentReason.reference) == code,
            col(Enrollment.phase) != Phase.COMPLETED,
        )
    )
    if user_ids is not None:
        theirs = select(_FOUND.id).where(among(_FOUND.user_id, user_ids))
        statement = statement.where(col(Enrollment.id).in_(theirs))
    return work.values(statement.order_by(col(Enrollment.id)).with_for_update(of=Enrollment))


# Looking -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
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
    phase: State
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    reason: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which enrollments are wanted; None does not narrow, but no phase means any but canceled.

    An item leaves out the enrollments in trainings, and a training or session those in content.
    """

    user_id: int | None = None
    item_id: int | None = None
    training_id: int | None = None
    session_id: int | None = None
    under: str | None = None
    phase: State | None = None
    reason: Reason | None = None


_NO_TEXT = literal(None, Text)
_NO_MOMENT = literal(None, columns.Moment)
_CANCELED = literal(State.CANCELED, columns.Choice(State))
_SELECT_IN_CONTENT = (
    select(
        *columns_of(
            Line,
            Enrollment,
            login=col(User.login),
            content=col(ContentItem.code),
            training=_NO_TEXT,
            session=_NO_TEXT,
            title=col(ContentItem.title),
            phase=case(
                (col(Enrollment.canceled_at).is_not(None), _CANCELED),
                else_=col(Enrollment.phase),
            ),
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
            Line,
            TrainingEnrollment,
            login=col(User.login),
            content=_NO_TEXT,
            training=col(Training.code),
            session=col(TrainingSession.code),
            title=col(Training.title),
            phase=case(
                (col(TrainingEnrollment.canceled_at).is_not(None), _CANCELED),
                else_=literal(State.ENROLLED, columns.Choice(State)),
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


def listed(work: Work, scope: Scope, wanted: Filter, first: int | None = None) -> Iterator[Line]:
    """Yield the enrollments of people in scope, by login, once for each reason.

    Of each person those in content come first, then those in trainings, both by code. Whoever wants
    the `first` alone gets no fewer.
    """
    parts = [_in_content(wanted)] if wanted.training_id is None else []
    parts += [_in_trainings(wanted)] if wanted.item_id is None else []
    under = Scope((wanted.under or EVERYWHERE,))
    people = [*_are_within(scope), *_are_within(under)]
    # Of what few people have, all is found sooner than the first of it in the order of logins.
    if first is not None and wanted == Filter(under=wanted.under):
        meant = [*_are_within(scope, _SOMEBODY), *_are_within(under, _SOMEBODY)]
        people.append(_is_among_first(first, parts, meant))
    lines = union_all(*(part.where(*people) for part in parts))
    return work.each(Line, lines.order_by(*_ORDER), now=work.now)


def _is_among_first(
    count: int, parts: Sequence[Select[Any]], are_meant: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that people are the first of those who have anything of `parts`."""
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


def _in_content(wanted: Filter) -> Select[Any]:
    statement: Select[Any] = _SELECT_IN_CONTENT.where(_is_in_phase(Enrollment, wanted.phase))
    if wanted.phase not in {None, State.CANCELED}:
        statement = statement.where(col(Enrollment.phase) == wanted.phase)
    if wanted.user_id is not None:
        statement = statement.where(col(Enrollment.user_id) == wanted.user_id)
    if wanted.item_id is not None:
        statement = statement.where(col(Enrollment.item_id) == wanted.item_id)
    if wanted.reason is not None:
        one = aliased(EnrollmentReason)
        statement = statement.where(
            exists().where(
                col(one.enrollment_id) == col(Enrollment.id), col(one.reason) == wanted.reason
            )
        )
    return statement


def _in_trainings(wanted: Filter) -> Select[Any]:
    statement: Select[Any] = _SELECT_IN_TRAININGS.where(
        _is_in_phase(TrainingEnrollment, wanted.phase)
    )
    if wanted.phase not in {None, State.CANCELED, State.ENROLLED}:
        statement = statement.where(false())
    if wanted.user_id is not None:
        statement = statement.where(col(TrainingEnrollment.user_id) == wanted.user_id)
    if wanted.training_id is not None:
        statement = statement.where(col(TrainingEnrollment.training_id) == wanted.training_id)
    if wanted.session_id is not None:
        statement = statement.where(col(TrainingEnrollment.session_id) == wanted.session_id)
    if wanted.reason is not None:
        side = type_coerce(col(TrainingEnrollment.side), Text)
        statement = statement.where(side == wanted.reason.value)
    return statement


def _is_in_phase(table: Any, phase: State | None) -> ColumnElement[bool]:
    """Return the condition that an enrollment is canceled or not, as a wanted phase says."""
    canceled_at = col(table.canceled_at)
    return canceled_at.is_not(None) if phase is State.CANCELED else canceled_at.is_(None)


def reasons(work: Work, enrollment_id: int) -> list[Because]:
    """Return why an enrollment is, in the order in which the reasons came."""
    return work.all(
        Because,
        select(*columns_of(Because, EnrollmentReason))
        .where(col(EnrollmentReason.enrollment_id) == enrollment_id)
        .order_by(
            col(EnrollmentReason.since_at),
            col(EnrollmentReason.reason),
            col(EnrollmentReason.reference),
        ),
    )


@dataclass(frozen=True, slots=True)
class Doings:
    """What a person did with an item, summed up."""

    views: int
    best_score: int | None
    last_event_at: datetime | None


def doings(work: Work, user_id: int, item_id: int) -> Doings:
    """Return what a person did with an item, summed up."""
    found = work.one(
        Doings,
        select(
            *columns_of(
                Doings,
                ProgressEvent,
                views=func.count(case((col(ProgressEvent.event) == Event.VIEWED, 1))),
                best_score=func.max(ProgressEvent.score),
                last_event_at=func.max(ProgressEvent.happened_at),
            )
        ).where(col(ProgressEvent.user_id) == user_id, col(ProgressEvent.item_id) == item_id),
    )
    assert found is not None
    return found


# What hangs on other things ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hanging:
    """How many enrollments and progress events hang on something."""

    enrollments: int
    progress_events: int


def on_items(work: Work, ids: Sequence[int]) -> Hanging:
    """Return what hangs on these items."""
    return _hanging(work, among(Enrollment.item_id, ids), among(ProgressEvent.item_id, ids))


def on_user(work: Work, user_id: int) -> Hanging:
    """Return what hangs on a person."""
    return _hanging(work, col(Enrollment.user_id) == user_id, col(ProgressEvent.user_id) == user_id)


def _hanging(
    work: Work, are_theirs: ColumnElement[bool], are_events_theirs: ColumnElement[bool]
) -> Hanging:
    enrollments = select(func.count()).select_from(Enrollment).where(are_theirs)
    events = select(func.count()).select_from(ProgressEvent).where(are_events_theirs)
    found = work.one(
        Hanging,
        select(
            enrollments.scalar_subquery().label("enrollments"),
            events.scalar_subquery().label("progress_events"),
        ),
    )
    assert found is not None
    return found


def audience(work: Work, user_ids: Sequence[int]) -> Audience:
    """Return people to be told at once."""
    return Audience.at_once(work, user_ids)
