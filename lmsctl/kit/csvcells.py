"""The value of one cell of a file, and how large it may be."""

import unicodedata

from lmsctl.kit import canonical
from lmsctl.kit.csvout import LiteralText, is_guarded


def clean(cell: str) -> str:
    """Return the value of a cell: without blanks around it, in NFC, the writer's guard taken off.

    Only the first character of a cell can be the guard. What it guarded keeps its beginning, even
    a tab, so that whatever we wrote reads back as it was.
    """
    value = canonical.trim(cell)
    if is_guarded(cell):
        return LiteralText(unicodedata.normalize("NFC", value[1:]))
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def is_larger(text: str, bytes_limit: int) -> bool:
    """Return whether `text` has more bytes in UTF-8."""
    return len(text) * 4 > bytes_limit and len(text.encode()) > bytes_limit
