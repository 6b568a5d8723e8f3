"""The learner's acts on their own trainings, also done for them by who manages enrollments."""

from collections.abc import Sequence
from dataclasses import replace

from lmsctl.audit import actions as audit
from lmsctl.enrollment.participation.actions.finding import (
    PersonInTraining,
    find_participation,
    get_for_update,
    get_situation,
    get_visible,
)
from lmsctl.enrollment.participation.errors import (
    NoSessionOffered,
    ParticipationUnknown,
    TakesPartAlready,
)
from lmsctl.enrollment.participation.results import LEFT, ParticipationStatus
from lmsctl.enrollment.participation.rules import gates, placing
from lmsctl.enrollment.participation.rules.placing import TrainingTarget
from lmsctl.enrollment.participation.rules.situation import Situation
from lmsctl.kit.work import Work
from lmsctl.notification.store.audiences import Audience
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.training.results import EnrolledBy
from lmsctl.training.rules import SessionRecord, TrainingRecord
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.actions import showing as session_showing
from lmsctl.training.sessions.results import SessionChoice
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling.store import audiences as telling_store


def require_participation(part: PersonInTraining) -> ParticipantRecord:
    """Return how a person takes part; raises ParticipationUnknown if they do not."""
    if part.participation is None:
        raise ParticipationUnknown(login=part.person.login, training=part.training.code)
    return part.participation


def to_result(work: Work, part: PersonInTraining) -> ParticipationStatus:
    """Return how a person takes part now, after what was changed."""
    participation = find_participation(work, part.person, part.training) or part.participation
    assert participation is not None
    return ParticipationStatus(
        login=part.person.login,
        training=part.training.code,
        session=participation.session,
        state=participation.answer or "enrolled",
        is_preselected=participation.is_preselected,
        access_at=participation.access_at,
    )


# Coming and going --------------------------------------------------------------------------------


def join(
    work: Work, login: str | None, code: str, given_session: str | None
) -> tuple[ParticipationStatus, bool, list[str]]:
    """Let a person take part in a training that the catalog opens to them.

    Without a session they choose one later. Returns how they take part, whether that is new, and
    what they should know: when and where the session is and what of theirs it overlaps, or from
    which sessions they may choose. Whoever takes part already, in that session if one is given, is
    not counted twice. Raises TrainingUnknown, SessionUnknown, PersonNotActive, TakesPartAlready,
    TrainingNotOffered, SessionCanceled, SessionBegun, RegistrationStopped, SessionFull,
    NoSessionOpen, or GatesClosed with several of them.
    """
    part = get_for_update(work, login, code)
    session = _find_session(work, part.training, given_session)
    if part.participation is not None:
        if session is not None and part.participation.session_id != session.id:
            raise TakesPartAlready(login=part.person.login, training=part.training.code)
        return to_result(work, part), False, []
    place_store.lock_sessions(work, [session.id] if session else [])
    situation = get_situation(work, part)
    session = _reload_session(situation, session)
    gates.raise_closed(gates.gates_to_join(situation, session))
    if session is not None:
        _claim(work, part, session)
    people_store.enroll(
        work,
        part.training.id,
        [part.person.id],
        session_id=session.id if session else None,
        is_preselected=False,
        side=EnrolledBy.LEARNER,
        access_at=work.now,
    )
    at = session_store.find_with_days(work, session.id if session else None)
    telling.invite(work, part.training, at, _audience(part))
    _record(work, "joined", part, session)
    notes = _notes_on_session(work, part, session) if session else _notes_on_choices(work, part)
    return to_result(work, part), True, notes


def _notes_on_session(work: Work, part: PersonInTraining, session: SessionRecord) -> list[str]:
    """Return when and where a session is that somebody took, and what of theirs it overlaps."""
    zone = part.training.zone
    (choice,) = session_showing.choices(work, [session_store.by_id(work, session.id)])
    overlaps = [
        gates.warning_of_overlap(choice, day, zone)
        for day in showing_store.overlapping_days(work, part.person.id, session.id)
    ]
    return [f"{choice.show(zone)}.", *overlaps]


def _notes_on_choices(work: Work, part: PersonInTraining) -> list[str]:
    """Return the sessions that somebody may choose who takes part without one."""
    participation = find_participation(work, part.person, part.training)
    situation = get_situation(work, replace(part, participation=participation))
    found = session_showing.choices(work, gates.list_switchable(situation))
    return [f"To choose: {choice.show(part.training.zone)}." for choice in found]


def _find_session(work: Work, training: TrainingRecord, given: str | None) -> SessionRecord | None:
    """Return a session that is named, None for no name; raises SessionUnknown."""
    return None if given is None else session_store.get(work, training, given)


def _reload_session(situation: Situation, session: SessionRecord | None) -> SessionRecord | None:
    """Return a session as it is now that it is locked."""
    return next((one for one in situation.sessions if session and one.id == session.id), None)


def _claim(work: Work, part: PersonInTraining, session: SessionRecord) -> None:
    """Take a place in a session for a person; raises SessionFull."""
    if not place_store.claim(work, session.id, 1):
        raise placing.session_full(TrainingTarget(part.training, session), f"'{part.person.login}'")


def _audience(part: PersonInTraining) -> Audience:
    """Return the person as the audience of a message."""
    return telling_store.audience(part.training.id, [part.person.id])


def _record(work: Work, done: str, part: PersonInTraining, session: SessionRecord | None) -> None:
    """Write down what a learner did, such as `joined`; tell their supervisor and the organizer."""
    code = session.code if session else None
    detail = {"login": part.person.login, "session": code}
    audit.record(work, f"training.{done.partition(' ')[0]}", part.name, **detail)
    telling.tell_supervisors(work, part.training, {part.person.id: done}, session=code)
    tell_organizer(work, part, done, code)


def tell_organizer(work: Work, part: PersonInTraining, done: str, session: str | None) -> None:
    """Tell who organizes a training what a person did."""
    person, where = part.person, f", session {session}" if session else ""
    said = f"{person.first_name} {person.last_name} {done} '{part.training.title}'{where}"
    telling.tell_organizer(work, part.training, said, f"Their login is {person.login}.\n")


def switch(
    work: Work, login: str | None, code: str, given: str
) -> tuple[ParticipationStatus, bool, list[str]]:
    """Let a participant take another session, or their first; returns what `join` does.

    The new place is taken first, and the old one given up only then. Raises TrainingUnknown,
    SessionUnknown, PersonNotActive, ParticipationUnknown, SessionFull, and what keeps them from
    leaving the one and from coming to the other, or GatesClosed with several things.
    """
    part = get_for_update(work, login, code)
    participation = require_participation(part)
    session = session_store.get(work, part.training, given)
    if participation.session_id == session.id:
        return to_result(work, part), False, []
    _lock_sessions(work, participation, session)
    situation = get_situation(work, part)
    session = _reload_session(situation, session) or session
    gates.raise_closed(gates.gates_to_switch(situation, session))
    _claim(work, part, session)
    old, new = (
        session_store.find_with_days(work, participation.session_id),
        session_store.find_with_days(work, session.id),
    )
    telling.tell_moved(work, part.training, old, new, _audience(part))
    place_store.release(work, [participation.id])
    people_store.move_to_session(work, [participation.id], session.id, is_preselected=False)
    _record(work, "switched sessions in", part, session)
    return to_result(work, part), True, _notes_on_session(work, part, session)


def _lock_sessions(work: Work, participation: ParticipantRecord, session: SessionRecord) -> None:
    """Lock the old session and the new one in one order, so that opposite switches never wait."""
    numbers = (participation.session_id, session.id)
    place_store.lock_sessions(work, [number for number in numbers if number is not None])


def list_switchable_sessions(
    work: Work, login: str | None, code: str
) -> tuple[TrainingRecord, list[SessionChoice]]:
    """Return the sessions that a participant may switch to now: open ones with a place left.

    Raises TrainingUnknown, PersonNotActive, ParticipationUnknown, what keeps them from leaving the
    session they have, and NoSessionOffered.
    """
    part = get_visible(work, login, code)
    require_participation(part)
    situation = get_situation(work, part)
    gates.raise_closed(gates.gates_to_give_up_session(situation))
    found = gates.list_switchable(situation)
    if not found:
        raise NoSessionOffered(training=part.training.code)
    return part.training, session_showing.choices(work, found)


def leave(work: Work, login: str | None, code: str) -> tuple[ParticipationStatus, Sequence[str]]:
    """Let a participant leave a training, whose place is free from then on.

    Whoever could not come back by themselves is asked first; what they are told then is returned
    too. Raises TrainingUnknown, PersonNotActive, ParticipationUnknown, SessionPreselected,
    SessionBegun, AttendanceRecorded, ListLocked, CancellationsStopped, NoSessionOpen, or
    GatesClosed with several of them, and ConfirmationNeeded.
    """
    part = get_for_update(work, login, code)
    participation = require_participation(part)
    place_store.lock_sessions(work, [participation.session_id] if participation.session_id else [])
    situation = get_situation(work, part)
    gates.raise_closed(gates.gates_to_leave(situation))
    warnings = gates.warnings_before_leaving(situation)
    if warnings:
        work.confirm(f"Leave '{part.training.code}'?", warnings)
    told = replace(to_result(work, part), state=LEFT)
    old = session_store.find_with_days(work, participation.session_id)
    telling.tell_removed(work, part.training, old, _audience(part), telling.RemovalCause.LEFT)
    place_store.release(work, [participation.id])
    people_store.cancel(work, [participation.id])
    _record(work, "left", part, situation.session)
    return told, warnings
