"""Telling people in which content they are enrolled."""

from collections.abc import Sequence

from lmsctl.content.rules import Item
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.notification.results import MessageKind
from lmsctl.notification.store.audiences import Audience
from lmsctl.portal import actions as portal


def enrolled_message(work: Work, title: str, reason: str) -> MessageText:
    """Return the message to people who have just been enrolled in content, and why."""
    settings = portal.settings(work)
    link = f"\n{settings.public_url}\n" if settings.public_url else ""
    return MessageText(
        kind=MessageKind.ENROLLED,
        reason=reason,
        subject=f"You are enrolled in {title}",
        body=f"You are enrolled in '{title}' of {settings.name}.\n{link}",
    )


def tell_enrolled(work: Work, item: Item, user_ids: Sequence[int], reason: str) -> None:
    """Tell people who have just been enrolled in an item, by notice and where possible by mail."""
    if user_ids:
        audience = Audience.at_once(work, user_ids)
        notification.tell_all(
            work, audience, enrolled_message(work, item.title, reason), topic=f"content {item.id}"
        )
