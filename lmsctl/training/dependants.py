"""What the training room has to say about what happens in lower rooms."""

from collections.abc import Iterator, Sequence

from lmsctl.department import store as departments
from lmsctl.kit.work import Work
from lmsctl.training import people_store, store


def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield which trainings will belong to the root, never lost with it, and what goes."""
    for code in store.codes_in_departments(work, ids):
        yield f"stays and belongs to the root from then on: training {code}"
    yield from _openings(store.openings_on(work, "department_id", ids))


def before_delete_of_group(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield how many openings in the catalog go with a group; the schema deletes them."""
    yield from _openings(store.openings_on(work, "group_id", ids))


def _openings(count: int) -> Iterator[str]:
    if count:
        yield f"Goes too: {count} opening{'s' if count > 1 else ''} of trainings in the catalog."


def with_delete_of_department(work: Work, ids: Sequence[int]) -> None:
    """Let the trainings of departments that go belong to the root."""
    store.move_all(work, ids, departments.root(work).id)


def records_of_user(work: Work, user_id: int) -> dict[str, int]:
    """Return what hangs on a person alone and goes with them: how many of each."""
    return {"training_enrollments": people_store.count_of_user(work, user_id)}


def with_delete_of_user(work: Work, user_id: int) -> None:
    """Free the places of a person who goes."""
    people_store.release_of_user(work, user_id)
