"""The statements that leave everybody one message of several about a topic in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Integer, Text
from sqlmodel import col, delete, func, select

from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules.entry import cancels
from lmsctl.notification.model import Notification
from lmsctl.notification.results import Channel, MessageState

_TOPIC_DIGITS = 8


def prefix(mark: str, topic: int) -> str:
    """Return how the ids of messages about a topic begin, after the sign that opens them."""
    return f"{mark}.{topic:0{_TOPIC_DIGITS}}."


@dataclass(frozen=True, slots=True)
class _RepeatedMessage:
    """One of several messages to somebody about a topic, by the same channel."""

    id: int
    user_id: int
    channel: Channel
    kind: str
    address: str | None
    reason: str
    subject: str
    body: str
    message_id: str
    state: MessageState
    due_at: datetime
    created_at: datetime
    about: str | None
    calendar: str | None
    topic: str


def keep_last(work: Work, mark: str) -> None:
    """Leave everybody the last message about each topic of those whose ids begin with `mark`.

    It has the calendar entry as the last of them says.
    """
    start = f"<{mark}."
    topic = func.substr(col(Notification.message_id), len(start) + 1, _TOPIC_DIGITS, type_=Text)
    alike = (col(Notification.user_id), col(Notification.channel), topic)
    counted = (
        select(
            col(Notification.id).label("id"),
            topic.label("topic"),
            func.count(type_=Integer).over(partition_by=alike).label("times"),
        )
        .where(
            # What is told now is due now at the earliest; there is an index on that.
            col(Notification.due_at) >= work.now,
            col(Notification.message_id).startswith(start, autoescape=True),
        )
        .subquery()
    )
    found = work.all(
        _RepeatedMessage,
        select(*columns_of(_RepeatedMessage, Notification, topic=counted.c.topic))
        .join(counted, counted.c.id == col(Notification.id))
        .where(counted.c.times > 1)
        .order_by(
            col(Notification.user_id), col(Notification.channel), counted.c.topic, Notification.id
        ),
    )
    if not found:
        return
    groups = groupby(found, key=lambda one: (one.user_id, one.channel, one.topic))
    kept = [row for _, group in groups for row in _kept(list(group))]
    work.run(delete(Notification).where(among(Notification.id, [one.id for one in found])))
    work.insert_many(Notification, kept)
    work.notices -= len(found) - len(kept)


def _kept(messages: Sequence[_RepeatedMessage]) -> Iterator[dict[str, object]]:
    """Yield the columns of the last of some messages, with the last calendar entry.

    What takes another entry out of the calendar of somebody who came anew is a mail of its own,
    because one mail tells of one entry only.
    """
    last = messages[-1]
    entries = {one.about: one for one in messages if one.calendar is not None}
    for about, one in entries.items():
        is_gone = about != last.about and one.calendar is not None and cancels(one.calendar)
        if is_gone and one.channel == Channel.MAIL:
            yield _row(one, one.calendar)
    entry = entries.get(last.about)
    yield _row(last, entry.calendar if entry else None)


def _row(message: _RepeatedMessage, calendar: str | None) -> dict[str, object]:
    row = asdict(message) | {"calendar": calendar}
    del row["id"], row["topic"]
    return row
