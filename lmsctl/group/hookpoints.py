"""What the group room announces to the rooms above it."""

from collections.abc import Iterable, Sequence

from lmsctl.kit.hooks import Hook
from lmsctl.kit.work import Work


@Hook
def before_delete_of_group(work: Work, ids: Sequence[int]) -> Iterable[str]:
    """Return what goes with groups that somebody wants to delete; it changes nothing."""
    raise NotImplementedError


@Hook
def with_delete_of_group(work: Work, ids: Sequence[int]) -> None:
    """Delete what goes with groups that are about to be deleted."""
