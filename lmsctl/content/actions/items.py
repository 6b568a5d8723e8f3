"""Making, showing and changing items."""

from collections.abc import Iterator
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.content import rules
from lmsctl.content.errors import ContentExists, ContentIsFolder, FolderInItself
from lmsctl.content.results import (
    ContentDetail,
    ContentKind,
    ContentRow,
    ContentSource,
    ContentStatus,
)
from lmsctl.content.rules import Due, Item
from lmsctl.content.store import grants as grant_store
from lmsctl.content.store import items as store
from lmsctl.content.store import pathways as pathway_store
from lmsctl.content.store.items import ContentFilter
from lmsctl.kit import canonical
from lmsctl.kit.errors import Refusal
from lmsctl.kit.versions import check_version
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import EVERYWHERE

_TOP = ""


def author_limit(work: Work) -> int | None:
    """Return whose items the actor may change: their own id, or None for everybody's.

    Needs `content.manage` everywhere, or `content.own`.
    """
    actor = rights.actor(work)
    if actor.may("content.manage"):
        return None
    rights.require(work, "content.own")
    return actor.user_id


def _get_changeable(work: Work, given: str) -> Item:
    """Return an item the actor may change.

    Raises ContentUnknown, and PermissionMissing for one by others that they see.
    """
    author_id = author_limit(work)
    if author_id is None or not rights.actor(work).scope("content.view").paths:
        return store.get(work, given, owner_id=author_id)
    found = store.get(work, given)
    if found.owner_id != author_id:
        rights.check_allowed_at(work, "content.manage", EVERYWHERE, found.code)
    return found


def get_for_update(work: Work, given: str) -> Item:
    """Return an item the actor may change, locked; raises ContentUnknown and PermissionMissing."""

    def get() -> Item:
        found = _get_changeable(work, given)
        work.about = f"content {found.code}"
        return found

    return rights.get_for_update(work, get, store.lock)


def create(  # noqa: PLR0913 - one keyword for each thing an item has
    work: Work,
    kind: ContentKind,
    *,
    code: str,
    title: str,
    folder: str | None = None,
    source: ContentSource = ContentSource.OWN,
    inherits: bool = True,
    is_draft: bool = False,
    due: Due | None = None,
) -> ContentDetail:
    """Make an item, whose author is the actor; needs `content.manage` or `content.own`.

    Putting it into a folder needs the same right over the folder. Raises ContentExists,
    ContentUnknown, FolderWrong, DraftImpossible, ContentIsFolder for a folder that is due, and what
    the checks of code and title raise.
    """
    author_limit(work)
    rights.lock_actor_for_share(work)
    author_limit(work)
    text = canonical.check_code(code, "code")
    work.about = f"content {text}"
    parent = get_folder_for_update(work, folder) if folder else None
    found = store.find_by_code(work, canonical.key(text))
    if found:
        raise ContentExists(given=text, kind=found.kind, field="--code")
    wanted = _check_due(kind, text, due)
    number = store.add(
        work,
        kind=kind,
        code=text,
        code_key=canonical.key(text),
        title=rules.check_title(title),
        status=rules.first_status(kind, is_draft=is_draft),
        source=source,
        parent_id=parent.id if parent else None,
        is_inheriting=inherits,
        owner_id=rights.actor(work).user_id,
        due_days=wanted.days,
        due_on=wanted.on,
        created_at=work.now,
    )
    audit.record(work, "content.created", f"content {text}", kind=kind)
    return to_result(work, store.by_id(work, number))


def get_folder_for_update(work: Work, given: str) -> Item:
    """Return a folder the actor may change, locked; raises ContentUnknown and FolderWrong."""

    def get() -> Item:
        folder = _get_changeable(work, given)
        rules.check_folder(folder)
        return folder

    # It must not be deleted while something is put into it.
    return rights.get_for_update(work, get, store.lock)


def _check_due(kind: str, code: str, due: Due | None) -> Due:
    """Return when an item is due, or never; raises ContentIsFolder for a folder."""
    if kind == ContentKind.FOLDER and due not in {None, Due()}:
        raise ContentIsFolder(given=code, done="due", field="--due-on")
    return due or Due()


def find_conflicting(work: Work, code: str, kind: ContentKind) -> ContentDetail | None:
    """Return the item that `create` would collide with, or None.

    Raises ContentExists when it is of another kind, or by another author than the actor may change.
    """
    limit = author_limit(work)
    found = store.find_by_code(work, canonical.key(code))
    if found is None:
        return None
    if found.kind != kind or limit not in {None, found.owner_id}:
        raise ContentExists(given=found.code, kind=found.kind, field="--code")
    return to_result(work, found)


def show(work: Work, given: str) -> ContentDetail:
    """Return one item; needs `content.view`. Raises ContentUnknown."""
    rights.require(work, "content.view")
    return to_result(work, store.get(work, given))


def to_result(work: Work, item: Item) -> ContentDetail:
    """Return an item as it is shown, without its link; who or what is out of sight is not named."""
    sight = rights.visibility(work)
    names = store.item_names(work, item, sight)
    return ContentDetail(
        id=item.id,
        code=item.code,
        kind=item.kind,
        title=item.title,
        status=item.status,
        source=item.source,
        folder=names.folder,
        inherits=item.is_inheriting,
        author=names.author,
        due_days=item.due_days,
        due_on=item.due_on,
        is_shared=item.link is not None,
        items=pathway_store.pathway_items(work, item.id)
        if item.kind == ContentKind.PATHWAY
        else [],
        grants=grant_store.grants(work, item.id, sight),
        version=item.version,
        blocked_by=[gate.code for gate in closed_gates_of_link(work, item)] if item.link else [],
    )


def closed_gates_of_link(work: Work, item: Item) -> list[Refusal]:
    """Return a refusal for every gate of an item's open link that is closed to everybody now."""
    settings = portal.settings(work)
    seats_taken = portal.seats_taken(work, work.now)
    return list(rules.closed_gates_of_link(item, settings, seats_taken))


def list_content(
    work: Work,
    *,
    kind: ContentKind | None = None,
    status: ContentStatus | None = None,
    folder: str | None = None,
    search: str | None = None,
) -> Iterator[ContentRow]:
    """Return the items that fit every filter, by code; needs `content.view`.

    Raises ContentUnknown and FolderWrong.
    """
    rights.require(work, "content.view")
    folder_id = None
    if folder is not None:
        above = store.get(work, folder)
        rules.check_folder(above)
        folder_id = above.id
    return store.listed(
        work, ContentFilter(kind, status, folder_id, search), rights.visibility(work)
    )


def edit(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    given: str,
    *,
    title: str | None = None,
    folder: str | None = None,
    source: ContentSource | None = None,
    inherits: bool | None = None,
    is_draft: bool | None = None,
    due: Due | None = None,
    if_version: int | None = None,
) -> tuple[ContentDetail, bool]:
    """Change an item; an empty `folder` takes it out to the top. Returns it and whether it changed.

    Due dates of those who are enrolled stay. Raises ContentUnknown, VersionStale, FolderWrong,
    FolderInItself, DraftImpossible, ContentArchived, ContentIsFolder and what the checks raise.
    """
    if folder is not None:
        author_limit(work)
        store.lock_folders(work)
    item = get_for_update(work, given)
    check_version(item.code, item.version, if_version)
    wanted: dict[str, Any] = {"source": source or item.source}
    if title is not None:
        wanted["title"] = rules.check_title(title)
    if folder is not None:
        wanted["parent_id"] = _resolve_folder(work, item, folder)
    if inherits is not None:
        wanted["is_inheriting"] = inherits
    if is_draft is not None:
        wanted["status"] = rules.next_status(item, is_draft=is_draft)
    if due is not None:
        checked = _check_due(item.kind, item.code, due)
        wanted.update(due_days=checked.days, due_on=checked.on)
    return _change(work, item, wanted)


def _resolve_folder(work: Work, item: Item, given: str) -> int | None:
    """Return the id of the folder an item is to move into, None for the top."""
    if canonical.trim(given) == _TOP:
        return None
    folder = get_folder_for_update(work, given)
    if item.id in store.ids_up_to_top(work, folder.id):
        raise FolderInItself(given=item.code, folder=folder.code, field="--folder")
    return folder.id


def _change(work: Work, item: Item, wanted: dict[str, Any]) -> tuple[ContentDetail, bool]:
    """Change columns of an item that differ; returns it and whether any did."""
    changes = {name: value for name, value in wanted.items() if getattr(item, name) != value}
    if changes:
        store.change(work, item.id, **changes)
        audit.record(work, "content.changed", f"content {item.code}", changed=sorted(changes))
    return to_result(work, store.by_id(work, item.id)), bool(changes)
