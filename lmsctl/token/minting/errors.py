"""The refusals that are about making many tokens at once."""

from lmsctl.kit.errors import Rejected


class MintCountWrong(Rejected):
    """Raised when so many tokens cannot be made in one go."""

    code = "mint_count_wrong"
    message = "{given} tokens cannot be made in one go."
    hint = "Give --count a whole number from 1 to {most}."


class MintRecipientsTooMany(Rejected):
    """Raised when more recipients are named than tokens are made."""

    code = "mint_recipients_too_many"
    message = "{recipients} recipients are named for {count} tokens."
    hint = "Raise --count, or leave it out to get one token for each recipient."
