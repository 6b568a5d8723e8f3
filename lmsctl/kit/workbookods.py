"""The sheets of an OpenDocument workbook: what their XML says beyond their values."""

import re
from collections.abc import Mapping
from functools import partial
from xml.parsers import expat

from lmsctl.kit.workbookarchive import Archive
from lmsctl.kit.workbookerrors import CellIsError, CellNotCalculated
from lmsctl.kit.workbookscan import Findings, Flaw, Merge, TableSize, feed

_LONGEST_NUMBER = 9
_HIDDEN = frozenset({"collapse", "filter"})
_ERROR_WORDS = re.compile(r"#[A-Z/0-9]+[!?]|#N/A|Err:\d{3}|#VALUE!")


def scan_ods(archive: Archive) -> Mapping[str, Findings]:
    """Look through all sheets and return by their names what was found.

    Raises WorkbookTooLarge and WorkbookBroken.
    """
    scan = _Ods(archive)
    scan.read()
    return scan.sheets


class _Ods:
    """The sheets of an OpenDocument workbook, as their XML is read."""

    def __init__(self, archive: Archive) -> None:
        self.sheets: dict[str, Findings] = {}
        self._found = Findings()
        self._size = TableSize(archive)
        self._archive = archive
        self._parser: expat.XMLParserType | None = None
        self._line = self._lines = self._columns = self._width = 0
        self._column = 0
        self._is_hidden = self._is_note = False
        self._formula: dict[str, str] = {}
        self._words: list[str] | None = None
        self._flawed: dict[int, Flaw] = {}

    def read(self) -> None:
        """Read all sheets; raises WorkbookTooLarge and WorkbookBroken."""
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        feed(parser, self._archive, "content.xml")
        self._end_row()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "text:p":
            self._width = self._column
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._start_cell(attributes)
        elif name == "table:table-row":
            self._end_row()
            self._lines = self._number(attributes.get("table:number-rows-repeated", "1"))
            self._is_hidden = attributes.get("table:visibility") in _HIDDEN
        elif name == "table:table-column":
            is_hidden = attributes.get("table:visibility") in _HIDDEN
            self._found.has_hidden = self._found.has_hidden or is_hidden
        elif name == "table:table":
            self._end_row()
            self._found = self.sheets.setdefault(attributes.get("table:name", ""), Findings())
            self._line, self._lines = 1, 0
            self._size.begin_table()

    def _start_cell(self, attributes: dict[str, str]) -> None:
        repeated = attributes.get("table:number-columns-repeated")
        self._columns = self._number(repeated) if repeated else 1
        self._column += self._columns
        if "office:value-type" in attributes:
            self._width = self._column
        if "table:formula" in attributes or attributes.get("calcext:value-type") == "error":
            self._start_formula(attributes)
        if (
            "table:number-columns-spanned" in attributes
            or "table:number-rows-spanned" in attributes
        ):
            self._merge(attributes)

    def _start_formula(self, attributes: dict[str, str]) -> None:
        """Listen to the rest of a cell, which is not worth it for most."""
        assert self._parser
        self._formula = attributes
        self._words = None
        self._is_note = False
        self._parser.StartElementHandler = self._start_in_formula
        self._parser.EndElementHandler = self._end_in_formula
        self._parser.CharacterDataHandler = self._text

    def _start_in_formula(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "office:annotation":
            self._is_note = True
        elif name == "text:p" and not self._is_note and self._words is None:
            self._words = []

    def _text(self, text: str) -> None:
        if self._words is not None and not self._is_note:
            self._words.append(text)

    def _end_in_formula(self, name: str) -> None:
        if name == "office:annotation":
            self._is_note = False
        if not name.endswith("table-cell"):
            return
        assert self._parser
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None
        words = "".join(self._words or ())
        if self._formula.get("calcext:value-type") == "error" or _ERROR_WORDS.fullmatch(words):
            self._note(partial(CellIsError, given=words[:20] or "#VALUE!"))
        elif self._words is None and "office:value-type" not in self._formula:
            self._note(CellNotCalculated)

    def _note(self, flaw: Flaw) -> None:
        self._width = self._column
        for column in range(self._column - self._columns, self._column):
            self._size.add_flaw()
            self._flawed[column] = flaw

    def _merge(self, attributes: dict[str, str]) -> None:
        lines = self._number(attributes.get("table:number-rows-spanned", "1"))
        columns = self._number(attributes.get("table:number-columns-spanned", "1"))
        first = self._column - self._columns
        if lines > 1 or columns > 1:
            self._found.merges.append(
                Merge(self._line, first, self._line + lines - 1, first + columns - 1)
            )
            self._size.check_merges(len(self._found.merges))

    def _end_row(self) -> None:
        """Count the row that ends here, if one does."""
        if self._width:
            self._size.add(self._line + self._lines - 1, self._width)
            self._found.has_hidden = self._found.has_hidden or self._is_hidden
        for line in range(self._line, self._line + self._lines) if self._flawed else ():
            for column, flaw in self._flawed.items():
                self._size.add_flaw()
                self._found.flaws.setdefault(line, {})[column] = flaw
        self._line += self._lines
        self._lines = self._column = self._width = 0
        self._flawed = {}

    def _number(self, given: str) -> int:
        if not given.isdecimal() or len(given) > _LONGEST_NUMBER:
            raise self._archive.broken(f"it has a number {given[:20]!r}")
        return int(given)
