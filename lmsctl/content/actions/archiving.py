"""Archiving items, bringing them back, and deleting them."""

from collections.abc import Iterator

from lmsctl.audit import actions as audit
from lmsctl.content import hookpoints, rules
from lmsctl.content.actions.items import get_for_update, to_result
from lmsctl.content.errors import ContentInUse, FolderNotEmpty
from lmsctl.content.results import ContentDetail, ContentKind, ContentStatus
from lmsctl.content.rules import Item
from lmsctl.content.store import catalog as catalog_store
from lmsctl.content.store import items as store
from lmsctl.content.store import pathways as pathway_store
from lmsctl.kit.hooks import Obstacle
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work


def archive(work: Work, given: str) -> tuple[ContentDetail, bool]:
    """Archive an item: nobody can be enrolled, catalogs leave it out, history stays.

    Returns it and whether it changed. Raises ContentUnknown and ContentIsFolder.
    """
    return _change_status(work, given, ContentStatus.ARCHIVED, "archived")


def restore(work: Work, given: str) -> tuple[ContentDetail, bool]:
    """Make an archived item active again; returns it and whether it changed.

    A draft stays a draft. Raises ContentUnknown and ContentIsFolder.
    """
    return _change_status(work, given, ContentStatus.ACTIVE, "restored")


def _change_status(
    work: Work, given: str, status: ContentStatus, done: str
) -> tuple[ContentDetail, bool]:
    """Give an item a status; returns it and whether that changed anything."""
    item = get_for_update(work, given)
    rules.check_no_folder(item, done)
    stays = item.status == status or (
        status is ContentStatus.ACTIVE and item.status == ContentStatus.DRAFT
    )
    if stays:
        return to_result(work, item), False
    store.change(work, item.id, status=status)
    audit.record(work, f"content.{done}", f"content {item.code}")
    return to_result(work, store.by_id(work, item.id)), True


def delete(work: Work, given: str) -> Item:
    """Delete an item and all that depends on it, after a confirmation that lists that.

    Raises ContentUnknown, FolderNotEmpty, and ContentInUse when an upper room objects.
    """
    item = get_for_update(work, given)
    inside = store.folder_contents(work, item.id)
    if inside.count:
        raise FolderNotEmpty(given=item.code, count=inside.count, example=inside.example)
    found = hookpoints.before_delete_of_content(work, [item.id])
    said = [word for words in found for word in words]
    obstacles = [word.sentence for word in said if isinstance(word, Obstacle)]
    if obstacles:
        raise ContentInUse(given=item.code, obstacles="; ".join(obstacles))
    offer = (
        []
        if item.kind == ContentKind.FOLDER
        else [f"To keep it all: lmsctl content archive {item.code}"]
    )
    lines = [*_what_goes(work, item), *map(str, said)]
    work.confirm(f"Delete the {item.kind} '{item.code}' for good?", [*lines, *offer])
    hookpoints.with_delete_of_content(work, [item.id])
    for pathway in pathway_store.pathways_with(work, item.id):
        pathway_store.remove_from_pathway(work, pathway.id, item.id, pathway.position)
    store.delete(work, item.id)
    audit.record(work, "content.deleted", f"content {item.code}", kind=item.kind)
    return item


def _what_goes(work: Work, item: Item) -> Iterator[str]:
    """Yield a line on everything that is deleted with an item."""
    counts = catalog_store.count_rules_on_item(work, item.id)
    if counts.grants:
        yield f"Goes too: {counted(counts.grants, 'grant')}."
    if counts.rules:
        yield f"Goes too: {counted(counts.rules, 'catalog rule')}."
    for pathway in pathway_store.pathways_with(work, item.id):
        yield f"Goes too: its place in the pathway {pathway.code}."
