"""The refusals that are about tokens themselves."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected


class TokenUnknown(NotFound):
    """Raised when no token has that code, or it was deleted: one answer for both."""

    code = "token_unknown"
    message = "There is no such token."
    hint = "Check the code, or ask whoever gave it to you."


class TokenExists(Conflict):
    """Raised when a token of that code exists."""

    code = "token_exists"
    message = "A token with this code exists already."
    hint = "Choose another code, or give --if-exists skip or update."


class TokenCodeInvalid(Rejected):
    """Raised when a text cannot be the code of a token."""

    code = "token_code_invalid"
    message = "This cannot be the code of a token: {reason}."
    hint = "Use 3 to 64 visible characters, or leave the code out to get one made."
    cell_hint = "Use 3 to 64 visible characters, or leave the cell blank to get a code made."


class TokenContentWrong(Rejected):
    """Raised when an item is of a kind that no token admits to."""

    code = "token_content_wrong"
    message = "'{given}' is a {kind}, and a token admits to a topic, an article or a pathway."
    hint = "Name one of these; 'lmsctl content list' shows what there is."


class TokenContentLibrary(Rejected):
    """Raised when an item comes from the library, which is not for people from outside."""

    code = "token_content_library"
    message = "'{given}' comes from the library, to which no token admits."
    hint = "Make a copy of your own, and a token for that."


class TokenContentFixed(Conflict):
    """Raised when a token would get another item than it has."""

    code = "token_content_fixed"
    message = "This token admits to '{content}', which cannot change."
    hint = "Make another token for '{wanted}'."


class TokenLimitWrong(Rejected):
    """Raised when a number of uses is out of bounds, or a cell of a file no number."""

    code = "token_limit_wrong"
    message = "'{given}' is not a valid number of uses."
    hint = "Give a whole number from 1 to {most}, or the word 'unlimited'."


class TokenLimitZero(Rejected):
    """Raised when a token would have no use at all."""

    code = "token_limit_zero"
    message = "A token needs at least one use."
    hint = "To stop a token, deactivate it: lmsctl token deactivate."
    cell_hint = "To stop a token, write No into the column Active."


class TokenLimitBelowUses(Rejected):
    """Raised when a limit is lower than the uses there were."""

    code = "token_limit_below_uses"
    message = "The token was used {uses} times, so its limit cannot be {limit}."
    hint = "Give at least {uses}, or deactivate the token."
    cell_hint = "Write at least {uses}, or No into the column Active."


class TokenDisabled(Rejected):
    """Raised when a token is switched off."""

    code = "token_disabled"
    message = "This token is disabled at present."
    hint = "An administrator can enable it again: lmsctl token activate."


class TokenExpired(Rejected):
    """Raised when the last moment of a token is over."""

    code = "token_expired"
    message = "This token expired at {expires_at}."
    hint = "Move its end (lmsctl token edit --ends), or use another token."


class TokenUsedUp(Rejected):
    """Raised when every use of a token is taken."""

    code = "token_used_up"
    message = "All {limit} uses of this token are taken."
    hint = "Raise its limit (lmsctl token edit --limit), or use another token."
