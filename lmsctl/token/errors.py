"""Every way the token room can say no."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected


class TokenUnknown(NotFound):
    """No token of that code, or one that was deleted: one answer for both."""

    code = "token_unknown"
    message = "There is no such token."
    hint = "Check the code, or ask whoever gave it to you."


class TokenExists(Conflict):
    """A token of that code exists."""

    code = "token_exists"
    message = "A token with this code exists already."
    hint = "Choose another code, or give --if-exists skip or update."


class TokenCodeInvalid(Rejected):
    """A code that could not be typed or read."""

    code = "token_code_invalid"
    message = "This cannot be the code of a token: {reason}."
    hint = "Use 3 to 64 visible characters, or leave the code out to get one made."


class TokenContentWrong(Rejected):
    """Something that no token admits to."""

    code = "token_content_wrong"
    message = "'{given}' is a {kind}, and a token admits to a topic, an article or a pathway."
    hint = "Name one of these; 'lmsctl content list' shows what there is."


class TokenContentLibrary(Rejected):
    """What comes from the library is not for people from outside."""

    code = "token_content_library"
    message = "'{given}' comes from the library, to which no token admits."
    hint = "Make a copy of your own, and a token for that."


class TokenContentFixed(Conflict):
    """A token stays with its item."""

    code = "token_content_fixed"
    message = "This token admits to '{content}', which cannot change."
    hint = "Make another token for '{wanted}'."


class TokenLimitWrong(Rejected):
    """A number of uses below 0 or beyond the most; in a file, a cell that is no number too."""

    code = "token_limit_wrong"
    message = "'{given}' is no number of uses."
    hint = "Give a whole number from 1 to {most}, or the word 'unlimited'."


class TokenLimitZero(Rejected):
    """A token for nobody."""

    code = "token_limit_zero"
    message = "A token needs at least one use."
    hint = "To stop a token, deactivate it: lmsctl token deactivate."


class TokenLimitBelowUses(Rejected):
    """Fewer uses than there were."""

    code = "token_limit_below_uses"
    message = "The token was used {uses} times, so its limit cannot be {limit}."
    hint = "Give at least {uses}, or deactivate the token."


class TokenDisabled(Rejected):
    """Somebody paused the token."""

    code = "token_disabled"
    message = "This token is disabled at present."
    hint = "An administrator can enable it again: lmsctl token activate."


class TokenExpired(Rejected):
    """The last moment of the token is over."""

    code = "token_expired"
    message = "This token expired at {expires_at}."
    hint = "Move its expiry (lmsctl token edit --expires), or use another token."


class TokenUsedUp(Rejected):
    """Every use of the token is taken."""

    code = "token_used_up"
    message = "All {limit} uses of this token are taken."
    hint = "Raise its limit (lmsctl token edit --limit), or use another token."
