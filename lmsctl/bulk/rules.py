"""Reading rows of files: what reads one, what it tells its caller, and one cell of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from lmsctl.kit.errors import Refusal

# Called with a row's number, the heading of the cell if one is at fault, and the refusal.
NoteFault = Callable[[int, str | None, Refusal], None]
# Called with the name of a further table and a row for it.
PutRow = Callable[[str, Sequence[Any]], None]
# Called with a row's number and cells; returns what is staged of it.
ReadRow = Callable[[int, list[str], NoteFault, PutRow], Sequence[Any]]

# With which permissions files of a kind are taken in, any one of them; the rooms ask for them.
PERMISSIONS_OF_KINDS: Mapping[str, tuple[str, ...]] = {
    "user import": ("user.manage",),
    "token bulk-upload": ("token.manage",),
    "enroll": ("enrollment.manage", "training.enroll"),
    "progress import": ("progress.manage",),
}


def read_or_note(
    row_no: int, name: str, cell: str, read: Callable[[str], Any], note: NoteFault
) -> Any:
    """Return what a cell holds; note what is wrong with it and return None."""
    try:
        return read(cell)
    except Refusal as refusal:
        note(row_no, name, refusal)
        return None


# What a cell says, in the one way of the several in which it can be written; may raise a Refusal.
Meaning = Callable[[str], str]

# No cell can hold them: characters that nobody types.
_BETWEEN_CELLS, _BETWEEN_ROWS = "\x1f", "\x1e"
_ROWS_TOGETHER = 1_000


class RowsDigest:
    """The SHA-256 of what the rows of a file say, whatever the file around them looks like.

    `names` are its columns and `meanings` what reads the cells of some of them. Neither the order
    of the columns counts nor a column that says nothing, which could as well be absent.
    """

    def __init__(self, names: Sequence[str], meanings: Mapping[str, Meaning]) -> None:
        self._columns = [_ColumnDigest(name, meanings.get(name)) for name in names]
        self._blanks = [""] * len(names)
        self._unread = hashlib.sha256()
        self._rows: list[Sequence[str]] = []

    def add(self, cells: Sequence[str]) -> None:
        """Take a row; what stands behind the cells of the columns is ignored."""
        self._rows.append(cells)
        if len(self._rows) == _ROWS_TOGETHER:
            self._take()

    def add_unread(self, row_no: int, raw: Sequence[str]) -> None:
        """Take a row that cannot be read, by its number and its cells as they are in the file."""
        self._unread.update(_BETWEEN_CELLS.join((str(row_no), *raw, _BETWEEN_ROWS)).encode())
        self.add(self._blanks)

    def hexdigest(self) -> str:
        """Return the digest of the rows that were taken."""
        self._take()
        filled = sorted((one for one in self._columns if one.is_filled), key=lambda one: one.name)
        whole = self._unread.copy()
        for one in filled:
            whole.update(f"{one.name}{_BETWEEN_CELLS}{one.hexdigest()}{_BETWEEN_ROWS}".encode())
        return whole.hexdigest()

    def _take(self) -> None:
        # Column by column, which costs a fraction of what cell by cell does.
        for column, cells in zip(self._columns, zip(*self._rows, strict=False), strict=False):
            column.take(cells)
        self._rows.clear()


class _ColumnDigest:
    """The digest of one column; `is_filled` tells that some cell of it says something."""

    def __init__(self, name: str, meaning: Meaning | None) -> None:
        self.name = name
        self.is_filled = False
        self._hash = hashlib.sha256()
        self._read = lru_cache(maxsize=8192)(_or_as_written(meaning)) if meaning else None

    def take(self, cells: Sequence[str]) -> None:
        """Take the cells of the next rows."""
        told = _BETWEEN_CELLS.join(map(self._read, cells) if self._read else cells)
        self.is_filled = self.is_filled or len(told) >= len(cells)
        self._hash.update(told.encode())
        self._hash.update(_BETWEEN_ROWS.encode())

    def hexdigest(self) -> str:
        """Return the digest of the cells that were taken."""
        return self._hash.hexdigest()


def _or_as_written(meaning: Meaning) -> Meaning:
    """Return the same for cells that mean nothing too: these count as they are written."""

    def read(cell: str) -> str:
        try:
            return meaning(cell)
        except Refusal:
            return cell

    return read
