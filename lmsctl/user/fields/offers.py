"""What is offered for the name of a custom field that is being typed."""

from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.user.fields import actions


def offer_names(work: Work, _typed: Typed) -> list[str]:
    """Return the names of all custom fields; needs `user.view` somewhere."""
    return [field.name for field in actions.list_fields(work)]


OFFERS = {"field": offer_names}
