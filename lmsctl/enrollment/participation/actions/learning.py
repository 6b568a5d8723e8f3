"""The learner's acts on their own trainings, also done for them by who manages enrollments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lmsctl.audit import actions as audit
from lmsctl.enrollment import rules as enrollment_rules
from lmsctl.enrollment.participation.actions.telling import tell_supervisor
from lmsctl.enrollment.participation.errors import (
    LearnerUnnamed,
    NoSessionOffered,
    ParticipationUnknown,
    TakesPartAlready,
)
from lmsctl.enrollment.participation.results import LEFT, ParticipationStatus
from lmsctl.enrollment.participation.rules import gates, placing
from lmsctl.enrollment.participation.rules.gates import Situation
from lmsctl.enrollment.participation.rules.placing import TrainingTarget
from lmsctl.kit import canonical
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import store
from lmsctl.training.access import actions as access
from lmsctl.training.catalog import store as catalog_store
from lmsctl.training.deadlines import store as extension_store
from lmsctl.training.errors import TrainingUnknown
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.training.results import EnrolledBy, InvitationAnswer
from lmsctl.training.rules import SessionRecord, TrainingRecord
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.actions import showing as session_showing
from lmsctl.training.sessions.results import SessionRow
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling import store as telling_store
from lmsctl.user import store as users
from lmsctl.user.store import Person


@dataclass(frozen=True, slots=True)
class PersonInTraining:
    """A person, a training, and how the one takes part in the other, None for not at all."""

    person: Person
    training: TrainingRecord
    standing: ParticipantRecord | None

    @property
    def name(self) -> str:
        """Return how this is called in the audit log."""
        return f"training {self.training.code}"


def get_learner(work: Work, given: str | None, permission: str = "enrollment.manage") -> Person:
    """Return whose part is taken: the actor themselves, or somebody they may act for.

    Others need `permission` over the person. Raises LearnerUnnamed when nobody is named and the
    actor is no person, PermissionMissing and UserUnknown.
    """
    actor = rights.actor(work)
    if given is None and actor.user_id is None:
        raise LearnerUnnamed(field="--user")
    if actor.user_id is not None:
        found = users.get_by_id(work, actor.user_id) if given is None else None
        found = found or users.find(work, given or "", ANYWHERE)
        if found is not None and found.id == actor.user_id:
            return found
    return users.get(work, given or "", rights.require(work, permission))


def get_for_update(work: Work, login: str | None, code: str) -> PersonInTraining:
    """Return how an active person stands to a training, both locked.

    Raises what `get_learner` raises, TrainingUnknown and PersonNotActive.
    """
    person = rights.get_for_update(work, lambda: get_learner(work, login), users.lock_for_share)
    training = store.get_for_share(work, _get_visible_training(work, person, code).id)
    rights.refresh(work)
    person = get_learner(work, login)
    work.about = f"training {training.code}, user {person.login}"
    refusal = enrollment_rules.obstacle_to_enrolling(person)
    if refusal is not None:
        raise refusal
    return PersonInTraining(person, training, find_participation(work, person, training))


def _get_visible_training(work: Work, person: Person, code: str) -> TrainingRecord:
    """Return a training that the actor sees, or the person: who takes part or could join.

    Raises TrainingUnknown for any other, as for one that does not exist.
    """
    training = store.find(work, code, ANYWHERE)
    if training is not None and not (
        access.is_visible(work, training)
        # Only read: an enrollment is locked after its training.
        or training.id in showing_store.trainings_of_user(work, person.id)
        or _is_offered(work, person, training)
    ):
        training = None
    if training is None:
        raise TrainingUnknown(given=canonical.excerpt(code))
    return training


def _is_offered(work: Work, person: Person, training: TrainingRecord) -> bool:
    return catalog_store.is_offered(
        work, training.id, user_id=person.id, path=person.path, type_=person.type
    )


def find_participation(
    work: Work, person: Person, training: TrainingRecord
) -> ParticipantRecord | None:
    """Return how a person takes part in a training, None for not at all."""
    return next(iter(people_store.participants_for_update(work, training.id, [person.id])), None)


def get_situation(work: Work, part: PersonInTraining) -> Situation:
    """Return all that decides on a person's acts in a training, now."""
    person, training = part.person, part.training
    return Situation(
        login=person.login,
        training=training,
        sessions=list(session_store.listed(work, ANYWHERE, training.id)),
        standing=part.standing,
        extensions=extension_store.of_training(work, training.id, person.id),
        is_offered=_is_offered(work, person, training),
        now=work.now,
    )


def _require_participation(part: PersonInTraining) -> ParticipantRecord:
    if part.standing is None:
        raise ParticipationUnknown(login=part.person.login, training=part.training.code)
    return part.standing


def _to_result(work: Work, part: PersonInTraining) -> ParticipationStatus:
    standing = find_participation(work, part.person, part.training) or part.standing
    assert standing is not None
    return ParticipationStatus(
        login=part.person.login,
        training=part.training.code,
        session=standing.session,
        state=standing.answer or "enrolled",
        is_preselected=standing.is_preselected,
        access_at=standing.access_at,
    )


# Answering ---------------------------------------------------------------------------------------


def answer(
    work: Work, login: str | None, code: str, said: InvitationAnswer
) -> tuple[ParticipationStatus, bool]:
    """Record whether a participant will come; a no keeps their place. Returns whether that is new.

    Raises what `get_learner` raises, TrainingUnknown, PersonNotActive, ParticipationUnknown and
    AccessToCome.
    """
    part = get_for_update(work, login, code)
    standing = _require_participation(part)
    gates.raise_closed(gates.gates_of_access(get_situation(work, part)))
    if standing.answer != said:
        people_store.change(work, [standing.id], answer=said, answered_at=work.now)
        audit.record(work, f"training.{said.value}", part.name, login=part.person.login)
        _tell_organizer(work, part, said.value, None)
    return _to_result(work, part), standing.answer != said


# Coming and going --------------------------------------------------------------------------------


def join(
    work: Work, login: str | None, code: str, given_session: str | None
) -> tuple[ParticipationStatus, bool]:
    """Let a person take part in a training that the catalog opens to them.

    Without a session they choose one later. Returns how they take part, and whether that is new;
    whoever takes part already, in that session if one is given, is not counted twice. Raises
    TrainingUnknown, SessionUnknown, PersonNotActive, TakesPartAlready, TrainingNotOffered,
    SessionCanceled, SessionBegun, RegistrationStopped, SessionFull, NoSessionOpen, or GatesClosed
    with several of them.
    """
    part = get_for_update(work, login, code)
    session = _find_session(work, part.training, given_session)
    if part.standing is not None:
        if session is not None and part.standing.session_id != session.id:
            raise TakesPartAlready(login=part.person.login, training=part.training.code)
        return _to_result(work, part), False
    place_store.lock_sessions(work, [session.id] if session else [])
    case = get_situation(work, part)
    session = _reload_session(case, session)
    gates.raise_closed(gates.gates_to_join(case, session))
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
    return _to_result(work, part), True


def _find_session(work: Work, training: TrainingRecord, given: str | None) -> SessionRecord | None:
    return None if given is None else session_store.get(work, training, given)


def _reload_session(case: Situation, session: SessionRecord | None) -> SessionRecord | None:
    """Return a session as it is now that it is locked."""
    return next((one for one in case.sessions if session and one.id == session.id), None)


def _claim(work: Work, part: PersonInTraining, session: SessionRecord) -> None:
    if not place_store.claim(work, session.id, 1):
        raise placing.session_full(TrainingTarget(part.training, session), f"'{part.person.login}'")


def _audience(part: PersonInTraining) -> Audience:
    return telling_store.audience(part.training.id, [part.person.id])


def _record(work: Work, done: str, part: PersonInTraining, session: SessionRecord | None) -> None:
    """Write down what a learner did, such as `joined`; tell their supervisor and the organizer."""
    code = session.code if session else None
    detail = {"login": part.person.login, "session": code}
    audit.record(work, f"training.{done.partition(' ')[0]}", part.name, **detail)
    tell_supervisor(work, part.person, part.training, done, code)
    _tell_organizer(work, part, done, code)


def _tell_organizer(work: Work, part: PersonInTraining, done: str, session: str | None) -> None:
    person, where = part.person, f", session {session}" if session else ""
    said = f"{person.first_name} {person.last_name} {done} '{part.training.title}'{where}"
    telling.tell_organizer(work, part.training, said, f"Their login is {person.login}.\n")


def switch(
    work: Work, login: str | None, code: str, given: str
) -> tuple[ParticipationStatus, bool]:
    """Let a participant take another session, or their first; returns whether that is new.

    The new place is taken first, and the old one given up only then. Raises TrainingUnknown,
    SessionUnknown, PersonNotActive, ParticipationUnknown, SessionFull, and what keeps them from
    leaving the one and from coming to the other, or GatesClosed with several things.
    """
    part = get_for_update(work, login, code)
    standing = _require_participation(part)
    session = session_store.get(work, part.training, given)
    if standing.session_id == session.id:
        return _to_result(work, part), False
    _lock_sessions(work, standing, session)
    case = get_situation(work, part)
    session = _reload_session(case, session) or session
    gates.raise_closed(gates.gates_to_switch(case, session))
    _claim(work, part, session)
    old, new = (
        session_store.find_with_days(work, standing.session_id),
        session_store.find_with_days(work, session.id),
    )
    telling.tell_moved(work, part.training, old, new, _audience(part))
    place_store.release(work, [standing.id])
    people_store.move_to_session(work, [standing.id], session.id, is_preselected=False)
    _record(work, "switched sessions in", part, session)
    return _to_result(work, part), True


def _lock_sessions(work: Work, standing: ParticipantRecord, session: SessionRecord) -> None:
    """Lock the old session and the new one in one order, so that opposite switches never wait."""
    numbers = (standing.session_id, session.id)
    place_store.lock_sessions(work, [number for number in numbers if number is not None])


def list_switchable_sessions(
    work: Work, login: str | None, code: str
) -> tuple[TrainingRecord, list[SessionRow]]:
    """Return the sessions that a participant may switch to now: open ones with a place left.

    Raises TrainingUnknown, PersonNotActive, ParticipationUnknown, what keeps them from leaving the
    session they have, and NoSessionOffered.
    """
    part = get_visible(work, login, code)
    _require_participation(part)
    case = get_situation(work, part)
    gates.raise_closed(gates.gates_to_give_up_session(case))
    found = gates.list_switchable(case)
    if not found:
        raise NoSessionOffered(training=part.training.code)
    return part.training, [session_showing.to_row(work, session) for session in found]


def get_visible(
    work: Work, login: str | None, code: str, permission: str = "enrollment.manage"
) -> PersonInTraining:
    """Return how a person stands to a training, for looking only.

    Raises what `get_learner` raises, and TrainingUnknown.
    """
    person = get_learner(work, login, permission)
    training = _get_visible_training(work, person, code)
    return PersonInTraining(person, training, find_participation(work, person, training))


def leave(work: Work, login: str | None, code: str) -> tuple[ParticipationStatus, Sequence[str]]:
    """Let a participant leave a training, whose place is free from then on.

    Whoever could not come back by themselves is asked first; what they are told then is returned
    too. Raises TrainingUnknown, PersonNotActive, ParticipationUnknown, SessionPreselected,
    SessionBegun, AttendanceRecorded, ListLocked, CancellationsStopped, NoSessionOpen, or
    GatesClosed with several of them, and ConfirmationNeeded.
    """
    part = get_for_update(work, login, code)
    standing = _require_participation(part)
    place_store.lock_sessions(work, [standing.session_id] if standing.session_id else [])
    case = get_situation(work, part)
    gates.raise_closed(gates.gates_to_leave(case))
    warnings = gates.warnings_before_leaving(case)
    if warnings:
        work.confirm(f"Leave '{part.training.code}'?", warnings)
    told = replace(_to_result(work, part), state=LEFT)
    old = session_store.find_with_days(work, standing.session_id)
    telling.tell_removed(work, part.training, old, _audience(part))
    place_store.release(work, [standing.id])
    people_store.cancel(work, [standing.id])
    _record(work, "left", part, case.session)
    return told, warnings
