"""The statements on items: finding, listing and changing them, and where they lie."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import case, col, func, or_, select
from sqlmodel import delete as delete_from

from lmsctl.content.errors import ContentUnknown
from lmsctl.content.model import ContentItem
from lmsctl.content.results import ContentKind, ContentRow, ContentStatus
from lmsctl.content.rules import Item
from lmsctl.department.model import Department
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import check_no_title, find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import among, columns_of, may_contain
from lmsctl.kit.suggesting import find_similar
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Visibility
from lmsctl.rights.store import is_person_visible
from lmsctl.user.model import User

_SELECT_ITEM: Select[Any] = select(*columns_of(Item, ContentItem))
_SELECT_BY_ID = _SELECT_ITEM.where(col(ContentItem.id) == bindparam("id_"))
_SELECT_BY_LINK = _SELECT_ITEM.where(col(ContentItem.link) == bindparam("secret"))


def find(work: Work, given: str, *, owner_id: int | None = None) -> Item | None:
    """Return the item with that code or number, or None when absent or not by `owner_id`.

    None for `owner_id` stands for any author. Raises Ambiguous when `given` fits two.
    """
    has_code = col(ContentItem.code_key) == canonical.key(given)
    return find_named(
        work,
        Item,
        _select_of(owner_id),
        given,
        has_code,
        id_column=ContentItem.id,
        what="content",
    )


def _select_of(owner_id: int | None) -> Select[Any]:
    if owner_id is None:
        return _SELECT_ITEM
    return _SELECT_ITEM.where(col(ContentItem.owner_id) == owner_id)


def get(work: Work, code: str, *, owner_id: int | None = None) -> Item:
    """Return what `find` finds, for who may see items; raises ContentUnknown and TitleGiven."""
    found = find(work, code, owner_id=owner_id)
    if found is None:
        check_no_title(
            work,
            _select_of(owner_id),
            code,
            code=ContentItem.code,
            title=ContentItem.title,
            what="item",
        )
        nearest = find_similar(
            work,
            _select_of(owner_id),
            code,
            name=ContentItem.code,
            key=ContentItem.code_key,
        )
        raise ContentUnknown(given=canonical.excerpt(code), nearest=nearest)
    return found


def by_id(work: Work, id_: int) -> Item:
    """Return the item with that id; raises ContentUnknown when it has just gone."""
    return _by_id(work, _SELECT_BY_ID, id_)


def _by_id(work: Work, statement: Select[Any], id_: int) -> Item:
    """Return the item that `statement` finds by id; raises ContentUnknown."""
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
    locks.lock_selected(
        work, select(ContentItem.id).where(col(ContentItem.kind) == ContentKind.FOLDER)
    )


def ids_up_to_top(work: Work, item_id: int) -> list[int]:
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
class FolderContents:
    """How much lies in a folder, and one of it for an example."""

    count: int
    example: str | None


def folder_contents(work: Work, folder_id: int) -> FolderContents:
    """Return how much lies directly in a folder."""
    found = work.one(
        FolderContents,
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
class ItemNames:
    """What an item's folder and author are called."""

    folder: str | None
    author: str | None


def _author_name(sight: Visibility) -> ColumnElement[str]:
    """Return what the author `User` in `Department` is called, NULL where they are out of sight."""
    return case((is_person_visible(sight, Department.path, User.id), col(User.login)))


def item_names(work: Work, item: Item, sight: Visibility) -> ItemNames:
    """Return what an item's folder and author, if in sight, are called."""
    folder = aliased(ContentItem)
    found = work.one(
        ItemNames,
        select(
            *columns_of(ItemNames, ContentItem, folder=col(folder.code), author=_author_name(sight))
        )
        .select_from(ContentItem)
        .outerjoin(folder, col(folder.id) == col(ContentItem.parent_id))
        .outerjoin(User, col(User.id) == col(ContentItem.owner_id))
        .outerjoin(Department, col(Department.id) == col(User.department_id))
        .where(col(ContentItem.id) == item.id),
    )
    return found or ItemNames(None, None)


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """Which items are wanted; None does not narrow."""

    kind: ContentKind | None = None
    status: ContentStatus | None = None
    folder_id: int | None = None
    search: str | None = None


def list_codes_starting(work: Work, start: str, kind: ContentKind | None = None) -> list[str]:
    """Return the codes of items, or of those of a kind, that begin so, as `list_starting` does."""
    statement = select(ContentItem.code)
    if kind is not None:
        statement = statement.where(col(ContentItem.kind) == kind)
    return list_starting(work, statement, col(ContentItem.code_key), canonical.key(start))


def listed(work: Work, wanted: ContentFilter, sight: Visibility) -> Iterator[ContentRow]:
    """Yield the items that fit every filter, by code; their authors only if they are in sight."""
    folder = aliased(ContentItem)
    statement = (
        select(
            *columns_of(
                ContentRow, ContentItem, folder=col(folder.code), author=_author_name(sight)
            )
        )
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
