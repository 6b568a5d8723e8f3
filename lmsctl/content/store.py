"""The statements of the content room: items, where they lie, and whom they are open to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import (
    SQLModel,
    case,
    col,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlmodel import delete as delete_from

from lmsctl.content.errors import ContentUnknown
from lmsctl.content.model import CatalogRule, ContentGrant, ContentItem, PathwayItem
from lmsctl.content.results import (
    Audience,
    ContentRow,
    Granted,
    Kind,
    Opened,
    Opening,
    Part,
    Status,
)
from lmsctl.content.rules import Item
from lmsctl.department.model import Department
from lmsctl.group.model import Group
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.statements import among, columns_of, may_contain
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Visibility
from lmsctl.rights.store import is_person_visible, is_target_visible
from lmsctl.user.model import User

_SELECT_ITEM = select(*columns_of(Item, ContentItem))
_SELECT_BY_ID = _SELECT_ITEM.where(col(ContentItem.id) == bindparam("id_"))
_SELECT_BY_LINK = _SELECT_ITEM.where(col(ContentItem.link) == bindparam("secret"))


def find(work: Work, given: str, *, owner_id: int | None = None) -> Item | None:
    """Return the item with that code or number, or None when absent or not by `owner_id`.

    None for `owner_id` stands for any author. Raises Ambiguous when `given` fits two.
    """
    statement = _SELECT_ITEM
    if owner_id is not None:
        statement = statement.where(col(ContentItem.owner_id) == owner_id)
    has_code = col(ContentItem.code_key) == canonical.key(given)
    return find_named(
        work, Item, statement, given, has_code, id_column=ContentItem.id, what="content"
    )


def get(work: Work, code: str, *, owner_id: int | None = None) -> Item:
    """Return what `find` finds; raises ContentUnknown."""
    found = find(work, code, owner_id=owner_id)
    if found is None:
        raise ContentUnknown(given=canonical.excerpt(code))
    return found


def by_id(work: Work, id_: int) -> Item:
    """Return the item with that id; raises ContentUnknown when it has just gone."""
    return _by_id(work, _SELECT_BY_ID, id_)


def _by_id(work: Work, statement: Select[Any], id_: int) -> Item:
    found = work.one(Item, statement, id_=id_)
    if found is None:
        raise ContentUnknown(given=id_)
    return found


def by_ids(work: Work, ids: Sequence[int]) -> list[Item]:
    """Return the items with these ids."""
    return work.all(
        Item, _SELECT_ITEM.where(among(ContentItem.id, ids)).order_by(col(ContentItem.id))
    )


def find_by_code(work: Work, code_key: str) -> Item | None:
    """Return the item with this code; numbers do not count."""
    return work.one(Item, _SELECT_ITEM.where(col(ContentItem.code_key) == code_key))


def find_by_link(work: Work, link: str) -> Item | None:
    """Return the item with this open link."""
    return work.one(Item, _SELECT_BY_LINK, secret=link)


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this item until we are done."""
    locks.lock_rows(work, ContentItem, [id_])


def share(work: Work, id_: int) -> None:
    """Let nobody change this item until we are done, while others may share it."""
    locks.lock_rows(work, ContentItem, [id_], shared=True)


def get_for_share(work: Work, id_: int) -> Item:
    """Return the item as it is now, and let nobody change it, while others may share it."""
    return _by_id(work, locks.for_share(work, _SELECT_BY_ID), id_)


def find_by_link_for_share(work: Work, link: str) -> Item | None:
    """Return the item with this open link as `get_for_share` does, or None."""
    return work.one(Item, locks.for_share(work, _SELECT_BY_LINK), secret=link)


def share_all(work: Work, ids: Sequence[int]) -> None:
    """Let nobody change these items until we are done, while others may share them."""
    locks.lock_rows(work, ContentItem, ids, shared=True)


def lock_folders(work: Work) -> None:
    """Let nobody else move folders until we are done."""
    locks.lock_selected(work, select(ContentItem.id).where(col(ContentItem.kind) == Kind.FOLDER))


def above(work: Work, item_id: int) -> list[int]:
    """Return the ids of an item and of all folders it lies in."""
    start = (
        select(ContentItem.id, ContentItem.parent_id)
        .where(col(ContentItem.id) == item_id)
        .cte("above", recursive=True)
    )
    folder = aliased(ContentItem)
    found = start.union(
        select(folder.id, folder.parent_id).join(start, col(folder.id) == start.c.parent_id)
    )
    return work.values(select(found.c.id))


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much lies in a folder, and one of it for an example."""

    count: int
    example: str | None


def holdings(work: Work, folder_id: int) -> Holdings:
    """Return how much lies directly in a folder."""
    found = work.one(
        Holdings,
        select(func.count().label("count"), func.min(col(ContentItem.code)).label("example")).where(
            col(ContentItem.parent_id) == folder_id
        ),
    )
    assert found is not None
    return found


def add(work: Work, **values: Any) -> int:
    """Insert an item and return its id."""
    return work.insert(ContentItem, **values)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one item and count up its version."""
    work.update(ContentItem, id_, **values)


def delete(work: Work, id_: int) -> None:
    """Delete an item with its grants, its catalog rules and its places in pathways."""
    work.run(delete_from(ContentItem).where(col(ContentItem.id) == id_))


# Looking -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Names:
    """What an item's folder and author are called."""

    folder: str | None
    author: str | None


def _author(sight: Visibility) -> ColumnElement[str]:
    """Return what the author `User` in `Department` is called, NULL where they are out of sight."""
    return case((is_person_visible(sight, Department.path, User.id), col(User.login)))


def names(work: Work, item: Item, sight: Visibility) -> Names:
    """Return what an item's folder and author, if in sight, are called."""
    folder = aliased(ContentItem)
    found = work.one(
        Names,
        select(*columns_of(Names, ContentItem, folder=col(folder.code), author=_author(sight)))
        .select_from(ContentItem)
        .outerjoin(folder, col(folder.id) == col(ContentItem.parent_id))
        .outerjoin(User, col(User.id) == col(ContentItem.owner_id))
        .outerjoin(Department, col(Department.id) == col(User.department_id))
        .where(col(ContentItem.id) == item.id),
    )
    return found or Names(None, None)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items are wanted; None does not narrow."""

    kind: Kind | None = None
    status: Status | None = None
    folder_id: int | None = None
    search: str | None = None


def listed(work: Work, wanted: Filter, sight: Visibility) -> Iterator[ContentRow]:
    """Yield the items that fit every filter, by code; their authors only if they are in sight."""
    folder = aliased(ContentItem)
    statement = (
        select(*columns_of(ContentRow, ContentItem, folder=col(folder.code), author=_author(sight)))
        .select_from(ContentItem)
        .outerjoin(folder, col(folder.id) == col(ContentItem.parent_id))
        .outerjoin(User, col(User.id) == col(ContentItem.owner_id))
        .outerjoin(Department, col(Department.id) == col(User.department_id))
        .order_by(col(ContentItem.code_key))
    )
    for column, value in (
        (ContentItem.kind, wanted.kind),
        (ContentItem.status, wanted.status),
        (ContentItem.parent_id, wanted.folder_id),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if keyword := canonical.key(wanted.search or ""):
        statement = statement.where(
            or_(may_contain(ContentItem.code, keyword), may_contain(ContentItem.title, keyword))
        )
    rows = work.each(ContentRow, statement)
    return (row for row in rows if canonical.holds(wanted.search, row.code, row.title))


# Pathways ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in a pathway."""

    position: int
    is_mandatory: bool


def parts(work: Work, pathway_id: int) -> list[Part]:
    """Return the items of a pathway in their order."""
    return work.all(
        Part,
        select(
            *columns_of(Part, PathwayItem, code=col(ContentItem.code), title=col(ContentItem.title))
        )
        .join(ContentItem, col(ContentItem.id) == col(PathwayItem.item_id))
        .where(col(PathwayItem.pathway_id) == pathway_id)
        .order_by(col(PathwayItem.position)),
    )


def place(work: Work, pathway_id: int, item_id: int) -> Place | None:
    """Return where an item stands in a pathway, None when it does not."""
    return work.one(
        Place,
        select(*columns_of(Place, PathwayItem)).where(
            col(PathwayItem.pathway_id) == pathway_id, col(PathwayItem.item_id) == item_id
        ),
    )


def put_in(work: Work, pathway_id: int, item_id: int, position: int, *, is_mandatory: bool) -> None:
    """Put an item into a pathway; what stands there and after it moves on by one."""
    work.run(
        update(PathwayItem)
        .where(col(PathwayItem.pathway_id) == pathway_id, col(PathwayItem.position) >= position)
        .values(position=col(PathwayItem.position) + 1)
    )
    work.run(
        insert(PathwayItem).values(
            pathway_id=pathway_id, item_id=item_id, position=position, is_mandatory=is_mandatory
        )
    )


def take_out(work: Work, pathway_id: int, item_id: int, position: int) -> None:
    """Take the item at `position` out of a pathway; what comes after it moves up."""
    work.run(
        delete_from(PathwayItem).where(
            col(PathwayItem.pathway_id) == pathway_id, col(PathwayItem.item_id) == item_id
        )
    )
    work.run(
        update(PathwayItem)
        .where(col(PathwayItem.pathway_id) == pathway_id, col(PathwayItem.position) > position)
        .values(position=col(PathwayItem.position) - 1)
    )


@dataclass(frozen=True, slots=True)
class Station:
    """One pathway that leads over an item."""

    id: int
    code: str
    position: int


def stations(work: Work, item_id: int) -> list[Station]:
    """Return the pathways that lead over an item."""
    return work.all(
        Station,
        select(*columns_of(Station, ContentItem, position=col(PathwayItem.position)))
        .select_from(PathwayItem)
        .join(ContentItem, col(ContentItem.id) == col(PathwayItem.pathway_id))
        .where(col(PathwayItem.item_id) == item_id)
        .order_by(col(ContentItem.code_key)),
    )


# Grants ------------------------------------------------------------------------------------------


def grants(work: Work, item_id: int, sight: Visibility) -> list[Granted]:
    """Return the grants on an item, without those to whom or what is out of sight."""
    of_user, of_group = aliased(Department), aliased(Department)
    name = func.coalesce(col(User.login), col(Group.name), col(Department.full_name))
    return work.all(
        Granted,
        select(*columns_of(Granted, ContentGrant, content=col(ContentItem.code), name=name))
        .select_from(ContentGrant)
        .join(ContentItem, col(ContentItem.id) == col(ContentGrant.item_id))
        .outerjoin(User, col(User.id) == col(ContentGrant.user_id))
        .outerjoin(of_user, col(of_user.id) == col(User.department_id))
        .outerjoin(Group, col(Group.id) == col(ContentGrant.group_id))
        .outerjoin(of_group, col(of_group.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(ContentGrant.department_id))
        .where(
            col(ContentGrant.item_id) == item_id,
            or_(
                col(ContentGrant.user_id).is_(None),
                is_person_visible(sight, of_user.path, User.id),
            ),
            is_target_visible(sight, group=of_group.path, department=Department.path),
        )
        .order_by(col(ContentGrant.id)),
    )


def add_grant(work: Work, item_id: int, audience: Audience, target: dict[str, int]) -> bool:
    """Give an item to somebody; `target` names the column and the id. Says whether that is new."""
    values = {"item_id": item_id, "audience": audience, **target}
    return work.insert_once(ContentGrant, values) == 1


def remove_grant(work: Work, item_id: int, audience: Audience, target: dict[str, int]) -> bool:
    """Take a grant away and say whether there was one."""
    return _remove(work, ContentGrant, item_id=item_id, audience=audience, **target)


# The catalog -------------------------------------------------------------------------------------


def catalog_rules(work: Work, item_id: int | None, sight: Visibility) -> Iterator[Opened]:
    """Yield the catalog rules in sight, of one item when given, by its code."""
    of_group = aliased(Department)
    name = func.coalesce(
        type_coerce(col(CatalogRule.type), Text), col(Group.name), col(Department.full_name)
    )
    statement = (
        select(
            *columns_of(
                Opened,
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
    return work.each(Opened, statement)


def add_rule(work: Work, item_id: int, opening: Opening, target: dict[str, Any]) -> bool:
    """Offer an item in the catalog and say whether that is new."""
    values = {"item_id": item_id, "opening": opening, **target}
    return work.insert_once(CatalogRule, values) == 1


def remove_rule(work: Work, item_id: int, opening: Opening, target: dict[str, Any]) -> bool:
    """Take a catalog rule away and say whether there was one."""
    return _remove(work, CatalogRule, item_id=item_id, opening=opening, **target)


def _remove(work: Work, table: type[SQLModel], **values: Any) -> bool:
    fits = (col(getattr(table, name)) == value for name, value in values.items())
    return work.run(delete_from(table).where(*fits)) > 0


# What hangs on other things ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hanging:
    """How many grants and catalog rules hang on something."""

    grants: int
    rules: int


def on_item(work: Work, item_id: int) -> Hanging:
    """Return what hangs on an item."""
    return _hanging(work, "item_id", [item_id])


def on_departments(work: Work, ids: Sequence[int]) -> Hanging:
    """Return what names one of these departments."""
    return _hanging(work, "department_id", ids)


def _hanging(work: Work, column: str, ids: Sequence[int]) -> Hanging:
    def count(table: type[SQLModel]) -> ColumnElement[int]:
        rows = select(func.count()).select_from(table).where(among(getattr(table, column), ids))
        return rows.scalar_subquery()

    found = work.one(
        Hanging,
        select(count(ContentGrant).label("grants"), count(CatalogRule).label("rules")),
    )
    assert found is not None
    return found
