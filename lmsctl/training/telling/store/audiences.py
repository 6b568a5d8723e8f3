"""The statements on whom messages about a training go to."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlmodel import case, cast, col, literal, select, update

from lmsctl.kit.columns import Choice
from lmsctl.kit.statements import NOW, RandomIdentifier, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules.entry import Reply
from lmsctl.notification.store.audiences import Audience, Recipient
from lmsctl.training.model import IS_LIVE, TrainingEnrollment
from lmsctl.training.results import InvitationAnswer
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


def new_uid() -> ColumnElement[str]:
    """Return what names a new entry in calendars for good, another one in each row."""
    return RandomIdentifier() + literal("@lmsctl.invalid", Text)


# What a participant has answered, as calendars say it.
REPLY: ColumnElement[Reply] = case(
    (
        col(TrainingEnrollment.answer) == InvitationAnswer.CONFIRMED,
        literal(Reply.YES, Choice(Reply)),
    ),
    (col(TrainingEnrollment.answer) == InvitationAnswer.DECLINED, literal(Reply.NO, Choice(Reply))),
    else_=literal(Reply.NONE, Choice(Reply)),
)
# Whoever runs it gives `now`.
_SELECT_AUDIENCE = (
    select(
        *columns_of(
            Recipient,
            TrainingEnrollment,
            address=case((status_at(NOW) == UserStatus.ACTIVE, col(User.email))),
            about=ABOUT,
            due_at=col(TrainingEnrollment.access_at),
            uid=col(TrainingEnrollment.calendar_uid),
            sequence=col(TrainingEnrollment.moves),
            reply=REPLY,
            organizer=col(TrainingEnrollment.organizer_address),
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


def remember_organizer(work: Work, audience: Audience, address: str) -> None:
    """Let the entries of `audience` that name nobody yet have this address of an organizer."""
    people = audience.people.subquery("p")
    work.run(
        update(TrainingEnrollment)
        .where(
            col(TrainingEnrollment.organizer_address).is_(None),
            col(TrainingEnrollment.calendar_uid).in_(select(people.c.uid)),
        )
        .values(organizer_address=address),
        now=work.now,
    )


def count_change(work: Work, session_id: int) -> None:
    """Let the entries of everybody in a session be about another time or place from now on."""
    work.run(
        update(TrainingEnrollment)
        .where(col(TrainingEnrollment.session_id) == session_id, IS_LIVE)
        .values(moves=col(TrainingEnrollment.moves) + 1)
    )
