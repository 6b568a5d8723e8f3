"""Finding a person over whom the actor holds a permission."""

from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import Scope
from lmsctl.user import store
from lmsctl.user.store import Person


def get_where_allowed(work: Work, given: str, permission: str) -> Person:
    """Return the person called like that, over whom the actor holds `permission`.

    Raises UserUnknown, and PermissionMissing for somebody whom they only see.
    """

    def get(scope: Scope) -> Person:
        return store.get(work, given, scope)

    seen = rights.actor(work).scope("user.view")
    return rights.get_where_allowed(work, permission, get, seen=seen, given=given)
