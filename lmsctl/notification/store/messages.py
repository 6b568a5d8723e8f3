"""The statements on single messages: adding, repeating and showing them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, case, col, func, insert, literal, select

from lmsctl.department.model import Department
from lmsctl.kit.columns import Choice
from lmsctl.kit.statements import columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.notification.delivery.rules import trying
from lmsctl.notification.model import Notification
from lmsctl.notification.results import Channel, Message, MessageKind, MessageState, Notice, Preview
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User


def add(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Append messages, which all have the same columns, unless this unit of work is silent."""
    if work.is_silent:
        return
    work.insert_many(Notification, rows)
    work.notices += len(rows)


def repeat(work: Work, user_id: int, kind: MessageKind, message_id: str) -> None:
    """Queue the last mail of a kind to somebody once more, due now, if there was one."""
    same = ("user_id", "channel", "kind", "address", "reason", "subject", "body")
    new = {
        "message_id": message_id,
        "state": MessageState.QUEUED,
        "due_at": work.now,
        "created_at": work.now,
    }
    last = (
        select(
            *(col(getattr(Notification, name)) for name in same),
            *(value_for(getattr(Notification, name), value) for name, value in new.items()),
        )
        .where(*_is_mail_of_kind(user_id, kind))
        .order_by(col(Notification.id).desc())
        .limit(1)
    )
    work.notices += work.run(
        insert(Notification).from_select([*same, *new], last, include_defaults=False)
    )


def mailed_last_at(work: Work, user_id: int, kind: MessageKind) -> datetime | None:
    """Return when the last mail of a kind to somebody was queued."""
    last = select(func.max(col(Notification.created_at))).where(*_is_mail_of_kind(user_id, kind))
    found: datetime | None = work.value(last)
    return found


def _is_mail_of_kind(user_id: int, kind: MessageKind) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a message is a mail of that kind to somebody."""
    return (
        col(Notification.user_id) == user_id,
        col(Notification.kind) == kind,
        col(Notification.channel) == Channel.MAIL,
    )


# Many people at once -----------------------------------------------------------------------------


def state_literal(state: MessageState) -> ColumnElement[MessageState]:
    """Return a state as an expression, for a SELECT that makes messages or shows them."""
    return literal(state, Choice(MessageState))


# Looking -----------------------------------------------------------------------------------------

# A notice in an account appears when it is due; nobody has to deliver it.
# Nothing is ever written to an address that somebody has no more.
_ADDRESS = case(
    (
        and_(col(Notification.channel) == Channel.MAIL, col(Notification.user_id).is_not(None)),
        col(User.email),
    ),
    else_=col(Notification.address),
)


def _select_messages(record: type, now: datetime) -> Any:
    """Return a SELECT of messages, read as `record`, with the state that they have at `now`."""
    return (
        select(
            *columns_of(
                record,
                Notification,
                recipient=func.coalesce(_ADDRESS, col(User.login)),
                state=_state_at(now),
            )
        )
        .select_from(Notification)
        .outerjoin(User, col(User.id) == col(Notification.user_id))
        .outerjoin(Department, col(Department.id) == col(User.department_id))
    )


def _state_at(now: datetime) -> ColumnElement[MessageState]:
    """Return the state of a message, how often it was tried among it.

    A notice that is not due yet counts as queued.
    """
    is_to_come = and_(col(Notification.channel) == Channel.ACCOUNT, col(Notification.due_at) > now)
    is_tried = and_(col(Notification.state) == MessageState.QUEUED, col(Notification.tries) > 0)
    is_given_up = and_(
        col(Notification.state) == MessageState.FAILED,
        col(Notification.tries) >= trying.MOST_TRIES,
    )
    return case(
        (is_to_come, state_literal(MessageState.QUEUED)),
        (is_tried, state_literal(MessageState.RETRYING)),
        (is_given_up, state_literal(MessageState.GAVE_UP)),
        else_=col(Notification.state),
    )


def messages(
    work: Work, scope: Scope, *, state: MessageState | None, kind: MessageKind | None
) -> Iterable[Message]:
    """Return the messages to people in `scope`, soonest first."""
    statement = _select_messages(Message, work.now).where(in_scope(scope, Department.path))
    if state is not None:
        statement = statement.where(_state_at(work.now) == state)
    if kind is not None:
        statement = statement.where(col(Notification.kind) == kind)
    return work.listed(Message, statement, by=[col(Notification.due_at), col(Notification.id)])


def preview(work: Work, scope: Scope, id_: int) -> Preview | None:
    """Return one message as it would arrive, or None when it is absent or out of scope."""
    return work.one(
        Preview,
        _select_messages(Preview, work.now).where(
            col(Notification.id) == id_, in_scope(scope, Department.path)
        ),
    )


def notices(work: Work, user_id: int) -> Iterator[Notice]:
    """Yield what has appeared in a person's account, the latest first."""
    return work.each(
        Notice,
        select(*columns_of(Notice, Notification, sent_at=col(Notification.due_at)))
        .where(
            col(Notification.user_id) == user_id,
            col(Notification.channel) == Channel.ACCOUNT,
            col(Notification.due_at) <= work.now,
        )
        .order_by(col(Notification.due_at).desc(), col(Notification.id).desc()),
    )
