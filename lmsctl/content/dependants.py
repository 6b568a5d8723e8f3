"""What the content room has to say about what happens in lower rooms."""

from collections.abc import Iterator, Sequence

from lmsctl.content import store
from lmsctl.kit.work import Work


def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield how many grants and catalog rules go with their department; the schema deletes them."""
    hanging = store.on_departments(work, ids)
    if hanging.grants:
        yield f"Goes too: {hanging.grants} grant{'s' if hanging.grants > 1 else ''} of content."
    if hanging.rules:
        yield f"Goes too: {hanging.rules} catalog rule{'s' if hanging.rules > 1 else ''}."
