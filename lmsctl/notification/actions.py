"""Queueing mails and notices in the transaction of the change they tell of, and looking at them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit import secret
from lmsctl.kit.work import Work
from lmsctl.notification import store
from lmsctl.notification.errors import MessageUnknown
from lmsctl.notification.results import Channel, Message, Preview, State
from lmsctl.rights import actions as rights

# What the key of a table can hold.
_HIGHEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says: its kind, why it is sent, its subject and its text."""

    kind: str
    reason: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is mailed to whom; the person exists already."""

    user_id: int
    address: str
    words: Words


def mail(
    work: Work, user_id: int, address: str, words: Words, *, due_at: datetime | None = None
) -> None:
    """Queue one mail to `address`, for a person who exists already; due now unless told otherwise.

    The subject is one line whatever names it holds, so that it cannot become further headers.
    """
    store.add(work, [_row(work, user_id, address, words, due_at)])


def mail_all(work: Work, recipients: Sequence[tuple[int, str]], words: Words) -> None:
    """Queue one mail of the same words to each of `recipients`, people's ids and addresses."""
    mail_each(work, [Letter(number, address, words) for number, address in recipients])


def mail_each(work: Work, letters: Sequence[Letter]) -> None:
    """Queue mails of different words in one go."""
    store.add(work, [_row(work, one.user_id, one.address, one.words, None) for one in letters])


def notice(work: Work, user_ids: Sequence[int], words: Words) -> None:
    """Put one notice into the account of each of `user_ids`."""
    store.add(work, [_row(work, user_id, None, words, None) for user_id in user_ids])


def list_messages(
    work: Work, *, state: str | None = None, kind: str | None = None
) -> Iterator[Message]:
    """Return the messages to people in scope, soonest first; needs `notification.view`."""
    scope = rights.require(work, "notification.view")
    return store.messages(work, scope, state=state, kind=kind)


def preview(work: Work, number: int) -> Preview:
    """Return one message as it would arrive; raises MessageUnknown."""
    scope = rights.require(work, "notification.view")
    found = store.preview(work, scope, number) if 0 < number <= _HIGHEST_NUMBER else None
    if found is None:
        raise MessageUnknown(number=number)
    return found


def _row(
    work: Work, user_id: int, address: str | None, words: Words, due_at: datetime | None
) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "channel": Channel.MAIL if address else Channel.ACCOUNT,
        "kind": words.kind,
        "address": address,
        "reason": words.reason,
        "subject": " ".join(words.subject.split()),
        "body": words.body,
        "message_id": f"<{secret.identifier()}@lmsctl.invalid>",
        "state": State.QUEUED if address else State.SENT,
        "due_at": due_at or work.now,
        "created_at": work.now,
    }
