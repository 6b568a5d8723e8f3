"""Offering content in the catalog."""

from collections.abc import Iterator
from dataclasses import dataclass

from lmsctl.audit import actions as audit
from lmsctl.content import rules
from lmsctl.content.errors import AudienceUnclear
from lmsctl.content.results import CatalogAudience, CatalogRuleRow
from lmsctl.content.rules import CatalogTarget, Item
from lmsctl.content.store import catalog as catalog_store
from lmsctl.content.store import items as store
from lmsctl.department import actions as departments
from lmsctl.group import actions as groups
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.user.results import UserType


@dataclass(frozen=True, slots=True)
class CatalogRequest:
    """To whom the catalog is to offer something, as asked for: exactly one is given."""

    type: UserType | None = None
    group: str | None = None
    department: str | None = None
    is_everybody: bool = False


def resolve_target(work: Work, wanted: CatalogRequest) -> CatalogTarget:
    """Return whom `wanted` means; needs `catalog.manage` over them, everywhere for a type or all.

    Raises AudienceUnclear, GroupUnknown and DepartmentUnknown.
    """
    named = [wanted.type, wanted.group, wanted.department]
    if sum(name is not None for name in named) + wanted.is_everybody != 1:
        raise AudienceUnclear(options="--type, --group, --department and --everybody")
    rights.require(work, "catalog.manage")
    if wanted.group is not None:
        group = groups.get_for_share(work, wanted.group, "catalog.manage")
        return CatalogTarget(CatalogAudience.GROUP, group.name, group_id=group.id)
    if wanted.department is not None:
        department = departments.get_for_share(work, wanted.department, "catalog.manage")
        return CatalogTarget(
            CatalogAudience.DEPARTMENT, department.full_name, department_id=department.id
        )
    rights.require_everywhere(work, "catalog.manage")
    if wanted.type is not None:
        return CatalogTarget(CatalogAudience.TYPE, wanted.type.value, type=wanted.type)
    return CatalogTarget(CatalogAudience.EVERYBODY, None)


def offer(work: Work, given: str, wanted: CatalogRequest) -> tuple[CatalogRuleRow, bool]:
    """Offer an item in the catalog; returns the rule, and whether it is new.

    Needs `catalog.manage`: over the department, which stands for everything under it, or the
    group, and everywhere for a type or everybody. Raises AudienceUnclear, ContentUnknown,
    ContentIsFolder, ContentArchived, GroupUnknown and DepartmentUnknown.
    """
    item = _get_for_update(work, given)
    to = resolve_target(work, wanted)
    rules.check_no_folder(item, "opened in the catalog")
    rules.check_enrollable(item)
    is_new = catalog_store.add_catalog_rule(work, item.id, to)
    if is_new:
        _record(work, "catalog.opened", item, to)
    return CatalogRuleRow(item.code, item.title, to.opening, to.name), is_new


def close(work: Work, given: str, wanted: CatalogRequest) -> tuple[CatalogRuleRow, bool]:
    """Offer an item no longer to somebody; enrollments stay. The mirror of `offer`."""
    item = _get_for_update(work, given)
    to = resolve_target(work, wanted)
    is_gone = catalog_store.remove_catalog_rule(work, item.id, to)
    if is_gone:
        _record(work, "catalog.closed", item, to)
    return CatalogRuleRow(item.code, item.title, to.opening, to.name), is_gone


def _get_for_update(work: Work, given: str) -> Item:
    """Return an item, locked; needs `catalog.manage`. Raises ContentUnknown."""

    def get() -> Item:
        rights.require(work, "catalog.manage")
        found = store.get(work, given)
        work.about = f"content {found.code}"
        return found

    return rights.get_for_update(work, get, store.lock)


def _record(work: Work, code: str, item: Item, to: CatalogTarget) -> None:
    """Write into the audit log that a catalog rule was added or removed."""
    audit.record(work, code, f"content {item.code}", to=to.opening, name=to.name)


def list_rules(work: Work, given: str | None = None) -> Iterator[CatalogRuleRow]:
    """Return what the catalog offers to whom, of one item when given; needs `content.view`.

    Raises ContentUnknown.
    """
    rights.require(work, "content.view")
    item_id = store.get(work, given).id if given is not None else None
    return catalog_store.catalog_rules(work, item_id, rights.visibility(work))
