"""Which row of a table is its heading: titles may stand above it, and it may come again below."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice

from lmsctl.kit import canonical
from lmsctl.kit.csvheading import Vocabulary, heading_key
from lmsctl.kit.csvout import ERROR_HEADING
from lmsctl.kit.csvrecords import BrokenOffError, Record
from lmsctl.kit.errors import Rejected
from lmsctl.kit.plurals import counted
from lmsctl.kit.tablesource import TableSource

# A heading row further down is none that anybody would take for it.
_ROWS_LOOKED_AT = 20
_SURE_COLUMNS = 2
_NOT_TEXT = str.maketrans("", "", '",;\t|')
_TOTAL_WORDS = frozenset(
    {"count", "grand total", "overall total", "sub total", "subtotal", "sum", "total", "totals"}
)
_LONGEST_TOTAL = 20


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """The heading row: its number among the records from 0, and the titles above it.

    `titles` are pairs of a line and what stands there.
    """

    index: int
    line: int
    text: str
    cells: tuple[str, ...]
    flaw: type[Rejected] | None
    titles: tuple[tuple[int, str], ...]


def find_heading(records: Iterable[Record], vocabulary: Vocabulary) -> HeadingRow | None:
    """Return the heading row among the first of `records`; None if there is nothing but blanks.

    That is the first row that is not blank, unless none of its cells is a known heading and a row
    below it is made of such. Raises BrokenOffError when nothing can be read.
    """
    first: HeadingRow | None = None
    titles: list[tuple[int, str]] = []
    try:
        for index, (line, text, cells, flaw) in enumerate(islice(records, _ROWS_LOOKED_AT)):
            filled = [cell for cell in cells if canonical.trim(cell.translate(_NOT_TEXT))]
            if not filled and not flaw:
                continue
            row = HeadingRow(index, line, text, tuple(cells), flaw, tuple(titles))
            known = 0 if flaw else vocabulary.known(cells)
            if first is None:
                first = row
                if known or flaw:
                    return row
            elif known >= _SURE_COLUMNS or (known and known == len(filled)):
                return row
            titles.append((line, canonical.excerpt(canonical.trim(" ".join(filled)))))
    except BrokenOffError:
        if first is None:
            raise
    return first


def find_blank_columns(table: TableSource, heading: HeadingRow) -> frozenset[int]:
    """Return the numbers of the columns in which neither the heading nor any row has anything."""
    unnamed = {index for index, text in enumerate(heading.cells) if not heading_key(text)}
    if not unnamed:
        return frozenset()
    with closing(table.records()) as found, suppress(BrokenOffError):  # told with the rows
        for _, _, cells, _ in islice(found, heading.index + 1, None):
            unnamed -= {i for i in unnamed if i < len(cells) and canonical.trim(cells[i])}
            if not unnamed:
                break
    return frozenset(unnamed)


def heading_remarks(
    heading: HeadingRow, columns: Sequence[str | None], blank: Collection[int]
) -> Iterator[str]:
    """Yield what is to be told of a heading row: titles above it, and columns that are ignored.

    `columns` are what its cells mean, None for nothing; `blank` are the numbers of blank columns.
    """
    for line, title in heading.titles:
        yield f"Line {line} stands above the heading row and was passed over: {title}"
    ignored = [
        canonical.excerpt(canonical.trim(cell))
        for index, (cell, name) in enumerate(zip(heading.cells, columns, strict=True))
        if name is None and index not in blank and cell != ERROR_HEADING
    ]
    if ignored:
        yield f"{counted(len(ignored), 'column')} ignored: {', '.join(ignored)}."


def is_repeated(headings: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether `cells` say the same as `headings`."""
    return list(map(heading_key, cells)) == list(map(heading_key, headings))


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a row begins like one that sums up those above it.

    A table of one column has no room for a sum: there the word is a value.
    """
    lead = next(filter(None, cells), "")
    # Asked of every row: no more work than this.
    return (
        len(lead) <= _LONGEST_TOTAL and lead.rstrip(": ").lower() in _TOTAL_WORDS and len(cells) > 1
    )
