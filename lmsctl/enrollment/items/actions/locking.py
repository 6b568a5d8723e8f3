"""Finding items that people are enrolled in or taken out of, and keeping others from them."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.enrollment.selection.actions.pairs import LockedTargets
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work


def lock_items(
    work: Work, codes: Sequence[str], check: Callable[[Item], None] = lambda _item: None
) -> LockedTargets[Item]:
    """Return the items that codes name, locked, in the order of the codes.

    `check` raises when nothing can be done with an item; that is what is wrong with its code then,
    as is ContentUnknown.
    """
    ids: list[int] = []
    for code in codes:
        with suppress(Refusal):
            ids.append(content.get(work, code).id)
    content.share_all(work, ids)
    found: dict[int, Item] = {}
    wrong: dict[str, Refusal] = {}
    for code in codes:
        try:
            item = content.get(work, code)
            check(item)
        except Refusal as refusal:
            wrong[code] = refusal
        else:
            found.setdefault(item.id, item)
    return LockedTargets(found, wrong)
