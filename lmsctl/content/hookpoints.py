"""What the content room announces to the rooms above it."""

from collections.abc import Iterable, Sequence

from lmsctl.kit.hooks import Hook, Obstacle
from lmsctl.kit.work import Work


@Hook
def before_delete_of_content(work: Work, ids: Sequence[int]) -> Iterable[str | Obstacle]:
    """Return what goes with items that somebody wants to delete, or why they cannot go.

    It changes nothing.
    """
    raise NotImplementedError


@Hook
def with_delete_of_content(work: Work, ids: Sequence[int]) -> None:
    """Delete or change what depends on items that are about to be deleted."""
