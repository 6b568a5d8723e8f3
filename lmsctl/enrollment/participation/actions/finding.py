"""Finding a person and a training, and how the one takes part in the other."""

from dataclasses import dataclass

from lmsctl.enrollment import rules as enrollment_rules
from lmsctl.enrollment.participation.rules.situation import Situation
from lmsctl.enrollment.selection.actions.learners import get_learner
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import store
from lmsctl.training.access import actions as access
from lmsctl.training.access import store as access_store
from lmsctl.training.deadlines import store as extension_store
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.training.rules import TrainingRecord
from lmsctl.training.sessions import store as session_store
from lmsctl.user import store as users
from lmsctl.user.store import Person


@dataclass(frozen=True, slots=True)
class PersonInTraining:
    """A person, a training, and how the one takes part in the other, None for not at all."""

    person: Person
    training: TrainingRecord
    participation: ParticipantRecord | None

    @property
    def name(self) -> str:
        """The training as the audit log names it."""
        return f"training {self.training.code}"


def get_for_update(work: Work, login: str | None, code: str) -> PersonInTraining:
    """Return an active person, a training and how they take part in it, all locked.

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
    if training is None or not (
        access.is_visible(work, training)
        # Only read: an enrollment is locked after its training.
        or training.id in showing_store.trainings_of_user(work, person.id)
        or _is_offered(work, person, training)
    ):
        access.refuse_unknown(work, code)
    return training


def _is_offered(work: Work, person: Person, training: TrainingRecord) -> bool:
    """Say whether the catalog opens a training to a person."""
    return access_store.is_offered(
        work, training.id, user_id=person.id, path=person.path, type_=person.type
    )


def find_participation(
    work: Work, person: Person, training: TrainingRecord
) -> ParticipantRecord | None:
    """Lock and return how a person takes part in a training; None for not at all."""
    return next(iter(people_store.participants_for_update(work, training.id, [person.id])), None)


def get_situation(work: Work, part: PersonInTraining) -> Situation:
    """Return all that decides on what a person may do in a training now."""
    person, training = part.person, part.training
    return Situation(
        login=person.login,
        training=training,
        sessions=list(session_store.listed(work, ANYWHERE, training.id)),
        participation=part.participation,
        extensions=extension_store.of_training(work, training.id, person.id),
        is_offered=_is_offered(work, person, training),
        now=work.now,
    )


def get_visible(
    work: Work, login: str | None, code: str, permission: str = "enrollment.manage"
) -> PersonInTraining:
    """Return a person, a training and how they take part in it, for reading.

    Raises what `get_learner` raises, and TrainingUnknown.
    """
    person = get_learner(work, login, permission)
    training = _get_visible_training(work, person, code)
    return PersonInTraining(person, training, find_participation(work, person, training))
