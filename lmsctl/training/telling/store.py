"""The statements on whom messages about a training go to."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlmodel import case, cast, col, literal, select

from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.notification.store.audiences import Audience, Recipient
from lmsctl.training.model import IS_LIVE, TrainingEnrollment
from lmsctl.user.model import User, status_at
from lmsctl.user.results import UserStatus

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
