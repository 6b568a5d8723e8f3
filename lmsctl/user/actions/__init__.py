"""The verbs of the user room."""

from lmsctl.user.actions.fields import (
    create_field,
    delete_field,
    edit_field,
    find_field,
    list_fields,
)
from lmsctl.user.actions.people import (
    add,
    create,
    edit,
    find,
    held,
    joined,
    list_users,
    look,
    move,
    retyped,
    show,
)
from lmsctl.user.actions.status import activate, adopt, awake, awakened, delete, end, gone, settle

__all__ = [
    "activate",
    "add",
    "adopt",
    "awake",
    "awakened",
    "create",
    "create_field",
    "delete",
    "delete_field",
    "edit",
    "edit_field",
    "end",
    "find",
    "find_field",
    "gone",
    "held",
    "joined",
    "list_fields",
    "list_users",
    "look",
    "move",
    "retyped",
    "settle",
    "show",
]
