"""The statements that say which items the catalog opens to a person."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from lmsctl.content.model import CatalogRule
from lmsctl.content.results import CatalogAudience
from lmsctl.group.model import GroupMember
from lmsctl.kit.work import Work


def own_groups(user_id: int) -> Any:
    """Return the ids of the groups that a person is in."""
    return select(GroupMember.group_id).where(col(GroupMember.user_id) == user_id)


def ids_on_path(path: str) -> list[int]:
    """Return the ids of the department at `path` and of those above it."""
    return [int(id_) for id_ in path.strip("/").split("/")]


def is_for(user_id: int, path: str, type_: str) -> ColumnElement[bool]:
    """Return the condition that a `CatalogRule` means a person.

    They are of that type, and their department is at `path`.
    """
    return or_(
        col(CatalogRule.opening) == CatalogAudience.EVERYBODY,
        col(CatalogRule.type) == type_,
        col(CatalogRule.department_id).in_(ids_on_path(path)),
        col(CatalogRule.group_id).in_(own_groups(user_id)),
    )


def has_rule_for(work: Work, item_id: int, *, user_id: int, path: str, type_: str) -> bool:
    """Say whether a rule of the catalog opens an item to a person in the department at `path`."""
    found = (
        select(CatalogRule.id)
        .where(col(CatalogRule.item_id) == item_id, is_for(user_id, path, type_))
        .limit(1)
    )
    return work.value(found) is not None
