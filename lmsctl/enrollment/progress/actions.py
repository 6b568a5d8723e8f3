"""Recording what people did."""

from datetime import datetime
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.content import rules as content_rules
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.enrollment.progress import rules
from lmsctl.enrollment.progress import store as progress_store
from lmsctl.enrollment.progress.errors import EventMomentMissing
from lmsctl.enrollment.progress.results import Recorded
from lmsctl.enrollment.results import EventKind
from lmsctl.kit import timewords
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.user import store as users
from lmsctl.user.actions import finding
from lmsctl.user.store import Person

_BY_HAND = "administrator"


def record_event(  # noqa: PLR0913 - one keyword for each thing an event has
    work: Work,
    login: str,
    event: EventKind,
    *,
    code: str | None = None,
    score: int | None = None,
    at: TimeWord | None = None,
) -> tuple[Recorded, bool]:
    """Record what a person did, now or at `at`; returns what is recorded, and whether it is new.

    The same event of the same person with the same item at the same second is one. Who was
    pre-enrolled is enrolled by their first event; `completed` completes an enrollment. Needs
    `progress.manage` over the person. Raises EventNeedsContent, ScoreWrong, EventMomentMissing,
    EventInFuture, UserUnknown, NotConfirmedYet, ContentUnknown and ContentIsFolder.
    """
    rights.require(work, "progress.manage")
    rules.check_event(event, score, has_content=code is not None)
    happened_at = timewords.moment_or_now(at, work.now, work.zone, EventMomentMissing, "--at")

    def get() -> Person:
        return finding.get_where_allowed(work, login, "progress.manage")

    person = rights.get_for_update(work, get, users.lock_for_share)
    work.about = f"user {person.login}"
    portal_rules.check_confirmed(person, "given progress")
    item = content.get_for_share(work, content.get(work, code).id) if code is not None else None
    if item is not None:
        content_rules.check_no_folder(item, "worked on")
    rules.check_happened(happened_at, work.now)
    named: dict[str, Any] = {
        "user_id": person.id,
        "item_id": item.id if item else None,
        "event": event,
        "happened_at": happened_at,
    }
    is_new = progress_store.add_event(
        work, **named, score=score, recorded_at=work.now, source=_BY_HAND
    )
    kept = progress_store.get_event(work, **named)
    recorded = Recorded(
        person.login, item.code if item else None, event, kept.score, happened_at, kept.source
    )
    if is_new:
        detail = {"content": recorded.content, "event": event}
        audit.record(work, "progress.recorded", f"user {person.login}", **detail)
    if is_new and item is not None:
        _update_enrollment(work, person.id, item, event, happened_at)
    return recorded, is_new


def _update_enrollment(
    work: Work, user_id: int, item: Item, event: EventKind, happened_at: datetime
) -> None:
    """Move the person's enrollment in the item on to enrolled or completed, if there is one."""
    zone = portal.zone(work)
    due_at = content_rules.due_at(item, happened_at, zone)
    progress_store.begin_enrollment(work, user_id, item.id, happened_at, due_at)
    if event is EventKind.COMPLETED:
        progress_store.complete_enrollment(work, user_id, item.id, happened_at)
