"""Taking what calendar programs answer."""

from lmsctl.kit.work import Work
from lmsctl.notification import hookpoints
from lmsctl.notification.calendar.rules import replies
from lmsctl.notification.errors import AnswerEntryUnknown
from lmsctl.notification.results import TakenAnswer
from lmsctl.rights import actions as rights


def take_answer(work: Work, data: bytes) -> TakenAnswer:
    """Let the answer in a mail count for the person whose address it is from.

    `data` is the mail as it arrived. Needs `enrollment.manage` over the person. Raises
    MailUnreadable, AnswerMissing, AnswerUnclear, AnswerNotTheirs, AnswerEntryUnknown,
    AnswerOutdated, and what keeps a person from answering.
    """
    scope = rights.require(work, "enrollment.manage")
    taken = hookpoints.take_entry_reply(work, scope, replies.read_mail(data))
    found = next((one for one in taken if one is not None), None)
    if found is None:
        raise AnswerEntryUnknown
    return found
