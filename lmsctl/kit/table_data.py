"""The rows and columns of an answer: chosen, sorted and cut as somebody asked."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.kit.answer import SupportsFirst
from lmsctl.kit.canonical import nearest
from lmsctl.kit.cells import cell_text
from lmsctl.kit.errors import Usage

UTC = ZoneInfo("UTC")
# How wide a table in a pipe is when nobody says.
_PIPE_WIDTH = 120


class ColumnUnknown(Usage):
    """A column nobody knows in --columns or --sort."""

    code = "column_unknown"
    message = "There is no column '{name}' here."
    hint = "{advice}Columns: {known}."


@dataclass(frozen=True, slots=True)
class View:
    """How an answer is to be shown.

    `width` is that of the terminal, or of a table in a pipe; None says that there is neither. A
    dumb terminal has no colors, and no signs but letters. `is_raw` leaves the cells of CSV as they
    are, also those that a spreadsheet would run.
    """

    output: str
    zone: ZoneInfo = UTC
    columns: str | None = None
    sort: str | None = None
    first: int | None = None
    has_headers: bool = True
    width: int | None = None
    color: bool = False
    is_terminal: bool = True
    now: datetime | None = None
    is_dumb: bool = False
    is_raw: bool = False

    @property
    def table_width(self) -> int:
        """How wide a table may be."""
        return self.width or _PIPE_WIDTH

    @property
    def format(self) -> str:
        """The format in the end; if nobody says, a table on a terminal and plain in a pipe."""
        if self.output == "auto":
            return "table" if self.width is not None and self.is_terminal else "plain"
        return self.output


class TableData:
    """The columns of one kind of thing, chosen and ordered as asked for."""

    def __init__(self, record: type, columns: str | None, sort: str | None) -> None:
        known = [item.name for item in fields(record)]
        former = getattr(record, "FORMER", {})
        # People are told everything once, by the name that it has now, where it always stood.
        told = list(dict.fromkeys(former.get(name, name) for name in known))
        brief = list(getattr(record, "TABLE", told))
        self.least_important = getattr(record, "LEAST_IMPORTANT", ())
        self.wraps = getattr(record, "WRAPS", False)
        # What stands in lines of its own below each row, unless columns are chosen.
        self.below: str | None = getattr(record, "BELOW", None) if columns is None else None
        self.totals: str | None = getattr(record, "TOTALS", None)
        chosen = None if columns is None else [_known(name, known) for name in _split(columns)]
        self.key = getattr(record, "KEY", known[0])
        self.columns = known if chosen is None else chosen
        self.table_columns = brief if chosen is None else chosen
        self.detail_columns = told if chosen is None else chosen
        self._order = [
            (_known(name.removeprefix("-"), known), name.startswith("-"))
            for name in _split(sort or "")
            if name
        ]

    def ordered(self, rows: Iterable[Any], first: int | None) -> Iterable[Any]:
        """Return rows in the order asked for; perhaps only the `first` ones."""
        if first is not None and isinstance(rows, SupportsFirst):
            rows = rows.first(first, self._order)
        for name, is_descending in reversed(self._order):
            rows = sorted(
                rows, key=lambda row: _sortable(getattr(row, name)), reverse=is_descending
            )
        return rows


def _split(given: str) -> list[str]:
    return [name.strip() for name in given.split(",")]


def _known(name: str, known: list[str]) -> str:
    spelled = name.replace("-", "_").casefold()
    if spelled not in known:
        guess = nearest(spelled, known)
        advice = f"Did you mean '{guess}'? " if guess else ""
        raise ColumnUnknown(name=name, advice=advice, known=known)
    return spelled


def _sortable(value: Any) -> tuple[int, Any]:
    """Return what orders a value among others of its column: numbers, then texts, then nothing."""
    if value is None:
        return 2, 0
    if isinstance(value, int | float):
        return 0, value
    text = cell_text(value, None)
    return 1, (text.casefold(), text)
