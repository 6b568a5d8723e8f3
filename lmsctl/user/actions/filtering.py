"""What `--filter` means: fields of people, and what these name in the portal."""

from collections.abc import Sequence

from lmsctl.department import store as departments
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import Scope
from lmsctl.user import rules, store
from lmsctl.user.fields import store as field_store
from lmsctl.user.rules import PeopleFilter


def read_filters(work: Work, given: Sequence[str], scope: Scope) -> PeopleFilter:
    """Return what `KEY=VALUE` texts ask for of people in `scope`.

    A department stands for everything under it, and a supervisor for those who have them as their
    own. Groups and supervisors must be in sight. Raises FilterWrong, FieldValueWrong,
    DepartmentUnknown, GroupUnknown and UserUnknown.
    """
    if not given:
        return PeopleFilter()
    actor = rights.actor(work)
    return rules.parse_filters(
        given,
        field_store.list_fields(work),
        {
            "department": lambda path: departments.get(work, path, scope).path,
            "group": lambda name: store.get_group_id(work, name, actor.scope("group.view")),
            "supervisor": lambda login: store.get(work, login, actor.scope("user.view")).id,
        },
    )
