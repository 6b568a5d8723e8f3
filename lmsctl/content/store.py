"""The SQL of the content room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lmsctl.content.errors import ContentUnknown
from lmsctl.content.results import ContentRow, Granted, Opened, Part
from lmsctl.content.rules import Item
from lmsctl.kit import canonical, locks
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Sight

_LONGEST_NUMBER = 18
_ITEM = """
    SELECT id, kind, code, title, status, source, parent_id, is_inheriting, link, owner_id,
           due_days, due_on, version
    FROM content_items
"""


def find(work: Work, given: str, *, owner_id: int | None = None) -> Item | None:
    """Return the item with that code or number, or None when absent or not by `owner_id`.

    None for `owner_id` stands for any author. Raises Ambiguous when `given` fits two.
    """
    digits = canonical.trim(given)
    is_number = digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_NUMBER
    found = work.all(
        Item,
        f"""
        {_ITEM} WHERE (code_key = :code OR id = :number)
          AND (:owner IS NULL OR owner_id = :owner) ORDER BY id
        """,
        code=canonical.key(given),
        number=int(digits) if is_number else None,
        owner=owner_id,
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="content")
    return found[0] if found else None


def get(work: Work, code: str, *, owner_id: int | None = None) -> Item:
    """Return what `find` finds; raises ContentUnknown."""
    found = find(work, code, owner_id=owner_id)
    if found is None:
        raise ContentUnknown(given=canonical.excerpt(code))
    return found


def by_id(work: Work, number: int) -> Item:
    """Return the item with that id; raises ContentUnknown when it has just gone."""
    found = work.one(Item, f"{_ITEM} WHERE id = :id", id=number)
    if found is None:
        raise ContentUnknown(given=number)
    return found


def by_ids(work: Work, numbers: Sequence[int]) -> list[Item]:
    """Return the items with these ids."""
    return work.all(Item, f"{_ITEM} WHERE id IN :numbers ORDER BY id", numbers=list(numbers))


def of_code(work: Work, code_key: str) -> Item | None:
    """Return the item with this code; numbers do not count."""
    return work.one(Item, f"{_ITEM} WHERE code_key = :key", key=code_key)


def of_link(work: Work, link: str) -> Item | None:
    """Return the item with this open link."""
    return work.one(Item, f"{_ITEM} WHERE link = :link", link=link)


def lock(work: Work, number: int) -> Item:
    """Return the item as it is now, and keep everybody else from changing it until we are done."""
    work.value(f"{_ITEM} WHERE id = :id{work.for_update}", id=number)
    return by_id(work, number)


def share(work: Work, number: int) -> Item:
    """Return the item as it is now, and let nobody change it, while others may share it."""
    work.value(f"SELECT id FROM content_items WHERE id = :id{locks.for_share(work)}", id=number)
    return by_id(work, number)


def share_all(work: Work, numbers: Sequence[int]) -> None:
    """Let nobody change these items until we are done, while others may share them."""
    clause = locks.for_share(work)
    if clause and numbers:
        sql = f"SELECT id FROM content_items WHERE id IN :ids ORDER BY id{clause}"
        work.values(sql, ids=list(numbers))


def lock_folders(work: Work) -> None:
    """Let nobody else move folders until we are done."""
    work.values(f"{_ITEM} WHERE kind = 'folder' ORDER BY id{work.for_update}")


def above(work: Work, number: int) -> list[int]:
    """Return the ids of an item and of all folders it lies in."""
    return work.values(
        """
        WITH RECURSIVE above (id, parent_id) AS (
            SELECT id, parent_id FROM content_items WHERE id = :id
            UNION
            SELECT f.id, f.parent_id FROM content_items f JOIN above a ON f.id = a.parent_id)
        SELECT id FROM above
        """,
        id=number,
    )


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much lies in a folder, and one of it for an example."""

    count: int
    example: str | None


def holdings(work: Work, folder_id: int) -> Holdings:
    """Return how much lies directly in a folder."""
    found = work.one(
        Holdings,
        "SELECT count(*) AS count, min(code) AS example FROM content_items WHERE parent_id = :id",
        id=folder_id,
    )
    assert found is not None
    return found


def add(work: Work, **values: Any) -> int:
    """Insert an item and return its id."""
    return work.insert("content_items", **values)


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one item and count up its version."""
    assignments = "".join(f"{name} = :{name}, " for name in values)
    work.run(
        f"UPDATE content_items SET {assignments}version = version + 1 WHERE id = :id",
        id=number,
        **values,
    )


def delete(work: Work, number: int) -> None:
    """Delete an item with its grants, its catalog rules and its places in pathways."""
    work.run("DELETE FROM content_items WHERE id = :id", id=number)


# Looking -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Names:
    """What an item's folder and author are called."""

    folder: str | None
    author: str | None


def names(work: Work, item: Item, sight: Sight) -> Names:
    """Return what an item's folder and author, if in sight, are called."""
    found = work.one(
        Names,
        f"""
        SELECT f.code AS folder, u.login AS author
        FROM content_items i
        LEFT JOIN content_items f ON f.id = i.parent_id
        LEFT JOIN {_author(sight)} u ON u.id = i.owner_id
        WHERE i.id = :id
        """,
        id=item.id,
    )
    return found or Names(None, None)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items are wanted; None does not narrow."""

    kind: str | None = None
    status: str | None = None
    folder_id: int | None = None


def _author(sight: Sight) -> str:
    return f"""(SELECT w.id, w.login FROM users w JOIN departments wd ON wd.id = w.department_id
                WHERE {sight.person("wd.path", "w.id")})"""


def listed(work: Work, wanted: Filter, sight: Sight) -> Iterator[ContentRow]:
    """Yield the items that fit every filter, by code; their authors only if they are in sight."""
    return work.each(
        ContentRow,
        f"""
        SELECT i.id, i.code, i.kind, i.title, i.status, i.source, f.code AS folder,
               u.login AS author
        FROM content_items i
        LEFT JOIN content_items f ON f.id = i.parent_id
        LEFT JOIN {_author(sight)} u ON u.id = i.owner_id
        WHERE (:kind IS NULL OR i.kind = :kind) AND (:status IS NULL OR i.status = :status)
          AND (:folder IS NULL OR i.parent_id = :folder)
        ORDER BY i.code_key
        """,
        kind=wanted.kind,
        status=wanted.status,
        folder=wanted.folder_id,
    )


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
        """
        SELECT p.position, i.code, i.title, p.is_mandatory
        FROM pathway_items p JOIN content_items i ON i.id = p.item_id
        WHERE p.pathway_id = :pathway ORDER BY p.position
        """,
        pathway=pathway_id,
    )


def place(work: Work, pathway_id: int, item_id: int) -> Place | None:
    """Return where an item stands in a pathway, None when it does not."""
    return work.one(
        Place,
        """
        SELECT position, is_mandatory FROM pathway_items
        WHERE pathway_id = :pathway AND item_id = :item
        """,
        pathway=pathway_id,
        item=item_id,
    )


def put_in(work: Work, pathway_id: int, item_id: int, position: int, *, is_mandatory: bool) -> None:
    """Put an item into a pathway; what stands there and after it moves on by one."""
    work.run(
        """
        UPDATE pathway_items SET position = position + 1
        WHERE pathway_id = :pathway AND position >= :position
        """,
        pathway=pathway_id,
        position=position,
    )
    work.run(
        """
        INSERT INTO pathway_items (pathway_id, item_id, position, is_mandatory)
        VALUES (:pathway, :item, :position, :is_mandatory)
        """,
        pathway=pathway_id,
        item=item_id,
        position=position,
        is_mandatory=is_mandatory,
    )


def take_out(work: Work, pathway_id: int, item_id: int, position: int) -> None:
    """Take the item at `position` out of a pathway; what comes after it moves up."""
    work.run(
        "DELETE FROM pathway_items WHERE pathway_id = :pathway AND item_id = :item",
        pathway=pathway_id,
        item=item_id,
    )
    work.run(
        """
        UPDATE pathway_items SET position = position - 1
        WHERE pathway_id = :pathway AND position > :position
        """,
        pathway=pathway_id,
        position=position,
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
        """
        SELECT i.id, i.code, p.position
        FROM pathway_items p JOIN content_items i ON i.id = p.pathway_id
        WHERE p.item_id = :item ORDER BY i.code_key
        """,
        item=item_id,
    )


# Grants ------------------------------------------------------------------------------------------


def is_named(sight: Sight, *, group: str, department: str) -> str:
    """Return an SQL condition: the group or department that something is for is in sight, if any.

    The arguments are the columns with the path of the group's department, and of the department.
    """
    return (
        f"(({group} IS NULL OR {sight.groups.clause(group)})"
        f" AND ({department} IS NULL OR {sight.departments.named(department)}))"
    )


def grants(work: Work, item_id: int, sight: Sight) -> list[Granted]:
    """Return the grants on an item, without those to whom or what is out of sight."""
    return work.all(
        Granted,
        f"""
        SELECT i.code AS content, g.audience, COALESCE(u.login, gr.name, d.full_name) AS name
        FROM content_grants g
        JOIN content_items i ON i.id = g.item_id
        LEFT JOIN users u ON u.id = g.user_id
        LEFT JOIN departments ud ON ud.id = u.department_id
        LEFT JOIN user_groups gr ON gr.id = g.group_id
        LEFT JOIN departments gd ON gd.id = gr.department_id
        LEFT JOIN departments d ON d.id = g.department_id
        WHERE g.item_id = :item AND (g.user_id IS NULL OR {sight.person("ud.path", "u.id")})
          AND {is_named(sight, group="gd.path", department="d.path")}
        ORDER BY g.id
        """,
        item=item_id,
    )


def add_grant(work: Work, item_id: int, audience: str, target: dict[str, int]) -> bool:
    """Give an item to somebody; `target` names the column and the id. Says whether that is new."""
    return _add_once(work, "content_grants", {"item_id": item_id, "audience": audience, **target})


def remove_grant(work: Work, item_id: int, audience: str, target: dict[str, int]) -> bool:
    """Take a grant away and say whether there was one."""
    return _remove(work, "content_grants", {"item_id": item_id, "audience": audience, **target})


# The catalog -------------------------------------------------------------------------------------


def catalog_rules(work: Work, item_id: int | None, sight: Sight) -> Iterator[Opened]:
    """Yield the catalog rules in sight, of one item when given, by its code."""
    return work.each(
        Opened,
        f"""
        SELECT i.code AS content, i.title, r.opening,
               COALESCE(r.type, g.name, d.full_name) AS name, NULL AS training
        FROM catalog_rules r
        JOIN content_items i ON i.id = r.item_id
        LEFT JOIN user_groups g ON g.id = r.group_id
        LEFT JOIN departments gd ON gd.id = g.department_id
        LEFT JOIN departments d ON d.id = r.department_id
        WHERE (:item IS NULL OR r.item_id = :item)
          AND {is_named(sight, group="gd.path", department="d.path")}
        ORDER BY i.code_key, r.id
        """,
        item=item_id,
    )


def add_rule(work: Work, item_id: int, opening: str, target: dict[str, Any]) -> bool:
    """Offer an item in the catalog and say whether that is new."""
    return _add_once(work, "catalog_rules", {"item_id": item_id, "opening": opening, **target})


def remove_rule(work: Work, item_id: int, opening: str, target: dict[str, Any]) -> bool:
    """Take a catalog rule away and say whether there was one."""
    return _remove(work, "catalog_rules", {"item_id": item_id, "opening": opening, **target})


def _add_once(work: Work, table: str, values: dict[str, Any]) -> bool:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return work.run(sql, **values) == 1


def _remove(work: Work, table: str, values: dict[str, Any]) -> bool:
    fits = " AND ".join(f"{name} = :{name}" for name in values)
    return work.run(f"DELETE FROM {table} WHERE {fits}", **values) > 0


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
    found = work.one(
        Hanging,
        f"""
        SELECT (SELECT count(*) FROM content_grants WHERE {column} IN :ids) AS grants,
               (SELECT count(*) FROM catalog_rules WHERE {column} IN :ids) AS rules
        """,
        ids=list(ids),
    )
    assert found is not None
    return found


# What a person may open --------------------------------------------------------------------------

# For the person :user in the department at :path: every item that is open to them, with each grant
# that opens it. What lies in a folder and inherits is open to whomever the folder is open to.
OPENED = """
    opened (item_id, grant_id) AS (
        SELECT g.item_id, g.id FROM content_grants g
        WHERE g.audience = 'organization' OR g.user_id = :user
           OR g.group_id IN (SELECT m.group_id FROM group_members m WHERE m.user_id = :user)
           OR g.department_id IN (SELECT a.id FROM departments a WHERE :path LIKE a.path || '%')
        UNION
        SELECT c.id, o.grant_id
        FROM opened o JOIN content_items c ON c.parent_id = o.item_id AND c.is_inheriting)
"""
