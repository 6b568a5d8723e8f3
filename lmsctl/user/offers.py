"""What is offered for a login that is being typed: logins, and addresses once it looks like one."""

from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.user import store


def offer_logins(work: Work, typed: Typed) -> list[str]:
    """Return the logins that the actor sees and that begin as typed, else the addresses."""
    visible = rights.visibility(work)
    found = store.list_logins_starting(work, typed.start, visible)
    if not found and "@" in typed.start:
        return store.list_addresses_starting(work, typed.start, visible)
    return found


OFFERS = {"user": offer_logins}
