"""The statements that take and free places in sessions."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import case, col, func, or_, select, update

from lmsctl.kit import locks
from lmsctl.kit.statements import among
from lmsctl.kit.work import Work
from lmsctl.training.model import IS_LIVE, TrainingEnrollment, TrainingSession


def lock_sessions(work: Work, ids: Collection[int]) -> None:
    """Let nobody else take or free places in these sessions until we are done.

    They are locked by their trainings and, in each, by their ids, which `hold_found` adds.
    """
    if ids:
        locks.lock_selected(
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
    sessions = select(TrainingEnrollment.session_id).where(
        among(TrainingEnrollment.id, ids), col(TrainingEnrollment.session_id).is_not(None)
    )
    lock_sessions(work, work.values(sessions))
    release(work, ids)
