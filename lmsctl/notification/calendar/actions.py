"""Making what a mail carries for calendar programs from what its message keeps."""

import re

from lmsctl.kit import icalendar


def finish(stored: str, recipient: str) -> tuple[str, str]:
    """Return the text of a part `text/calendar` of a mail, and its method (`REQUEST`, `CANCEL`).

    `stored` is what a message keeps (`Notification.calendar`), `recipient` the one address that
    the mail goes to. The text has lines that end in CR LF, and any characters; the method is also
    for the parameter `method` of the header Content-Type.
    """
    text = icalendar.addressed(stored, recipient)
    method = re.search("^METHOD:([A-Z]+)\r$", text, re.MULTILINE)
    assert method is not None
    return text, method[1]
