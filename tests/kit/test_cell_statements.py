"""Lists written as CSV by the database itself: the same bytes as cell by cell."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Text
from sqlmodel import literal, select, union_all

from lmsctl.kit import columns, render
from lmsctl.kit.answer import CsvWish, Listing
from lmsctl.kit.csvout import BLANKS, FORMULA
from lmsctl.kit.rows import LazyRows
from lmsctl.kit.table_data import View
from lmsctl.kit.work import run_read
from lmsctl.user.results import UserType
from tests.conftest import Portal
from tests.kit.test_work import open_units

_STARTS = [
    *FORMULA,
    "",
    "'",
    "''",
    "none",
    "NONE",
    "nonE ",
    "nothing",
    "n",
    "a",
    "ä",
    '"',
    ",",
    "%",
]
TEXTS = [
    *(front + start + end for front in ("", "'", "''") for start in _STARTS for end in ("", "x,1")),
    *(f"None{blank}" for blank in BLANKS),
    *(f"none{blank}x" for blank in BLANKS),
    'a "quoted", text\r\nof two lines\n',
    "back\\slash \\.",
]


@dataclass(frozen=True, slots=True)
class Cells:
    """A row with a column of each kind."""

    number: int
    text: str | None
    moment: datetime | None
    truth: bool | None
    word: UserType | None


def values_of(number: int) -> list[Any]:
    """Return the columns of one row."""
    return [
        literal(number).label("number"),
        literal(TEXTS[number] if number % 50 else None, Text).label("text"),
        literal(datetime(number + 1, 3, 2, tzinfo=UTC), columns.Moment).label("moment"),
        literal([True, False, None][number % 3], columns.Truth).label("truth"),
        literal(None if number % 2 else UserType.CLIENT, columns.Choice(UserType)).label("word"),
    ]


def rows_of(work: Any) -> LazyRows[Cells]:
    """Return rows that hold every text, and now and then nothing."""
    parts = [select(*values_of(number)) for number in range(len(TEXTS))]
    found = union_all(*parts).subquery("found")
    statement = select(*(found.c[name] for name in Cells.__dataclass_fields__))
    listed: LazyRows[Cells] = work.listed(Cells, statement, by=[found.c.number])
    return listed


@pytest.mark.parametrize("is_raw", [False, True])
@pytest.mark.parametrize("names", [None, "text,number", "text"])
@pytest.mark.parametrize("first", [None, 0, 7])
def test_a_database_writes_the_bytes_that_the_program_writes(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, is_raw: bool, names: str | None, first: int
) -> None:
    """Guarded texts, quotes, line ends, moments, truths and what is absent."""
    view = View("csv", columns=names, first=first, is_raw=is_raw)

    def written() -> str:
        out = io.StringIO(newline="")
        with open_units(portal) as make:
            answer = run_read(make, lambda work: Listing(Cells, rows_of(work)))
            render.render(answer, view, out, lambda _: None)
        return out.getvalue()

    with open_units(portal) as make:
        wish = CsvWish(names.split(",") if names else ["number", "text"], first, is_raw)
        is_fast = run_read(make, lambda work: rows_of(work).write_csv(io.StringIO(), wish))
    assert is_fast == (names != "text")
    fast = written()
    monkeypatch.setattr(LazyRows, "write_csv", lambda *_: False)
    assert fast.splitlines() == written().splitlines()
    assert fast == written()
