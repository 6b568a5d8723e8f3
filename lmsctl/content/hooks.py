"""What the content room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence

from lmsctl.content.store import catalog as catalog_store
from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.kit.work import Work


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield how many grants and catalog rules go with their department; the schema deletes them."""
    hanging = catalog_store.count_rules_on_departments(work, ids)
    if hanging.grants:
        yield f"Goes too: {hanging.grants} grant{'s' if hanging.grants > 1 else ''} of content."
    if hanging.rules:
        yield f"Goes too: {hanging.rules} catalog rule{'s' if hanging.rules > 1 else ''}."
