"""What a pathway leads over, and in which order."""

from lmsctl.audit import actions as audit
from lmsctl.content import rules, store
from lmsctl.content.actions.items import held, shown
from lmsctl.content.errors import PathwayItemUnknown, PositionWrong
from lmsctl.content.results import Content
from lmsctl.kit.work import Work


def add_item(
    work: Work, given: str, item: str, *, is_mandatory: bool = True, position: int | None = None
) -> tuple[Content, bool]:
    """Put an item into a pathway, at the end unless told otherwise, or change how it is in there.

    People who are enrolled already keep what they have. Needs the right to change the pathway.
    Returns it and whether it changed. Raises ContentUnknown, PathwayWrong, PathwayItemWrong,
    ContentArchived and PositionWrong.
    """
    pathway = held(work, given)
    rules.check_pathway(pathway)
    part = store.get(work, item)
    rules.check_part(part)
    before = store.place(work, pathway.id, part.id)
    last = len(store.parts(work, pathway.id)) + (0 if before else 1)
    target = position if position is not None else before.position if before else last
    if not 1 <= target <= last:
        raise PositionWrong(given=target, pathway=pathway.code, last=last, field="--position")
    if before == store.Place(target, is_mandatory):
        return shown(work, pathway), False
    if before:
        store.take_out(work, pathway.id, part.id, before.position)
    store.put_in(work, pathway.id, part.id, target, is_mandatory=is_mandatory)
    store.change(work, pathway.id)
    audit.record(
        work,
        "content.item_added",
        f"content {pathway.code}",
        item=part.code,
        position=target,
        is_mandatory=is_mandatory,
    )
    return shown(work, store.by_id(work, pathway.id)), True


def remove_item(work: Work, given: str, item: str) -> Content:
    """Take an item out of a pathway; people who are enrolled keep what they have.

    Raises ContentUnknown, PathwayWrong and PathwayItemUnknown.
    """
    pathway = held(work, given)
    rules.check_pathway(pathway)
    part = store.get(work, item)
    before = store.place(work, pathway.id, part.id)
    if before is None:
        raise PathwayItemUnknown(item=part.code, pathway=pathway.code)
    store.take_out(work, pathway.id, part.id, before.position)
    store.change(work, pathway.id)
    audit.record(work, "content.item_removed", f"content {pathway.code}", item=part.code)
    return shown(work, store.by_id(work, pathway.id))
