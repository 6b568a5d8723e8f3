"""What libraries do not tell of a workbook's cells: errors, formulas without a value, merged cells.

They are looked for in the XML itself, which also shows how large a table is before it is built.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat

from lmsctl.kit.errors import Rejected
from lmsctl.kit.workbookarchive import Archive
from lmsctl.kit.workbookerrors import WorkbookTooLarge

ROWS_LIMIT = 200_000
# With the heading row, and what may stand above it.
_LINES_LIMIT = ROWS_LIMIT + 20
_CELLS_LIMIT = 10_000_000
_FLAWS_LIMIT = 500_000
_MERGES_LIMIT = 100_000

# What makes the refusal of a cell.
Flaw: TypeAlias = Callable[[], Rejected]


@dataclass(frozen=True, slots=True)
class Merge:
    """A range of merged cells: its first and last line, from 1, and column, from 0."""

    first_line: int
    first_column: int
    last_line: int
    last_column: int


@dataclass(slots=True)
class Findings:
    """What was found in a sheet: flaws of cells by line and column, and merged cells."""

    flaws: dict[int, dict[int, Flaw]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    has_hidden: bool = False


def parse(
    archive: Archive,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Read a part of XML, calling what takes starts, ends and characters; raises WorkbookBroken."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    feed(parser, archive, part)


def feed(parser: expat.XMLParserType, archive: Archive, part: str) -> None:
    """Give a parser a part of XML; raises WorkbookBroken."""
    try:
        for chunk in archive.read(part):
            parser.Parse(chunk, False)  # noqa: FBT003 - it takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003 - as above
    except expat.ExpatError as error:
        raise archive.broken(f"its part {part} is no proper XML") from error


class TableSize:
    """How large a table becomes, with everything in it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lines = self._columns = self._flaws = self._before = 0

    def begin_table(self) -> None:
        """Begin another table beside those before."""
        self._before += self._lines * self._columns
        self._lines = self._columns = 0

    def add(self, line: int, columns: int) -> None:
        """Note a line with so many columns; raises WorkbookTooLarge."""
        self._lines = max(self._lines, line)
        self._columns = max(self._columns, columns)
        if self._lines > _LINES_LIMIT:
            raise self._too_large(f"{ROWS_LIMIT:,} rows")
        if self._before + self._lines * self._columns > _CELLS_LIMIT:
            raise self._too_large(f"{_CELLS_LIMIT:,} cells between its first and its last one")

    def add_flaw(self) -> None:
        """Note a cell with something wrong; raises WorkbookTooLarge."""
        self._flaws += 1
        if self._flaws > _FLAWS_LIMIT:
            raise self._too_large(f"{_FLAWS_LIMIT:,} cells with errors")

    def check_merges(self, count: int) -> None:
        """Raise WorkbookTooLarge if these are too many ranges of merged cells."""
        if count > _MERGES_LIMIT:
            raise self._too_large(f"{_MERGES_LIMIT:,} merged cells")

    def _too_large(self, limit: str) -> WorkbookTooLarge:
        refusal = WorkbookTooLarge(limit=limit)
        refusal.location = self._archive.location
        return refusal
