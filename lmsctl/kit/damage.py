"""Cells that a spreadsheet has turned into something else: shortened numbers, errors, formulas."""

import re
from typing import Self

from lmsctl.kit.csvout import LiteralText
from lmsctl.kit.errors import Rejected

# What formulas answer when something is wrong, in the languages that spreadsheets speak most; a
# column that is too narrow, and what LibreOffice shows besides.
_ERROR = re.compile(
    r"#(REF|BEZUG|VALUE|WERT|VALEUR|NAME|NOM|NOMBRE|N/A|NV|NUM|ZAHL|NOMBRE|NULL|DIV/0|SPILL|CALC)[!?]?"
    r"|#{3,}|Err:[0-9]{3}",
    re.IGNORECASE,
)
_SHORTENED = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]{1,3}", re.IGNORECASE)
_FORMULA = re.compile(r'="[^"]*"')
_HINTS = ("#", "E+", "e+", '="', "Err:")


class TimeText(str):
    """The text of a cell that a spreadsheet keeps as a date or a time; no blanks are around it."""

    __slots__ = ()

    def strip(self, chars: str | None = None, /) -> Self:  # noqa: ARG002 - what strings have
        """Return the same, so that it stays known as what it is."""
        return self


class CellDamaged(Rejected):
    """A cell that names something and looks like what a spreadsheet made of it."""

    code = "cell_damaged"
    message = "'{given}' is {what}."
    hint = "Format the column as text in the spreadsheet, and enter the value again."


def may_be_damaged(cells: list[str]) -> bool:
    """Say whether it is worth looking at each of the cells: a quick look at all of them.

    Dates count too, which are sound in most columns but name nothing.
    """
    text = "\n".join(cells)
    return (
        any(sign in text for sign in _HINTS)
        or text[:1] == "'"
        or "\n'" in text
        or TimeText in map(type, cells)
    )


def is_time(cell: str) -> bool:
    """Say whether a spreadsheet keeps a cell as a date or a time, as it does all that looks so."""
    return isinstance(cell, TimeText)


def damage(cell: str) -> str | None:
    """Return what a spreadsheet has made of a cell, in words that follow `is`; None for nothing.

    What a writer guarded is meant as it is.
    """
    if isinstance(cell, LiteralText):
        return None
    if _SHORTENED.fullmatch(cell):
        return "a number that a spreadsheet has shortened"
    if _ERROR.fullmatch(cell):
        return "the error of a formula"
    if _FORMULA.fullmatch(cell):
        return "a formula around a text"
    if cell[:1] == "'" and len(cell) > 1:
        return "a text with the apostrophe by which spreadsheets mark one"
    return None
