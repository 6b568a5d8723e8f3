"""What the registration room has to say about what happens in lower rooms."""

from collections.abc import Sequence

from lmsctl.kit import discover
from lmsctl.kit.work import Work
from lmsctl.registration import actions, store


def with_expiry_of_users(work: Work, ids: Sequence[int]) -> None:
    """Note that these people's registrations came to nothing, and let their doors take back."""
    registrations = store.expire(work, ids)
    discover.announce("with_expiry_of_registrations", work, registrations)


def with_confirmation_of_user(work: Work, user_id: int) -> None:
    """Note that a person who waited is confirmed, by whatever way."""
    waiting = store.pending_of(work, user_id)
    if waiting is not None:
        store.confirm(work, waiting.id)


def after_change_of_address(work: Work, user_id: int) -> None:
    """Ask a person who waits to confirm the address they have now instead of the one before."""
    actions.ask_anew(work, user_id)
