"""What is offered for the address of somebody whose registration waits, while it is being typed."""

from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.registration import store
from lmsctl.rights import actions as rights


def offer_addresses(work: Work, typed: Typed) -> list[str]:
    """Return the addresses of who waits and begins as typed; needs `registration.manage`."""
    scope = rights.require(work, "registration.manage")
    return store.list_pending_starting(work, typed.start, scope)


OFFERS = {"pending": offer_addresses}
