"""What the enrollment room announces to the rooms above it."""

from collections.abc import Sequence

from lmsctl.kit.hooks import Hook
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope


@Hook
def rules_in_scope(work: Work, scope: Scope) -> frozenset[str]:
    """Return the codes of the rules that enroll people and are visible to whom has this scope."""
    raise NotImplementedError


@Hook
def after_cancel_by_hand(work: Work, item_id: int, user_ids: Sequence[int]) -> None:
    """Note that somebody has taken these people out of an item."""
