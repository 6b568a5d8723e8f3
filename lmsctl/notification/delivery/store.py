"""The statements on mails that are being delivered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, bindparam, case, col, func, or_, select, update

from lmsctl.kit.columns import Choice, Moment, PlainText
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.notification.delivery.results import QueuedMail, Waiting
from lmsctl.notification.model import Notification
from lmsctl.notification.results import Channel, MessageState
from lmsctl.user.model import User

# Nothing is ever written to an address that somebody has no more.
_RECIPIENT = case(
    (
        col(Notification.user_id).is_not(None),
        select(col(User.email)).where(col(User.id) == col(Notification.user_id)).scalar_subquery(),
    ),
    else_=col(Notification.address),
)
_COLUMNS = columns_of(QueuedMail, Notification, recipient=_RECIPIENT)
_IS_QUEUED = and_(
    col(Notification.state) == MessageState.QUEUED, col(Notification.channel) == Channel.MAIL
)
_IS_FRESH = and_(col(Notification.next_try_at).is_(None), col(Notification.due_at) <= NOW)
_IS_DUE_AGAIN = col(Notification.next_try_at) <= NOW
# The order of the index, so that the first one is found without a look at all others.
_IN_ORDER = (col(Notification.next_try_at), col(Notification.due_at), col(Notification.id))


@cache
def _claim(*, is_again: bool) -> Any:
    """Return the statement that takes the next mail for a worker, passing over those of others."""
    next_one = (
        select(col(Notification.id))
        .where(_IS_QUEUED, _IS_DUE_AGAIN if is_again else _IS_FRESH)
        .order_by(*_IN_ORDER)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        update(Notification)
        .where(col(Notification.id) == next_one)
        .values(
            lease=bindparam("worker", type_=PlainText), next_try_at=bindparam("until", type_=Moment)
        )
        .returning(*_COLUMNS)
    )


def claim(work: Work, worker: str, until: datetime, *, is_again: bool) -> QueuedMail | None:
    """Take the next mail that is due until a moment: one not tried yet, or one to try again."""
    return work.one(QueuedMail, _claim(is_again=is_again), worker=worker, until=until, now=work.now)


def set_sent(work: Work, mail: QueuedMail) -> None:
    """Note that a mail has left, whoever has it now."""
    work.run(_SET_SENT, id_=mail.id, now=work.now, tries_=mail.tries + 1, state_=MessageState.SENT)


_THIS = col(Notification.id) == bindparam("id_")
_TRIED: Any = {
    "state": bindparam("state_", type_=Choice(MessageState)),
    "tries": bindparam("tries_"),
    "lease": None,
}
_SET_SENT = (
    update(Notification)
    .where(_THIS)
    .values(**_TRIED, sent_at=NOW, next_try_at=None, last_error=None)
)
_SET_FAILED = (
    update(Notification)
    .where(_THIS, col(Notification.lease) == bindparam("worker", type_=PlainText))
    .values(
        **_TRIED,
        next_try_at=bindparam("until", type_=Moment),
        last_error=bindparam("error", type_=PlainText),
    )
)
_RELEASE = (
    update(Notification)
    .where(_THIS, col(Notification.lease) == bindparam("worker", type_=PlainText))
    .values(lease=None, next_try_at=None)
)


def set_failed(
    work: Work, mail: QueuedMail, worker: str, error: str, next_try_at: datetime | None
) -> None:
    """Note why a mail did not leave and when it is tried again, unless it is another's by now."""
    state = MessageState.FAILED if next_try_at is None else MessageState.QUEUED
    work.run(
        _SET_FAILED,
        id_=mail.id,
        worker=worker,
        tries_=mail.tries + 1,
        state_=state,
        until=next_try_at,
        error=error,
    )


def release(work: Work, mail: QueuedMail, worker: str) -> None:
    """Let others have a mail that was not tried."""
    work.run(_RELEASE, id_=mail.id, worker=worker)


def due(work: Work) -> Iterator[QueuedMail]:
    """Yield the mails that are due, those not tried yet first."""
    for is_due in (_IS_FRESH, _IS_DUE_AGAIN):
        statement = select(*_COLUMNS).where(_IS_QUEUED, is_due).order_by(*_IN_ORDER)
        yield from work.each(QueuedMail, statement, now=work.now)


def count_waiting(work: Work) -> Waiting:
    """Return how many mails are due, and how many have failed."""
    counted = select(func.count()).select_from(Notification)
    is_due = and_(_IS_QUEUED, or_(_IS_FRESH, _IS_DUE_AGAIN))
    due: int = work.value(counted.where(is_due), now=work.now)
    failed: int = work.value(counted.where(_is_failed()))
    return Waiting(due, failed)


def _is_failed() -> ColumnElement[bool]:
    return col(Notification.state) == MessageState.FAILED


@dataclass(frozen=True, slots=True)
class MailRow:
    """How far a mail has come, and whether a worker has it."""

    id: int
    state: MessageState
    tries: int
    lease: str | None
    next_try_at: datetime | None

    def is_leased(self, now: datetime) -> bool:
        """Say whether a worker may be about to send it."""
        return self.lease is not None and self.next_try_at is not None and self.next_try_at > now


_SELECT_ROW = (
    select(*columns_of(MailRow, Notification))
    .where(col(Notification.channel) == Channel.MAIL, col(Notification.id) == bindparam("id_"))
    .with_for_update()
)


def find_for_update(work: Work, number: int) -> MailRow | None:
    """Return a mail by its number, and let nobody else change it."""
    return work.one(MailRow, _SELECT_ROW, id_=number)


def requeue(work: Work, ids: Sequence[int] | None) -> list[int]:
    """Let mails be tried anew, as if for the first time: some, or all that failed; says which."""
    which = _is_failed() if ids is None else among(Notification.id, ids)
    statement = (
        update(Notification)
        .where(which)
        .values(state=MessageState.QUEUED, tries=0, next_try_at=None, lease=None, last_error=None)
        .returning(col(Notification.id))
    )
    return sorted(work.values(statement))
