"""What the content room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence

from lmsctl.content.store import catalog as catalog_store
from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield how many grants and catalog rules go with their department; the schema deletes them."""
    counts = catalog_store.count_rules_on_departments(work, ids)
    if counts.grants:
        yield f"Goes too: {counted(counts.grants, 'grant')} of content."
    if counts.rules:
        yield f"Goes too: {counted(counts.rules, 'catalog rule')}."
