"""The one renderer: an answer in; table, plain, JSON, CSV or keys out; all text made harmless."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, TextIO

from lmsctl.kit.answer import CsvWish, DetailWithList, Done, Listing, SupportsCsv, Text
from lmsctl.kit.cells import cell_text, dumps, plain, visible
from lmsctl.kit.csvout import guard
from lmsctl.kit.table_data import TableData, View
from lmsctl.kit.wall_clock import show_utc

TABLE_ROWS = 50


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
        if answer.sentence:
            info(visible(answer.sentence))
        # The sentence says what it means that there is nothing in the list.
        render(replace(answer.listing, when_empty="", things=""), view, out, info)
    else:
        _write(answer, view, out, info)


def _write(answer: Any, view: View, out: TextIO, info: Callable[[str], None]) -> None:
    listing = answer if isinstance(answer, Listing) else None
    record = listing.record if listing else type(answer)
    is_newest_first = view.format == "table" and view.is_terminal and view.sort is None
    newest = getattr(record, "NEWEST", None) if is_newest_first else None
    sheet = TableData(record, view.columns, f"-{newest}" if newest else view.sort)
    # One more row than is shown tells whether there are more.
    is_part = newest and view.first is None and not sheet.totals
    first = TABLE_ROWS + 1 if is_part else view.first
    rows = sheet.ordered(listing.rows if listing else [answer], first)
    page = _Page(
        sheet=sheet,
        rows=islice(rows, view.first),
        listing=listing,
        hidden=listing.hidden if listing else None,
        is_counted=first == view.first,
        view=view,
        out=out,
        info=info,
    )
    _WRITERS[view.format](page)
    if page.hidden and view.format != "json":
        why = f": {listing.why_hidden}" if listing and listing.why_hidden else ""
        info(f"{page.hidden} more {'is' if page.hidden == 1 else 'are'} hidden from you{why}.")


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
    listing: Listing[Any] | None
    hidden: int | None
    is_counted: bool
    view: View
    out: TextIO
    info: Callable[[str], None]

    def objects(self) -> Iterator[str]:
        """Yield each row as one line of JSON."""
        for row in self.rows:
            yield dumps({name: getattr(row, name) for name in self.sheet.columns})


def _json(page: _Page) -> None:
    objects = page.objects()
    if page.listing is None:
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
    guarded = str if page.view.is_raw else guard
    show_text = guarded if is_file else lambda text: visible(guarded(text))
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
    rows = page.listing.rows if page.listing else ()
    if is_file and not page.view.sort and isinstance(rows, SupportsCsv):
        wish = CsvWish(names, page.view.first, page.view.is_raw)
        if rows.write_csv(page.out, wish):
            return
    for row in page.rows:
        writer.writerow([how(type(value), show_cell)(value) for value in values(row)[:-1]])


def _id(page: _Page) -> None:
    keys = (visible(cell_text(getattr(row, page.sheet.key), None)) for row in page.rows)
    page.out.writelines(f"{key}\n" for key in keys)


def _say_empty(page: _Page) -> None:
    """Say what is missing, unless things are there and hidden."""
    if page.listing is not None and page.listing.when_empty and not page.hidden:
        page.info(visible(page.listing.when_empty))


def _table(page: _Page) -> None:
    from lmsctl.kit import tables  # what only people see

    view = page.view
    if page.listing is None:
        for row in page.rows:
            tables.print_detail(row, page.sheet, view, page.out, page.info)
        return
    remarks = _print_head(page.listing.head, view, page.out) if view.has_headers else []
    # Whoever says how many they want gets as many, and so does a pipe.
    is_cut = view.first is None and view.is_terminal
    shown = list(islice(page.rows, TABLE_ROWS) if is_cut else page.rows)
    if shown:
        tables.print_rows(shown, page.sheet, view, page.out, remarks.append)
    for remark in dict.fromkeys(remarks):
        page.info(remark)
    if shown:
        _say_totals(page, shown)
    else:
        _say_empty(page)


def _say_totals(page: _Page, shown: Sequence[Any]) -> None:
    """Say how many rows there are of each state, and how many are not shown."""
    states = Counter(_state(row, page.sheet.totals) for row in shown)
    more = 0
    for row in page.rows:
        states[_state(row, page.sheet.totals)] += 1
        more += 1
    if page.sheet.totals:
        totals = ", ".join(f"{count:,} {state}" for state, count in states.items())
        page.info(f"{totals}.")
    if more:
        count = str(more) if page.is_counted else "There are"
        page.info(f"{count} more; use -o plain, json or csv to see all.")


def _state(row: Any, name: str | None) -> str:
    """Return what a row counts as in the totals."""
    return cell_text(getattr(row, name), None) if name else ""


def _print_head(head: Any, view: View, out: TextIO) -> list[str]:
    """Write what a list belongs to above it: one thing in a few lines, or a table of some.

    Returns the sentence on the zone of its moments, if it has some: the list may have none.
    """
    from lmsctl.kit import tables

    told = list[str]()
    if head is None:
        return told
    whole = replace(view, columns=None, sort=None)
    if isinstance(head, Listing):
        rows = list(head.rows)
        data = TableData(head.record, None, None)
        if rows:
            tables.print_rows(rows, data, whole, out, told.append)
    else:
        data = TableData(type(head), ",".join(head.HEADING), None)
        tables.print_detail(head, data, whole, out, told.append)
    out.write("\n")
    return [one for one in told if one == tables.zone_remark(view)]


_WRITERS: dict[str, Callable[[_Page], None]] = {
    "json": _json,
    "jsonl": _jsonl,
    "plain": _plain,
    "csv": _csv,
    "id": _id,
    "table": _table,
}
