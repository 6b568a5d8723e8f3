"""Limits as they are written: a whole number, or the word for none."""

import re

from lmsctl.kit.canonical import excerpt
from lmsctl.kit.errors import Rejected, Usage

UNLIMITED = "unlimited"
_WHOLE = re.compile("-?[0-9]+", re.ASCII)


class NumberMalformed(Usage):
    """A text on the command line that is no number at all; one out of bounds is rejected."""

    code = "number_malformed"
    message = "{given} is not a whole number."
    hint = "Write it in the digits 0 to 9, or write the word 'unlimited'."


def is_whole(text: str) -> bool:
    """Say whether `text` is a whole number, however great; below 0 too."""
    return _WHOLE.fullmatch(text) is not None


def parse(
    given: str, *, most: int, wrong: type[Rejected], zero: type[Rejected], field: str
) -> int | None:
    """Return the number from 1 to `most`, None for `unlimited`.

    Raises NumberMalformed, `zero` for 0, and `wrong` for a number that is less or more.
    """
    if given == UNLIMITED:
        return None
    if not is_whole(given):
        raise NumberMalformed(given=excerpt(given), field=field)
    if given.startswith("-") or len(given) > len(str(most)) or int(given) > most:
        raise wrong(given=excerpt(given), most=most, field=field)
    if int(given) == 0:
        raise zero(field=field)
    return int(given)
