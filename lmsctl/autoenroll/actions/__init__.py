"""The verbs of the autoenroll room."""

from lmsctl.autoenroll.actions.applying import Application, apply, preview
from lmsctl.autoenroll.actions.keeping import (
    create,
    delete,
    discard,
    existing,
    list_rules,
    set_depth,
    show,
)
from lmsctl.autoenroll.actions.reaching import (
    reach_active,
    reach_department,
    reach_groups,
    reach_types,
)

__all__ = [
    "Application",
    "apply",
    "create",
    "delete",
    "discard",
    "existing",
    "list_rules",
    "preview",
    "reach_active",
    "reach_department",
    "reach_groups",
    "reach_types",
    "set_depth",
    "show",
]
