"""What can be wrong with a row of a file of tokens, beyond what can be wrong with a token."""

from lmsctl.kit.errors import Rejected


class TokenNumberWrong(Rejected):
    """A token id that is none."""

    code = "row_token_number_wrong"
    message = "'{given}' is not a valid token id."
    hint = "Write the number as 'lmsctl token template' shows it; leave it blank to make a token."


class TokenNumberUnknown(Rejected):
    """A token id that no token has: an upload never makes a token of that number."""

    code = "row_token_unknown"
    message = "There is no token with the id {given}."
    hint = "Leave the token id blank to make a new token, or correct it."


class RowTokenExists(Rejected):
    """A row that would make a token with a code that is in use."""

    code = "row_token_exists"
    message = "A token with this code exists already."
    hint = "Choose another code, or write the token id of the token that should change."


class RowContentMissing(Rejected):
    """A row that does not say what its token admits to."""

    code = "row_content_missing"
    message = "The row names no item."
    hint = "Write the item's code; 'lmsctl content list' shows it. A title does not identify."


class RowContentMoved(Rejected):
    """A row that would let a token admit to something else."""

    code = "row_content_moved"
    message = "Token {number} admits to '{content}' and cannot change to '{given}'."
    hint = "Keep the code of the item; for another item make another token."


class RowCodeChanged(Rejected):
    """A row that would give a token another code."""

    code = "row_code_changed"
    message = "Token {number} has another code, which cannot change."
    hint = "Leave the cell blank or as it was; for another code make another token."


class RowLabelMissing(Rejected):
    """A new token without a label."""

    code = "row_label_missing"
    message = "A new token in a file needs a label."
    hint = "Fill in the column Token label: it is what people call the token."


class CreatesUnclear(Rejected):
    """Nobody knows what kind of people a token makes."""

    code = "row_creates_unclear"
    message = "'{given}' is none of: {known}."
    hint = "Write one of these words; in a new token a blank cell means prospect."


class ActiveUnclear(Rejected):
    """Neither yes nor no."""

    code = "row_active_unclear"
    message = "'{given}' is neither Yes nor No."
    hint = "Write Yes or No; blank leaves a token as it is, and a new one works at once."
