"""The refusals that are about deadlines."""

from lmsctl.kit.errors import Usage


class DeadlinesMissing(Usage):
    """Raised when no deadline is given to set."""

    code = "deadlines_missing"
    message = "No deadline is given."
    hint = "Give --stop-registration, --stop-cancellations or both, such as 2d, or off."
