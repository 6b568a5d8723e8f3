"""The sheets of an Excel workbook: which there are, and what their XML says beyond their values."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from lmsctl.kit.workbookarchive import Archive
from lmsctl.kit.workbookerrors import CellIsError, CellNotCalculated
from lmsctl.kit.workbookscan import Findings, Flaw, Merge, TableSize, parse

_LETTERS = 26
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_RANGE = re.compile(rf"{_CELL.pattern}:{_CELL.pattern}")
# What a plain sheet has none of. Cells beyond Z are looked at more closely too, because few of them
# can make a table that is vast.
_UNUSUAL = re.compile(
    rb'<c(?! r="[A-Z](?:\d{1,5}|1\d{5})")[ />]|<f[ />]|<mergeCell |<\w+:(?:c|f|row)[ />]'
)
_ERROR_MARKS = (b't="e"', b"t='e'")
_LONGEST_TAG = 1 << 20
_HIDDEN_MARK, _HIDDEN = b'hidden="', re.compile(rb'<(?:row|col) [^>]*hidden="(?:1|true)"')


def scan_xlsx(archive: Archive, part: str) -> Findings:
    """Look through the sheet that is in `part`; raises WorkbookTooLarge and WorkbookBroken."""
    has_hidden = False
    for text in _whole_tags(archive.read(part)):
        if any(mark in text for mark in _ERROR_MARKS) or _UNUSUAL.search(text):
            break
        has_hidden = has_hidden or (_HIDDEN_MARK in text and _HIDDEN.search(text) is not None)
    else:
        return Findings(has_hidden=has_hidden)
    scan = _Xlsx(archive)
    parse(archive, part, scan.start, scan.end, scan.text)
    return scan.found


def _whole_tags(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes, never with the end of a tag in another piece than its beginning."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind(b"<") if len(rest) < _LONGEST_TAG else len(text)
        rest = text[cut:]
        yield text[:cut]
    yield rest


class _Xlsx:
    """The sheet of an Excel workbook, as its XML is read."""

    def __init__(self, archive: Archive) -> None:
        self.found = Findings()
        self._archive = archive
        self._size = TableSize(archive)
        self._line = self._column = 0
        self._kind = ""
        self._value: list[str] | None = None
        self._has_formula = self._is_filled = False
        self._starts: Mapping[str, Callable[[dict[str, str]], None]] = {
            "col": self._look_whether_hidden,
            "row": self._start_row,
            "c": self._start_cell,
            "f": self._start_formula,
            "v": self._start_value,
            "is": self._start_inline,
            "mergeCell": self._merge,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        handle = self._starts.get(name.rpartition(":")[2])
        if handle is not None:
            handle(attributes)

    def text(self, text: str) -> None:
        """Take characters."""
        if self._value is not None:
            self._value.append(text)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name.rpartition(":")[2] == "c":
            self._end_cell()
        elif self._value is not None and name.rpartition(":")[2] == "v":
            self._is_filled = self._is_filled or bool("".join(self._value))

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._line = int(given) if given.isdecimal() else self._line + 1
        self._column = -1
        self._look_whether_hidden(attributes)

    def _look_whether_hidden(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in {"1", "true"}:
            self.found.has_hidden = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        if given is None:
            self._column += 1
        else:
            name = _CELL.fullmatch(given)
            if name is None:
                raise self._archive.broken(f"it has a cell {given[:20]!r}")
            self._column, self._line = _column(name[1]), int(name[2])
        self._kind = attributes.get("t", "")
        self._value = None
        self._has_formula = self._is_filled = False

    def _start_formula(self, _attributes: dict[str, str]) -> None:
        self._has_formula = True
        self._value = None

    def _start_value(self, _attributes: dict[str, str]) -> None:
        self._value = []

    def _start_inline(self, _attributes: dict[str, str]) -> None:
        self._is_filled = True

    def _end_cell(self) -> None:
        if self._is_filled or self._kind:
            self._size.add(self._line, self._column + 1)
        if self._kind == "e":
            self._note(partial(CellIsError, given="".join(self._value or ["#VALUE!"])[:20]))
        elif self._has_formula and not self._is_filled and self._kind != "str":
            self._note(CellNotCalculated)
        self._value = None

    def _note(self, flaw: Flaw) -> None:
        self._size.add(self._line, self._column + 1)
        self._size.add_flaw()
        self.found.flaws.setdefault(self._line, {})[self._column] = flaw

    def _merge(self, attributes: dict[str, str]) -> None:
        found = _RANGE.fullmatch(attributes.get("ref", ""))
        if found is not None:
            left, top, right, bottom = found.groups()
            merge = Merge(int(top), _column(left), int(bottom), _column(right))
            self.found.merges.append(merge)
            self._size.check_merges(len(self.found.merges))


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1


def sheets_of_xlsx(archive: Archive) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet of an Excel workbook, and the part that it is in."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            by_id = (said for key, said in attributes.items() if key.rpartition(":")[2] == "id")
            sheets.append((attributes.get("name", ""), next(by_id, "")))

    parse(archive, "xl/_rels/workbook.xml.rels", relation, _ignore, _ignore)
    parse(archive, "xl/workbook.xml", sheet, _ignore, _ignore)
    if len(dict(sheets)) != len(sheets):
        raise archive.broken("two of its sheets have the same name")
    for name, number in sheets:
        target = targets.get(number, "")
        path = target.lstrip("/") if target.startswith(("/xl/", "xl/")) else f"xl/{target}"
        yield name, path


def _ignore(_: str) -> None:
    """Take what nobody needs."""
