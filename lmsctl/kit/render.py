"""The one renderer: an answer in; table, plain, JSON, CSV or keys out; all text made harmless."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TextIO

from lmsctl.kit.answer import DetailWithList, Done, Listing, Text
from lmsctl.kit.cells import cell_text, dumps, plain, visible
from lmsctl.kit.csvout import guard
from lmsctl.kit.table_data import TableData, View
from lmsctl.kit.wall_clock import show_utc

TABLE_ROWS = 50
_LONGEST_WHOLE_WORD = len("09:00:00+01:00")
_LEAST_WIDTH = 8
_GAP = 2


def render(answer: Any, view: View, out: TextIO, info: Callable[[str], None]) -> None:
    """Write `answer` (a dataclass, a Listing, Text or None) to `out`, side remarks through `info`.

    Raises ColumnUnknown.
    """
    if answer is None or view.format == "off":
        return
    if isinstance(answer, Text):
        out.write(answer.text.rstrip("\n") + "\n")
    elif isinstance(answer, DetailWithList) and view.format == "json":
        rows = [plain(row) for row in answer.listing.rows]
        out.write(dumps({**plain(answer.head), answer.name: rows}) + "\n")
    elif isinstance(answer, DetailWithList):
        info(visible(answer.sentence))
        render(answer.listing, view, out, info)
    else:
        _write(answer, view, out, info)


def _write(answer: Any, view: View, out: TextIO, info: Callable[[str], None]) -> None:
    listing = answer if isinstance(answer, Listing) else None
    record = listing.record if listing else type(answer)
    sheet = TableData(record, view.columns, view.sort)
    rows = sheet.ordered(listing.rows if listing else [answer], view.first)
    page = _Page(
        sheet=sheet,
        rows=islice(rows, view.first),
        is_one=listing is None,
        hidden=listing.hidden if listing else None,
        view=view,
        out=out,
        info=info,
    )
    _WRITERS[view.format](page)
    if page.hidden and view.format != "json":
        info(f"{page.hidden} more are hidden from you.")


def check(answer: object, *, columns: str | None, sort: str | None) -> None:
    """Raise ColumnUnknown when `answer` has not the columns asked for; prints nothing."""
    if isinstance(answer, Done):
        check(answer.result, columns=columns, sort=sort)
    elif isinstance(answer, DetailWithList):
        check(answer.listing, columns=columns, sort=sort)
    elif isinstance(answer, Listing):
        TableData(answer.record, columns, sort)
    elif is_dataclass(answer) and not isinstance(answer, Text):
        TableData(type(answer), columns, sort)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What one writer needs: the rows in their order, how they are wanted, and where they go."""

    sheet: TableData
    rows: Iterator[Any]
    is_one: bool
    hidden: int | None
    view: View
    out: TextIO
    info: Callable[[str], None]

    def objects(self) -> Iterator[str]:
        """Yield each row as one line of JSON."""
        for row in self.rows:
            yield dumps({name: getattr(row, name) for name in self.sheet.columns})


def _json(page: _Page) -> None:
    objects = page.objects()
    if page.is_one:
        page.out.write(next(objects, "{}") + "\n")
        return
    page.out.write("[" if page.hidden is None else '{"items": [')
    for number, text in enumerate(objects):
        page.out.write(("\n" if number == 0 else ",\n") + text)
    page.out.write("]\n" if page.hidden is None else f'], "hidden": {page.hidden}}}\n')


def _jsonl(page: _Page) -> None:
    page.out.writelines(f"{text}\n" for text in page.objects())


def _plain(page: _Page) -> None:
    if page.view.has_headers:
        page.out.write("\t".join(page.sheet.columns) + "\n")
    for row in page.rows:
        cells = (visible(cell_text(getattr(row, name), None)) for name in page.sheet.columns)
        page.out.write("\t".join(cells) + "\n")


def _csv(page: _Page) -> None:
    import csv
    from operator import attrgetter

    def show_cell(value: Any) -> str:
        cell = cell_text(value, None)
        return cell if isinstance(value, int | float | date) else show_text(cell)

    # A terminal obeys what a file only holds.
    is_file = page.view.width is None
    show_text = guard if is_file else lambda text: visible(guard(text))
    # What most cells are is shown at once: a report has millions of them.
    plainly: dict[type, Callable[[Any], str]] = {
        str: show_text, int: str, datetime: show_utc, type(None): lambda _: ""
    }  # fmt: skip
    how, names = plainly.get, page.sheet.columns
    # Asked for one name alone, this would return no tuple.
    values = attrgetter(*names, names[0])
    writer = csv.writer(page.out, lineterminator="\r\n")
    if page.view.has_headers:
        writer.writerow(names)
    for row in page.rows:
        writer.writerow([how(type(value), show_cell)(value) for value in values(row)[:-1]])


def _id(page: _Page) -> None:
    keys = (visible(cell_text(getattr(row, page.sheet.key), None)) for row in page.rows)
    page.out.writelines(f"{key}\n" for key in keys)


def _table(page: _Page) -> None:
    view, sheet = page.view, page.sheet
    if page.is_one:
        cells = {
            name: visible(cell_text(getattr(row, name), view.zone))
            for row in page.rows
            for name in sheet.columns
        }
        # What is not there is left out, unless somebody asked for it.
        lines = [[_title(name), cell] for name, cell in cells.items() if cell or view.columns]
        _print_table([], lines, view, page.out)
        return
    # Whoever says how many they want gets as many.
    shown = list(islice(page.rows, TABLE_ROWS if view.first is None else view.first))
    if not shown:
        page.info("Nothing to show.")
        return
    lines = [
        [visible(cell_text(getattr(row, name), view.zone)) for name in sheet.table_columns]
        for row in shown
    ]
    heads = [_title(name) for name in sheet.table_columns] if view.has_headers else []
    _print_table(heads, lines, view, page.out)
    if more := sum(1 for _ in page.rows):
        page.info(f"{more} more; use -o plain, json or csv to see all.")


def _title(name: str) -> str:
    return name.removeprefix("is_").removesuffix("_at").removesuffix("_on").replace("_", " ")


def _print_table(heads: Sequence[str], lines: list[list[str]], view: View, out: TextIO) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    table = Table(
        box=SIMPLE_HEAD if heads else None,
        show_header=bool(heads),
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for at, width in enumerate(_widths([heads, *lines] if heads else lines, view.width or 0)):
        is_label = not heads and at == 0
        table.add_column(
            Plain(heads[at].upper()) if heads else "",
            overflow="fold",
            style="bold" if is_label else "",
            no_wrap=is_label,
            width=width,
        )
    for line in lines:
        table.add_row(*(Plain(cell) for cell in line))
    console = Console(
        file=out,
        width=view.width,
        force_terminal=True,
        color_system="standard" if view.color else None,
        no_color=not view.color,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(table)


def _widths(lines: Sequence[Sequence[str]], room: int) -> list[int | None]:
    """Return how wide each column of `lines` is to be, None where Rich may decide.

    Words that fit are not broken; what is left over makes as many columns whole as it can.
    """
    from rich.cells import cell_len

    columns = list(zip(*lines, strict=True))
    whole = [max(map(cell_len, cells)) for cells in columns]
    words = [max(cell_len(word) for cell in cells for word in cell.split(" ")) for cells in columns]
    widths = [_LEAST_WIDTH if longest > _LONGEST_WHOLE_WORD else longest for longest in words]
    spare = room - _GAP * (len(columns) - 1) - sum(widths)
    if spare < 0 or spare >= sum(whole) - sum(widths):
        return [None] * len(columns)
    for at in sorted(range(len(columns)), key=lambda at: whole[at] - widths[at]):
        more = min(spare, whole[at] - widths[at])
        widths[at] += more
        spare -= more
    return list(widths)


_WRITERS: dict[str, Callable[[_Page], None]] = {
    "json": _json,
    "jsonl": _jsonl,
    "plain": _plain,
    "csv": _csv,
    "id": _id,
    "table": _table,
}
