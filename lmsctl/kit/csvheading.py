"""What the headings of a CSV file mean: matching them to the columns a kind of file can have."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from lmsctl.kit import canonical
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.csverrors import (
    CsvColumnMissing,
    CsvColumnRepeated,
    CsvColumnUnknown,
    CsvHeadingUnnamed,
    CsvIgnoredHeadingUnknown,
    CsvMapColumnUnknown,
    CsvMapHeadingUnknown,
    CsvMapRepeated,
)
from lmsctl.kit.csvout import ERROR_HEADING, unguard
from lmsctl.kit.errors import Location, Refusal

_PROBLEMS_SHOWN = 20
# The place of the heading row, or of one heading by its number from 0.
Places: TypeAlias = Callable[[int | None], Location]
# Templates say behind a heading whether it needs a value.
_REMARK = re.compile(r"(?:[(\[](?:mandatory|optional|required)[)\]]|\*)$")
_INSIGNIFICANT = re.compile("[\\s_\u00ad\u2010\u2011\u200b-\u200f\u2060\ufeff-]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column a kind of file can have: its snake_case `name`, documented `heading`, aliases."""

    name: str
    heading: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How the caller wants a file read.

    `encoding` is the name of a codec and `delimiter` one sign or `tab`, both None to find out;
    `mapping` pairs a heading of the file with a column, which is then all that heading means;
    `ignored` are headings that mean nothing, known or not, and `ignore_unknown` makes all unknown
    ones so. `dates` is the order in which dates with slashes are written. `sheet` is the name of
    the sheet of a workbook, None for the first one.
    """

    encoding: str | None = None
    delimiter: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    ignore_unknown: bool = False
    ignored: tuple[str, ...] = ()
    dates: DateOrder = DateOrder.DAY_FIRST
    sheet: str | None = None


def heading_key(heading: str) -> str:
    """Return the form under which headings are compared.

    Case, blanks, hyphens, underscores and characters of no width do not count, and neither does an
    apostrophe that a writer put in front against formulas. Letters of another script do count: a
    heading that only looks like a known one is not it.
    """
    return _INSIGNIFICANT.sub("", canonical.fold(unguard(heading)))


class Vocabulary:
    """The headings with a meaning in a reading; raises CsvMapColumnUnknown or CsvMapRepeated."""

    def __init__(self, columns: Sequence[Column], reading: Reading) -> None:
        self._columns = columns
        self._ignore_unknown = reading.ignore_unknown
        self._natural: dict[str, str] = {}
        for column in columns:
            for spelling in (column.name, column.heading, *column.aliases):
                self._natural.setdefault(heading_key(spelling), column.name)
        self._mapped: dict[str, str] = {}
        for heading, name in reading.mapping:
            self._map(heading, name)
        self._mapping = reading.mapping
        self._ignored = {heading_key(heading): heading for heading in reading.ignored}

    def documented(self) -> list[str]:
        """Return the headings as documentation writes them."""
        return [column.heading for column in self._columns]

    def meaning(self, heading: str) -> str | None:
        """Return the name of the column that `heading` means, or None."""
        key = heading_key(heading)
        if key in self._ignored:
            return None
        plain = _REMARK.sub("", key)
        return self._mapped.get(key) or self._natural.get(key) or self._natural.get(plain)

    def known(self, headings: Sequence[str]) -> int:
        """Return how many columns the headings name, repeated ones counted once."""
        return len({self.meaning(heading) for heading in headings} - {None})

    def columns_of(
        self, headings: Sequence[str], place: Places, *, blank: Collection[int] = ()
    ) -> tuple[str | None, ...]:
        """Return the column each heading means, None for one to leave aside.

        `blank` are the numbers of columns that need no heading, because they have nothing else
        either. Raises CsvColumnRepeated, CsvHeadingUnnamed, CsvColumnUnknown, CsvMapHeadingUnknown
        or CsvColumnMissing: the first thing wrong, the others in its details.
        """
        problems = list(islice(self._problems(headings, place, blank), _PROBLEMS_SHOWN))
        if problems:
            first = problems[0]
            first.details = tuple(problems[1:])
            raise first
        return tuple(self.meaning(heading) for heading in headings)

    def _map(self, heading: str, name: str) -> None:
        column = self._natural.get(heading_key(name))
        if column is None:
            names = [column.name for column in self._columns]
            raise CsvMapColumnUnknown(given=canonical.excerpt(name), advice=_advice(name, names))
        if heading_key(heading) in self._mapped:
            raise CsvMapRepeated(given=canonical.excerpt(heading))
        self._mapped[heading_key(heading)] = column

    def _problems(
        self, headings: Sequence[str], place: Places, blank: Collection[int]
    ) -> Iterator[Refusal]:
        yield from self._repeated(headings, place)
        yield from self._unmapped(headings, place)
        yield from self._absent(headings, place)
        if not self._ignore_unknown:
            yield from self._unknown(headings, place, blank)
        yield from self._missing(headings, place)

    def _repeated(self, headings: Sequence[str], place: Places) -> Iterator[Refusal]:
        seen: dict[str, str] = {}
        for index, heading in enumerate(headings):
            name = self.meaning(heading)
            if name in seen:
                yield CsvColumnRepeated(
                    location=place(index),
                    first=canonical.excerpt(seen[name]),
                    second=canonical.excerpt(heading),
                    name=name,
                )
            elif name is not None:
                seen[name] = heading

    def _unmapped(self, headings: Sequence[str], place: Places) -> Iterator[Refusal]:
        present = {heading_key(heading) for heading in headings}
        for heading, _ in self._mapping:
            if heading_key(heading) not in present:
                yield CsvMapHeadingUnknown(
                    location=place(None),
                    given=canonical.excerpt(heading),
                    advice=_advice(heading, headings[:_PROBLEMS_SHOWN]),
                )

    def _absent(self, headings: Sequence[str], place: Places) -> Iterator[Refusal]:
        present = {heading_key(heading) for heading in headings}
        for key, heading in self._ignored.items():
            if key not in present:
                yield CsvIgnoredHeadingUnknown(
                    location=place(None),
                    given=canonical.excerpt(heading),
                    advice=_advice(heading, headings[:_PROBLEMS_SHOWN]),
                )

    def _unknown(
        self, headings: Sequence[str], place: Places, blank: Collection[int]
    ) -> Iterator[Refusal]:
        for index, heading in enumerate(headings):
            if self.meaning(heading) is not None or canonical.trim(heading) == ERROR_HEADING:
                continue
            if heading_key(heading) in self._ignored:
                continue
            if not heading_key(heading):
                if index not in blank:
                    yield CsvHeadingUnnamed(location=place(None), position=index + 1)
                continue
            yield CsvColumnUnknown(
                location=place(index),
                given=canonical.excerpt(canonical.trim(heading)),
                reason=_foreign_letter(heading, self.documented()),
                advice=_advice(heading, self.documented()),
            )

    def _missing(self, headings: Sequence[str], place: Places) -> Iterator[Refusal]:
        present = {self.meaning(heading) for heading in headings}
        for column in self._columns:
            if column.required and column.name not in present:
                yield CsvColumnMissing(location=place(None), field=column.name, name=column.heading)


def _advice(given: str, known: Sequence[str]) -> str:
    guess = canonical.nearest(given[:100], known)
    return f"The nearest is {guess}" if guess else f"There are {', '.join(known)}"


def _foreign_letter(heading: str, known: Sequence[str]) -> str:
    """Return which letter makes a heading another one although it looks like a known one."""
    guess = canonical.nearest(heading[:100], known)
    if guess is None:
        return ""
    odd = [c for c in canonical.trim(heading) if not c.isascii() and c not in guess]
    return f": it holds {canonical.name_of(odd[0])}" if odd else ""
