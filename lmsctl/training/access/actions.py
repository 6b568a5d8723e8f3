"""Which trainings, and whose people in them, the actor may see and change."""

from typing import NoReturn

from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Scope
from lmsctl.training import rules, store
from lmsctl.training.access import store as access_store
from lmsctl.user import store as users
from lmsctl.user.store import Person

_RESTRICTING = ("training.enroll", "enrollment.manage")


def visible_scope(work: Work) -> Scope:
    """Return the departments whose trainings the actor sees.

    Whoever may enroll people sees all of them, who only keeps trainings those they keep. Raises
    PermissionMissing.
    """
    if rights.actor(work).scope("training.enroll").paths:
        return ANYWHERE
    return rights.require(work, "training.manage")


def refuse_unknown(work: Work, given: str) -> NoReturn:
    """Raise TitleGiven when trainings that the actor sees are called like that.

    Raises TrainingUnknown else.
    """
    actor = rights.actor(work)
    is_enrolling = bool(actor.scope("training.enroll").paths)
    store.refuse_unknown(work, given, ANYWHERE if is_enrolling else actor.scope("training.manage"))


def is_visible(work: Work, training: rules.TrainingRecord) -> bool:
    """Say whether the actor sees a training."""
    actor = rights.actor(work)
    is_enrolling = bool(actor.scope("training.enroll").paths)
    return is_enrolling or actor.may("training.manage", training.path)


def get_visible(work: Work, given: str) -> rules.TrainingRecord:
    """Return a training that the actor sees, or that is open to them.

    It is open to who takes part in it and who finds it in their catalog. Raises TrainingUnknown,
    and PermissionMissing for any other training to an actor who sees none but those.
    """
    actor = rights.actor(work)
    if actor.user_id is not None and not actor.scope("training.enroll").paths:
        found, person = store.find(work, given, ANYWHERE), users.get_by_id(work, actor.user_id)
        if found is not None and _is_open_to(work, person, found):
            return found
    return store.get(work, given, visible_scope(work))


def _is_open_to(work: Work, person: Person, training: rules.TrainingRecord) -> bool:
    return access_store.sees_as_participant(
        work, training.id, person.id
    ) or access_store.is_offered(
        work, training.id, user_id=person.id, path=person.path, type_=person.type
    )


def scope_of_participants(work: Work, training: rules.TrainingRecord) -> Scope:
    """Return the departments whose people the actor sees in a training that they see.

    Whoever keeps the training sees everybody, others the people of their own scope.
    """
    if rights.actor(work).may("training.manage", training.path):
        return ANYWHERE
    return rights.actor(work).scope("training.enroll")


def get_managed(work: Work, given: str) -> rules.TrainingRecord:
    """Return a training over which the actor holds `training.manage`, without locking it.

    Raises TrainingUnknown, and PermissionMissing for one that they only see.
    """

    def get(scope: Scope) -> rules.TrainingRecord:
        return store.get(work, given, scope)

    rights.require(work, "training.manage")
    seen = visible_scope(work)
    return rights.get_where_allowed(work, "training.manage", get, seen=seen, given=given)


def require_restricting(work: Work) -> None:
    """Raise PermissionMissing unless the actor may restrict learners in any training at all."""
    for permission in _RESTRICTING:
        rights.require(work, permission)


def check_may_restrict(work: Work, path: str, given: str) -> None:
    """Raise PermissionMissing unless the actor may set deadlines and lock the list of a training.

    That takes `training.enroll` and `enrollment.manage`, both, over the training, which is called
    `given` and belongs to the department at `path`.
    """
    require_restricting(work)
    for permission in _RESTRICTING:
        rights.check_allowed_at(work, permission, path, given)


def get_for_update(work: Work, given: str) -> rules.TrainingRecord:
    """Return a training the actor may change, locked; needs `training.manage` over it.

    Raises TrainingUnknown, and PermissionMissing for one that they only see.
    """

    def get() -> rules.TrainingRecord:
        found = get_managed(work, given)
        work.about = f"training {found.code}"
        return found

    return rights.get_for_update(work, get, store.lock)
