"""What the token room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from lmsctl.content import hookpoints as content_hookpoints
from lmsctl.kit import wall_clock
from lmsctl.kit.hooks import Obstacle
from lmsctl.kit.work import Work
from lmsctl.portal import hookpoints as portal_hookpoints
from lmsctl.token import store


@content_hookpoints.before_delete_of_content.implement
def before_delete_of_content(work: Work, ids: Sequence[int]) -> Iterator[Obstacle]:
    """Yield how many tokens admit to an item that should go; their codes are nobody's business."""
    count = store.count_on_content(work, ids)
    if count:
        yield Obstacle(f"{count} token{'s admit' if count > 1 else ' admits'} to it")


@portal_hookpoints.after_change_of_zone.implement
def after_change_of_zone(work: Work, old: ZoneInfo, new: ZoneInfo) -> list[str]:
    """Return a sentence for every expiry whose local date reads differently in the new zone."""
    sentences = []
    for row in store.listed(work):
        if row.expires_at is None:
            continue
        before, after = wall_clock.show(row.expires_at, old), wall_clock.show(row.expires_at, new)
        if before.partition("T")[0] != after.partition("T")[0]:
            sentences.append(
                f"Token {row.name} expires at the same instant, which now reads {after}, not "
                f"{before}."
            )
    return sentences
