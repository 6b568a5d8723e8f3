"""What the registration room has to say about what happens in lower rooms."""

from collections.abc import Sequence

from lmsctl.kit import discover
from lmsctl.kit.work import Work
from lmsctl.registration import store


def with_expiry_of_users(work: Work, ids: Sequence[int]) -> None:
    """Note that these people's registrations came to nothing, and let their doors take back."""
    registrations = store.expire(work, ids)
    discover.announce("with_expiry_of_registrations", work, registrations)


def with_confirmation_of_users(work: Work, ids: Sequence[int]) -> None:
    """Note that people who waited are confirmed, by whatever way."""
    store.confirm(work, ids)
