"""The verbs of the role room."""

from lmsctl.role.actions.define import (
    create,
    delete,
    edit,
    existing,
    list_holders,
    list_permissions,
    list_roles,
    show,
)
from lmsctl.role.actions.give import can, grant, revoke

__all__ = [
    "can",
    "create",
    "delete",
    "edit",
    "existing",
    "grant",
    "list_holders",
    "list_permissions",
    "list_roles",
    "revoke",
    "show",
]
