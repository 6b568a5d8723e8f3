"""The verbs of the token room."""

from lmsctl.token.actions.minting import Template, mint
from lmsctl.token.actions.redeeming import explain, history, redeem
from lmsctl.token.actions.tokens import (
    create,
    delete,
    edit,
    exists,
    finish_deletion,
    finish_vacuum,
    link,
    list_tokens,
    show,
    switch,
    twin,
)

__all__ = [
    "Template",
    "create",
    "delete",
    "edit",
    "exists",
    "explain",
    "finish_deletion",
    "finish_vacuum",
    "history",
    "link",
    "list_tokens",
    "mint",
    "redeem",
    "show",
    "switch",
    "twin",
]
