"""Tables for people: as many columns as fit, none of them broken, and signs for states.

A table is made of lines of values. What is not text (codes, numbers, moments, states and every
heading) is never cut: when there is no room, the least important columns go, and text is cut last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, TextIO

from lmsctl.kit.plurals import counted
from lmsctl.kit.table_cells import BAR_WIDTH, SHARES, TableCell, make_cell
from lmsctl.kit.table_data import TableData, View

_GAP = 2
_LEAST_TEXT = 12
_CUT = "…"


@dataclass(frozen=True, slots=True)
class _TableColumn:
    """One column: the field, its heading, its cells, and how wide it is at least and at most."""

    name: str
    heading: str
    cells: Sequence[TableCell]
    least: int
    most: int

    @property
    def is_number(self) -> bool:
        """Whether all that is in it are numbers, which stand on the right."""
        return all(cell.is_number for cell in self.cells if cell.text)


def print_rows(
    rows: Sequence[Any], data: TableData, view: View, out: TextIO, info: Callable[[str], None]
) -> None:
    """Write `rows` as a table as wide as the view; say aside what is not shown, and the zone."""
    names = _merged(data.table_columns, is_chosen=view.columns is not None)
    columns = [_column(name, rows, names, view, is_key=name == data.key) for name in names]
    kept, dropped = _fit(columns, data, view.table_width)
    widths = _widths(kept, view.table_width, is_even=data.wraps)
    styles = _Styles(view)
    if view.has_headers:
        headings = [TableCell(column.heading, is_text=True) for column in kept]
        aligned = [
            _aligned(cell, width, is_right=column.is_number)
            for cell, width, column in zip(headings, widths, kept, strict=True)
        ]
        out.write(styles.bold(_joined(aligned)) + "\n")
        out.write(styles.faint(styles.rule * (sum(widths) + _GAP * (len(widths) - 1))) + "\n")
    for at in range(len(rows)):
        cells = [column.cells[at] for column in kept]
        texts = [
            _wrapped(cell.text, width) if data.wraps else [_cut(cell.text, width)]
            for cell, width in zip(cells, widths, strict=True)
        ]
        for line in zip_longest(*texts, fillvalue=""):
            parts = (
                styles.colored(cell, _padded(text, width, is_right=column.is_number))
                for column, cell, text, width in zip(kept, cells, line, widths, strict=True)
            )
            out.write(_joined(parts) + "\n")
    for remark in _remarks(kept, widths, dropped, rows, view, is_cut=not data.wraps):
        info(remark)


def print_detail(
    row: Any, data: TableData, view: View, out: TextIO, info: Callable[[str], None]
) -> None:
    """Write one thing as lines of a label and a value; what is absent is left out unless asked."""
    from rich.cells import cell_len

    styles = _Styles(view)
    names = _merged(data.detail_columns, is_chosen=view.columns is not None)
    told = [(title(name), make_cell(row, name, names, view, bar=BAR_WIDTH * 2)) for name in names]
    told = [(label, cell) for label, cell in told if cell.text or view.columns]
    label_width = max((cell_len(label) for label, _ in told), default=0)
    room = max(view.table_width - label_width - _GAP, _LEAST_TEXT)
    for label, cell in told:
        first, *more = _wrapped(cell.text, room) or [""]
        value = styles.colored(cell, first)
        out.write(f"{styles.bold(_padded(label, label_width))}{' ' * _GAP}{value}".rstrip() + "\n")
        out.writelines(
            " " * (label_width + _GAP) + styles.colored(cell, line) + "\n" for line in more
        )
    if any(isinstance(getattr(row, name), datetime) for name in data.columns):
        info(f"Times are in {view.zone.key}.")


# Fields whose names, which are JSON keys too, are no good headings.
_TITLES = {"sentence": "message", "turn": "event"}


def title(name: str) -> str:
    """Return what a field is called in a table: without what only says what kind of field it is."""
    name = _TITLES.get(name, name)
    return name.removeprefix("is_").removesuffix("_at").removesuffix("_on").replace("_", " ")


# Columns -----------------------------------------------------------------------------------------


def _merged(names: Sequence[str], *, is_chosen: bool) -> list[str]:
    """Return the columns, without limits that are told beside what is counted against them."""
    if is_chosen:
        return list(names)
    told = {SHARES[name] for name in names if name in SHARES}
    return [name for name in names if name not in told]


def _column(
    name: str, rows: Sequence[Any], names: Sequence[str], view: View, *, is_key: bool
) -> _TableColumn:
    from rich.cells import cell_len

    cells = [make_cell(row, name, names, view) for row in rows]
    heading = title(name).upper()
    most = max(map(cell_len, (heading, *(cell.text for cell in cells))))
    is_text = not is_key and any(cell.is_text for cell in cells)
    least = max(cell_len(heading), min(most, _LEAST_TEXT)) if is_text else most
    return _TableColumn(name, heading, cells, least, most)


# Room --------------------------------------------------------------------------------------------


def _fit(
    columns: Sequence[_TableColumn], data: TableData, room: int
) -> tuple[list[_TableColumn], list[_TableColumn]]:
    """Return the columns for which there is room, and those that had to go."""
    kept, dropped = list(columns), list[_TableColumn]()
    # What is blank in every row says nothing.
    blank = [one.name for one in columns if not any(cell.text for cell in one.cells)]
    going = [*blank, *data.least_important, *(one.name for one in reversed(columns))]
    for name in dict.fromkeys(going):
        if sum(one.least for one in kept) + _GAP * (len(kept) - 1) <= room:
            break
        if name != data.key and len(kept) > 1:
            dropped += [one for one in kept if one.name == name]
            kept = [one for one in kept if one.name != name]
    return kept, dropped


def _widths(columns: Sequence[_TableColumn], room: int, *, is_even: bool) -> list[int]:
    """Return how wide each column is: as many as can be are whole, the shortest ones first.

    With `is_even` each gets its part of the room that is left, because texts go on below.
    """
    widths = [column.least for column in columns]
    spare = room - sum(widths) - _GAP * (len(widths) - 1)
    if spare < 0:  # One code alone is wider than all there is.
        return [min(width, room) for width in widths]
    wanted = sum(column.most for column in columns) - sum(widths)
    if is_even and wanted > spare:
        return [column.least + spare * (column.most - column.least) // wanted for column in columns]
    for at in sorted(range(len(columns)), key=lambda at: columns[at].most - widths[at]):
        more = min(spare, columns[at].most - widths[at])
        widths[at] += more
        spare -= more
    return widths


def _remarks(  # noqa: PLR0913 - what is to be seen, and what is not
    kept: Sequence[_TableColumn],
    widths: Sequence[int],
    dropped: Sequence[_TableColumn],
    rows: Sequence[Any],
    view: View,
    *,
    is_cut: bool,
) -> Iterator[str]:
    """Yield the zone of the moments in the table, and what of it is not to be seen."""
    if any(isinstance(getattr(row, one.name), datetime) for one in kept for row in rows[:1]):
        yield f"Times are in {view.zone.key}."
    missing = []
    if dropped:
        names = ", ".join(column.name for column in reversed(dropped))
        missing.append(f"{counted(len(dropped), 'column')} left out ({names})")
    if is_cut and any(width < column.most for width, column in zip(widths, kept, strict=True)):
        missing.append("long texts cut")
    if missing:
        told = " and ".join(missing)
        yield f"There is no room for all: {told}. -o plain shows all, --columns some."


# Lines -------------------------------------------------------------------------------------------


class _Styles:
    """How a terminal makes texts bold, faint and colored; it may do none of it."""

    def __init__(self, view: View) -> None:
        self._has_color = view.color
        self.rule = "-" if view.is_dumb else "─"

    def bold(self, text: str) -> str:
        return self._styled("1", text)

    def faint(self, text: str) -> str:
        return self._styled("2", text)

    def colored(self, cell: TableCell, text: str) -> str:
        return self._styled(cell.color, text) if cell.color else text

    def _styled(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._has_color else text


def _joined(parts: Sequence[str] | Iterator[str]) -> str:
    return (" " * _GAP).join(parts).rstrip()


def _aligned(cell: TableCell, width: int, *, is_right: bool) -> str:
    return _padded(_cut(cell.text, width), width, is_right=is_right)


def _padded(text: str, width: int, *, is_right: bool = False) -> str:
    from rich.cells import cell_len

    blanks = " " * (width - cell_len(text))
    return blanks + text if is_right else text + blanks


def _cut(text: str, width: int) -> str:
    """Return a text that is not wider, with `…` where something was cut off."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + _CUT


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines that are not wider, broken between words where that is possible."""
    from rich.cells import cell_len, chop_cells

    lines: list[str] = []
    for word in text.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines += chop_cells(word, width) or [""]
    return lines
