"""What follows for enrollments when something happens in lower rooms."""

from collections.abc import Iterator, Sequence

from lmsctl.content import hookpoints as content_hookpoints
from lmsctl.content.results import ContentKind
from lmsctl.content.store import items as content
from lmsctl.enrollment import store
from lmsctl.enrollment.items.actions import canceling
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.notification import hookpoints as notification_hookpoints
from lmsctl.notification.calendar.rules.replies import EntryReply
from lmsctl.notification.results import TakenAnswer
from lmsctl.rights.rules import Scope
from lmsctl.user import hookpoints as user_hookpoints


@content_hookpoints.before_delete_of_content.implement
def before_delete_of_content(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield a sentence for the enrollments and one for the events that the schema deletes too."""
    counts = store.count_on_items(work, ids)
    for count, name in (
        (counts.enrollments, "enrollment"),
        (counts.progress_events, "progress event"),
    ):
        if count:
            yield f"Goes too: {counted(count, name)}."


@content_hookpoints.with_delete_of_content.implement
def with_delete_of_content(work: Work, ids: Sequence[int]) -> None:
    """Cancel what pathways that are deleted had prepared and nobody has completed."""
    for number in ids:
        item = content.by_id(work, number)
        if item.kind == ContentKind.PATHWAY:
            canceling.cancel_prepared(work, item.code, None)


@user_hookpoints.records_of_user.implement
def records_of_user(work: Work, user_id: int) -> dict[str, int]:
    """Return how many enrollments and progress events are deleted with a user, by kind."""
    counts = store.count_on_user(work, user_id)
    return {"enrollments": counts.enrollments, "progress_events": counts.progress_events}


@notification_hookpoints.take_entry_reply.implement
def take_entry_reply(work: Work, scope: Scope, reply: EntryReply) -> TakenAnswer | None:
    """Record what a participant of a training says to the invitation in their calendar."""
    # What else follows from events is quick without it.
    from lmsctl.enrollment.participation.actions import answering

    return answering.take_entry_reply(work, scope, reply)
