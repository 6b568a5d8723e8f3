"""The statements on people who were away: which places they keep, and what they missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, exists, false, func, or_, select
from sqlmodel import delete as delete_from

from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules.entry import Reply
from lmsctl.notification.model import Notification
from lmsctl.notification.results import Channel, MessageState
from lmsctl.training.model import IS_LIVE, SessionDay, Training, TrainingEnrollment, TrainingSession
from lmsctl.training.telling.store.audiences import ABOUT, REPLY, is_about_any
from lmsctl.user.model import User


@dataclass(frozen=True, slots=True)
class UpcomingPlace:
    """How one person takes part in one training that goes on later."""

    training_id: int
    training: str
    session: str | None
    starts_at: datetime | None
    is_full: bool


# When the session starts that somebody is in.
_STARTS_AT = (
    select(func.min(col(SessionDay.starts_at)))
    .where(col(SessionDay.session_id) == col(TrainingEnrollment.session_id))
    .scalar_subquery()
)
_IS_FULL = func.coalesce(col(TrainingSession.taken) >= col(TrainingSession.capacity), false())


def places(work: Work, user_id: int, at: datetime) -> list[UpcomingPlace]:
    """Return a person's places in sessions that begin after `at`, in the order of trainings.

    With those that they could still choose a session in, if `at` is now; what has a result stays.
    """
    goes_on: ColumnElement[bool] = at < _STARTS_AT
    if at <= work.now:
        goes_on = or_(goes_on, col(TrainingEnrollment.session_id).is_(None))
    return work.all(
        UpcomingPlace,
        select(
            *columns_of(
                UpcomingPlace,
                TrainingEnrollment,
                training=col(Training.code),
                session=col(TrainingSession.code),
                starts_at=_STARTS_AT,
                is_full=_IS_FULL,
            )
        )
        .select_from(TrainingEnrollment)
        .join(Training, col(Training.id) == col(TrainingEnrollment.training_id))
        .outerjoin(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
        .where(
            col(TrainingEnrollment.user_id) == user_id,
            IS_LIVE,
            col(TrainingEnrollment.points).is_(None),
            col(TrainingEnrollment.certificate).is_(None),
            goes_on,
        )
        .order_by(col(TrainingEnrollment.training_id)),
    )


def count_places(work: Work, user_ids: Sequence[int]) -> int:
    """Return how many places these people have in sessions that have not begun."""
    has_begun = exists().where(
        col(SessionDay.session_id) == col(TrainingEnrollment.session_id),
        col(SessionDay.starts_at) <= work.now,
    )
    return int(
        work.value(
            select(func.count())
            .select_from(TrainingEnrollment)
            .where(
                among(TrainingEnrollment.user_id, user_ids),
                IS_LIVE,
                col(TrainingEnrollment.session_id).is_not(None),
                ~has_begun,
            )
        )
    )


@dataclass(frozen=True, slots=True)
class MissedMessage:
    """A message that somebody got only as a notice because they were away, or would have got.

    `calendar` is the entry that no mail took to them; `calendar_uid` and what follows is what is
    their own of one.
    """

    user_id: int
    email: str | None
    training_id: int
    session_id: int | None
    enrollment_id: int
    is_live: bool
    calendar: str | None
    calendar_uid: str
    moves: int
    reply: Reply
    organizer_address: str | None


# Since when somebody is away, or was there to be told anything.
_AWAY_AT = func.coalesce(col(User.away_at), col(User.created_at))
# What had been mailed before they were away is known.
_MAIL = aliased(Notification)
_WAS_MAILED = exists().where(
    col(_MAIL.user_id) == col(Notification.user_id),
    col(_MAIL.channel) == Channel.MAIL,
    col(_MAIL.about) == col(Notification.about),
    col(_MAIL.kind) == col(Notification.kind),
    col(_MAIL.created_at) == col(Notification.created_at),
    col(_MAIL.due_at) == col(Notification.due_at),
    col(_MAIL.due_at) <= _AWAY_AT,
)


def missed(work: Work, user_ids: Sequence[int]) -> list[MissedMessage]:
    """Return what these people missed of their trainings, in the order in which it was told."""
    told = and_(col(Notification.about) == ABOUT, col(Notification.user_id) == col(User.id))
    return work.all(
        MissedMessage,
        select(
            *columns_of(
                MissedMessage,
                TrainingEnrollment,
                email=col(User.email),
                enrollment_id=col(TrainingEnrollment.id),
                is_live=IS_LIVE,
                reply=REPLY,
                calendar=col(Notification.calendar),
            )
        )
        .select_from(User)
        .join(TrainingEnrollment, col(TrainingEnrollment.user_id) == col(User.id))
        .join(Notification, told)
        .where(
            among(User.id, user_ids),
            col(Notification.channel) == Channel.ACCOUNT,
            col(Notification.due_at) <= work.now,
            col(Notification.due_at) >= _AWAY_AT,
            ~_WAS_MAILED,
        )
        .order_by(col(User.id), col(TrainingEnrollment.training_id), col(Notification.id)),
    )


def withdraw(work: Work, user_ids: Sequence[int]) -> None:
    """Take back mails of trainings to these people that came due while they were away."""
    away_at = select(_AWAY_AT).where(col(User.id) == col(Notification.user_id)).scalar_subquery()
    work.run(
        delete_from(Notification).where(
            col(Notification.channel) == Channel.MAIL,
            col(Notification.state) == MessageState.QUEUED,
            col(Notification.due_at) <= work.now,
            is_about_any(Notification.about),
            among(Notification.user_id, user_ids),
            col(Notification.due_at) > away_at,
        )
    )
