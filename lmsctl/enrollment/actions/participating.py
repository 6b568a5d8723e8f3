"""The learner's acts on their own trainings, also done for them by who manages enrollments."""

from lmsctl.audit import actions as audit
from lmsctl.enrollment.errors import PersonNotActive
from lmsctl.enrollment.results import Participation
from lmsctl.enrollment.training_errors import LearnerUnnamed, ParticipationUnknown
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import EVERYWHERE, Scope
from lmsctl.training import people_store, store
from lmsctl.training.people_store import Standing
from lmsctl.training.results import Answer
from lmsctl.training.rules import Training
from lmsctl.user import store as users
from lmsctl.user.results import Status
from lmsctl.user.store import Person

_EVERYWHERE = Scope((EVERYWHERE,))


def learner(work: Work, given: str | None, permission: str = "enrollment.manage") -> Person:
    """Return whose part is taken: the actor themselves, or somebody they may act for.

    Others need `permission` over the person. Raises LearnerUnnamed when nobody is named and the
    actor is no person, PermissionMissing and UserUnknown.
    """
    actor = rights.actor(work)
    if given is None and actor.user_id is None:
        raise LearnerUnnamed(field="--user")
    if actor.user_id is not None:
        found = users.by_id(work, actor.user_id) if given is None else None
        found = found or users.find(work, given or "", _EVERYWHERE)
        if found is not None and found.id == actor.user_id:
            return found
    return users.get(work, given or "", rights.require(work, permission))


def answer(work: Work, login: str | None, code: str, said: Answer) -> tuple[Participation, bool]:
    """Record whether a participant will come; a no keeps their place. Returns whether that is new.

    Raises what `learner` raises, TrainingUnknown, PersonNotActive and ParticipationUnknown.
    """
    person, training, standing = _part(work, login, code)
    if standing.answer != said:
        people_store.change(work, [standing.id], answer=said, answered_at=work.now)
        audit.record(
            work, f"training.{said.value}", f"training {training.code}", login=person.login
        )
    return _participation(work, person, training), standing.answer != said


def _part(work: Work, login: str | None, code: str) -> tuple[Person, Training, Standing]:
    """Return an active person and how they take part in a training, which is locked."""
    person = learner(work, login)
    training = store.share(work, store.get(work, code, _EVERYWHERE).id)
    work.about = f"training {training.code}, user {person.login}"
    if person.status != Status.ACTIVE:
        raise PersonNotActive(login=person.login, status=person.status)
    for standing in people_store.standings(work, training.id, [person.id]):
        return person, training, standing
    raise ParticipationUnknown(login=person.login, training=training.code)


def _participation(work: Work, person: Person, training: Training) -> Participation:
    (standing,) = people_store.standings(work, training.id, [person.id])
    return Participation(
        login=person.login,
        training=training.code,
        session=standing.session,
        state=standing.answer or "enrolled",
        is_preselected=standing.is_preselected,
        access_at=standing.access_at,
    )
