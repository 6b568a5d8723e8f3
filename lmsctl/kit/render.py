"""The one renderer: an answer in, table, plain, JSON, CSV or keys out; nothing obeys people's text."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import Enum
from itertools import islice
from typing import Any, TextIO, cast

from lmsctl.kit.answer import Headed, Listing, Text
from lmsctl.kit.canonical import nearest
from lmsctl.kit.csvout import guard
from lmsctl.kit.errors import Refusal, Usage
from lmsctl.kit.timewords import show, show_utc

TABLE_ROWS = 50


class ColumnUnknown(Usage):
    """A column nobody knows in --columns or --sort."""

    code = "column_unknown"
    says = "There is no column '{name}' here."
    hint = "{advice}Columns: {known}."


@dataclass(frozen=True, slots=True)
class View:
    """How an answer is to be shown; `width` is the terminal's, and None says it is no terminal."""

    output: str
    zone: tzinfo = UTC
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


def render(answer: Any, view: View, out: TextIO, say: Callable[[str], None]) -> None:
    """Write `answer` (a dataclass, a Listing, Text or None) to `out`, side remarks through `say`.

    Raises ColumnUnknown.
    """
    if answer is None or view.format == "off":
        return
    if isinstance(answer, Text):
        out.write(answer.text.rstrip("\n") + "\n")
        return
    if isinstance(answer, Headed):
        if view.format == "json":
            rows = [plain(row) for row in answer.listing.rows]
            out.write(dumps({**plain(answer.head), answer.name: rows}) + "\n")
        else:
            say(visible(answer.sentence))
            render(answer.listing, view, out, say)
        return
    is_one = not isinstance(answer, Listing)
    listing = Listing(type(answer), [answer]) if is_one else cast("Listing[Any]", answer)
    sheet = _Sheet(listing.record, view)
    rows = sheet.arranged(listing.rows)
    if view.format == "json":
        _json(sheet, rows, listing.hidden, out, is_one=is_one)
    else:
        _WRITERS[view.format](sheet, rows, view, out, say, is_one)
        if listing.hidden:
            say(f"{listing.hidden} more are hidden from you.")


class _Sheet:
    """The columns of one kind of thing, chosen and ordered as asked for."""

    def __init__(self, record: type, view: View) -> None:
        known = [item.name for item in fields(record)]
        self.key = getattr(record, "KEY", known[0])
        self.is_chosen = view.columns is not None
        self.columns = self._chosen(view.columns, known) if view.columns else known
        brief = getattr(record, "TABLE", None)
        self.table_columns = self.columns if self.is_chosen or not brief else list(brief)
        self._order = self._ordering(view.sort, known)
        self._first = view.first

    def arranged(self, rows: Iterable[Any]) -> Iterator[Any]:
        for name, is_descending in reversed(self._order):
            rows = sorted(rows, key=lambda row: _sortable(getattr(row, name)), reverse=is_descending)  # noqa: B023 - used at once
        return islice(rows, self._first)

    def _chosen(self, given: str, known: list[str]) -> list[str]:
        return [_known(name.strip(), known) for name in given.split(",") if name.strip()]

    def _ordering(self, given: str | None, known: list[str]) -> list[tuple[str, bool]]:
        names = [name.strip() for name in (given or "").split(",") if name.strip()]
        return [(_known(name.lstrip("-"), known), name.startswith("-")) for name in names]


def _known(name: str, known: list[str]) -> str:
    spelled = name.replace("-", "_").casefold()
    if spelled not in known:
        guess = nearest(spelled, known)
        advice = f"Did you mean '{guess}'? " if guess else ""
        raise ColumnUnknown(name=name, advice=advice, known=known)
    return spelled


def _sortable(value: Any) -> tuple[bool, Any]:
    shown = value.value if isinstance(value, Enum) else value
    if isinstance(shown, str):
        shown = (shown.casefold(), shown)
    elif isinstance(shown, list | tuple | dict):
        shown = str(shown)
    return (shown is None, shown if shown is not None else 0)


# Values ------------------------------------------------------------------------------------------

_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\x1b"}


def visible(text: str) -> str:
    """Return `text` with everything a terminal would obey written out: `\\x1b`, `\\u202e`, `\\n`."""
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
    if isinstance(value, datetime):
        return show_utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Refusal):
        return error_object(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def dumps(value: Any) -> str:
    """Return one line of JSON in which nothing can act on a terminal."""
    text = json.dumps(plain(value), ensure_ascii=False)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _cell(value: Any, zone: tzinfo | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and zone is not None:
        return show(value, zone)
    shown = plain(value)
    if isinstance(shown, list) and all(isinstance(item, str | int) for item in shown):
        return ", ".join(str(item) for item in shown)
    return dumps(shown) if isinstance(shown, dict | list) else str(shown)


# Formats -----------------------------------------------------------------------------------------


def _json(
    sheet: _Sheet, rows: Iterator[Any], hidden: int | None, out: TextIO, *, is_one: bool
) -> None:
    objects = (dumps({name: getattr(row, name) for name in sheet.columns}) for row in rows)
    if is_one:
        out.write(next(objects, "{}") + "\n")
        return
    out.write("[" if hidden is None else '{"items": [')
    for number, text in enumerate(objects):
        out.write(("\n" if number == 0 else ",\n") + text)
    out.write("]\n" if hidden is None else f'], "hidden": {hidden}}}\n')


def _jsonl(sheet: _Sheet, rows: Iterator[Any], _view: View, out: TextIO, *_: Any) -> None:
    for row in rows:
        out.write(dumps({name: getattr(row, name) for name in sheet.columns}) + "\n")


def _plain(sheet: _Sheet, rows: Iterator[Any], view: View, out: TextIO, *_: Any) -> None:
    if view.has_headers:
        out.write("\t".join(sheet.columns) + "\n")
    for row in rows:
        cells = (visible(_cell(getattr(row, name), None)) for name in sheet.columns)
        out.write("\t".join(cells) + "\n")


def _csv(sheet: _Sheet, rows: Iterator[Any], view: View, out: TextIO, *_: Any) -> None:
    import csv

    show_text = guard if view.width is None else lambda text: visible(guard(text))
    writer = csv.writer(out, lineterminator="\r\n")
    if view.has_headers:
        writer.writerow(sheet.columns)
    for row in rows:
        writer.writerow(
            [
                show_text(cell) if isinstance(value, str) else cell
                for value in (getattr(row, name) for name in sheet.columns)
                for cell in [_cell(value, None)]
            ]
        )


def _id(sheet: _Sheet, rows: Iterator[Any], _view: View, out: TextIO, *_: Any) -> None:
    for row in rows:
        out.write(visible(_cell(getattr(row, sheet.key), None)) + "\n")


def _table(  # noqa: PLR0913 - every writer has this shape
    sheet: _Sheet,
    rows: Iterator[Any],
    view: View,
    out: TextIO,
    say: Callable[[str], None],
    is_one: bool,  # noqa: FBT001 - every writer has this shape
) -> None:
    shown = list(islice(rows, TABLE_ROWS))
    if is_one:
        pairs = [(name, _cell(getattr(shown[0], name), view.zone)) for name in sheet.columns]
        _print_table([], [[name.replace("_", " "), visible(cell)] for name, cell in pairs], view, out)
        return
    if not shown:
        say("Nothing to show.")
        return
    lines = [
        [visible(_cell(getattr(row, name), view.zone)) for name in sheet.table_columns]
        for row in shown
    ]
    heads = [name.replace("_", " ") for name in sheet.table_columns] if view.has_headers else []
    _print_table(heads, lines, view, out)
    if more := sum(1 for _ in rows):
        say(f"{more} more; use -o plain, json or csv to see all.")


def _print_table(heads: Sequence[str], lines: list[list[str]], view: View, out: TextIO) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    table = Table(box=SIMPLE_HEAD if heads else None, show_header=bool(heads), pad_edge=False)
    for at in range(len(lines[0])):
        head = Plain(heads[at].upper()) if heads else ""
        style = "bold" if not heads and at == 0 else ""
        table.add_column(head, overflow="fold", style=style)
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


_WRITERS: dict[str, Callable[..., None]] = {
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
        "message": refusal.message(zone),
        "hint": refusal.advice(zone),
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
    yield f"error: {visible(refusal.message(zone))}"
    for detail in refusal.details:
        yield f"  - {visible(detail.message(zone))} {visible(detail.advice(zone))}".rstrip()
    yield f"hint: {visible(refusal.advice(zone))}"

