"""What is offered for the code of an auto-enrollment rule that is being typed."""

from lmsctl.autoenroll.store import rules as store
from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights


def offer_codes(work: Work, _typed: Typed) -> list[str]:
    """Return the codes of all rules in scope, of which there are few; needs `enrollment.view`."""
    return sorted(store.codes_in_scope(work, rights.require(work, "enrollment.view")))


OFFERS = {"rule": offer_codes}
