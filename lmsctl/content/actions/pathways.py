"""What a pathway leads over, and in which order."""

from lmsctl.audit import actions as audit
from lmsctl.content import rules
from lmsctl.content.actions.items import get_for_update, to_result
from lmsctl.content.errors import PathwayItemUnknown, PositionWrong
from lmsctl.content.results import ContentDetail
from lmsctl.content.store import items as store
from lmsctl.content.store import pathways as pathway_store
from lmsctl.kit.work import Work


def add_item(
    work: Work, given: str, item: str, *, is_mandatory: bool = True, position: int | None = None
) -> tuple[ContentDetail, bool]:
    """Put an item into a pathway, at the end unless told otherwise, or change how it is in there.

    People who are enrolled already keep what they have. Needs the right to change the pathway.
    Returns it and whether it changed. Raises ContentUnknown, PathwayWrong, PathwayItemWrong,
    ContentArchived and PositionWrong.
    """
    pathway = get_for_update(work, given)
    rules.check_pathway(pathway)
    part = store.get(work, item)
    rules.check_pathway_item(part)
    before = pathway_store.find_place(work, pathway.id, part.id)
    last = len(pathway_store.pathway_items(work, pathway.id)) + (0 if before else 1)
    target = position if position is not None else before.position if before else last
    if not 1 <= target <= last:
        raise PositionWrong(given=target, pathway=pathway.code, last=last, field="--position")
    if before == pathway_store.PathwayPlace(target, is_mandatory):
        return to_result(work, pathway), False
    if before:
        pathway_store.remove_from_pathway(work, pathway.id, part.id, before.position)
    pathway_store.insert_into_pathway(work, pathway.id, part.id, target, is_mandatory=is_mandatory)
    store.change(work, pathway.id)
    audit.record(
        work,
        "content.item_added",
        f"content {pathway.code}",
        item=part.code,
        position=target,
        is_mandatory=is_mandatory,
    )
    return to_result(work, store.by_id(work, pathway.id)), True


def remove_item(work: Work, given: str, item: str) -> ContentDetail:
    """Take an item out of a pathway; people who are enrolled keep what they have.

    Raises ContentUnknown, PathwayWrong and PathwayItemUnknown.
    """
    pathway = get_for_update(work, given)
    rules.check_pathway(pathway)
    part = store.get(work, item)
    before = pathway_store.find_place(work, pathway.id, part.id)
    if before is None:
        raise PathwayItemUnknown(item=part.code, pathway=pathway.code)
    pathway_store.remove_from_pathway(work, pathway.id, part.id, before.position)
    store.change(work, pathway.id)
    audit.record(work, "content.item_removed", f"content {pathway.code}", item=part.code)
    return to_result(work, store.by_id(work, pathway.id))
