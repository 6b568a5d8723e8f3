"""The one renderer: an answer in; table, plain, JSON, CSV or keys out; all text made harmless."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, tzinfo
from enum import Enum
from itertools import islice
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from lmsctl.kit.answer import DetailWithList, Done, Listing, Shown, SupportsFirst, Text
from lmsctl.kit.canonical import nearest
from lmsctl.kit.csvout import guard
from lmsctl.kit.errors import Refusal, Usage
from lmsctl.kit.wall_clock import show, show_utc

TABLE_ROWS = 50
_LONGEST_WHOLE_WORD = len("09:00:00+01:00")
_LEAST_WIDTH = 8
_GAP = 2
UTC = ZoneInfo("UTC")


class ColumnUnknown(Usage):
    """A column nobody knows in --columns or --sort."""

    code = "column_unknown"
    message = "There is no column '{name}' here."
    hint = "{advice}Columns: {known}."


@dataclass(frozen=True, slots=True)
class View:
    """How an answer is to be shown; `width` is the terminal's, and None says it is no terminal."""

    output: str
    zone: ZoneInfo = UTC
    columns: str | None = None
    sort: str | None = None
    first: int | None = None
    has_headers: bool = True
    width: int | None = None
    color: bool = False

    @property
    def format(self) -> str:
        """The format in the end: a table is only for terminals, which are the default for it."""
        if self.output in {"auto", "table"}:
            return "table" if self.width is not None else "plain"
        return self.output


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
    sheet = _TableData(record, view.columns, view.sort)
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
        _TableData(answer.record, columns, sort)
    elif is_dataclass(answer) and not isinstance(answer, Text):
        _TableData(type(answer), columns, sort)


class _TableData:
    """The columns of one kind of thing, chosen and ordered as asked for."""

    def __init__(self, record: type, columns: str | None, sort: str | None) -> None:
        known = [item.name for item in fields(record)]
        brief = list(getattr(record, "TABLE", known))
        chosen = None if columns is None else [_known(name, known) for name in _split(columns)]
        self.key = getattr(record, "KEY", known[0])
        self.columns = known if chosen is None else chosen
        self.table_columns = brief if chosen is None else chosen
        self._order = [
            (_known(name.removeprefix("-"), known), name.startswith("-"))
            for name in _split(sort or "")
            if name
        ]

    def ordered(self, rows: Iterable[Any], first: int | None) -> Iterable[Any]:
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
    text = _cell(value, None)
    return 1, (text.casefold(), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What one writer needs: the rows in their order, how they are wanted, and where they go."""

    sheet: _TableData
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


# Values ------------------------------------------------------------------------------------------

_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\x1b"}


def visible(text: str) -> str:
    r"""Return `text` with all that a terminal would obey written out: `\x1b`, `\u202e`, `\n`."""
    return _CONTROLS.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    mark = match[0]
    number = ord(mark)
    return _NAMED.get(mark) or (f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}")  # noqa: PLR2004 - one byte


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: moments in UTC with Z, enums and days as text."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date):
        return show_utc(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Refusal):
        return error_object(value)
    return _plain_many(value)


def _plain_many(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def dumps(value: Any) -> str:
    """Return one line of JSON in which nothing can act on a terminal."""
    text = json.dumps(plain(value), ensure_ascii=False)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _cell(value: Any, zone: ZoneInfo | None) -> str:
    """Return `value` as one cell; moments in `zone`, or in UTC when it is None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and zone is not None:
        return show(value, zone).replace("T", " ")
    shown = _in_words(value, zone) if zone is not None else plain(value)
    if isinstance(shown, list) and all(isinstance(item, str | int) for item in shown):
        return ", ".join(str(item) for item in shown)
    if not shown and isinstance(shown, dict | list):
        return ""
    return dumps(shown) if isinstance(shown, dict | list) else str(shown)


def _in_words(value: Any, zone: ZoneInfo) -> Any:
    """Return what has words of its own for people as these, and the rest as JSON has it."""
    if isinstance(value, list) and value and isinstance(value[0], Shown):
        return "; ".join(item.show(zone) for item in value)
    return plain(value)


# Formats -----------------------------------------------------------------------------------------


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
        cells = (visible(_cell(getattr(row, name), None)) for name in page.sheet.columns)
        page.out.write("\t".join(cells) + "\n")


def _csv(page: _Page) -> None:
    import csv
    from operator import attrgetter

    def show_cell(value: Any) -> str:
        cell = _cell(value, None)
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
    keys = (visible(_cell(getattr(row, page.sheet.key), None)) for row in page.rows)
    page.out.writelines(f"{key}\n" for key in keys)


def _table(page: _Page) -> None:
    view, sheet = page.view, page.sheet
    if page.is_one:
        cells = {
            name: visible(_cell(getattr(row, name), view.zone))
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
        [visible(_cell(getattr(row, name), view.zone)) for name in sheet.table_columns]
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


# Refusals ----------------------------------------------------------------------------------------


def error_object(refusal: Refusal, zone: tzinfo | None = None) -> dict[str, Any]:
    """Return the refusal as the object that `-o json` prints under `error`."""
    place = refusal.location
    return {
        "code": refusal.code,
        "class": refusal.kind.value,
        "exit_code": refusal.exit_status,
        "message": refusal.format_message(zone),
        "hint": refusal.format_hint(zone),
        "retryable": refusal.retryable,
        "field": refusal.field,
        "location": {
            "file": place.file if place else None,
            "row": place.row if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
        },
        "details": [error_object(detail, zone) for detail in refusal.details],
    }


def error_lines(refusal: Refusal, zone: tzinfo | None) -> Iterator[str]:
    """Yield what a person is told: the sentence, each detail, the hint."""
    yield f"error: {visible(refusal.format_message(zone))}"
    for detail in refusal.details:
        message, hint = detail.format_message(zone), detail.format_hint(zone)
        yield f"  - {visible(message)} {visible(hint)}".rstrip()
    yield f"hint: {visible(refusal.format_hint(zone))}"
