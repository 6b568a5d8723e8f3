"""The refusals of the report room."""

from lmsctl.kit.errors import Rejected


class PeriodReversed(Rejected):
    """Raised when a period ends before it begins."""

    code = "period_reversed"
    message = "The period ends at {until}, before it begins at {since}."
    hint = "Exchange --since and --until, or leave one of them out."
