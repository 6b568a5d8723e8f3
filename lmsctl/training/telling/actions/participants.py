"""Telling people what happens to the trainings that they take part in."""

import shlex
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from lmsctl.kit import wall_clock, zones
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.notification.results import MessageKind
from lmsctl.notification.store.audiences import Audience, SharedEntry
from lmsctl.portal import actions as portal
from lmsctl.training.rules import SessionWithDays, TrainingRecord
from lmsctl.training.telling.actions.calendars import shared_entry
from lmsctl.training.telling.store import audiences as telling_store


def invite(
    work: Work, training: TrainingRecord, at: SessionWithDays | None, audience: Audience
) -> None:
    """Invite people who have just been enrolled, at the instant from which they have access.

    A notice, and to an address a mail with an entry for the calendar.
    """
    words, entry = _invitation(work, training, at)
    notification.tell_all(work, audience, words, topic=_topic(training), calendar=entry)
    _remember_organizer(work, audience, entry)


def renew_invitations(
    work: Work,
    training: TrainingRecord,
    at: SessionWithDays | None,
    audience: Audience,
    *,
    later: int = 0,
) -> None:
    """Let invitations that are still to come say how things are now, and come when they are due.

    Whoever has been invited is not invited again.
    """
    words, entry = _invitation(work, training, at, later)
    notification.rewrite_pending(work, audience, words, topic=_topic(training), calendar=entry)
    _remember_organizer(work, audience, entry)


def _remember_organizer(work: Work, audience: Audience, entry: SharedEntry | None) -> None:
    """Let answers to entries that people have got go to the same address for good."""
    if entry is not None and entry.organizer is not None and not work.is_silent:
        telling_store.remember_organizer(work, audience, entry.organizer)


def _invitation(
    work: Work, training: TrainingRecord, at: SessionWithDays | None, later: int = 0
) -> tuple[MessageText, SharedEntry | None]:
    words = MessageText(
        kind=MessageKind.TRAINING_INVITATION,
        reason=f"they take part in the training {training.code}",
        subject=f"You are enrolled in '{training.title}'",
        body=f"You are enrolled in the training '{training.title}'"
        f" of {portal.settings(work).name}.\n\n{describe_place(at)}{_ask(training)}",
    )
    return words, shared_entry(work, training, at, later=later)


def _ask(training: TrainingRecord) -> str:
    """Return the lines that ask somebody whether they come, and say how to answer."""
    code = shlex.quote(training.code)
    return (
        "\nPlease answer whether you will come:\n"
        f"  yes: lmsctl enrollment confirm --training {code}\n"
        f"  no: lmsctl enrollment decline --training {code}\n"
    )


def tell_moved(
    work: Work,
    training: TrainingRecord,
    old: SessionWithDays | None,
    new: SessionWithDays | None,
    audience: Audience,
) -> None:
    """Tell people who are about to get another session; `old` and `new` may be none.

    Whose invitation is still to come gets it for the new session, and nothing else.
    """
    words = MessageText(
        kind=MessageKind.TRAINING_CHANGE,
        reason=f"their session of the training {training.code} changed",
        subject=f"Your session of '{training.title}' changed",
        body=describe_change(old, new) if old else describe_place(new),
    )
    # It is the same entry at another time: nothing of the old one is left.
    entry = shared_entry(work, training, new, later=1)
    entry = entry or shared_entry(work, training, old, is_canceled=True, later=1)
    _tell(work, training, audience, words, entry)
    renew_invitations(work, training, new, audience, later=1)


def tell_canceled(
    work: Work, training: TrainingRecord, old: SessionWithDays, audience: Audience
) -> None:
    """Tell people who are about to have no session because theirs is canceled.

    Whose invitation is still to come is invited to choose one, and hears nothing of it.
    """
    words = MessageText(
        kind=MessageKind.TRAINING_CHANGE,
        reason=f"their session of the training {training.code} was canceled",
        subject=f"Canceled: session {old.session.code} of '{training.title}'",
        body=f"The session {old.session.code} of the training '{training.title}' was canceled and"
        f" does not take place:\n\n{describe_place(old)}\n"
        f"You still take part in the training. {describe_place(None)}"
        "To choose another session:"
        f" lmsctl enrollment switch --training {shlex.quote(training.code)}\n",
    )
    _tell(
        work,
        training,
        audience,
        words,
        shared_entry(work, training, old, is_canceled=True, later=1),
    )
    renew_invitations(work, training, None, audience, later=1)


class _SessionsBefore:
    """The sessions that a transaction has changed, as they were before it."""

    def __init__(self) -> None:
        self._sessions: dict[int, SessionWithDays] = {}

    def first(self, before: SessionWithDays) -> SessionWithDays:
        """Return a session as it was before its first change; `before` is before this one."""
        return self._sessions.setdefault(before.session.id, before)

    def end(self, work: Work) -> None:
        """Forget them."""


def first_before(work: Work, before: SessionWithDays) -> SessionWithDays:
    """Return a session as it was before this transaction; `before` is before its last change."""
    return work.ending(_SessionsBefore, _SessionsBefore).first(before)


def tell_changed(
    work: Work,
    training: TrainingRecord,
    before: SessionWithDays,
    at: SessionWithDays,
    were_to_come: Collection[int] = (),
) -> None:
    """Tell everybody in a session when and where it was and is now, unless it was and is over.

    `before` is the session as it was, `at` as it is now, and `were_to_come` the ids of days that
    changed and were still to come. When a transaction changes it several times, the people are told
    how it was before all of them.
    """
    before = first_before(work, before)
    telling_store.count_change(work, at.session.id)
    entry = shared_entry(work, training, at, also=were_to_come)
    audience = telling_store.audience_of_session(training.id, at.session.id)
    if entry is not None:
        words = MessageText(
            kind=MessageKind.TRAINING_CHANGE,
            reason=f"their session of the training {training.code} changed",
            subject=f"'{training.title}' has changed: session {at.session.code}",
            body=f"When or where it takes place has changed.\n\n{describe_change(before, at)}",
        )
        _tell(work, training, audience, words, entry)
    renew_invitations(work, training, at, audience)


class RemovalCause(StrEnum):
    """Why somebody no longer takes part in a training."""

    LEFT = "left"
    TAKEN_OUT = "taken out"
    DELETED = "deleted"


def tell_removed(
    work: Work,
    training: TrainingRecord,
    old: SessionWithDays | None,
    audience: Audience,
    cause: RemovalCause = RemovalCause.TAKEN_OUT,
) -> None:
    """Tell people who are about to be out of a training, and why.

    Whose invitation is still to come never hears of it.
    """
    words = _removal_words(work, training, cause)
    _tell(
        work,
        training,
        audience,
        words,
        shared_entry(work, training, old, is_canceled=True, later=1),
    )
    kind = MessageKind.TRAINING_INVITATION
    notification.withdraw_pending(work, audience, kind, topic=_topic(training))


def _removal_words(
    work: Work, training: TrainingRecord, cause: RemovalCause = RemovalCause.TAKEN_OUT
) -> MessageText:
    name = f"the training '{training.title}' of {portal.settings(work).name}"
    subject, body = {
        RemovalCause.LEFT: (f"You have left '{training.title}'", f"You have left {name}."),
        RemovalCause.TAKEN_OUT: (
            f"You no longer take part in '{training.title}'",
            f"Your enrollment in {name} was canceled. You no longer take part in it.",
        ),
        RemovalCause.DELETED: (
            f"Canceled: '{training.title}'",
            f"{name[:1].upper()}{name[1:]} was deleted and does not take place.",
        ),
    }[cause]
    return MessageText(
        kind=MessageKind.TRAINING_CANCELLATION,
        reason=f"they no longer take part in the training {training.code}",
        subject=subject,
        body=f"{body}\n",
    )


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What somebody is told who missed how a training changed, and what calendars get of it."""

    words: MessageText
    entry: SharedEntry | None


def catch_up(work: Work, training: TrainingRecord, at: SessionWithDays | None) -> CatchUp | None:
    """Return what participants are told who were away; None when their session is over."""
    entry = shared_entry(work, training, at)
    if at is not None and entry is None:
        return None
    words = MessageText(
        kind=MessageKind.TRAINING_CHANGE,
        reason=f"the training {training.code} changed while they were away",
        subject=f"'{training.title}' as it stands now",
        body=f"Your account was not active for a while. This is how the training"
        f" '{training.title}' stands now.\n\n{describe_place(at)}",
    )
    return CatchUp(words, entry)


def catch_up_on_removal(work: Work, training: TrainingRecord) -> CatchUp:
    """Return what they are told who were taken out of a training while they were away."""
    return CatchUp(_removal_words(work, training), None)


def _tell(
    work: Work,
    training: TrainingRecord,
    audience: Audience,
    words: MessageText,
    entry: SharedEntry | None,
) -> None:
    notification.tell_all(
        work,
        audience,
        words,
        topic=_topic(training),
        calendar=entry,
        invited_by=MessageKind.TRAINING_INVITATION,
    )
    _remember_organizer(work, audience, entry)


def _topic(training: TrainingRecord) -> str:
    """Return the topic of messages to participants of a training."""
    return f"training {training.id}"


def describe_change(before: SessionWithDays, now: SessionWithDays | None) -> str:
    """Return when and where somebody was to go, and when and where they go now."""
    return f"Before:\n{describe_place(before)}\nNow:\n{describe_place(now)}"


def describe_place(at: SessionWithDays | None) -> str:
    """Return when and where somebody goes, in the zone of the training as the session has it."""
    if at is None:
        return "You have no session of it yet.\n"
    name = f"{at.session.code} ({at.session.title})" if at.session.title else at.session.code
    zone, lines = zones.from_database(at.session.time_zone), [f"Session {name}:"]
    for day in at.days:
        spots = "".join(f", {spot}" for spot in (day.place, day.url) if spot)
        from_to = [wall_clock.show(moment, zone) for moment in (day.starts_at, day.ends_at)]
        lines.append(f"  {' to '.join(from_to)}{spots}")
    return "\n".join([*lines, ""])
