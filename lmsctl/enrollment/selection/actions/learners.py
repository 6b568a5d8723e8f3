"""Finding the one person whose own enrollments an act is about."""

from lmsctl.enrollment.selection.errors import LearnerUnnamed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE
from lmsctl.user import store as users
from lmsctl.user.actions import finding
from lmsctl.user.store import Person


def get_learner(work: Work, given: str | None, permission: str = "enrollment.manage") -> Person:
    """Return the person an act is about: the actor, or somebody they may act for.

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
            work.is_for_learner = True
            return found
    return finding.get_where_allowed(work, given or "", permission)
