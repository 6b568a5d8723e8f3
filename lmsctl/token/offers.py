"""What is offered for the code of a token that is being typed."""

from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.token import store


def offer_codes(work: Work, typed: Typed) -> list[str]:
    """Return the codes of tokens that begin as typed; needs `token.view` everywhere."""
    rights.require_everywhere(work, "token.view")
    return store.list_codes_starting(work, typed.start)


OFFERS = {"token": offer_codes}
