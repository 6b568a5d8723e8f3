"""The statements on what pathways lead over, and in which order."""

from dataclasses import dataclass

from sqlalchemy import BigInteger
from sqlmodel import col, insert, literal, select, update
from sqlmodel import delete as delete_from

from lmsctl.content.model import ContentItem, PathwayItem
from lmsctl.content.results import PathwayItemRow
from lmsctl.kit.statements import columns_of, insert_from
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class PathwayPlace:
    """Where an item stands in a pathway."""

    position: int
    is_mandatory: bool


def pathway_items(work: Work, pathway_id: int) -> list[PathwayItemRow]:
    """Return the items of a pathway in their order."""
    return work.all(
        PathwayItemRow,
        select(
            *columns_of(
                PathwayItemRow,
                PathwayItem,
                code=col(ContentItem.code),
                title=col(ContentItem.title),
            )
        )
        .join(ContentItem, col(ContentItem.id) == col(PathwayItem.item_id))
        .where(col(PathwayItem.pathway_id) == pathway_id)
        .order_by(col(PathwayItem.position)),
    )


def find_place(work: Work, pathway_id: int, item_id: int) -> PathwayPlace | None:
    """Return where an item stands in a pathway, None when it does not."""
    return work.one(
        PathwayPlace,
        select(*columns_of(PathwayPlace, PathwayItem)).where(
            col(PathwayItem.pathway_id) == pathway_id, col(PathwayItem.item_id) == item_id
        ),
    )


def insert_into_pathway(
    work: Work, pathway_id: int, item_id: int, position: int, *, is_mandatory: bool
) -> None:
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


def copy_pathway(work: Work, from_id: int, to_id: int) -> None:
    """Let a new pathway lead over the same items in the same order as another one."""
    items = select(
        literal(to_id, BigInteger).label("pathway_id"),
        col(PathwayItem.item_id),
        col(PathwayItem.position),
        col(PathwayItem.is_mandatory),
    ).where(col(PathwayItem.pathway_id) == from_id)
    work.run(insert_from(PathwayItem, items))


def remove_from_pathway(work: Work, pathway_id: int, item_id: int, position: int) -> None:
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
class PathwayOfItem:
    """One pathway that has an item, and where in it the item stands."""

    id: int
    code: str
    position: int


def pathways_with(work: Work, item_id: int) -> list[PathwayOfItem]:
    """Return the pathways that lead over an item."""
    return work.all(
        PathwayOfItem,
        select(*columns_of(PathwayOfItem, ContentItem, position=col(PathwayItem.position)))
        .select_from(PathwayItem)
        .join(ContentItem, col(ContentItem.id) == col(PathwayItem.pathway_id))
        .where(col(PathwayItem.item_id) == item_id)
        .order_by(col(ContentItem.code_key)),
    )
