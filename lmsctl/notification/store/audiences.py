"""The statements on messages to many people at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, Text
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

from lmsctl.kit.columns import Choice, Moment
from lmsctl.kit.statements import among, columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules.entry import NOBODY, Reply
from lmsctl.notification.model import Notification
from lmsctl.notification.results import Channel, MessageState
from lmsctl.notification.store.messages import state_literal
from lmsctl.user.model import User


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person whom a message goes to.

    Without `address` no mail goes. The last four are what is their own of a calendar entry.
    """

    user_id: int
    address: str | None
    about: str | None
    due_at: datetime
    uid: str | None
    sequence: int | None
    reply: Reply
    organizer: str | None


@dataclass(frozen=True, slots=True)
class SharedEntry:
    """A calendar entry that many people get.

    `text` is what all their messages keep of it. It has the numbers of their own entries, and so
    many `later`; answers go to `organizer`, unless their own entries have an address already.
    """

    text: str
    organizer: str | None
    later: int = 0


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a message goes to: a SELECT of `Recipient`s, which is given the parameter `now`."""

    people: Select[Any]

    @classmethod
    def at_once(cls, work: Work, user_ids: Sequence[int]) -> "Audience":
        """Return people to be told now, of nothing that they could find again."""
        return cls(select_recipients_now(work).where(among(User.id, user_ids)))


def select_recipients_now(work: Work) -> Select[Any]:
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
            uid=type_coerce(nothing, Text),
            sequence=type_coerce(nothing, BigInteger),
            reply=literal(Reply.NONE, Choice(Reply)),
            organizer=type_coerce(nothing, Text),
        )
    )
    return people


def _stored_entry(entry: SharedEntry | None, people: Subquery) -> ColumnElement[Any]:
    """Return the expression for what a person's message keeps of a calendar entry."""
    if entry is None:
        return type_coerce(null(), Text)
    own = (
        people.c.uid,
        cast(people.c.sequence + entry.later, Text),
        type_coerce(people.c.reply, Text),
        func.coalesce(people.c.organizer, literal(entry.organizer or NOBODY, Text)),
        literal(entry.text, Text),
    )
    first, *others = own
    return sum((literal(" ", Text) + one for one in others), first)


def _channel(channel: Channel) -> ColumnElement[Channel]:
    """Return a channel as an expression."""
    return literal(channel, Choice(Channel))


def add_for_all(  # noqa: PLR0913 - whom, what, and when
    work: Work,
    audience: Audience,
    words: Mapping[str, str],
    *,
    calendar: SharedEntry | None,
    batch: str,
    invited_by: str | None = None,
    invited_here: str | None = None,
) -> int:
    """Queue a notice and, where there is an address, a mail for each of `audience`.

    With `invited_by` at once, and only for whom it is due already or who got a message of that
    kind, not counting those whose ids begin with `invited_here`; their invitation is rewritten.
    `batch` makes the ids of the messages unique. Where no mail can go, the notice has the
    entries, for when it can. Returns how many there are; none in a unit of work that is silent.
    """
    if work.is_silent:
        return 0
    people = audience.people.subquery("p")
    ways = union_all(
        select(
            _channel(Channel.ACCOUNT).label("channel"),
            state_literal(MessageState.SENT).label("state"),
        ),
        select(_channel(Channel.MAIL), state_literal(MessageState.QUEUED)),
    ).subquery("c")
    channel, address = ways.c.channel, people.c.address
    is_mail = channel == Channel.MAIL
    now = value_for(Notification.due_at, work.now)
    ends = (cast(people.c.user_id, Text), type_coerce(channel, Text))
    message_id = literal(f"<{batch}-", Text) + ends[0] + "-" + ends[1] + "@lmsctl.invalid>"
    filled = _stored_entry(calendar, people)
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
        messages = messages.where(_has_access_or_invitation(people, invited_by, work.now))
    if invited_by is not None and invited_here is not None:
        invitation = aliased(Notification)
        is_here = _is_about(people, invitation, invited_by), _begins(invitation, invited_here)
        messages = messages.where(~exists().where(*is_here))
    count = work.run(
        insert(Notification).from_select(list(made), messages, include_defaults=False),
        now=work.now,
    )
    work.notices += count
    return count


def _has_access_or_invitation(
    people: Subquery, invited_by: str, now: datetime
) -> ColumnElement[bool]:
    """Return the condition that they have access to what the messages tell of, or were invited."""
    invitation = aliased(Notification)
    return or_(
        people.c.due_at <= now,
        exists().where(_is_about(people, invitation, invited_by), col(invitation.due_at) <= now),
    )


def _is_about(people: Subquery, model: Any, kind: str) -> ColumnElement[bool]:
    """Return the condition that messages of that kind are to these people about the same."""
    return and_(
        col(model.user_id) == people.c.user_id,
        col(model.about) == people.c.about,
        col(model.kind) == kind,
    )


def _begins(model: Any, start: str) -> ColumnElement[bool]:
    """Return the condition that the ids of messages begin like that."""
    return col(model.message_id).startswith(f"<{start}", autoescape=True)


def _is_pending(
    people: Subquery,
    kind: str,
    now: datetime,
    queued_here: str | None,
    model: type[Notification] = Notification,
) -> ColumnElement[bool]:
    """Return the condition on messages to these people, of that kind, that are still to come.

    So are those whose ids begin with `queued_here`, whenever they are due.
    """
    is_to_come = col(model.due_at) > now
    if queued_here is not None:
        is_to_come = or_(is_to_come, _begins(model, queued_here))
    return and_(_is_about(people, model, kind), is_to_come)


def rewrite_pending(
    work: Work,
    audience: Audience,
    words: Mapping[str, str],
    calendar: SharedEntry | None,
    queued_here: str | None,
) -> int:
    """Let messages to `audience` that are still to come say `words`, at the instant given now."""
    people = audience.people.subquery("p")
    is_mail = col(Notification.channel) == Channel.MAIL
    statement = (
        update(Notification)
        .where(_is_pending(people, words["kind"], work.now, queued_here))
        .values(
            reason=words["reason"],
            subject=words["subject"],
            body=words["body"],
            due_at=people.c.due_at,
            calendar=case((is_mail, _stored_entry(calendar, people))),
        )
    )
    return work.run(statement, now=work.now)


def withdraw_pending(work: Work, audience: Audience, kind: str, queued_here: str | None) -> int:
    """Take back messages of that kind to `audience` that are still to come."""
    people, message = audience.people.subquery("p"), aliased(Notification)
    found = (
        select(message.id)
        .select_from(people)
        .join(message, _is_pending(people, kind, work.now, queued_here, message))
    )
    statement = delete_from(Notification).where(col(Notification.id).in_(found))
    return work.run(statement, now=work.now)
