"""What is offered for the name of a role that is being typed."""

from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.role import store


def offer_names(work: Work, typed: Typed) -> list[str]:
    """Return the names of roles that begin as typed; needs `role.manage` somewhere."""
    rights.require(work, "role.manage")
    return store.list_names_starting(work, typed.start)


OFFERS = {"role": offer_names}
