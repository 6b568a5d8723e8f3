"""The statements of the notification room: messages to one person or to many."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    Text,
)
from sqlalchemy.orm import aliased
from sqlmodel import (
    and_,
    case,
    cast,
    col,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlmodel import delete as delete_from

from lmsctl.department.model import Department
from lmsctl.kit.columns import Choice, Moment
from lmsctl.kit.statements import among, columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.notification.model import Notification
from lmsctl.notification.results import Channel, Message, Notice, Preview, State
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User


def add(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Append messages, which all have the same columns, unless this unit of work is silent."""
    if work.is_silent:
        return
    work.insert_many(Notification, rows)
    work.notices += len(rows)


def repeat(work: Work, user_id: int, kind: str, message_id: str) -> None:
    """Queue the last mail of a kind to somebody once more, due now, if there was one."""
    same = ("user_id", "channel", "kind", "address", "reason", "subject", "body")
    new = {
        "message_id": message_id,
        "state": State.QUEUED,
        "due_at": work.now,
        "created_at": work.now,
    }
    last = (
        select(
            *(col(getattr(Notification, name)) for name in same),
            *(value_for(getattr(Notification, name), value) for name, value in new.items()),
        )
        .where(*_is_mail(user_id, kind))
        .order_by(col(Notification.id).desc())
        .limit(1)
    )
    work.notices += work.run(
        insert(Notification).from_select([*same, *new], last, include_defaults=False)
    )


def mailed_last_at(work: Work, user_id: int, kind: str) -> datetime | None:
    """Return when the last mail of a kind to somebody was queued."""
    last = select(func.max(col(Notification.created_at))).where(*_is_mail(user_id, kind))
    found: datetime | None = work.value(last)
    return found


def _is_mail(user_id: int, kind: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Notification.user_id) == user_id,
        col(Notification.kind) == kind,
        col(Notification.channel) == Channel.MAIL,
    )


# Many people at once -----------------------------------------------------------------------------

# What stands in calendar entries for what differs from person to person. No text that people
# write can hold these characters.
NUMBER = "\x01"
_COUNT = "\x02"
_COUNTED = re.compile(f"{_COUNT}([0-9]+){_COUNT}")


def own_count(more: int) -> str:
    """Return what stands for a person's own count and so many more."""
    return f"{_COUNT}{more}{_COUNT}"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person whom a message goes to.

    Without `address` no mail goes. `number` and `count` are for the marks in calendar entries.
    """

    user_id: int
    address: str | None
    about: str | None
    due_at: datetime
    number: int | None
    count: int | None


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a message goes to: a SELECT of `Recipient`s, which is given the parameter `now`."""

    people: Select[Any]

    @classmethod
    def at_once(cls, work: Work, user_ids: Sequence[int]) -> "Audience":
        """Return people to be told now, of nothing that they could find again."""
        return cls(told_at_once(work).where(among(User.id, user_ids)))


def told_at_once(work: Work) -> Select[Any]:
    """Return a SELECT of people to be told now, of nothing that they could find again.

    Whoever uses it says which of `User`.
    """
    nothing: Any = null()
    people: Select[Any] = select(
        *columns_of(
            Recipient,
            User,
            user_id=col(User.id),
            address=col(User.email),
            about=type_coerce(nothing, Text),
            due_at=literal(work.now, Moment),
            number=type_coerce(nothing, BigInteger),
            count=type_coerce(nothing, BigInteger),
        )
    )
    return people


def _calendar(calendar: str | None, people: Subquery) -> ColumnElement[Any]:
    """Return the expression that fills in a person's calendar entries."""
    if calendar is None:
        return type_coerce(null(), Text)
    number = cast(people.c["number"], Text)
    filled: ColumnElement[str] = func.replace(literal(calendar, Text), NUMBER, number, type_=Text)
    for digits in sorted(set(_COUNTED.findall(calendar))):
        count = cast(people.c["count"] + int(digits), Text)
        filled = func.replace(filled, own_count(int(digits)), count, type_=Text)
    return filled


def filled_in(calendar: str, number: int, count: int) -> str:
    """Return calendar entries with one person's own number and count for the marks."""
    filled = calendar.replace(NUMBER, str(number))
    return _COUNTED.sub(lambda mark: str(count + int(mark[1])), filled)


def _state(state: State) -> ColumnElement[State]:
    return literal(state, Choice(State))


def _channel(channel: Channel) -> ColumnElement[Channel]:
    return literal(channel, Choice(Channel))


def spread(  # noqa: PLR0913 - whom, what, and when
    work: Work,
    audience: Audience,
    words: Mapping[str, str],
    *,
    calendar: str | None,
    batch: str,
    invited_by: str | None = None,
) -> int:
    """Queue a notice and, where there is an address, a mail for each of `audience`.

    With `invited_by` at once, and only for whom it is due already or who got a message of that
    kind. `batch` makes the ids of the messages unique. Where no mail can go, the notice has the
    entries, for when it can. Returns how many there are.
    """
    people = audience.people.subquery("p")
    ways = union_all(
        select(_channel(Channel.ACCOUNT).label("channel"), _state(State.SENT).label("state")),
        select(_channel(Channel.MAIL), _state(State.QUEUED)),
    ).subquery("c")
    channel, address = ways.c.channel, people.c.address
    is_mail = channel == Channel.MAIL
    now = value_for(Notification.due_at, work.now)
    ends = (cast(people.c.user_id, Text), type_coerce(channel, Text))
    message_id = literal(f"<{batch}-", Text) + ends[0] + "-" + ends[1] + "@lmsctl.invalid>"
    filled = _calendar(calendar, people)
    made = {
        "user_id": people.c.user_id,
        "channel": channel,
        **{name: value_for(getattr(Notification, name), word) for name, word in words.items()},
        "address": case((is_mail, address)),
        "message_id": message_id,
        "state": ways.c.state,
        "due_at": people.c.due_at if invited_by is None else now,
        "created_at": now,
        "about": people.c.about,
        "calendar": case((or_(is_mail, address.is_(None)), filled)),
    }
    messages = (
        select(*made.values())
        .select_from(people)
        .join(ways, or_(channel == Channel.ACCOUNT, address.is_not(None)))
    )
    if invited_by is not None:
        messages = messages.where(_is_in(people, invited_by, work.now))
    count = work.run(
        insert(Notification).from_select(list(made), messages, include_defaults=False),
        now=work.now,
    )
    work.notices += count
    return count


def _is_in(people: Subquery, invited_by: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition that they have access to what the messages tell of, or were invited."""
    invitation = aliased(Notification)
    return or_(
        people.c.due_at <= now,
        exists().where(
            col(invitation.user_id) == people.c.user_id,
            col(invitation.about) == people.c.about,
            col(invitation.kind) == invited_by,
            col(invitation.due_at) <= now,
        ),
    )


def _is_to_come(
    people: Subquery, kind: str, now: datetime, model: type[Notification] = Notification
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on messages to these people, of that kind, that are still to come."""
    return (
        col(model.user_id) == people.c.user_id,
        col(model.about) == people.c.about,
        col(model.kind) == kind,
        col(model.due_at) > now,
    )


def renew(work: Work, audience: Audience, words: Mapping[str, str], calendar: str | None) -> int:
    """Let messages to `audience` that are still to come say `words`, at the instant given now."""
    people = audience.people.subquery("p")
    is_mail = col(Notification.channel) == Channel.MAIL
    statement = (
        update(Notification)
        .where(*_is_to_come(people, words["kind"], work.now))
        .values(
            reason=words["reason"],
            subject=words["subject"],
            body=words["body"],
            due_at=people.c.due_at,
            calendar=case((is_mail, _calendar(calendar, people))),
        )
    )
    return work.run(statement, now=work.now)


def withdraw(work: Work, audience: Audience, kind: str) -> int:
    """Take back messages of that kind to `audience` that are still to come."""
    people, message = audience.people.subquery("p"), aliased(Notification)
    found = (
        select(message.id)
        .select_from(people)
        .join(message, and_(*_is_to_come(people, kind, work.now, message)))
    )
    statement = delete_from(Notification).where(col(Notification.id).in_(found))
    return work.run(statement, now=work.now)


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


def _shown(record: type, now: datetime) -> Any:
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


def _state_at(now: datetime) -> ColumnElement[State]:
    is_to_come = and_(col(Notification.channel) == Channel.ACCOUNT, col(Notification.due_at) > now)
    return case((is_to_come, _state(State.QUEUED)), else_=col(Notification.state))


def messages(
    work: Work, scope: Scope, *, state: State | None, kind: str | None
) -> Iterable[Message]:
    """Return the messages to people in `scope`, soonest first."""
    statement = _shown(Message, work.now).where(in_scope(scope, Department.path))
    if state is not None:
        statement = statement.where(_state_at(work.now) == state)
    if kind is not None:
        statement = statement.where(col(Notification.kind) == kind)
    return work.listed(Message, statement, by=[col(Notification.due_at), col(Notification.id)])


def preview(work: Work, scope: Scope, id_: int) -> Preview | None:
    """Return one message as it would arrive, or None when it is absent or out of scope."""
    return work.one(
        Preview,
        _shown(Preview, work.now).where(
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
