"""Every way deadlines of trainings can say no."""

from lmsctl.kit.errors import Usage


class DeadlinesMissing(Usage):
    """Nothing to set."""

    code = "deadlines_missing"
    message = "No deadline is given."
    hint = "Give --stop-registration, --stop-cancellations or both, such as 2d, or off."
