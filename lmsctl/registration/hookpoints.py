"""What the registration room announces to the rooms above it."""

from collections.abc import Sequence

from lmsctl.kit.hooks import Hook
from lmsctl.kit.work import Work


@Hook
def with_expiry_of_registrations(work: Work, ids: Sequence[int]) -> None:
    """Give back what registrations had taken that came to nothing; `ids` are theirs."""
