"""What a file of rows is to whoever reads it: text or a workbook, records all the same."""

from collections.abc import Generator, Sequence
from typing import Protocol

from lmsctl.kit.csvrecords import Record
from lmsctl.kit.errors import Rejected

_LETTERS = 26


def cell_name(line: int, column: int) -> str:
    """Return what spreadsheets call the cell in a row, from 1, and a column, from 0: `B17`."""
    letters = ""
    number = column + 1
    while number:
        number, letter = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{line}"


class TableSource(Protocol):
    """An open file of records.

    `shown` is the name to speak of it and `sheet` that of its sheet, if it has one. `digest` is the
    SHA-256 of its bytes in hexadecimal, `size_bytes` their number. It may have `rows_limit` rows.
    The records begin on `first_line`. `remarks` are sentences on how it was read.
    """

    shown: str
    sheet: str | None
    digest: str
    size_bytes: int
    rows_limit: int
    first_line: int
    remarks: Sequence[str]

    def records(self) -> Generator[Record]:
        """Yield the records from the first one on; a second call ends the first reading."""

    def is_flawed(self, line: int) -> bool:
        """Return whether cells of the record that was yielded last cannot be read."""

    def flawed_cell(self, text: str) -> int | None:
        """Return the number of the first cell of a flawed record at whose quotes that lies."""

    def flaws(self, line: int, columns: Sequence[int]) -> Sequence[tuple[int, Rejected]]:
        """Return what is wrong with which cells of that record, of those in `columns`."""

    def position(self) -> int:
        """Return how far the current reading has come, of `size_bytes`."""

    def check_unchanged(self) -> None:
        """Raise CsvFileChanged if somebody wrote to the file since it was opened."""

    def close(self) -> None:
        """Let go of the file."""
