"""Participants say whether they will come: by a command, or from their calendar by mail."""

from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.enrollment.participation import store
from lmsctl.enrollment.participation.actions.finding import (
    PersonInTraining,
    get_for_update,
    get_situation,
)
from lmsctl.enrollment.participation.actions.learning import (
    require_participation,
    tell_organizer,
    to_result,
)
from lmsctl.enrollment.participation.results import ParticipationStatus
from lmsctl.enrollment.participation.rules import gates
from lmsctl.enrollment.participation.store import EntryOwner
from lmsctl.kit.answer import Outcome
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules.entry import Reply
from lmsctl.notification.calendar.rules.replies import EntryReply
from lmsctl.notification.errors import AnswerNotTheirs, AnswerOutdated
from lmsctl.notification.results import TakenAnswer
from lmsctl.rights.rules import Scope
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.results import InvitationAnswer
from lmsctl.training.telling import actions as telling


def answer(
    work: Work, login: str | None, code: str, said: InvitationAnswer
) -> tuple[ParticipationStatus, bool]:
    """Record whether a participant will come; a no keeps their place. Returns whether that is new.

    Raises what `get_learner` raises, TrainingUnknown, PersonNotActive, ParticipationUnknown and
    AccessToCome.
    """
    part = get_for_update(work, login, code)
    return _answer(work, part, said, work.now)


def _answer(
    work: Work, part: PersonInTraining, said: InvitationAnswer, said_at: datetime
) -> tuple[ParticipationStatus, bool]:
    """Record what a person said, and when; returns whether that is new."""
    participation = require_participation(part)
    gates.raise_closed(gates.gates_of_access(get_situation(work, part)))
    if participation.answer != said:
        people_store.change(work, [participation.id], answer=said, answered_at=said_at)
        audit.record(work, f"training.{said.value}", part.name, login=part.person.login)
        told = {part.person.id: said.value}
        telling.tell_supervisors(work, part.training, told, session=participation.session)
        tell_organizer(work, part, said.value, None)
    return to_result(work, part), participation.answer != said


_SAID = {Reply.YES: InvitationAnswer.CONFIRMED, Reply.NO: InvitationAnswer.DECLINED}


def take_entry_reply(work: Work, scope: Scope, reply: EntryReply) -> TakenAnswer | None:
    """Record what somebody in scope says to an entry of their calendar; None for an unknown one.

    Only what comes from their own address counts, and only about what the entry says now. Of two
    answers the one that was given later counts, in whatever order they arrive. Raises
    AnswerNotTheirs, AnswerOutdated, PersonNotActive and AccessToCome.
    """
    # Names of ours are plain, and not every database takes whatever a mail holds.
    is_plain = reply.uid.isascii() and reply.uid.isprintable()
    found = store.find_entry(work, reply.uid) if is_plain else None
    if found is None or not scope.covers(found.path):
        return None
    work.about = f"training {found.training}, user {found.login}"
    if found.email_key != reply.address:
        raise AnswerNotTheirs(reason="it is from another address than the one that is stored")
    if not found.is_live:
        raise _outdated(found, "they do not take part in that way any more")
    part = get_for_update(work, found.login, found.training)
    participation = part.participation
    if participation is None or participation.id != found.id:
        raise _outdated(found, "they do not take part in that way any more")
    if participation.moves != reply.sequence:
        raise _outdated(found, "when or where it is has changed since")
    said_at = min(reply.said_at or work.now, work.now)
    if participation.answered_at is not None and said_at < participation.answered_at:
        raise _outdated(found, "they have answered again since")
    status, is_new = _answer(work, part, _SAID[reply.says], said_at)
    return TakenAnswer(
        login=status.login,
        training=status.training,
        session=status.session,
        answer=status.state,
        outcome=Outcome.UPDATED if is_new else Outcome.UNCHANGED,
    )


def _outdated(entry: EntryOwner, reason: str) -> AnswerOutdated:
    return AnswerOutdated(login=entry.login, training=entry.training, reason=reason)
