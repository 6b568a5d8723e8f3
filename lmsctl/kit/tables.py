"""Tables for people: as many columns as fit, none of them broken, and signs for states.

A table is made of lines of values. What is not text (codes, numbers, moments, states and every
heading) is never cut: when there is no room, the least important columns go, and text is cut last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, TextIO

from lmsctl.kit.answer import Shown
from lmsctl.kit.cells import visible
from lmsctl.kit.plurals import counted
from lmsctl.kit.table_cells import BAR_WIDTH, SHARES, TableCell, make_cell
from lmsctl.kit.table_data import TableData, View
from lmsctl.kit.table_lines import GAP, Styles, aligned, cut, joined, padded, wrapped

_LEAST_TEXT = 12
# Words up to this are not broken where texts go on below.
_LONGEST_WORD = 24


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
    columns = [_column(name, rows, names, view, data) for name in names]
    below = data.below
    whole = [one for one in columns if one.name != below or _says_something(one)]
    if below and len(whole) == len(columns) and _whole_width(columns) <= view.table_width:
        below = None
    kept, dropped = _fit([one for one in columns if one.name != below], data, view.table_width)
    widths = _widths(kept, view.table_width, is_even=data.wraps)
    styles = Styles(view)
    if view.has_headers:
        headings = [TableCell(column.heading, is_text=True) for column in kept]
        headline = [
            aligned(cell, width, is_right=column.is_number)
            for cell, width, column in zip(headings, widths, kept, strict=True)
        ]
        out.write(styles.bold(joined(headline)) + "\n")
        out.write(styles.faint(styles.rule * (sum(widths) + GAP * (len(widths) - 1))) + "\n")
    for at in range(len(rows)):
        cells = [column.cells[at] for column in kept]
        texts = [
            wrapped(cell.text, width) if data.wraps else [cut(cell.text, width)]
            for cell, width in zip(cells, widths, strict=True)
        ]
        for line in zip_longest(*texts, fillvalue=""):
            parts = (
                styles.colored(cell, padded(text, width, is_right=column.is_number))
                for column, cell, text, width in zip(kept, cells, line, widths, strict=True)
            )
            out.write(joined(parts) + "\n")
        if below:
            out.writelines(_lines_below(rows[at], below, _indent(kept, widths, data.key), view))
    for remark in _remarks(kept, widths, dropped, rows, view, is_cut=not data.wraps):
        info(remark)


def print_detail(
    row: Any, data: TableData, view: View, out: TextIO, info: Callable[[str], None]
) -> None:
    """Write one thing as lines of a label and a value; what is absent is left out unless asked."""
    from rich.cells import cell_len

    styles = Styles(view)
    names = _merged(data.detail_columns, is_chosen=view.columns is not None)
    told = [(title(name), _detail_cells(row, name, names, view)) for name in names]
    told = [(label, cells) for label, cells in told if cells[0].text or view.columns]
    label_width = max((cell_len(label) for label, _ in told), default=0)
    room = max(view.table_width - label_width - GAP, _LEAST_TEXT)
    for label, cells in told:
        first, *more = (
            styles.colored(cell, line) for cell in cells for line in wrapped(cell.text, room)
        )
        out.write(f"{styles.bold(padded(label, label_width))}{' ' * GAP}{first}".rstrip() + "\n")
        out.writelines((" " * (label_width + GAP) + line).rstrip() + "\n" for line in more)
    if any(_has_moment(getattr(row, name)) for name in data.columns):
        info(zone_remark(view))


def zone_remark(view: View) -> str:
    """Return the sentence on the zone in which moments are shown."""
    return f"Times are in {view.zone.key}."


def _detail_cells(row: Any, name: str, names: Sequence[str], view: View) -> list[TableCell]:
    """Return a field as a cell; a text that is written in lines as one for each of them."""
    value = getattr(row, name)
    if name == getattr(row, "LINES", None):
        return [TableCell(visible(line), is_text=True) for line in value.strip("\n").split("\n")]
    return [make_cell(row, name, names, view, bar=BAR_WIDTH * 2)]


def _has_moment(value: Any) -> bool:
    """Say whether there are moments in the words for a value."""
    if isinstance(value, list | tuple):
        return any(map(_has_moment, value))
    return isinstance(value, datetime | Shown)


# Fields whose names, which are JSON keys too, are no good headings.
_TITLES = {"is_builtin": "built in", "sentence": "message", "turn": "event"}


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
    name: str, rows: Sequence[Any], names: Sequence[str], view: View, data: TableData
) -> _TableColumn:
    from rich.cells import cell_len

    cells = [make_cell(row, name, names, view) for row in rows]
    heading = title(name).upper()
    most = max(map(cell_len, (heading, *(cell.text for cell in cells))))
    is_text = name != data.key and any(cell.is_text for cell in cells)
    least = max(cell_len(heading), min(most, _LEAST_TEXT)) if is_text else most
    if is_text and data.wraps:
        words = (word for cell in cells for word in cell.text.split(" "))
        least = max(least, min(max(map(cell_len, words), default=0), _LONGEST_WORD))
    return _TableColumn(name, heading, cells, least, most)


# Room --------------------------------------------------------------------------------------------


def _fit(
    columns: Sequence[_TableColumn], data: TableData, room: int
) -> tuple[list[_TableColumn], list[_TableColumn]]:
    """Return the columns for which there is room, and those that had to go."""
    kept, dropped = list(columns), list[_TableColumn]()
    if _whole_width(columns) > room:
        # What is blank in every row says nothing, and nobody misses it.
        kept = [one for one in columns if one.name == data.key or _says_something(one)] or kept
    going = [*data.least_important, *(one.name for one in reversed(columns))]
    for name in dict.fromkeys(going):
        if sum(one.least for one in kept) + GAP * (len(kept) - 1) <= room:
            break
        if name != data.key and len(kept) > 1:
            dropped += [one for one in kept if one.name == name]
            kept = [one for one in kept if one.name != name]
    return kept, dropped


def _whole_width(columns: Sequence[_TableColumn]) -> int:
    """Return how much room all columns take when nothing is cut."""
    return sum(one.most for one in columns) + GAP * (len(columns) - 1)


def _says_something(column: _TableColumn) -> bool:
    return any(cell.text for cell in column.cells)


def _widths(columns: Sequence[_TableColumn], room: int, *, is_even: bool) -> list[int]:
    """Return how wide each column is: as many as can be are whole, the shortest ones first.

    With `is_even` each gets its part of the room that is left, because texts go on below.
    """
    widths = [column.least for column in columns]
    spare = room - sum(widths) - GAP * (len(widths) - 1)
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
    if any(_has_moment(getattr(row, one.name)) for one in kept for row in rows):
        yield zone_remark(view)
    missing = []
    if dropped:
        names = ", ".join(column.name for column in reversed(dropped))
        missing.append(f"{counted(len(dropped), 'column')} left out ({names})")
    if is_cut and any(width < column.most for width, column in zip(widths, kept, strict=True)):
        missing.append("long texts cut")
    if missing:
        told = " and ".join(missing)
        yield f"There is no room for all: {told}. -o plain shows all, --columns some."


def _indent(columns: Sequence[_TableColumn], widths: Sequence[int], key: str) -> int:
    """Return where the first text of a row begins, besides what names it."""
    texts = [
        at
        for at, one in enumerate(columns)
        if one.name != key and any(cell.is_text for cell in one.cells)
    ]
    if not texts:
        return GAP * 2
    return sum(widths[: texts[0]]) + GAP * texts[0]


def _lines_below(row: Any, name: str, indent: int, view: View) -> Iterator[str]:
    """Yield the lines of what stands below a row, behind an arrow."""
    arrow = "->" if view.is_dumb else "→"
    text = make_cell(row, name, (name,), view).text
    room = max(view.table_width - indent - len(arrow) - 1, _LEAST_TEXT)
    for number, line in enumerate(wrapped(text, room) if text else ()):
        yield f"{' ' * indent}{arrow if number == 0 else ' ' * len(arrow)} {line}\n"
