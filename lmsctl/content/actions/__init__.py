"""The verbs of the content room."""

from lmsctl.content.actions.audiences import seen_department, seen_group
from lmsctl.content.actions.catalog import Openings, Target, close, list_rules, offer, target
from lmsctl.content.actions.items import (
    archive,
    create,
    delete,
    edit,
    existing,
    list_content,
    restore,
    show,
)
from lmsctl.content.actions.pathways import add_item, remove_item
from lmsctl.content.actions.sharing import (
    Audiences,
    grant,
    grant_open,
    link,
    revoke,
    revoke_link,
    share_by_link,
)

__all__ = [
    "Audiences",
    "Openings",
    "Target",
    "add_item",
    "archive",
    "close",
    "create",
    "delete",
    "edit",
    "existing",
    "grant",
    "grant_open",
    "link",
    "list_content",
    "list_rules",
    "offer",
    "remove_item",
    "restore",
    "revoke",
    "revoke_link",
    "seen_department",
    "seen_group",
    "share_by_link",
    "show",
    "target",
]
