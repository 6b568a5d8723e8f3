"""What the notification room announces to the rooms above it."""

from lmsctl.kit.hooks import Hook
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules.replies import EntryReply
from lmsctl.notification.results import TakenAnswer
from lmsctl.rights.rules import Scope


@Hook
def take_entry_reply(work: Work, scope: Scope, reply: EntryReply) -> TakenAnswer | None:
    """Take what somebody in scope says to an entry of their calendar.

    Returns what has become of it, None for an entry of others. Raises AnswerNotTheirs,
    AnswerOutdated, and what keeps them from answering at all.
    """
    raise NotImplementedError
