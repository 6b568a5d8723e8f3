"""Tracebacks without what nobody else may read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lmsctl.kit import dburl

_SHORTEST_SECRET = 6


def safe_traceback(error: BaseException, command: str, argv: Sequence[str]) -> str:
    """Return the traceback without passwords, and without what was typed after `command`.

    A link, a code or an address on the command line comes back in the messages of drivers.
    """
    import traceback

    text = dburl.scrubbed("".join(traceback.format_exception(error)))
    values = {part for word in argv for part in (word, word.partition("=")[2])}
    for value in sorted(values.difference(command.split()), key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET and not value.startswith("-"):
            text = text.replace(value, "***")
    # PostgreSQL quotes whole rows.
    return re.sub(r"(?m)^DETAIL:.*$", "DETAIL: ***", text)
