"""Every way the notification room can say no."""

from lmsctl.kit.errors import NotFound


class MessageUnknown(NotFound):
    """No message with that number, or not in scope."""

    code = "message_unknown"
    message = "There is no message {number}."
    hint = "'lmsctl notification list' shows the numbers."
