"""The statements on what the catalog offers to whom, and on how many rules are about something."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.orm import aliased
from sqlmodel import col, func, literal, select, type_coerce

from lmsctl.content.model import CatalogRule, ContentGrant, ContentItem
from lmsctl.content.results import CatalogRuleRow
from lmsctl.content.rules import CatalogTarget
from lmsctl.department.model import Department
from lmsctl.group.model import Group
from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Visibility
from lmsctl.rights.store import is_target_visible


def catalog_rules(work: Work, item_id: int | None, sight: Visibility) -> Iterator[CatalogRuleRow]:
    """Yield the catalog rules in sight, of one item when given, by its code."""
    of_group = aliased(Department)
    name = func.coalesce(
        type_coerce(col(CatalogRule.type), Text), col(Group.name), col(Department.full_name)
    )
    statement = (
        select(
            *columns_of(
                CatalogRuleRow,
                CatalogRule,
                content=col(ContentItem.code),
                title=col(ContentItem.title),
                name=name,
                training=literal(None, Text),
            )
        )
        .select_from(CatalogRule)
        .join(ContentItem, col(ContentItem.id) == col(CatalogRule.item_id))
        .outerjoin(Group, col(Group.id) == col(CatalogRule.group_id))
        .outerjoin(of_group, col(of_group.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(CatalogRule.department_id))
        .where(is_target_visible(sight, group=of_group.path, department=Department.path))
        .order_by(col(ContentItem.code_key), col(CatalogRule.id))
    )
    if item_id is not None:
        statement = statement.where(col(CatalogRule.item_id) == item_id)
    return work.each(CatalogRuleRow, statement)


def add_catalog_rule(work: Work, item_id: int, target: CatalogTarget) -> bool:
    """Offer an item in the catalog and say whether that is new."""
    return work.insert_once(CatalogRule, {"item_id": item_id, **target_values(target)}) == 1


def remove_catalog_rule(work: Work, item_id: int, target: CatalogTarget) -> bool:
    """Take a catalog rule away and say whether there was one."""
    return work.delete_equal(CatalogRule, {"item_id": item_id, **target_values(target)}) > 0


def target_values(target: CatalogTarget) -> dict[str, Any]:
    """Return the columns that say to whom something is offered, in either table of openings."""
    return {
        "opening": target.opening,
        "type": target.type,
        "group_id": target.group_id,
        "department_id": target.department_id,
    }


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """How many grants and catalog rules are about something."""

    grants: int
    rules: int


def count_rules_on_item(work: Work, item_id: int) -> RuleCounts:
    """Return how many grants and catalog rules are on an item."""
    return _count_rules(work, ContentGrant.item_id, CatalogRule.item_id, [item_id])


def count_rules_on_departments(work: Work, ids: Sequence[int]) -> RuleCounts:
    """Return how many grants and catalog rules name one of these departments."""
    return _count_rules(work, ContentGrant.department_id, CatalogRule.department_id, ids)


def _count_rules(work: Work, grant_column: Any, rule_column: Any, ids: Sequence[int]) -> RuleCounts:
    """Return how many grants and rules have one of `ids` in a column, of either table one."""

    def count(column: Any) -> ColumnElement[int]:
        """Return the number of rows that have one of `ids` in the column."""
        return select(func.count()).where(among(column, ids)).scalar_subquery()

    found = work.one(
        RuleCounts,
        select(count(grant_column).label("grants"), count(rule_column).label("rules")),
    )
    assert found is not None
    return found
