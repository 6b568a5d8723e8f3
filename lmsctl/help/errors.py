"""Every way the help room can say no."""

from lmsctl.kit.errors import Usage


class TopicUnknown(Usage):
    """Nothing is written about that."""

    code = "topic_unknown"
    message = "There is no help on '{topic}'."
    hint = "{advice}"
