"""Queueing mails and notices in the transaction of the change they tell of, and looking at them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lmsctl.kit import secret
from lmsctl.kit.work import Work
from lmsctl.notification.calendar import actions as calendar_entries
from lmsctl.notification.errors import MessageUnknown
from lmsctl.notification.results import (
    Channel,
    Message,
    MessageKind,
    MessageState,
    Notice,
    Preview,
)
from lmsctl.notification.store import audiences as audience_store
from lmsctl.notification.store import messages as store
from lmsctl.notification.store import once as once_store
from lmsctl.notification.store.audiences import Audience, SharedEntry
from lmsctl.rights import actions as rights

# What the key of a table can hold.
_HIGHEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class MessageText:
    """What a message says: its kind, why it is sent, its subject and its text."""

    kind: MessageKind
    reason: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class PersonalMail:
    """What is mailed to whom; the person exists already."""

    user_id: int
    address: str
    words: MessageText


def mail(
    work: Work, user_id: int, address: str, words: MessageText, *, due_at: datetime | None = None
) -> None:
    """Queue one mail to `address`, for a person who exists already; due now unless told otherwise.

    The subject is one line whatever names it holds, so that it cannot become further headers.
    """
    store.add(work, [_row(work, user_id, address, words, due_at)])


def mail_all(work: Work, recipients: Sequence[tuple[int, str]], words: MessageText) -> None:
    """Queue one mail of the same words to each of `recipients`, people's ids and addresses."""
    mail_each(work, [PersonalMail(number, address, words) for number, address in recipients])


def mail_each(work: Work, letters: Sequence[PersonalMail]) -> None:
    """Queue mails of different words in one go."""
    store.add(work, [_row(work, one.user_id, one.address, one.words, None) for one in letters])


def notice(work: Work, user_ids: Sequence[int], words: MessageText) -> None:
    """Put one notice into the account of each of `user_ids`."""
    store.add(work, [_row(work, user_id, None, words, None) for user_id in user_ids])


def tell(work: Work, user_id: int, address: str | None, words: MessageText) -> None:
    """Put a notice into a person's account and, where there is an address, queue a mail too."""
    notice(work, [user_id], words)
    if address:
        mail(work, user_id, address, words)


def mail_again(
    work: Work, user_id: int, kind: MessageKind, *, not_since: datetime
) -> datetime | None:
    """Queue the last mail of a kind to somebody once more, unless that is later than `not_since`.

    Returns when the last one was queued if it was too lately. The caller lets nobody else do it at
    the same time.
    """
    last = store.mailed_last_at(work, user_id, kind)
    if last is not None and last > not_since:
        return last
    store.repeat(work, user_id, kind, _message_id())
    return None


# Many people at once -----------------------------------------------------------------------------


class ToldTopics:
    """What one transaction has told people by topics, of each of which they get one message.

    The ids of its messages begin with its mark and the number of their topic.
    """

    def __init__(self) -> None:
        self._mark = secret.identifier()
        self._numbers: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._opened: set[str] = set()

    def batch(self, topic: str, *, is_opening: bool) -> str:
        """Return the beginning of the ids of the messages that are about to be queued."""
        number = self._numbers.setdefault(topic, len(self._numbers))
        self._counts[topic] = self._counts.get(topic, 0) + 1
        if is_opening:
            self._opened.add(topic)
        return f"{once_store.prefix(self._mark, number)}{self._counts[topic]}"

    def opened(self, topic: str) -> str | None:
        """Return how the ids of messages begin that opened a topic here; None if none did."""
        if topic not in self._opened:
            return None
        return once_store.prefix(self._mark, self._numbers[topic])

    def end(self, work: Work) -> None:
        """Leave everybody the last of several messages about a topic."""
        if any(count > 1 for count in self._counts.values()):
            once_store.keep_last(work, self._mark)


def _told(work: Work) -> ToldTopics:
    return work.ending(ToldTopics, ToldTopics)


def tell_all(  # noqa: PLR0913 - whom, what, about what, and when
    work: Work,
    audience: Audience,
    words: MessageText,
    *,
    topic: str,
    calendar: SharedEntry | None = None,
    invited_by: MessageKind | None = None,
) -> int:
    """Queue a notice and, where there is an address, a mail with `calendar` for each of `audience`.

    It takes one statement however many they are. It is due when the audience says; with
    `invited_by` at once, and only to those for whom that has come, or who got a message of that
    kind about the same in an earlier transaction.
    Of several messages about one `topic` in one transaction everybody gets the last. Returns how
    many messages there are.
    """
    return audience_store.add_for_all(
        work,
        audience,
        _text_columns(words),
        calendar=calendar,
        invited_by=invited_by,
        invited_here=_told(work).opened(topic),
        batch=_told(work).batch(topic, is_opening=invited_by is None),
    )


def rewrite_pending(
    work: Work,
    audience: Audience,
    words: MessageText,
    *,
    topic: str,
    calendar: SharedEntry | None = None,
) -> int:
    """Let messages of this kind to `audience` that are still to come say `words`.

    Those about the same topic that this transaction queued are still to come, whenever they are
    due. They come when the audience says now. Returns how many there are.
    """
    return audience_store.rewrite_pending(
        work, audience, _text_columns(words), calendar, _told(work).opened(topic)
    )


def withdraw_pending(work: Work, audience: Audience, kind: MessageKind, *, topic: str) -> int:
    """Take back the messages of a kind to `audience` that are still to come; returns how many."""
    return audience_store.withdraw_pending(work, audience, kind, _told(work).opened(topic))


@dataclass(frozen=True, slots=True)
class PersonalMessage:
    """What one person is told of `about`, by notice and where there is an address by mail.

    `calendar` is what a message keeps of a calendar entry. `topic` is as in `tell_all`; without one
    it is told whatever else is. Without a notice only the mail goes.
    """

    user_id: int
    address: str | None
    words: MessageText
    about: str | None
    calendar: str | None
    topic: str | None = None
    has_notice: bool = True


def tell_each(work: Work, told: Sequence[PersonalMessage]) -> int:
    """Queue messages of different words and calendars in one go; returns how many there are."""
    rows = [
        {
            **_row(work, one.user_id, address, one.words, None),
            "about": one.about,
            "calendar": one.calendar if address else None,
            "message_id": f"<{start}-{'mail' if address else 'account'}@lmsctl.invalid>",
        }
        for one in told
        for start in (_start_of_id(work, one),)
        for address in _ways(one)
    ]
    store.add(work, rows)
    return len(rows)


def _ways(one: PersonalMessage) -> Iterator[str | None]:
    """Yield None for a notice, and the address for a mail."""
    if one.has_notice:
        yield None
    if one.address:
        yield one.address


def _start_of_id(work: Work, one: PersonalMessage) -> str:
    """Return how the ids of the messages to one person begin."""
    if one.topic is None:
        return secret.identifier()
    return f"{_told(work).batch(one.topic, is_opening=False)}-{one.user_id}"


def _text_columns(words: MessageText) -> dict[str, str]:
    """Return the columns that hold words; the subject is one line whatever names it holds."""
    return {
        "kind": words.kind,
        "reason": words.reason,
        "subject": " ".join(words.subject.split()),
        "body": words.body,
    }


# Looking -----------------------------------------------------------------------------------------


def list_messages(
    work: Work, *, state: MessageState | None = None, kind: MessageKind | None = None
) -> Iterable[Message]:
    """Return the messages to people in scope, soonest first; needs `notification.view`."""
    scope = rights.require(work, "notification.view")
    return store.messages(work, scope, state=state, kind=kind)


def preview(work: Work, number: int) -> Preview:
    """Return one message as it would arrive; raises MessageUnknown."""
    scope = rights.require(work, "notification.view")
    found = store.preview(work, scope, number) if 0 < number <= _HIGHEST_NUMBER else None
    if found is None:
        raise MessageUnknown(number=number)
    if found.calendar is None:
        return found
    return replace(found, calendar=calendar_entries.finish(found.calendar, found.recipient)[0])


def notices(work: Work, user_id: int) -> Iterator[Notice]:
    """Return what has appeared in a person's account, the latest first, rights aside."""
    return store.notices(work, user_id)


def _message_id() -> str:
    """Return a new id of a message, which no other message has."""
    return f"<{secret.identifier()}@lmsctl.invalid>"


def _row(
    work: Work, user_id: int, address: str | None, words: MessageText, due_at: datetime | None
) -> dict[str, Any]:
    """Return the columns of one message: a mail with an address, a notice without."""
    return {
        "user_id": user_id,
        "channel": Channel.MAIL if address else Channel.ACCOUNT,
        "address": address,
        **_text_columns(words),
        "message_id": _message_id(),
        "state": MessageState.QUEUED if address else MessageState.SENT,
        "due_at": due_at or work.now,
        "created_at": work.now,
    }
