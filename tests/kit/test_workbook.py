"""Workbooks read cell by cell, and every kind that no spreadsheet program would have written."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Mapping

import pytest

from lmsctl.kit import csvin, workbookarchive
from lmsctl.kit.csvin import Column, Reading, Sheet
from lmsctl.kit.errors import Refusal
from tests.kit.workbooks import SHEET, number, ods, ods_row, packed, row, xlsx, xlsx_parts

COLUMNS = (Column("login", "Login"), Column("email", "Email"), Column("note", "Note"))
HEAD = row(1, "Login", "Email", "Note")
ODS_HEAD = ods_row("Login", "Email", "Note")
FORMULA, TEXT = 'table:formula="x"', 'office:value-type="string"'
MERGED = '<mergeCells count="1"><mergeCell ref="B2:C3"/></mergeCells>'


def opened(content: bytes, reading: Reading | None = None) -> Sheet:
    """Open a workbook that comes from standard input."""
    return csvin.open_sheet("-", COLUMNS, reading or Reading(), stdin=io.BytesIO(content))


def cells(content: bytes) -> list[list[str]]:
    """Return the cells of a workbook whose rows are all well, read twice."""
    with opened(content) as sheet:
        rows = list(sheet.rows())
        assert rows == list(sheet.rows())
    assert [str(row.problem) for row in rows if row.problem] == []
    return [row.cells for row in rows]


def verdict(content: bytes, reading: Reading | None = None) -> tuple[str, str]:
    """Return the code of a workbook's refusal, or of its first bad row, and what it says."""
    try:
        with opened(content, reading) as sheet:
            refusal = next((row.problem for row in sheet.rows() if row.problem), None)
    except Refusal as raised:
        refusal = raised
    assert refusal is not None
    assert refusal.format_hint()
    return refusal.code, str(refusal)


READ: Mapping[str, tuple[bytes, list[list[str]]]] = {
    "text": (xlsx(HEAD + row(2, "000123", "1.50", " b ")), [["000123", "1.50", "b"]]),
    "numbers": (
        xlsx(HEAD + row(2, number("7"), number("0.30000000000000004"), number("1E-7"))),
        [["7", "0.3", "0.0000001"]],
    ),
    "fifteen digits": (
        xlsx(HEAD + row(2, number("999999999999999"), "x", number("-12"))),
        [["999999999999999", "x", "-12"]],
    ),
    "truths": (
        xlsx(HEAD + row(2, '<c r="@" t="b"><v>1</v></c>', '<c r="@" t="b"><v>0</v></c>', "x")),
        [["TRUE", "FALSE", "x"]],
    ),
    "formulas with values": (
        xlsx(
            HEAD
            + row(
                2,
                '<c r="@" t="str"><f>A1</f><v>ben</v></c>',
                '<c r="@"><f>1+1</f><v>2</v></c>',
                '<c r="@" t="str"><f>""</f><v></v></c>',
            )
        ),
        [["ben", "2", ""]],
    ),
    "from the third row and the second column": (
        xlsx(
            '<row r="3"><c r="B3" t="inlineStr"><is><t>Login</t></is></c></row>'
            '<row r="5"><c r="B5" t="inlineStr"><is><t>ben</t></is></c></row>'
        ),
        [["ben"]],
    ),
    "formats up to the last column": (
        xlsx(HEAD + row(2, "a", "b", "c") + '<row r="3"><c r="XFD3" s="1"/></row>'),
        [["a", "b", "c"]],
    ),
    "cells without names": (
        xlsx(HEAD + "<row><c><v>1</v></c><c/><c><v>3</v></c></row>"),
        [["1", "", "3"]],
    ),
    "elements with a prefix": (
        xlsx(
            "",
            sheet=xlsx_parts(HEAD + row(2, "a", "b", "c"))[SHEET]
            .replace("</", "</x:")
            .replace("<", "<x:")
            .replace("<x:/x:", "</x:")
            .replace("xmlns=", "xmlns:x="),
        ),
        [["a", "b", "c"]],
    ),
    "ods": (ods(ODS_HEAD + ods_row("000123", "b", "c", repeated=2)), [["000123", "b", "c"]] * 2),
    "ods filled to its end": (
        ods(
            ODS_HEAD
            + ods_row("a", "b", "c", '<table:table-cell table:number-columns-repeated="16381"/>')
            + ods_row('<table:table-cell table:number-columns-repeated="16384"/>', repeated=1048574)
        ),
        [["a", "b", "c"]],
    ),
    "ods formula without text": (
        ods(
            ODS_HEAD
            + ods_row("a", '<table:table-cell table:formula="x"><text:p/></table:table-cell>', "c")
        ),
        [["a", "", "c"]],
    ),
}


@pytest.mark.parametrize(("content", "expected"), READ.values(), ids=READ.keys())
def test_cells_are_what_a_person_would_write(content: bytes, expected: list[list[str]]) -> None:
    """A cell is its value, whatever its format; text stays text."""
    assert cells(content) == expected


def ods_cell(attributes: str, said: str) -> str:
    """Return a cell of an OpenDocument sheet."""
    inside = f"<text:p>{said}</text:p>" if said else ""
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


FLAWED: Mapping[str, tuple[bytes, str, str]] = {
    "error": (xlsx(HEAD + row(2, '<c r="@" t="e"><v>#REF!</v></c>')), "cell_is_error", "A2"),
    "error of a formula": (
        xlsx(HEAD + row(2, "a", '<c r="@" t="e"><f>1/0</f><v>#DIV/0!</v></c>')),
        "cell_is_error",
        "B2",
    ),
    "formula without a value": (
        xlsx(HEAD + row(2, "a", '<c r="@"><f>A1</f></c>')), "cell_not_calculated", "B2",
    ),
    "formula with a blank value": (
        xlsx(HEAD + row(2, "a", '<c r="@"><f>A1</f><v></v></c>')), "cell_not_calculated", "B2",
    ),
    "nothing but an error": (
        xlsx(HEAD + row(2, '<c r="@" t="e"><v>#N/A</v></c>') + row(3, "a")), "cell_is_error", "A2",
    ),
    "sixteen digits": (
        xlsx(HEAD + row(2, number("1234567890123456"))), "cell_number_too_long", "A2",
    ),
    "merged": (xlsx(HEAD + row(2, "a", "b") + row(3, "c"), MERGED), "cell_merged", "C2"),
    "ods error": (
        ods(ODS_HEAD + ods_row("a", ods_cell(f'{FORMULA} calcext:value-type="error"', "#REF!"))),
        "cell_is_error",
        "B2",
    ),
    "ods error by its words": (
        ods(ODS_HEAD + ods_row("a", ods_cell(f"{FORMULA} {TEXT}", "Err:502"))),
        "cell_is_error",
        "B2",
    ),
    "ods formula without a value": (
        ods(ODS_HEAD + ods_row("a", ods_cell(FORMULA, ""))), "cell_not_calculated", "B2",
    ),
    "ods formula behind blank rows": (
        ods(
            ODS_HEAD
            + ods_row("<table:table-cell/>", repeated=3)
            + ods_row("a", ods_cell(FORMULA, ""))
        ),
        "cell_not_calculated",
        "B5",
    ),
    "ods merged sideways": (
        ods(
            ODS_HEAD
            + ods_row(
                ods_cell(f'{TEXT} table:number-columns-spanned="2"', "a"),
                "<table:covered-table-cell/>",
            )
        ),
        "cell_merged",
        "B2",
    ),
    "ods merged": (
        ods(
            ODS_HEAD
            + ods_row("a", ods_cell(f'{TEXT} table:number-rows-spanned="2"', "b"))
            + ods_row("c", "<table:covered-table-cell/>")
        ),
        "cell_merged",
        "B3",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code", "cell"), FLAWED.values(), ids=FLAWED.keys())
def test_cells_without_a_true_value_are_faults(content: bytes, code: str, cell: str) -> None:
    """What would come in as a blank or as another number is refused, by its cell."""
    found, said = verdict(content)
    assert (found, f"cell {cell}," in said) == (code, True), said


def test_flaws_of_columns_that_are_not_read_do_not_matter() -> None:
    """An error in a column that is ignored is nobody's business."""
    content = xlsx(row(1, "Login", "Shoe") + row(2, "a", '<c r="@" t="e"><v>#REF!</v></c>'))
    with opened(content, Reading(ignored=("Shoe",))) as sheet:
        assert [(row.cells, row.problem) for row in sheet.rows()] == [(["a"], None)]


def test_a_row_tells_all_its_flaws() -> None:
    """Each flawed cell of a row is told with its own place."""
    content = xlsx(HEAD + row(2, '<c r="@"><f>A1</f></c>', "b", '<c r="@" t="e"><v>#N/A</v></c>'))
    with opened(content) as sheet:
        (found,) = sheet.rows()
    assert found.problem is not None
    assert [problem.location.cell for problem in (found.problem, *found.problem.details)] == [  # type: ignore[union-attr]
        "A2",
        "C2",
    ]


def lying_size() -> bytes:
    """Return a workbook whose sheet is larger than its archive says, in each place and checksum."""
    parts = xlsx_parts(HEAD + row(2, "a" * 5_000))
    content, said = bytearray(packed(parts)), parts[SHEET].encode()[:100]
    for header, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        named = content.index(SHEET.encode()) if offset == 14 else content.rindex(SHEET.encode())
        at = content.rindex(header, 0, named) + offset
        struct.pack_into("<I", content, at, zlib.crc32(said))
        struct.pack_into("<I", content, at + 8, len(said))
    return bytes(content)


def ole(*, encrypted: bool) -> bytes:
    """Return a file of the old kind, with an encrypted workbook inside or an old one."""
    inside = "EncryptedPackage" if encrypted else "Workbook"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200_000) + inside.encode("utf-16-le")


WIDE = HEAD + row(2, "a") + '<row r="3"><c r="XFD3"><v>1</v></c></row>'
HOSTILE: Mapping[str, tuple[bytes, str]] = {
    "encrypted": (ole(encrypted=True), "workbook_encrypted"),
    "old": (ole(encrypted=False), "csv_other_format"),
    "a zip": (packed({"people.csv": "Login\n"}), "csv_other_format"),
    "a document": (
        packed({"[Content_Types].xml": "", "word/document.xml": ""}), "csv_other_format",
    ),
    "binary": (packed({"[Content_Types].xml": "", "xl/workbook.bin": ""}), "csv_other_format"),
    "encrypted ods": (
        ods(ODS_HEAD, manifest="<manifest:encryption-data/>"), "workbook_encrypted",
    ),
    "cut off": (xlsx(HEAD)[:-30], "workbook_broken"),
    "no sheet": (xlsx("", workbook="<workbook><sheets/></workbook>"), "csv_no_heading"),
    "no part of the sheet": (
        packed({name: part for name, part in xlsx_parts(HEAD).items() if name != SHEET}),
        "workbook_broken",
    ),
    "two sheets of one name": (
        xlsx(
            HEAD,
            workbook=xlsx_parts("")["xl/workbook.xml"].replace(
                "</sheets>", '<sheet name="People" sheetId="2" r:id="r1"/></sheets>'
            ),
        ),
        "workbook_broken",
    ),
    "blank sheet": (xlsx(""), "csv_no_heading"),
    "blank ods": (ods(""), "csv_no_heading"),
    "broken XML": (xlsx(HEAD + "<row><c"), "workbook_broken"),
    "broken XML of a plain sheet": (xlsx("", sheet="<worksheet><sheetData>"), "workbook_broken"),
    "broken ods": (ods("<table:table-row>"), "workbook_broken"),
    "document type": (xlsx("", sheet="<!DOCTYPE x><worksheet/>"), "workbook_broken"),
    "document type elsewhere": (
        xlsx(HEAD, other='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "workbook_broken",
    ),
    "another encoding": (
        xlsx("", sheet="<worksheet/>".encode("utf-16")), "workbook_broken",
    ),
    "no shared strings": (
        xlsx(HEAD + row(2, '<c r="@" t="s"><v>5</v></c>')), "workbook_broken",
    ),
    "cell of no column": (xlsx('<row r="1"><c r="ABCD1"><v>1</v></c></row>'), "workbook_broken"),
    "larger than it says": (lying_size(), "workbook_broken"),
    "vast": (
        xlsx(HEAD + '<row r="200000"><c r="XFD200000"><v>1</v></c></row>'), "workbook_too_large",
    ),
    "far down": (
        xlsx(HEAD + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "workbook_too_large",
    ),
    "vast ods": (ods(ODS_HEAD + ods_row("a", repeated=999_999_999)), "workbook_too_large"),
    "wide ods": (
        ods(
            ODS_HEAD
            + ods_row(
                '<table:table-cell office:value-type="float" office:value="1"'
                ' table:number-columns-repeated="99999999"/>'
            )
        ),
        "workbook_too_large",
    ),
    "ods of negative rows": (
        ods('<table:table-row table:number-rows-repeated="-1"/>'), "workbook_broken",
    ),
    "far cell in a narrow table": (xlsx(WIDE), "csv_heading_unnamed"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_workbooks_are_refused(content: bytes, code: str) -> None:
    """A workbook that is damaged, locked, vast or lying is one clear refusal."""
    assert verdict(content)[0] == code


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to more than may be is refused by what the archive says, and takes no memory."""
    bomb = packed({**xlsx_parts(HEAD), "xl/media/bomb.bin": bytes(50 << 20)})
    assert len(bomb) < 1 << 20
    monkeypatch.setattr(workbookarchive, "UNPACKED_LIMIT", 40 << 20)
    tracemalloc.start()
    try:
        assert verdict(bomb)[0] == "workbook_too_large"
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_part_is_never_larger_than_it_says() -> None:
    """Unpacking stops where the archive says that the part ends, before a library goes on."""
    said = "its part xl/worksheets/sheet1.xml is not as large as the archive says"
    assert said in verdict(lying_size())[1]


def test_places_are_those_of_the_sheet() -> None:
    """A table may begin anywhere; its cells keep the names that the sheet gives them."""
    content = xlsx(
        '<row r="3"><c r="C3" t="inlineStr"><is><t>Login</t></is></c></row>'
        '<row r="5"><c r="C5" t="e"><v>#N/A</v></c></row>'
    )
    with opened(content) as sheet:
        (found,) = sheet.rows()
        assert sheet.place(found.row, found.line, "Login").cell == "C5"
    assert "cell C5," in str(found.problem)


def test_options_of_the_other_kind_are_refused() -> None:
    """--encoding and --delimiter make no sense for a workbook, nor does --sheet for text."""
    assert verdict(xlsx(HEAD), Reading(encoding="cp1252"))[0] == "workbook_option_idle"
    assert verdict(xlsx(HEAD), Reading(delimiter=";"))[0] == "workbook_option_idle"
    assert verdict(b"Login\na\n", Reading(sheet="People"))[0] == "workbook_option_idle"


def test_a_wrong_sheet_lists_the_right_ones() -> None:
    """A sheet is named in any case; a name that no sheet has is answered with those they have."""
    with opened(xlsx(HEAD + row(2, "a")), Reading(sheet="people")) as sheet:
        assert sheet.sheet == "People"
    with pytest.raises(Refusal) as refused:
        opened(xlsx(HEAD), Reading(sheet="Users"))
    assert refused.value.code == "sheet_unknown"
    assert refused.value.format_hint() == "There are: People."


def test_more_rows_than_a_workbook_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row after the last allowed one ends the reading."""
    monkeypatch.setattr("lmsctl.kit.workbook.Workbook.rows_limit", 1)
    assert verdict(xlsx(HEAD + row(2, "a") + row(3, "b")))[0] == "csv_rows_too_many"


HIDDEN: Mapping[str, tuple[bytes, bool]] = {
    "nothing": (xlsx(HEAD + row(2, "a")), False),
    "a row": (xlsx(HEAD + row(2, "a").replace("<row ", '<row hidden="1" ')), True),
    "a row beside a formula": (
        xlsx(HEAD + row(2, '<c r="@"><f>1</f><v>1</v></c>').replace("<row ", '<row hidden="1" ')),
        True,
    ),
    "a row of ods": (
        ods(ODS_HEAD + ods_row("a").replace("-row ", '-row table:visibility="filter" ', 1)),
        True,
    ),
    "a column of ods": (
        ods('<table:table-column table:visibility="collapse"/>' + ODS_HEAD + ods_row("a")),
        True,
    ),
}


@pytest.mark.parametrize(("content", "is_told"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_is_hidden_is_read_and_told(content: bytes, *, is_told: bool) -> None:
    """Hidden and filtered rows and columns are read like the others, and that is said."""
    with opened(content) as sheet:
        assert len(list(sheet.rows())) == 1
        assert ("Hidden rows and columns were read like the others." in sheet.remarks) is is_told
