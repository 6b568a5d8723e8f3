"""What is offered for the code of an item, or of a folder, that is being typed."""

from lmsctl.content.results import ContentKind
from lmsctl.content.store import items as store
from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights


def offer_codes(work: Work, typed: Typed) -> list[str]:
    """Return the codes of items that begin as typed; needs `content.view`."""
    rights.require(work, "content.view")
    return store.list_codes_starting(work, typed.start)


def offer_folders(work: Work, typed: Typed) -> list[str]:
    """Return the codes of folders that begin as typed; needs `content.view`."""
    rights.require(work, "content.view")
    return store.list_codes_starting(work, typed.start, ContentKind.FOLDER)


OFFERS = {"content": offer_codes, "folder": offer_folders}
