"""What the role room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.kit.hooks import Obstacle
from lmsctl.kit.work import Work
from lmsctl.role import store


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[Obstacle]:
    """Yield who manages a department that should go: everybody who holds a role in it."""
    for department, rows in groupby(store.list_managers(work, ids), lambda row: row.department):
        who = ", ".join(f"{row.login} ({row.role})" for row in rows)
        yield Obstacle(f"{department} is managed by {who}")
