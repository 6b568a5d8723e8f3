"""The verbs of the user room."""

from lmsctl.user.actions.create import (
    CreatedUser,
    add,
    create,
    find_conflicting,
)
from lmsctl.user.actions.edit import edit, get_for_update, move
from lmsctl.user.actions.show import get_detail, list_users, show
from lmsctl.user.actions.status import (
    activate,
    apply_due_changes,
    confirm_pending,
    delete,
    delete_unconfirmed,
    end_account,
    set_active,
)

__all__ = [
    "CreatedUser",
    "activate",
    "add",
    "apply_due_changes",
    "confirm_pending",
    "create",
    "delete",
    "delete_unconfirmed",
    "edit",
    "end_account",
    "find_conflicting",
    "get_detail",
    "get_for_update",
    "list_users",
    "move",
    "set_active",
    "show",
]
