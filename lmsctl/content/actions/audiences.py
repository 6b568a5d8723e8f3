"""The groups and departments something is for, which nobody changes until we are done."""

from lmsctl.department import store as departments
from lmsctl.department.store import DepartmentNode as Department
from lmsctl.group import store as groups
from lmsctl.group.store import GroupRow as Group
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights


def get_group_for_share(work: Work, given: str, permission: str) -> Group:
    """Return a group over which the actor holds `permission`; raises GroupUnknown."""

    def get() -> Group:
        return groups.get(work, given, rights.require(work, permission))

    return rights.get_for_update(work, get, groups.lock_for_share)


def get_department_for_share(work: Work, given: str, permission: str) -> Department:
    """Return a department in which the actor holds `permission`; raises DepartmentUnknown."""

    def get() -> Department:
        return departments.get(work, given, rights.require(work, permission))

    return rights.get_for_update(work, get, departments.lock_for_share)
