"""What the group room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence

from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.department import store as departments
from lmsctl.group import store
from lmsctl.kit.work import Work


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield which groups will belong to the root, because sets of people are never lost with it."""
    for name in store.list_names_in_departments(work, ids):
        yield f"stays and belongs to the root from then on: group {name}"


@department_hookpoints.with_delete_of_department.implement
def with_delete_of_department(work: Work, ids: Sequence[int]) -> None:
    """Let the groups of departments that go belong to the root."""
    store.move_to_department(work, ids, departments.get_root(work).id)
