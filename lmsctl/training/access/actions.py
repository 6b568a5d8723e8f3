"""Which trainings, and whose people in them, the actor may see and change."""

from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Scope
from lmsctl.training import rules, store


def visible_scope(work: Work) -> Scope:
    """Return the departments whose trainings the actor sees.

    Whoever may enroll people sees all of them, who only keeps trainings those they keep. Raises
    PermissionMissing.
    """
    if rights.actor(work).scope("training.enroll").paths:
        return ANYWHERE
    return rights.require(work, "training.manage")


def is_visible(work: Work, training: rules.TrainingRecord) -> bool:
    """Say whether the actor sees a training."""
    actor = rights.actor(work)
    is_enrolling = bool(actor.scope("training.enroll").paths)
    return is_enrolling or actor.may("training.manage", training.path)


def scope_of_participants(work: Work, training: rules.TrainingRecord) -> Scope:
    """Return the departments whose people the actor sees in a training that they see.

    Whoever keeps the training sees everybody, others the people of their own scope.
    """
    if rights.actor(work).may("training.manage", training.path):
        return ANYWHERE
    return rights.actor(work).scope("training.enroll")


def get_for_update(work: Work, given: str) -> rules.TrainingRecord:
    """Return a training the actor may change, locked; needs `training.manage` over it.

    Raises TrainingUnknown.
    """

    def get() -> rules.TrainingRecord:
        found = store.get(work, given, rights.require(work, "training.manage"))
        work.about = f"training {found.code}"
        return found

    return rights.get_for_update(work, get, store.lock)
