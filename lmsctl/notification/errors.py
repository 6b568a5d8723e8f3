"""The refusals of the notification room."""

from lmsctl.kit.errors import NotFound


class MessageUnknown(NotFound):
    """Raised when no message has that number, or it is not in scope."""

    code = "message_unknown"
    message = "There is no message {number}."
    hint = "'lmsctl notification list' shows the numbers."
