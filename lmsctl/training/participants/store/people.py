"""The statements of the training room: who takes part, in which session, and what places they take.

Whoever changes more than one thing locks the training first (`training.store`), then enrollments
and then sessions, each by training and id. Two do it otherwise, and whoever deadlocks with them
begins again: `release_of_user` locks no training, because a person may be in many, and who cancels
a session has locked that before `remove_everybody` changes its enrollments. On SQLite nothing is
locked: see `kit.locks`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam
from sqlmodel import (
    case,
    cast,
    col,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from lmsctl.department.model import Department
from lmsctl.kit import locks
from lmsctl.kit.driver import RetryTransaction
from lmsctl.kit.statements import NOW, among, columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience, Recipient
from lmsctl.rights.rules import Scope, Visibility
from lmsctl.rights.store import in_scope, in_scope_or_above
from lmsctl.training.model import (
    Attendance,
    SessionDay,
    Training,
    TrainingEnrollment,
    TrainingSession,
)
from lmsctl.training.results import EnrolledBy, Participant
from lmsctl.training.rules import ParticipantRecord
from lmsctl.user.model import User, status_at
from lmsctl.user.results import UserStatus

IS_LIVE = col(TrainingEnrollment.canceled_at).is_(None)


def _select_attendance(*columns: Any) -> Any:
    """Return a SELECT of what is recorded of a participant on the days of their present session.

    It is for use inside a SELECT of `TrainingEnrollment`, with whose rows it is correlated.
    """
    return (
        select(*columns)
        .select_from(Attendance)
        .join(SessionDay, col(SessionDay.id) == col(Attendance.day_id))
        .where(
            col(Attendance.enrollment_id) == col(TrainingEnrollment.id),
            col(SessionDay.session_id) == col(TrainingEnrollment.session_id),
        )
    )


# On how many days of their session a participant was there.
DAYS_ATTENDED = _select_attendance(func.count()).where(col(Attendance.is_present)).scalar_subquery()


_SELECT_PARTICIPANT = (
    select(
        *columns_of(
            ParticipantRecord,
            TrainingEnrollment,
            session=col(TrainingSession.code),
            is_attendance_recorded=exists(_select_attendance(col(Attendance.day_id))),
        )
    )
    .select_from(TrainingEnrollment)
    .outerjoin(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
    .where(IS_LIVE)
)


def participants_for_update(
    work: Work, training_id: int, user_ids: Sequence[int]
) -> list[ParticipantRecord]:
    """Return how those of these people stand who take part, locked when `work.is_writing`."""
    fits = (
        col(TrainingEnrollment.training_id) == training_id,
        among(TrainingEnrollment.user_id, user_ids),
    )
    # By a statement of its own: one that waited for a lock would read the enrollment as it is then,
    # and the session as it was before.
    locks.hold_found(work, select(TrainingEnrollment.id).where(IS_LIVE, *fits))
    return work.all(
        ParticipantRecord, _SELECT_PARTICIPANT.where(*fits).order_by(col(TrainingEnrollment.id))
    )


def participations_of_user(work: Work, user_id: int) -> dict[int, ParticipantRecord]:
    """Return how a person takes part in the trainings that they have access to, by training."""
    found = work.all(
        ParticipantRecord,
        _SELECT_PARTICIPANT.where(
            col(TrainingEnrollment.user_id) == user_id,
            col(TrainingEnrollment.access_at) <= work.now,
        ),
    )
    return {standing.training_id: standing for standing in found}


def ever_enrolled(work: Work, training_id: int, user_ids: Sequence[int]) -> set[int]:
    """Return which of these people were in the training at any time."""
    return set(
        work.values(
            select(TrainingEnrollment.user_id)
            .where(
                col(TrainingEnrollment.training_id) == training_id,
                among(TrainingEnrollment.user_id, user_ids),
            )
            .distinct()
        )
    )


def enroll(  # noqa: PLR0913 - one keyword for each thing an enrollment has
    work: Work,
    training_id: int,
    user_ids: Sequence[int],
    *,
    session_id: int | None,
    is_preselected: bool,
    side: EnrolledBy,
    access_at: datetime,
) -> None:
    """Enroll people who do not take part, each named once; their places must have been claimed.

    Raises Repeat, which lets the whole unit of work be done again, when one of them has just gone.
    """
    same = {
        "training_id": training_id,
        "session_id": session_id,
        "is_preselected": is_preselected,
        "side": side,
        "access_at": access_at,
        "enrolled_at": work.now,
    }
    people = select(
        col(User.id),
        *(value_for(getattr(TrainingEnrollment, name), value) for name, value in same.items()),
    ).where(among(User.id, user_ids))
    # `moves` has its default in the database.
    made = work.run(
        insert(TrainingEnrollment).from_select(["user_id", *same], people, include_defaults=False)
    )
    if made != len(user_ids):
        # Somebody was deleted since they were found, and more places were claimed than are taken.
        raise RetryTransaction


def move_to_session(
    work: Work, ids: Sequence[int], session_id: int | None, *, is_preselected: bool
) -> None:
    """Give enrollments another session, or none, and count the move, which calendars are told.

    Places must have been claimed and released.
    """
    moves = col(TrainingEnrollment.moves) + 1
    change(work, ids, session_id=session_id, is_preselected=is_preselected, moves=moves)


def change(work: Work, ids: Sequence[int], **values: object) -> None:
    """Change columns of enrollments; with `session_id`, places must have been claimed before."""
    work.run(update(TrainingEnrollment).where(among(TrainingEnrollment.id, ids)).values(**values))


def cancel(work: Work, ids: Sequence[int]) -> None:
    """End enrollments; their places must have been released."""
    change(work, ids, canceled_at=work.now)


# Telling them ------------------------------------------------------------------------------------

_ABOUT = "participation "


def about(enrollment_id: int) -> str:
    """Return what messages of one enrollment are about."""
    return f"{_ABOUT}{enrollment_id}"


# What `about` returns, as an expression for the enrollment in a row.
ABOUT = literal(_ABOUT, Text) + cast(col(TrainingEnrollment.id), Text)


def is_about_any(column: Any) -> ColumnElement[bool]:
    """Return the condition that a message, with `column` what it is about, is of an enrollment."""
    return col(column).startswith(_ABOUT)


# `number` and `count` identify the calendar entry and its change; the sender gives `now`.
_SELECT_AUDIENCE = (
    select(
        *columns_of(
            Recipient,
            TrainingEnrollment,
            address=case((status_at(NOW) == UserStatus.ACTIVE, col(User.email))),
            about=ABOUT,
            due_at=col(TrainingEnrollment.access_at),
            number=col(TrainingEnrollment.id),
            count=col(TrainingEnrollment.moves),
        )
    )
    .select_from(TrainingEnrollment)
    .join(User, col(User.id) == col(TrainingEnrollment.user_id))
    .where(IS_LIVE)
)


def _audience(training_id: int, *conditions: ColumnElement[bool]) -> Audience:
    is_in = col(TrainingEnrollment.training_id) == training_id
    return Audience(_SELECT_AUDIENCE.where(is_in, *conditions))


def audience(training_id: int, user_ids: Sequence[int]) -> Audience:
    """Return these people, who take part, to be told when they have access to the training."""
    return _audience(training_id, among(TrainingEnrollment.user_id, user_ids))


def audience_among(training_id: int, chosen: Select[Any]) -> Audience:
    """Return who takes part in a training of the people whose ids `chosen` selects."""
    return _audience(training_id, col(TrainingEnrollment.user_id).in_(chosen))


def audience_of_session(training_id: int, session_id: int | None) -> Audience:
    """Return everybody in a session of a training, or in none of its sessions."""
    return _audience(training_id, col(TrainingEnrollment.session_id) == session_id)


# Places ------------------------------------------------------------------------------------------


def lock_sessions(work: Work, ids: Collection[int]) -> None:
    """Let nobody else take or free places in these sessions until we are done.

    They are locked by their trainings and, in each, by their ids, which `hold_found` adds.
    """
    if ids:
        locks.hold_found(
            work,
            select(TrainingSession.id)
            .where(among(TrainingSession.id, ids))
            .order_by(col(TrainingSession.training_id)),
        )


def _over_capacity(taken: Any) -> ColumnElement[int]:
    """Return how many people more than a session's capacity are in it when `taken` are.

    That is 0 without a capacity.
    """
    capacity = col(TrainingSession.capacity)
    return case((capacity < taken, taken - capacity), else_=0)


_TAKEN = col(TrainingSession.taken) + bindparam("count")
# Where there is room nobody is over the capacity, so that `over_capacity` stays 0.
_CLAIM = (
    update(TrainingSession)
    .where(
        col(TrainingSession.id) == bindparam("session"),
        col(TrainingSession.canceled_at).is_(None),
        or_(col(TrainingSession.capacity).is_(None), col(TrainingSession.capacity) >= _TAKEN),
    )
    .values(taken=_TAKEN)
)
_CLAIM_OVER_CAPACITY = (
    update(TrainingSession)
    .where(col(TrainingSession.id) == bindparam("session"))
    .values(taken=_TAKEN, over_capacity=_over_capacity(_TAKEN))
)


def claim(work: Work, session_id: int, count: int) -> bool:
    """Take `count` places in a session and return True, or False when fewer are left.

    A canceled session has none. It need not be locked, because the UPDATE carries the capacity; the
    training must be.
    """
    return work.run(_CLAIM, session=session_id, count=count) == 1


def claim_over_capacity(work: Work, session_id: int, count: int) -> None:
    """Take `count` places deliberately, whether or not they are left.

    Call it after the training was locked and the session was seen not to be canceled.
    """
    work.run(_CLAIM_OVER_CAPACITY, session=session_id, count=count)


def release(work: Work, ids: Sequence[int]) -> None:
    """Free the places of these enrollments; call it before they end or move.

    Call `lock_sessions` before where they are in several sessions, so that nobody deadlocks.
    """
    is_released = (among(TrainingEnrollment.id, ids), IS_LIVE)
    released = (
        select(func.count())
        .select_from(TrainingEnrollment)
        .where(col(TrainingEnrollment.session_id) == col(TrainingSession.id), *is_released)
        .scalar_subquery()
    )
    left = col(TrainingSession.taken) - released
    work.run(
        update(TrainingSession)
        .where(
            col(TrainingSession.id).in_(select(TrainingEnrollment.session_id).where(*is_released))
        )
        .values(taken=left, over_capacity=_over_capacity(left))
    )


def release_of_user(work: Work, user_id: int) -> None:
    """Free the places of a person who is about to be deleted, and lock their enrollments.

    They are locked by training and then by id.
    """
    ids = work.values(
        select(TrainingEnrollment.id)
        .where(col(TrainingEnrollment.user_id) == user_id, IS_LIVE)
        .order_by(col(TrainingEnrollment.training_id), col(TrainingEnrollment.id))
        .with_for_update()
    )
    held = select(TrainingEnrollment.session_id).where(
        among(TrainingEnrollment.id, ids), col(TrainingEnrollment.session_id).is_not(None)
    )
    lock_sessions(work, work.values(held))
    release(work, ids)


def remove_everybody(work: Work, session_id: int) -> None:
    """Take everybody out of a session; they stay in its training and may choose another one.

    Call it after the training was locked, so that nobody takes a place between the two statements.
    """
    moves = col(TrainingEnrollment.moves) + 1
    work.run(
        update(TrainingEnrollment)
        .where(col(TrainingEnrollment.session_id) == session_id, IS_LIVE)
        .values(session_id=None, is_preselected=False, moves=moves)
    )
    work.run(
        update(TrainingSession)
        .where(col(TrainingSession.id) == session_id)
        .values(taken=0, over_capacity=0)
    )


# Looking -----------------------------------------------------------------------------------------


def participants(
    work: Work, scope: Scope, training_id: int, session_id: int | None, sight: Visibility
) -> Iterable[Participant]:
    """Return who in scope takes part in a training, or in one session, by session and login.

    Those without a session come first, then the sessions in the order in which they were made.
    Their departments are named where those are in sight.
    """
    in_sight = in_scope_or_above(sight.departments, Department.path)
    statement = _select_people(
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


def _select_people(*columns: Any) -> Any:
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
        _select_people(
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


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One day of a session that a person is in, as calendars need it."""

    training: str
    title: str
    description: str
    session: str
    session_title: str | None
    enrollment_id: int
    starts_at: datetime
    ends_at: datetime
    place: str | None
    url: str | None
    uid: str
    sequence: int


def calendar(work: Work, user_id: int) -> list[CalendarRow]:
    """Return the days of all sessions that a person is in and has access to, as they start."""
    return work.all(
        CalendarRow,
        select(
            *columns_of(
                CalendarRow,
                SessionDay,
                training=col(Training.code),
                title=col(Training.title),
                description=col(Training.description),
                session=col(TrainingSession.code),
                session_title=col(TrainingSession.title),
                enrollment_id=col(TrainingEnrollment.id),
                sequence=col(SessionDay.revision) + col(TrainingEnrollment.moves),
            )
        )
        .select_from(TrainingEnrollment)
        .join(Training, col(Training.id) == col(TrainingEnrollment.training_id))
        .join(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
        .join(SessionDay, col(SessionDay.session_id) == col(TrainingSession.id))
        .where(
            col(TrainingEnrollment.user_id) == user_id,
            IS_LIVE,
            col(TrainingEnrollment.access_at) <= work.now,
        )
        .order_by(col(SessionDay.starts_at), col(Training.code_key)),
    )
