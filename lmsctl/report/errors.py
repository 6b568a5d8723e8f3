"""Every way the report room can say no."""

from lmsctl.kit.errors import Usage


class PeriodReversed(Usage):
    """A period in which nothing can be."""

    code = "period_reversed"
    message = "The period ends at {until}, before it begins at {since}."
    hint = "Exchange --since and --until, or leave one of them out."
