"""What the training room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.department import store as departments
from lmsctl.group import hookpoints as group_hookpoints
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.training import store
from lmsctl.training.catalog import store as catalog_store
from lmsctl.training.model import TrainingOpening
from lmsctl.training.participants.actions import away
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.user import hookpoints as user_hookpoints


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield which trainings will belong to the root instead, and how many openings go."""
    for code in store.codes_in_departments(work, ids):
        yield f"stays and belongs to the root from then on: training {code}"
    yield from _openings(catalog_store.count_openings_of(work, TrainingOpening.department_id, ids))


@group_hookpoints.before_delete_of_group.implement
def before_delete_of_group(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield how many openings in the catalog go with a group; the schema deletes them."""
    yield from _openings(catalog_store.count_openings_of(work, TrainingOpening.group_id, ids))


def _openings(count: int) -> Iterator[str]:
    """Yield a line on how many openings go, if any."""
    if count:
        yield f"Goes too: {counted(count, 'opening')} of trainings in the catalog."


@department_hookpoints.with_delete_of_department.implement
def with_delete_of_department(work: Work, ids: Sequence[int]) -> None:
    """Let the trainings of departments that go belong to the root."""
    store.move_all(work, ids, departments.get_root(work).id)


@user_hookpoints.records_of_user.implement
def records_of_user(work: Work, user_id: int) -> dict[str, int]:
    """Return how many records belong to a person alone and are deleted with them, by kind."""
    return {"training_enrollments": showing_store.count_of_user(work, user_id)}


@user_hookpoints.places_of_user.implement
def places_of_user(work: Work, user_id: int, at: datetime) -> list[str]:
    """Return the names of the sessions beginning after `at` in which a person has a place."""
    return away.places_of(work, user_id, at)


@user_hookpoints.count_places_of_users.implement
def count_places_of_users(work: Work, ids: Sequence[int]) -> int:
    """Return how many places in sessions to come these people have."""
    return away.count_places_of(work, ids)


@user_hookpoints.with_end_of_trainings.implement
def with_end_of_trainings(work: Work, user_id: int, at: datetime) -> list[str]:
    """Take a person out of the trainings that would go on after `at`; returns their names."""
    return away.cancel_all_of(work, user_id, at)


@user_hookpoints.after_return_of_users.implement
def after_return_of_users(work: Work, ids: Sequence[int]) -> int:
    """Send people who are active again what they missed; returns how many messages there are."""
    return away.send_missed(work, ids)


@user_hookpoints.with_delete_of_user.implement
def with_delete_of_user(work: Work, user_id: int) -> None:
    """Free the places of a person who goes."""
    place_store.release_of_user(work, user_id)
