"""Making, showing, changing, archiving and deleting items."""

from collections.abc import Iterator
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.content import hookpoints, rules, store
from lmsctl.content.errors import (
    ContentExists,
    ContentInUse,
    ContentIsFolder,
    FolderInItself,
    FolderNotEmpty,
)
from lmsctl.content.results import Content, ContentRow, Kind, Source, Status
from lmsctl.content.rules import Due, Item
from lmsctl.content.store import Filter
from lmsctl.kit import canonical
from lmsctl.kit.hooks import Obstacle
from lmsctl.kit.versions import check_version
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights

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


def held(work: Work, given: str) -> Item:
    """Return an item the actor may change, locked; raises ContentUnknown."""

    def get() -> Item:
        found = store.get(work, given, owner_id=author_limit(work))
        work.about = f"content {found.code}"
        return found

    return rights.get_for_update(work, get, store.lock)


def create(  # noqa: PLR0913 - one keyword for each thing an item has
    work: Work,
    kind: Kind,
    *,
    code: str,
    title: str,
    folder: str | None = None,
    source: Source = Source.OWN,
    inherits: bool = True,
    is_draft: bool = False,
    due: Due | None = None,
) -> Content:
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
    parent = _folder(work, folder) if folder else None
    found = store.find_by_code(work, canonical.key(text))
    if found:
        raise ContentExists(given=text, kind=found.kind, field="--code")
    wanted = _due(kind, text, due)
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
    return shown(work, store.by_id(work, number))


def _folder(work: Work, given: str) -> Item:
    def get() -> Item:
        folder = store.get(work, given, owner_id=author_limit(work))
        rules.check_folder(folder)
        return folder

    # It must not be deleted while something is put into it.
    return rights.get_for_update(work, get, store.lock)


def _due(kind: str, code: str, due: Due | None) -> Due:
    if kind == Kind.FOLDER and due not in {None, Due()}:
        raise ContentIsFolder(given=code, done="due", field="--due-on")
    return due or Due()


def existing(work: Work, code: str, kind: Kind) -> Content | None:
    """Return the item that `create` would collide with, or None.

    Raises ContentExists when it is of another kind, or by another author than the actor may change.
    """
    limit = author_limit(work)
    found = store.find_by_code(work, canonical.key(code))
    if found is None:
        return None
    if found.kind != kind or limit not in {None, found.owner_id}:
        raise ContentExists(given=found.code, kind=found.kind, field="--code")
    return shown(work, found)


def show(work: Work, given: str) -> Content:
    """Return one item; needs `content.view`. Raises ContentUnknown."""
    rights.require(work, "content.view")
    return shown(work, store.get(work, given))


def shown(work: Work, item: Item) -> Content:
    """Return an item as it is shown, without its link; who or what is out of sight is not named."""
    sight = rights.visibility(work)
    called = store.names(work, item, sight)
    return Content(
        id=item.id,
        code=item.code,
        kind=item.kind,
        title=item.title,
        status=item.status,
        source=item.source,
        folder=called.folder,
        inherits=item.is_inheriting,
        author=called.author,
        due_days=item.due_days,
        due_on=item.due_on,
        is_shared=item.link is not None,
        items=store.parts(work, item.id) if item.kind == Kind.PATHWAY else [],
        grants=store.grants(work, item.id, sight),
        version=item.version,
    )


def list_content(
    work: Work,
    *,
    kind: Kind | None = None,
    status: Status | None = None,
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
    return store.listed(work, Filter(kind, status, folder_id, search), rights.visibility(work))


def edit(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    given: str,
    *,
    title: str | None = None,
    folder: str | None = None,
    source: Source | None = None,
    inherits: bool | None = None,
    is_draft: bool | None = None,
    due: Due | None = None,
    if_version: int | None = None,
) -> tuple[Content, bool]:
    """Change an item; an empty `folder` takes it out to the top. Returns it and whether it changed.

    Due dates of those who are enrolled stay. Raises ContentUnknown, VersionStale, FolderWrong,
    FolderInItself, DraftImpossible, ContentArchived, ContentIsFolder and what the checks raise.
    """
    if folder is not None:
        author_limit(work)
        store.lock_folders(work)
    item = held(work, given)
    check_version(item.code, item.version, if_version)
    wanted: dict[str, Any] = {"source": source or item.source}
    if title is not None:
        wanted["title"] = rules.check_title(title)
    if folder is not None:
        wanted["parent_id"] = _new_folder(work, item, folder)
    if inherits is not None:
        wanted["is_inheriting"] = inherits
    if is_draft is not None:
        wanted["status"] = rules.next_status(item, is_draft=is_draft)
    if due is not None:
        checked = _due(item.kind, item.code, due)
        wanted.update(due_days=checked.days, due_on=checked.on)
    return _change(work, item, wanted)


def _new_folder(work: Work, item: Item, given: str) -> int | None:
    if canonical.trim(given) == _TOP:
        return None
    folder = _folder(work, given)
    if item.id in store.above(work, folder.id):
        raise FolderInItself(given=item.code, folder=folder.code, field="--folder")
    return folder.id


def _change(work: Work, item: Item, wanted: dict[str, Any]) -> tuple[Content, bool]:
    changes = {name: value for name, value in wanted.items() if getattr(item, name) != value}
    if changes:
        store.change(work, item.id, **changes)
        audit.record(work, "content.changed", f"content {item.code}", changed=sorted(changes))
    return shown(work, store.by_id(work, item.id)), bool(changes)


def archive(work: Work, given: str) -> tuple[Content, bool]:
    """Archive an item: nobody can be enrolled, catalogs leave it out, history stays.

    Returns it and whether it changed. Raises ContentUnknown and ContentIsFolder.
    """
    return _to_status(work, given, Status.ARCHIVED, "archived")


def restore(work: Work, given: str) -> tuple[Content, bool]:
    """Make an archived item active again; returns it and whether it changed.

    A draft stays a draft. Raises ContentUnknown and ContentIsFolder.
    """
    return _to_status(work, given, Status.ACTIVE, "restored")


def _to_status(work: Work, given: str, status: Status, done: str) -> tuple[Content, bool]:
    item = held(work, given)
    rules.check_no_folder(item, done)
    stays = item.status == status or (status is Status.ACTIVE and item.status == Status.DRAFT)
    if stays:
        return shown(work, item), False
    store.change(work, item.id, status=status)
    audit.record(work, f"content.{done}", f"content {item.code}")
    return shown(work, store.by_id(work, item.id)), True


def delete(work: Work, given: str) -> Item:
    """Delete an item with all that hangs on it, after a confirmation that lists it.

    Raises ContentUnknown, FolderNotEmpty, and ContentInUse when an upper room objects.
    """
    item = held(work, given)
    inside = store.holdings(work, item.id)
    if inside.count:
        raise FolderNotEmpty(given=item.code, count=inside.count, example=inside.example)
    found = hookpoints.before_delete_of_content(work, [item.id])
    said = [word for words in found for word in words]
    obstacles = [word.sentence for word in said if isinstance(word, Obstacle)]
    if obstacles:
        raise ContentInUse(given=item.code, obstacles="; ".join(obstacles))
    offer = (
        [] if item.kind == Kind.FOLDER else [f"To keep it all: lmsctl content archive {item.code}"]
    )
    lines = [*_goes(work, item), *map(str, said)]
    work.confirm(f"Delete the {item.kind} '{item.code}' for good?", [*lines, *offer])
    hookpoints.with_delete_of_content(work, [item.id])
    for station in store.stations(work, item.id):
        store.take_out(work, station.id, item.id, station.position)
    store.delete(work, item.id)
    audit.record(work, "content.deleted", f"content {item.code}", kind=item.kind)
    return item


def _goes(work: Work, item: Item) -> Iterator[str]:
    hanging = store.on_item(work, item.id)
    if hanging.grants:
        yield f"Goes too: {hanging.grants} grant{'s' if hanging.grants > 1 else ''}."
    if hanging.rules:
        yield f"Goes too: {hanging.rules} catalog rule{'s' if hanging.rules > 1 else ''}."
    for station in store.stations(work, item.id):
        yield f"Goes too: its place in the pathway {station.code}."
