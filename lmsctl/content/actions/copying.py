"""Copying an item for another audience."""

from lmsctl.audit import actions as audit
from lmsctl.content import rules
from lmsctl.content.actions.items import author_limit, get_folder_for_update, to_result
from lmsctl.content.errors import ContentExists, ContentIsFolder
from lmsctl.content.results import ContentDetail, ContentKind, ContentSource, ContentStatus
from lmsctl.content.rules import Item
from lmsctl.content.store import items as store
from lmsctl.content.store import pathways as pathway_store
from lmsctl.kit import canonical
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights


def copy(
    work: Work, given: str, *, code: str, title: str | None = None, folder: str | None = None
) -> ContentDetail:
    """Make a copy of an item, whose author is the actor, and return it.

    It leads over the same items, is due alike and is called alike unless `title` is given. It lies
    where the original lies, unless `folder` is given (empty for the top) or the actor may not put
    anything there. Tokens, grants, rules, enrollments and progress stay with the original. Needs
    `content.view`, and `content.manage` or `content.own`. Raises ContentUnknown, ContentIsFolder,
    ContentExists, FolderWrong and what the checks of code and title raise.
    """
    text = canonical.check_code(code, "code")
    work.about = f"content {text}"
    original = rights.get_for_update(work, lambda: _get_original(work, given), store.share)
    rights.lock_actor_for_share(work)
    limit = author_limit(work)
    if original.kind == ContentKind.FOLDER:
        raise ContentIsFolder(given=original.code, done="copied")
    if folder is None:
        parent_id = _folder_of(work, original, limit)
    else:
        parent_id = get_folder_for_update(work, folder).id if folder else None
    found = store.find_by_code(work, canonical.key(text))
    if found:
        raise ContentExists(given=text, kind=found.kind, field="--code")
    is_draft = original.status == ContentStatus.DRAFT
    number = store.add(
        work,
        kind=original.kind,
        code=text,
        code_key=canonical.key(text),
        title=rules.check_title(title if title is not None else original.title),
        status=rules.first_status(original.kind, is_draft=is_draft),
        source=ContentSource.COPIED,
        parent_id=parent_id,
        is_inheriting=original.is_inheriting,
        owner_id=rights.actor(work).user_id,
        due_days=original.due_days,
        due_on=original.due_on,
        created_at=work.now,
    )
    pathway_store.copy_pathway(work, original.id, number)
    audit.record(work, "content.copied", f"content {text}", original=original.code)
    return to_result(work, store.by_id(work, number))


def _get_original(work: Work, given: str) -> Item:
    """Return the item to copy, for who may see items and make some; raises ContentUnknown."""
    author_limit(work)
    rights.require(work, "content.view")
    return store.get(work, given)


def _folder_of(work: Work, original: Item, limit: int | None) -> int | None:
    """Return the id of the folder of an item, locked, if the actor may put something into it."""
    if original.parent_id is None:
        return None
    folder = store.get_for_share(work, original.parent_id)
    return folder.id if limit in {None, folder.owner_id} else None
