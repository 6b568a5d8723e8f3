"""Offering content in the catalog."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.content import rules, store
from lmsctl.content.actions.audiences import seen_department, seen_group
from lmsctl.content.errors import AudienceUnclear
from lmsctl.content.results import Opened, Opening
from lmsctl.content.rules import Item
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.user.results import UserType


@dataclass(frozen=True, slots=True)
class Openings:
    """To whom the catalog offers something, as asked for: exactly one of them."""

    type: UserType | None = None
    group: str | None = None
    department: str | None = None
    is_everybody: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """To whom something is offered: the word, the name, and the column that says it."""

    opening: Opening
    name: str | None
    column: dict[str, Any]


def target(work: Work, wanted: Openings) -> Target:
    """Return whom `wanted` means; needs `catalog.manage` over them, everywhere for a type or all.

    Raises AudienceUnclear, GroupUnknown and DepartmentUnknown.
    """
    named = [wanted.type, wanted.group, wanted.department]
    if sum(name is not None for name in named) + wanted.is_everybody != 1:
        raise AudienceUnclear(options="--type, --group, --department and --everybody")
    rights.require(work, "catalog.manage")
    if wanted.group is not None:
        group = seen_group(work, wanted.group, "catalog.manage")
        return Target(Opening.GROUP, group.name, {"group_id": group.id})
    if wanted.department is not None:
        place = seen_department(work, wanted.department, "catalog.manage")
        return Target(Opening.DEPARTMENT, place.full_name, {"department_id": place.id})
    rights.require_everywhere(work, "catalog.manage")
    if wanted.type is not None:
        return Target(Opening.TYPE, wanted.type.value, {"type": wanted.type})
    return Target(Opening.EVERYBODY, None, {})


def offer(work: Work, given: str, wanted: Openings) -> tuple[Opened, bool]:
    """Offer an item in the catalog; returns the rule, and whether it is new.

    Needs `catalog.manage`: over the department, which stands for everything under it, or the
    group, and everywhere for a type or everybody. Raises AudienceUnclear, ContentUnknown,
    ContentIsFolder, ContentArchived, GroupUnknown and DepartmentUnknown.
    """
    item = _item(work, given)
    to = target(work, wanted)
    rules.check_no_folder(item, "opened in the catalog")
    rules.check_enrollable(item)
    is_new = store.add_rule(work, item.id, to.opening, to.column)
    if is_new:
        _record(work, "catalog.opened", item, to)
    return Opened(item.code, item.title, to.opening, to.name), is_new


def close(work: Work, given: str, wanted: Openings) -> tuple[Opened, bool]:
    """Offer an item no longer to somebody; enrollments stay. The mirror of `offer`."""
    item = _item(work, given)
    to = target(work, wanted)
    is_gone = store.remove_rule(work, item.id, to.opening, to.column)
    if is_gone:
        _record(work, "catalog.closed", item, to)
    return Opened(item.code, item.title, to.opening, to.name), is_gone


def _item(work: Work, given: str) -> Item:
    def get() -> Item:
        rights.require(work, "catalog.manage")
        found = store.get(work, given)
        work.about = f"content {found.code}"
        return found

    return rights.get_for_update(work, get, store.lock)


def _record(work: Work, code: str, item: Item, to: Target) -> None:
    audit.record(work, code, f"content {item.code}", to=to.opening, name=to.name)


def list_rules(work: Work, given: str | None = None) -> Iterator[Opened]:
    """Return what the catalog offers to whom, of one item when given; needs `content.view`.

    Raises ContentUnknown.
    """
    rights.require(work, "content.view")
    item_id = store.get(work, given).id if given is not None else None
    return store.catalog_rules(work, item_id, rights.visibility(work))
