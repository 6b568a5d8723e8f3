"""The records of a CSV file: finding out what stands between its cells, and reading them."""

import re
from collections.abc import Generator, Sequence
from contextlib import closing, suppress

from lmsctl.kit import canonical
from lmsctl.kit.csvbytes import Source
from lmsctl.kit.csverrors import CsvDelimiterInvalid
from lmsctl.kit.csvheading import Vocabulary
from lmsctl.kit.csvrecords import BrokenOffError, Record, flawed_cell, records
from lmsctl.kit.errors import Refusal, Rejected
from lmsctl.kit.headingrow import find_heading

_DELIMITERS = ",;\t|"
_ROWS_LIMIT = 1_000_000
_SEPARATOR_LINE = re.compile(rf'"?sep=(.)"?[{_DELIMITERS}]*', re.IGNORECASE)


class CsvTable:
    """A CSV file as a source of records; without a `delimiter` it is the one that fits best.

    Raises CsvDelimiterInvalid.
    """

    rows_limit = _ROWS_LIMIT
    sheet: str | None = None
    remarks: Sequence[str] = ()

    def __init__(self, source: Source, vocabulary: Vocabulary, delimiter: str | None) -> None:
        self._source = source
        self.shown = source.shown
        self.digest = source.digest
        self.size_bytes = source.size_bytes
        chosen = _checked_delimiter(delimiter) if delimiter is not None else None
        announced = _SEPARATOR_LINE.fullmatch(self._first_line())
        self.first_line = 1
        if announced and _may_delimit(announced[1]):
            self.first_line = 2
            chosen = chosen or announced[1]
        self._delimiter = chosen or max(_DELIMITERS, key=lambda sign: self._score(sign, vocabulary))

    def records(self) -> Generator[Record]:
        """Yield the records; raises BrokenOffError, and CsvFileChanged for what is text no more."""
        return self._records(self._delimiter)

    def is_flawed(self, line: int) -> bool:  # noqa: ARG002 - text has no types that could be wrong
        """Return False: a cell of text is what it says."""
        return False

    def flawed_cell(self, text: str) -> int | None:
        """Return the number of the first cell of a record whose quotes make no sense."""
        return flawed_cell(text, self._delimiter)

    def flaws(self, line: int, columns: Sequence[int]) -> Sequence[tuple[int, Rejected]]:  # noqa: ARG002 - as above
        """Return nothing, for the same reason."""
        return ()

    def position(self) -> int:
        """Return how many bytes have been read."""
        return self._source.position()

    def check_unchanged(self) -> None:
        """Raise CsvFileChanged if somebody wrote to the file since it was opened."""
        self._source.check_unchanged()

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def _records(self, delimiter: str) -> Generator[Record]:
        text = self._source.text()
        try:
            for _ in range(1, self.first_line):
                text.readline()
            yield from records(text, delimiter, self.first_line)
        except UnicodeError as error:  # all bytes had been decoded once before
            raise self._source.changed() from error
        finally:
            with suppress(ValueError):  # the file may be closed already
                text.detach()

    def _first_line(self) -> str:
        """Return the first line, or as much of it as is needed to know it."""
        text = self._source.text()
        try:
            return text.readline(100).rstrip("\r\n")
        finally:
            text.detach()

    def _score(self, delimiter: str, vocabulary: Vocabulary) -> tuple[int, int]:
        """Return how many columns the heading row names, and how many headings it has."""
        try:
            with closing(self._records(delimiter)) as found:
                heading = find_heading(found, vocabulary)
        except (BrokenOffError, Refusal):
            return -1, 0
        if heading is None or heading.flaw:
            return -1, 0
        return vocabulary.known(heading.cells), len(heading.cells)


def _checked_delimiter(given: str) -> str:
    sign = "\t" if given in {"tab", "\\t"} else given
    if not _may_delimit(sign):
        raise CsvDelimiterInvalid(given=canonical.excerpt(given))
    return sign


def _may_delimit(sign: str) -> bool:
    if len(sign) != 1 or sign in "\"' ":
        return False
    return sign == "\t" or (sign.isprintable() and not sign.isalnum())
