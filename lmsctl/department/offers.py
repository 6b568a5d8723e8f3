"""What is offered for the path of a department that is being typed."""

from lmsctl.department import store
from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights


def offer_paths(work: Work, typed: Typed) -> list[str]:
    """Return the paths of departments that the actor may be told of and that begin as typed."""
    return store.list_paths_starting(work, typed.start, rights.visibility(work).departments)


OFFERS = {"department": offer_paths}
