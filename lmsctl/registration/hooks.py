"""What the registration room does when something happens in a lower room."""

from collections.abc import Sequence

from lmsctl.kit.work import Work
from lmsctl.registration import hookpoints, store
from lmsctl.user import hookpoints as user_hookpoints


@user_hookpoints.with_expiry_of_users.implement
def with_expiry_of_users(work: Work, ids: Sequence[int]) -> None:
    """Note that these people's registrations expired, and let entry points take back places."""
    registrations = store.expire(work, ids)
    hookpoints.with_expiry_of_registrations(work, registrations)


@user_hookpoints.with_confirmation_of_users.implement
def with_confirmation_of_users(work: Work, ids: Sequence[int]) -> None:
    """Note that people who waited are confirmed, by whatever way."""
    store.confirm(work, ids)
