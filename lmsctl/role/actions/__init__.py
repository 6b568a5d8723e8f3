"""The verbs of the role room."""

from lmsctl.role.actions.define import (
    create,
    delete,
    edit,
    find_conflicting,
    list_holders,
    list_permissions,
    list_roles,
    show,
)
from lmsctl.role.actions.grant import can_i, grant, revoke

__all__ = [
    "can_i",
    "create",
    "delete",
    "edit",
    "find_conflicting",
    "grant",
    "list_holders",
    "list_permissions",
    "list_roles",
    "revoke",
    "show",
]
