"""What the user room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence

from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.kit.hooks import Obstacle
from lmsctl.kit.work import Work
from lmsctl.user import store


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[Obstacle]:
    """Yield who is still in a department that should go, people of every status counted."""
    for place in store.count_by_department(work, ids):
        many = f"{place.people} people, among them " if place.people > 1 else ""
        yield Obstacle(f"{many}{place.example} in {place.department}")
