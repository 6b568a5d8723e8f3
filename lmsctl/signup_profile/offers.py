"""What is offered for the code of a sign-up profile that is being typed."""

from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.signup_profile.store import profiles as store


def offer_codes(work: Work, typed: Typed) -> list[str]:
    """Return the codes of profiles in scope that begin as typed; needs `profile.view`."""
    return store.list_codes_starting(work, typed.start, rights.require(work, "profile.view"))


OFFERS = {"profile": offer_codes}
