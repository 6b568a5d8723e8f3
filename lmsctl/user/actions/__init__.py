"""The verbs of the user room."""

from lmsctl.user.actions.create import (
    CreatedUser,
    add,
    announce_joined,
    announce_type_changed,
    create,
    find_conflicting,
)
from lmsctl.user.actions.edit import edit, get_for_update, move
from lmsctl.user.actions.show import get_detail, list_users, show
from lmsctl.user.actions.status import (
    activate,
    announce_active,
    apply_due_changes,
    confirm_pending,
    delete,
    delete_unconfirmed,
    end_account,
    send_missed,
    set_active,
)

__all__ = [
    "CreatedUser",
    "activate",
    "add",
    "announce_active",
    "announce_joined",
    "announce_type_changed",
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
    "send_missed",
    "set_active",
    "show",
]
