"""The refusals of the notification room."""

from lmsctl.kit.errors import NotFound, Rejected


class MessageUnknown(NotFound):
    """Raised when no message has that number, or it is not in scope."""

    code = "message_unknown"
    message = "There is no message {number}."
    hint = "'lmsctl notification list' shows the numbers."


# Answers of calendar programs --------------------------------------------------------------------


class MailUnreadable(Rejected):
    """Raised for what is no mail, or one that is too long or broken."""

    code = "mail_unreadable"
    message = "This is not a mail that can be read: {reason}."
    hint = "Pass on one mail as it arrived, with its headers."


class AnswerMissing(Rejected):
    """Raised for a mail without the answer of a calendar program to an invitation."""

    code = "answer_missing"
    message = "The mail has no answer to an invitation: {reason}."
    hint = "Pass on what calendar programs send when somebody accepts or declines."


class AnswerUnclear(Rejected):
    """Raised for an answer that is neither a yes nor a no of one person to one whole entry."""

    code = "answer_unclear"
    message = "The answer cannot be taken: {reason}."
    hint = "Accept or decline all of it, or use 'lmsctl enrollment confirm' or 'decline'."


class AnswerNotTheirs(Rejected):
    """Raised for an answer that is not from the address to which the invitation went."""

    code = "answer_not_theirs"
    message = "The answer is not from the person who was invited: {reason}."
    hint = "Answer from the address that the invitation was sent to."


class AnswerEntryUnknown(Rejected):
    """Raised for an answer to an entry that nobody was sent, or somebody out of scope."""

    code = "answer_entry_unknown"
    message = "There is no invitation that this is the answer to."
    hint = "Answer the mail that invited you, or use 'lmsctl enrollment confirm' or 'decline'."


class AnswerOutdated(Rejected):
    """Raised for an answer to what has changed since, or that a later one has replaced."""

    code = "answer_outdated"
    message = "'{login}' has not answered what '{training}' is now: {reason}."
    hint = "Answer the latest message about it, or use 'lmsctl enrollment confirm' or 'decline'."
