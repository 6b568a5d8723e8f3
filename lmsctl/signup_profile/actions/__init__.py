"""The verbs of the sign-up profile room."""

from lmsctl.signup_profile.actions.profiles import (
    create,
    delete,
    edit,
    exists,
    find_conflicting,
    link,
    list_profiles,
    rotate,
    show,
)
from lmsctl.signup_profile.actions.signing_up import explain, history, sign_up

__all__ = [
    "create",
    "delete",
    "edit",
    "exists",
    "explain",
    "find_conflicting",
    "history",
    "link",
    "list_profiles",
    "rotate",
    "show",
    "sign_up",
]
