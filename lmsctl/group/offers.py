"""What is offered for the name of a group that is being typed."""

from lmsctl.group import store
from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights


def offer_names(work: Work, typed: Typed) -> list[str]:
    """Return the names of groups that the actor sees and that begin as typed."""
    return store.list_names_starting(work, typed.start, rights.visibility(work).groups)


OFFERS = {"group": offer_names}
