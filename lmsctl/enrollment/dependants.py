"""What the enrollment room has to say about what happens in lower rooms."""

from collections.abc import Iterator, Sequence

from lmsctl.content import store as content
from lmsctl.content.results import Kind
from lmsctl.enrollment import store
from lmsctl.enrollment.items.actions import canceling
from lmsctl.kit.work import Work


def before_delete_of_content(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield how many enrollments and progress events go with an item; the schema deletes them."""
    hanging = store.count_on_items(work, ids)
    for count, name in (
        (hanging.enrollments, "enrollment"),
        (hanging.progress_events, "progress event"),
    ):
        if count:
            yield f"Goes too: {count} {name}{'s' if count > 1 else ''}."


def with_delete_of_content(work: Work, ids: Sequence[int]) -> None:
    """Take away what pathways that go had prepared and nobody has completed."""
    for number in ids:
        item = content.by_id(work, number)
        if item.kind == Kind.PATHWAY:
            canceling.cancel_prepared(work, item.code, None)


def records_of_user(work: Work, user_id: int) -> dict[str, int]:
    """Return what hangs on a person alone and goes with them: how many of each."""
    hanging = store.count_on_user(work, user_id)
    return {"enrollments": hanging.enrollments, "progress_events": hanging.progress_events}
