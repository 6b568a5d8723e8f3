"""What the department room announces to the rooms above it."""

from collections.abc import Iterable, Sequence

from lmsctl.kit.hooks import Hook, Obstacle
from lmsctl.kit.work import Work


@Hook
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterable[str | Obstacle]:
    """Return what happens to other things when these departments go, or why they cannot go.

    It is asked before the confirmation, and changes nothing.
    """
    raise NotImplementedError


@Hook
def with_delete_of_department(work: Work, ids: Sequence[int]) -> None:
    """Take leave of departments that are about to be deleted: delete or move what is in them."""
