"""The statements of the training room: who takes part, in which session, and what places they take.

Whoever changes more than one thing locks the training first (`training.store`), then enrollments
and then sessions, each by training and id. Two do it otherwise, and whoever deadlocks with them
begins again: `release_of_user` locks no training, because a person may be in many, and who cancels
a session has locked that before `remove_everybody` changes its enrollments. On SQLite nothing is
locked: see `kit.locks`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, exists, func, insert, select, update

from lmsctl.kit import locks
from lmsctl.kit.database_errors import RetryTransaction
from lmsctl.kit.statements import among, columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.training.model import (
    IS_LIVE,
    Attendance,
    SessionDay,
    TrainingEnrollment,
    TrainingSession,
)
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.results import EnrolledBy
from lmsctl.training.telling.store import audiences as telling_store
from lmsctl.user.model import User


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
    """Return which of these people take part and how, locked when `work.is_writing`."""
    fits = (
        col(TrainingEnrollment.training_id) == training_id,
        among(TrainingEnrollment.user_id, user_ids),
    )
    # By a statement of its own: one that waited for a lock would read the enrollment as it is then,
    # and the session as it was before.
    locks.lock_selected(work, select(TrainingEnrollment.id).where(IS_LIVE, *fits))
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
    return {participant.training_id: participant for participant in found}


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

    Raises RetryTransaction, which lets the whole unit of work be done again, when one of them has
    just gone.
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
        telling_store.new_uid(),
        *(value_for(getattr(TrainingEnrollment, name), value) for name, value in same.items()),
    ).where(among(User.id, user_ids))
    # `moves` has its default in the database.
    made = work.run(
        insert(TrainingEnrollment).from_select(
            ["user_id", "calendar_uid", *same], people, include_defaults=False
        )
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
