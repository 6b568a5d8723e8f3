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
from lmsctl.enrollment.participation.results import LEFT, Participation
from lmsctl.enrollment.participation.rules import gates, placing
from lmsctl.enrollment.participation.rules.gates import Case
from lmsctl.enrollment.participation.rules.placing import TrainingTarget
from lmsctl.kit import canonical
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import actions as training_actions
from lmsctl.training import store
from lmsctl.training.actions import telling
from lmsctl.training.deadlines import store as extension_store
from lmsctl.training.errors import TrainingUnknown
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.results import EnrolledBy, InvitationAnswer, SessionRow
from lmsctl.training.rules import ParticipantRecord, SessionRecord, TrainingRecord
from lmsctl.user import store as users
from lmsctl.user.store import Person


@dataclass(frozen=True, slots=True)
class Part:
    """A person, a training, and how the one takes part in the other, None for not at all."""

    person: Person
    training: TrainingRecord
    standing: ParticipantRecord | None

    @property
    def name(self) -> str:
        """Return how this is called in the audit log."""
        return f"training {self.training.code}"


def learner(work: Work, given: str | None, permission: str = "enrollment.manage") -> Person:
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


def _part(work: Work, login: str | None, code: str) -> Part:
    """Return how an active person stands to a training, both locked.

    Raises what `learner` raises, TrainingUnknown and PersonNotActive.
    """
    person = rights.get_for_update(work, lambda: learner(work, login), users.lock_for_share)
    training = store.get_for_share(work, _known(work, person, code).id)
    rights.refresh(work)
    person = learner(work, login)
    work.about = f"training {training.code}, user {person.login}"
    refusal = enrollment_rules.obstacle_to_enrolling(person)
    if refusal is not None:
        raise refusal
    return Part(person, training, standing_of(work, person, training))


def _known(work: Work, person: Person, code: str) -> TrainingRecord:
    """Return a training that the actor sees, or the person: who takes part or could join.

    Raises TrainingUnknown for any other, as for one that does not exist.
    """
    training = store.find(work, code, ANYWHERE)
    if training is not None and not (
        training_actions.is_visible(work, training)
        # Only read: an enrollment is locked after its training.
        or training.id in people_store.trainings_of_user(work, person.id)
        or _is_offered(work, person, training)
    ):
        training = None
    if training is None:
        raise TrainingUnknown(given=canonical.excerpt(code))
    return training


def _is_offered(work: Work, person: Person, training: TrainingRecord) -> bool:
    return store.is_offered(
        work, training.id, user_id=person.id, path=person.path, type_=person.type
    )


def standing_of(work: Work, person: Person, training: TrainingRecord) -> ParticipantRecord | None:
    """Return how a person takes part in a training, None for not at all."""
    return next(iter(people_store.participants_for_update(work, training.id, [person.id])), None)


def case_of(work: Work, part: Part) -> Case:
    """Return all that decides on a person's acts in a training, now."""
    person, training = part.person, part.training
    return Case(
        login=person.login,
        training=training,
        sessions=list(store.sessions(work, ANYWHERE, training.id)),
        standing=part.standing,
        extensions=extension_store.of_training(work, training.id, person.id),
        is_offered=_is_offered(work, person, training),
        now=work.now,
    )


def _taking_part(part: Part) -> ParticipantRecord:
    if part.standing is None:
        raise ParticipationUnknown(login=part.person.login, training=part.training.code)
    return part.standing


def _participation(work: Work, part: Part) -> Participation:
    standing = standing_of(work, part.person, part.training) or part.standing
    assert standing is not None
    return Participation(
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
) -> tuple[Participation, bool]:
    """Record whether a participant will come; a no keeps their place. Returns whether that is new.

    Raises what `learner` raises, TrainingUnknown, PersonNotActive, ParticipationUnknown and
    AccessToCome.
    """
    part = _part(work, login, code)
    standing = _taking_part(part)
    gates.check(gates.closed_to_acting(case_of(work, part)))
    if standing.answer != said:
        people_store.change(work, [standing.id], answer=said, answered_at=work.now)
        audit.record(work, f"training.{said.value}", part.name, login=part.person.login)
        _tell_organizer(work, part, said.value, None)
    return _participation(work, part), standing.answer != said


# Coming and going --------------------------------------------------------------------------------


def join(
    work: Work, login: str | None, code: str, given_session: str | None
) -> tuple[Participation, bool]:
    """Let a person take part in a training that the catalog opens to them.

    Without a session they choose one later. Returns how they take part, and whether that is new;
    whoever takes part already, in that session if one is given, is not counted twice. Raises
    TrainingUnknown, SessionUnknown, PersonNotActive, TakesPartAlready, TrainingNotOffered,
    SessionCanceled, SessionBegun, RegistrationStopped, SessionFull, NoSessionOpen, or GatesClosed
    with several of them.
    """
    part = _part(work, login, code)
    session = _session(work, part.training, given_session)
    if part.standing is not None:
        if session is not None and part.standing.session_id != session.id:
            raise TakesPartAlready(login=part.person.login, training=part.training.code)
        return _participation(work, part), False
    people_store.lock_sessions(work, [session.id] if session else [])
    case = case_of(work, part)
    session = _fresh(case, session)
    gates.check(gates.closed_to_joining(case, session))
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
    at = telling.place(work, session.id if session else None)
    telling.invite(work, part.training, at, _audience(part))
    _record(work, "joined", part, session)
    return _participation(work, part), True


def _session(work: Work, training: TrainingRecord, given: str | None) -> SessionRecord | None:
    return None if given is None else store.get_session(work, training, given)


def _fresh(case: Case, session: SessionRecord | None) -> SessionRecord | None:
    """Return a session as it is now that it is locked."""
    return next((one for one in case.sessions if session and one.id == session.id), None)


def _claim(work: Work, part: Part, session: SessionRecord) -> None:
    if not people_store.claim(work, session.id, 1):
        raise placing.session_full(TrainingTarget(part.training, session), f"'{part.person.login}'")


def _audience(part: Part) -> Audience:
    return people_store.audience(part.training.id, [part.person.id])


def _record(work: Work, done: str, part: Part, session: SessionRecord | None) -> None:
    """Write down what a learner did, such as `joined`; tell their supervisor and the organizer."""
    code = session.code if session else None
    detail = {"login": part.person.login, "session": code}
    audit.record(work, f"training.{done.partition(' ')[0]}", part.name, **detail)
    tell_supervisor(work, part.person, part.training, done, code)
    _tell_organizer(work, part, done, code)


def _tell_organizer(work: Work, part: Part, done: str, session: str | None) -> None:
    person, where = part.person, f", session {session}" if session else ""
    said = f"{person.first_name} {person.last_name} {done} '{part.training.title}'{where}"
    telling.tell_organizer(work, part.training, said, f"Their login is {person.login}.\n")


def switch(work: Work, login: str | None, code: str, given: str) -> tuple[Participation, bool]:
    """Let a participant take another session, or their first; returns whether that is new.

    The new place is taken first, and the old one given up only then. Raises TrainingUnknown,
    SessionUnknown, PersonNotActive, ParticipationUnknown, SessionFull, and what keeps them from
    leaving the one and from coming to the other, or GatesClosed with several things.
    """
    part = _part(work, login, code)
    standing = _taking_part(part)
    session = store.get_session(work, part.training, given)
    if standing.session_id == session.id:
        return _participation(work, part), False
    _lock_both(work, standing, session)
    case = case_of(work, part)
    session = _fresh(case, session) or session
    gates.check(gates.closed_to_switching(case, session))
    _claim(work, part, session)
    old, new = telling.place(work, standing.session_id), telling.place(work, session.id)
    telling.tell_moved(work, part.training, old, new, _audience(part))
    people_store.release(work, [standing.id])
    people_store.move_to_session(work, [standing.id], session.id, is_preselected=False)
    _record(work, "switched sessions in", part, session)
    return _participation(work, part), True


def _lock_both(work: Work, standing: ParticipantRecord, session: SessionRecord) -> None:
    """Lock the old session and the new one in one order, so that opposite switches never wait."""
    numbers = (standing.session_id, session.id)
    people_store.lock_sessions(work, [number for number in numbers if number is not None])


def offers(work: Work, login: str | None, code: str) -> tuple[TrainingRecord, list[SessionRow]]:
    """Return the sessions that a participant may switch to now: open ones with a place left.

    Raises TrainingUnknown, PersonNotActive, ParticipationUnknown, what keeps them from leaving the
    session they have, and NoSessionOffered.
    """
    part = seen(work, login, code)
    _taking_part(part)
    case = case_of(work, part)
    gates.check(gates.closed_to_giving_up(case))
    found = gates.offered(case)
    if not found:
        raise NoSessionOffered(training=part.training.code)
    return part.training, [training_actions.to_row(work, session) for session in found]


def seen(work: Work, login: str | None, code: str, permission: str = "enrollment.manage") -> Part:
    """Return how a person stands to a training, for looking only.

    Raises what `learner` raises, and TrainingUnknown.
    """
    person = learner(work, login, permission)
    training = _known(work, person, code)
    return Part(person, training, standing_of(work, person, training))


def leave(work: Work, login: str | None, code: str) -> tuple[Participation, Sequence[str]]:
    """Let a participant leave a training, whose place is free from then on.

    Whoever could not come back by themselves is asked first; what they are told then is returned
    too. Raises TrainingUnknown, PersonNotActive, ParticipationUnknown, SessionPreselected,
    SessionBegun, AttendanceRecorded, ListLocked, CancellationsStopped, NoSessionOpen, or
    GatesClosed with several of them, and ConfirmationNeeded.
    """
    part = _part(work, login, code)
    standing = _taking_part(part)
    people_store.lock_sessions(work, [standing.session_id] if standing.session_id else [])
    case = case_of(work, part)
    gates.check(gates.closed_to_leaving(case))
    warnings = gates.no_way_back(case)
    if warnings:
        work.confirm(f"Leave '{part.training.code}'?", warnings)
    told = replace(_participation(work, part), state=LEFT)
    old = telling.place(work, standing.session_id)
    telling.tell_removed(work, part.training, old, _audience(part))
    people_store.release(work, [standing.id])
    people_store.cancel(work, [standing.id])
    _record(work, "left", part, case.session)
    return told, warnings
