"""Every way a file of progress can say no."""

from lmsctl.kit.errors import Rejected


class MomentBlank(Rejected):
    """A row of a file does not say when something happened."""

    code = "event_moment_blank"
    message = "It is not said when this happened."
    hint = "Write the moment into the cell, such as 2026-03-01T09:00 or 2026-03-01."
