"""Pure decisions on making many tokens at once."""

from lmsctl.token.minting.errors import MintCountWrong, MintRecipientsTooMany

_MOST_MINTED = 100_000


def check_minting(count: int | None, recipients: int) -> int:
    """Return how many tokens to make, one for each of the recipients when `count` is None.

    Raises MintCountWrong and MintRecipientsTooMany.
    """
    wanted = recipients if count is None else count
    if not 1 <= wanted <= _MOST_MINTED:
        raise MintCountWrong(given=wanted, most=_MOST_MINTED, field="--count")
    if recipients > wanted:
        raise MintRecipientsTooMany(recipients=recipients, count=wanted, field="--count")
    return wanted
