"""Reading CSV files, property by property: what we write we read, and any bytes are judged."""

import codecs
import csv
import io
import unicodedata

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lmsctl.kit import canonical
from lmsctl.kit.csverrors import (
    CsvQuoteFollowed,
    CsvQuoteOpen,
)
from lmsctl.kit.csvin import Column, Reading, Sheet, clean, open_sheet
from lmsctl.kit.csvout import CsvFile, RejectsFile
from lmsctl.kit.errors import Refusal
from lmsctl.kit.headingrow import is_total
from tests.kit.test_csvin import COLUMNS, cells, opened

UNHURRIED = settings(deadline=None)  # the machine may be busy with other things


TEXTS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.sampled_from([*"=+-@\t\r\n'\", ;|é", "\u00a0", "\u200b", "\ufeff", "\u0338"]),
    max_size=12,
)


TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), max_size=6)
)


def as_read(text: str) -> str:
    trimmed = canonical.trim(text)
    if text[:1] in {"\t", "\r"}:  # a formula to a spreadsheet, so it was guarded and is kept
        trimmed = canonical.trim(f"'{text}")[1:]
    return unicodedata.normalize("NFC", trimmed)


@UNHURRIED
@given(TABLES)
def test_what_we_write_we_read(table: list[list[str]]) -> None:
    """Any table written by us reads back as it was, but for blanks around a cell and blank rows.

    What begins like a total of the other rows is left out here: at the end it is taken for one.
    """
    headings = [column.heading for column in COLUMNS][: len(table[0]) if table else 1]
    stream = io.StringIO(newline="")
    with CsvFile(stream, headings) as file:
        file.write_all(table)
    wanted = [row for row in ([as_read(cell) for cell in row] for row in table) if any(row)]
    assume(not any(map(is_total, wanted)))
    assert cells(stream.getvalue()) == wanted


@UNHURRIED
@given(TABLES)
def test_rejected_rows_read_as_before(table: list[list[str]]) -> None:
    """Rows handed back in a rejects file read exactly as they did in the first file."""
    headings = [column.heading for column in COLUMNS][: len(table[0]) if table else 1]
    first, second = io.StringIO(newline=""), io.StringIO(newline="")
    writer = csv.writer(first, lineterminator="\r\n")
    writer.writerows([headings, *table])
    with opened(first.getvalue()) as sheet, RejectsFile(second, sheet.headings) as rejects:
        before = [row for row in sheet.rows() if row.cells]
        assume(not any(is_total(row.cells) for row in before))
        for row in before:
            rejects.add(row.raw, "why")
    assert cells(second.getvalue()) == [row.cells for row in before]


@UNHURRIED
@given(TEXTS)
def test_cleaning_is_done_once(text: str) -> None:
    """A clean value without apostrophes in front stays as it is however often it is cleaned."""
    value = clean(text)
    if not value.startswith(("'", "\t", "\r")):
        assert clean(value) == value


FRAGMENTS = st.lists(st.sampled_from([*',"\n\ra', '""', "\r\n", "é"])).map("".join)


@UNHURRIED
@given(FRAGMENTS)
def test_cells_are_those_of_the_standard_reader(body: str) -> None:
    """Whatever is accepted has just the cells that any strict reader of CSV sees."""
    content = f"Login\n{body}"
    expected = by_the_standard_reader(content)
    with opened(content) as sheet:
        if expected is None:
            assert not is_all_quoted_well(sheet)
        else:
            assert [row.raw for row in sheet.rows()] == expected


def by_the_standard_reader(content: str) -> list[list[str]] | None:
    lines = io.StringIO(content, newline="")
    try:
        rows = list(csv.reader(lines, strict=True))[1:]
    except csv.Error:
        return None
    return [row for row in rows if any(map(canonical.trim, row))]


def is_all_quoted_well(sheet: Sheet) -> bool:
    try:
        problems = [row.problem for row in sheet.rows()]
    except (CsvQuoteOpen, CsvQuoteFollowed):
        return False
    return not any(isinstance(problem, CsvQuoteFollowed) for problem in problems)


BYTES = st.binary(max_size=300) | st.builds(
    lambda head, parts: head + b"".join(parts),
    st.sampled_from([b"", b"Login,Email\n", b"sep=;\nLogin;Email\n", codecs.BOM_UTF16_LE]),
    st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b";", b"a", b"'", b"\xe9", b"\xc3\xa9"])),
)


@UNHURRIED
@given(
    BYTES,
    st.sampled_from([None, "cp1252", "utf-16", "utf-16-be", "shift_jis", "utf-32-le", "nonsense"]),
    st.sampled_from([None, ",", "tab", '"', ""]),
    st.booleans(),
)
def test_any_bytes_are_read_or_refused(
    data: bytes,
    encoding: str | None,
    delimiter: str | None,
    ignore_unknown: bool,
) -> None:
    """Whatever bytes come, they are read or refused with a reason; nothing else happens."""
    reading = Reading(encoding, delimiter, ignore_unknown=ignore_unknown)
    for refusal in refusals(data, reading):
        assert refusal.format_message()
        assert refusal.format_hint()


def refusals(data: bytes, reading: Reading) -> list[Refusal]:
    optional = [Column("login", "Login"), Column("email", "Email")]
    try:
        with open_sheet("-", optional, reading, stdin=io.BytesIO(data)) as sheet:
            rows = list(sheet.rows())
    except Refusal as refusal:
        return [refusal]
    assert {len(row.cells) for row in rows if not row.problem} <= {len(sheet.names)}
    return [row.problem for row in rows if row.problem]
