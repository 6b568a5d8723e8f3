"""What happens to the CSV files that people bring: what is read, what is refused and where."""

import codecs
import csv
import gzip
import hashlib
import io
import os
import threading
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsctl.kit import canonical, csvin
from lmsctl.kit.csverrors import (
    CsvColumnUnknown,
    CsvFileChanged,
    CsvFileMissing,
    CsvFileUnreadable,
    CsvMapColumnUnknown,
    CsvQuoteFollowed,
    CsvQuoteOpen,
    CsvRowRagged,
    CsvRowsTooMany,
    CsvUndecodable,
)
from lmsctl.kit.csvin import Column, Reading, Row, Sheet, clean, open_sheet
from lmsctl.kit.csvout import CsvFile, RejectsFile
from lmsctl.kit.errors import Refusal, RefusalKind

COLUMNS = (
    Column("login", "Login", ("User name",), required=True),
    Column("first_name", "First name", ("Given name",)),
    Column("email", "Email", ("E-mail address",)),
    Column("add_to_group", "Add to group"),
)
PLAIN = Reading()
MIB = 1024 * 1024
UNHURRIED = settings(deadline=None)  # the machine may be busy with other things


def opened(content: bytes | str, reading: Reading = PLAIN) -> Sheet:
    data = content.encode() if isinstance(content, str) else content
    return open_sheet("-", COLUMNS, reading, stdin=io.BytesIO(data))


def cells(content: bytes | str, reading: Reading = PLAIN) -> list[list[str]]:
    """Return the cleaned cells of a file whose rows are all well."""
    with opened(content, reading) as sheet:
        rows = list(sheet.rows())
    assert [row.problem for row in rows if row.problem] == []
    return [row.cells for row in rows]


def verdict(content: bytes | str, reading: Reading = PLAIN) -> tuple[str, str]:
    """Return the code and the place of the refusal of a file, or of the first of its rows."""
    try:
        with opened(content, reading) as sheet:
            refusal = next((row.problem for row in sheet.rows() if row.problem), None)
    except Refusal as raised:
        refusal = raised
    assert refusal is not None
    assert refusal.format_message()
    assert refusal.format_hint()
    return refusal.code, str(refusal.location)


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


READ = {
    "comma": ("Login,Email\na,b\n", [["a", "b"]]),
    "semicolon": ("Login;Email\na;b,c\n", [["a", "b,c"]]),
    "tab": ("Login\tEmail\na\tb\n", [["a", "b"]]),
    "bar": ("Login|Email\na|b\n", [["a", "b"]]),
    "sep line": ("sep=;\nLogin;Email\na;b\n", [["a", "b"]]),
    "sep line, any sign": ("SEP=^\r\nLogin^Email\r\na^b\r\n", [["a", "b"]]),
    "sep line in quotes": ('"sep=;"\nLogin;Email\na;b\n', [["a", "b"]]),
    "sep line says tab": ("sep=\t\nLogin\tEmail\na\tb\n", [["a", "b"]]),
    "one column": ("Login\na\nb\n", [["a"], ["b"]]),
    "no line end at the end": ("Login,Email\na,b", [["a", "b"]]),
    "CR LF": ("Login,Email\r\na,b\r\n", [["a", "b"]]),
    "lone CR": ("Login,Email\ra,b\rc,d\r", [["a", "b"], ["c", "d"]]),
    "mixed line ends": ("Login,Email\ra,b\nc,d\r\ne,f", [["a", "b"], ["c", "d"], ["e", "f"]]),
    "other line ends stay": ("Login,Email\na\x0bb\u2028c,d\n", [["a\x0bb\u2028c", "d"]]),
    "only a heading row": ("Login,Email\n", []),
    "heading row without an end": ("Login", []),
    "blank rows": ("Login,Email\n\n,\n , \na,b\n,,,\n\n", [["a", "b"]]),
    "quoted": ('"Login","Email"\n"a","b, ""c"""\n', [["a", 'b, "c"']]),
    "quoted semicolons": ('"Login";"Email"\n"a";"b;c"\n', [["a", "b;c"]]),
    "line end in a cell": ('Login,Email\n"a","b\nc"\nd,e\n', [["a", "b\nc"], ["d", "e"]]),
    "line end in a heading": ('"E-mail\naddress",Login\nb,a\n', [["b", "a"]]),
    "UTF-8 with a mark": (codecs.BOM_UTF8 + "Login,Email\né,b\n".encode(), [["é", "b"]]),
    "UTF-16 LE": ("\ufeffLogin,Email\né,b\n".encode("utf-16-le"), [["é", "b"]]),
    "UTF-16 BE": ("\ufeffLogin,Email\né,b\n".encode("utf-16-be"), [["é", "b"]]),
    "mark inside": ("Login,Email\n\ufeffa,b\n", [["a", "b"]]),
    "trimmed": ("Login,Email\n \u00a0a\u200b , \u2003b c\t\n", [["a", "b c"]]),
    "no guessing": ("Login,Email\n000123,1E5\nTRUE,NULL\n", [["000123", "1E5"], ["TRUE", "NULL"]]),
    "composed": ("Login,Email\ne\u0301,b\n", [["é", "b"]]),
    "guarded": ("Login,Email\n'=1+1,''=1\n", [["=1+1", "'=1"]]),
    "guarded full width": ("Login,Email\n'＝1,'＠a\n", [["＝1", "＠a"]]),
    "guarded line end": ("Login,Email\n\"'\ra\",'\tb\n", [["\ra", "\tb"]]),
    "guarded, then composed": ("Login,Email\n'=\u0338,b\n", [["≠", "b"]]),
    "formula": ("Login,Email\n=1+1,-2\n", [["=1+1", "-2"]]),
    "apostrophes": ("Login,Email\nO'Brien,'tis\n", [["O'Brien", "'tis"]]),
    "headings": ("LOGIN,e_mail ADDRESS\na,b\n", [["a", "b"]]),
    "headings of no width": ("\u200bLo\u200bgin,First\u00a0Name\na,b\n", [["a", "b"]]),
    "aliases": ("User-Name,Given name\na,b\n", [["a", "b"]]),
    "canonical names": ("login,first_name,add_to_group\na,b,c\n", [["a", "b", "c"]]),
    "rejects": ("Login,Email,_error\na,b,why\n", [["a", "b"]]),
    "cell of 10 KiB": (f"Login\n{'é' * 5120}\n", [["é" * 5120]]),
}


@pytest.mark.parametrize(("content", "expected"), READ.values(), ids=READ.keys())
def test_good_files_are_read(content: bytes | str, expected: list[list[str]]) -> None:
    """What a spreadsheet or a person may reasonably have saved is read as it was meant."""
    assert cells(content) == expected


HEAD = "Login,Email\n"
REFUSED: dict[str, tuple[bytes | str, str, str]] = {
    "empty": ("", "csv_no_heading", "<stdin>, line 1"),
    "only a mark": (codecs.BOM_UTF8, "csv_no_heading", "<stdin>, line 1"),
    "only a line end": ("\n", "csv_no_heading", "<stdin>, line 1"),
    "only separators": (",,,\n;;;\n", "csv_no_heading", "<stdin>, line 1"),
    "only semicolons": (" ; ;\n", "csv_no_heading", "<stdin>, line 1"),
    "only a sep line": ("sep=;\n", "csv_no_heading", "<stdin>, line 2"),
    "blank line before": ("\nLogin,Email\na,b\n", "csv_no_heading", "<stdin>, line 1"),
    "no headings": ("a,b\nc,d\n", "csv_column_unknown", "<stdin>, line 1, column a"),
    "misspelled": ("Login,Emial\n", "csv_column_unknown", "<stdin>, line 1, column Emial"),
    "Cyrillic": ("Login,\u0415mail\n", "csv_column_unknown", "<stdin>, line 1, column \u0415mail"),
    "Greek": ("L\u03bfgin\n", "csv_column_unknown", "<stdin>, line 1, column L\u03bfgin"),
    "wrong sep line": (
        "sep=,\nLogin;Email\n",
        "csv_column_unknown",
        "<stdin>, line 2, column Login;Email",
    ),
    "sep line without a sign": (
        "sep=\nLogin\n",
        "csv_column_unknown",
        "<stdin>, line 1, column sep=",
    ),
    "unnamed": ("Login,Email,\na,b,c\n", "csv_heading_unnamed", "<stdin>, line 1"),
    "twice": ("Login,login\n", "csv_column_repeated", "<stdin>, line 1, column login"),
    "twice by alias": (
        "Login,User name\n",
        "csv_column_repeated",
        "<stdin>, line 1, column User name",
    ),
    "missing": ("Email\na\n", "csv_column_missing", "<stdin>, line 1"),
    "missing, no rows": ("Email", "csv_column_missing", "<stdin>, line 1"),
    "heading quote open": ('"Login,Email\na,b\n', "csv_quote_open", "<stdin>, line 1"),
    "heading quote followed": ('"Login"x\n', "csv_quote_followed", "<stdin>, line 1"),
    "heading quote stray": ('Log"in"\n', "csv_quote_stray", "<stdin>, line 1"),
    "heading too large": ("Login," + "x" * MIB, "csv_row_too_large", "<stdin>, line 1"),
    "zip": (zipped("people.csv", b"Login\n"), "csv_other_format", "<stdin>"),
    "xlsx": (zipped("[Content_Types].xml", b"<x/>"), "csv_other_format", "<stdin>"),
    "ods": (
        zipped("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        "csv_other_format",
        "<stdin>",
    ),
    "gzip": (gzip.compress(HEAD.encode()), "csv_other_format", "<stdin>"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "csv_other_format", "<stdin>"),
    "pdf": (b"%PDF-1.7\n", "csv_other_format", "<stdin>"),
    "cp1252": (f"{HEAD}a,b\né,b\n".encode("cp1252"), "csv_undecodable", "<stdin>, line 3"),
    "cp1252 after CRs": (b"Login\ra\r\n\n\xe9", "csv_undecodable", "<stdin>, line 4"),
    "cp1252 far behind": (
        HEAD.encode() + b"a,b\n" * 50_000 + b"\xe9",
        "csv_undecodable",
        "<stdin>, line 50002",
    ),
    "truncated UTF-8": (HEAD.encode() + "aé".encode()[:-1], "csv_undecodable", "<stdin>, line 2"),
    "overlong UTF-8": (b"Login\n\xc0\xaf\n", "csv_undecodable", "<stdin>, line 2"),
    "surrogate in UTF-8": (b"Login\n\xed\xa0\x80\n", "csv_undecodable", "<stdin>, line 2"),
    "UTF-16 cut": ("\ufeffLogin\na".encode("utf-16-le")[:-1], "csv_undecodable", "<stdin>, line 2"),
    "half a pair in UTF-16": (
        codecs.BOM_UTF16_LE + "Login\n".encode("utf-16-le") + b"\x00\xd8a\x00",
        "csv_undecodable",
        "<stdin>, line 2",
    ),
    "UTF-16 LE unmarked": ("Login\n".encode("utf-16-le"), "csv_nul", "<stdin>, line 1"),
    "UTF-16 BE unmarked": ("Login\n".encode("utf-16-be"), "csv_nul", "<stdin>, line 1"),
    "UTF-32": ("\ufeffLogin\n".encode("utf-32-le"), "csv_nul", "<stdin>, line 1"),
    "NUL in a cell": ("Login\na\nb\0\n", "csv_nul", "<stdin>, line 3"),
    "too few cells": ("Login,Email\na,b\nc\n", "csv_row_ragged", "<stdin>, row 2, line 3"),
    "too many cells": ("Login,Email\na,b,\n", "csv_row_ragged", "<stdin>, row 1, line 2"),
    "cut in the last row": ("Login,Email\na,b\nc", "csv_row_ragged", "<stdin>, row 2, line 3"),
    "ragged after blanks": ("Login,Email\n\n,\n\na\n", "csv_row_ragged", "<stdin>, row 1, line 5"),
    "ragged after a long cell": (
        'Login,Email\n"a\r\nb\rc\nd",e\nf\n',
        "csv_row_ragged",
        "<stdin>, row 2, line 6",
    ),
    "other delimiter below": ("Login,Email\na;b\n", "csv_row_ragged", "<stdin>, row 1, line 2"),
    "quote followed": ('Login,Email\n"a"b,c\n', "csv_quote_followed", "<stdin>, row 1, line 2"),
    "quote followed by a blank": (
        'Login,Email\n"a" ,c\n',
        "csv_quote_followed",
        "<stdin>, row 1, line 2",
    ),
    "quote followed, end unclear": (
        'Login,Email\n"5" disk",c\nd,e\n',
        "csv_quote_followed",
        "<stdin>, row 1, line 2, column Login",
    ),
    "quote stray": ('Login,Email\n5" disk,c\n', "csv_quote_stray", "<stdin>, row 1, line 2"),
    "quote after a blank": ('Login,Email\n "a","b"\n', "csv_quote_stray", "<stdin>, row 1, line 2"),
    "quote open": (
        'Login,Email\na,b\n"c\nd",e\nf,"g\nh,i\n',
        "csv_quote_open",
        "<stdin>, row 3, line 5, column Email",
    ),
    "quote opens inside a row": (
        'Login,Email\n"a\nb","c\nd,e\n',
        "csv_quote_open",
        "<stdin>, row 1, line 3, column Email",
    ),
    "quote open at the end": ('Login\n"', "csv_quote_open", "<stdin>, row 1, line 2, column Login"),
    "quote open for long": (
        'Login,Email\n"a,b\n' + "c,d\n" * 400_000,
        "csv_quote_open",
        "<stdin>, row 1, line 2, column Login",
    ),
    "huge cell": (
        f"Login,Email\na,{'é' * 5121}\n",
        "csv_cell_too_large",
        "<stdin>, row 1, line 2, column Email",
    ),
    "huge quoted cell": (
        f'Login,Email\na,"{"b" * 200_000}"\n',
        "csv_cell_too_large",
        "<stdin>, row 1, line 2, column Email",
    ),
    "huge row": (HEAD + "a," * MIB + "\n", "csv_row_too_large", "<stdin>, row 1, line 2"),
    "huge row of few characters": (
        HEAD + "é" * (MIB // 2) + ",b\n",
        "csv_row_too_large",
        "<stdin>, row 1, line 2",
    ),
    "huge row, quote open": (
        f'{HEAD}"{"a" * 2 * MIB}\n',
        "csv_quote_open",
        "<stdin>, row 1, line 2, column Login",
    ),
}


@pytest.mark.parametrize(("content", "code", "place"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_files_are_refused(content: bytes | str, code: str, place: str) -> None:
    """What is wrong with a file is told by a code that stays and the place where it is."""
    assert verdict(content) == (code, place)


OPTIONS: dict[str, tuple[bytes | str, Reading, list[list[str]]]] = {
    "encoding": (b"Login\n\xe9\n", Reading(encoding="cp1252"), [["é"]]),
    "encoding, mark overrules": ("\ufeffLogin\né\n", Reading(encoding="cp1252"), [["é"]]),
    "encoding with a mark in its name": ("Login\né\n", Reading(encoding="utf-8-sig"), [["é"]]),
    "unmarked UTF-16": ("Login\né".encode("utf-16-le"), Reading(encoding="UTF-16LE"), [["é"]]),
    "marked UTF-16": ("Login\né".encode("utf-16"), Reading(encoding="utf-16"), [["é"]]),
    "multibyte": ("Login\n表,\n".encode("shift_jis"), Reading("shift_jis", "|"), [["表,"]]),
    "delimiter": ("Login^Email\na^b\n", Reading(delimiter="^"), [["a", "b"]]),
    "delimiter by name": ("Login\tEmail\na\tb\n", Reading(delimiter="tab"), [["a", "b"]]),
    "delimiter overrules sep": ("sep=,\nLogin;Email\na;b\n", Reading(delimiter=";"), [["a", "b"]]),
    "map": ("Ref code,Email\na,b\n", Reading(mapping=(("ref-CODE", "login"),)), [["a", "b"]]),
    "map finds the delimiter": (
        "Ref;x,y\na;b\n",
        Reading(mapping=(("Ref", "login"),), ignore_unknown=True),
        [["a"]],
    ),
    "map to a heading": ("Ref\na\n", Reading(mapping=(("Ref", "User Name"),)), [["a"]]),
    "map before nature": (
        "Email,Login\na,b\n",
        Reading(mapping=(("Email", "login"), ("Login", "email"))),
        [["a", "b"]],
    ),
    "ignore": ("Shoe,Login,,Hat,Hat\n1,a,2,3,4\n", Reading(ignore_unknown=True), [["a"]]),
}


@pytest.mark.parametrize(("content", "reading", "expected"), OPTIONS.values(), ids=OPTIONS.keys())
def test_options_are_obeyed(
    content: bytes | str, reading: Reading, expected: list[list[str]]
) -> None:
    """What the caller says about the file goes before what the file looks like."""
    assert cells(content, reading) == expected


MISUSED: dict[str, tuple[bytes | str, Reading, str]] = {
    "encoding unknown": ("Login", Reading(encoding="utf-9"), "csv_encoding_unknown"),
    "encoding of no text": ("Login", Reading(encoding="hex"), "csv_encoding_unknown"),
    "encoding of no file": ("Login", Reading(encoding="idna"), "csv_encoding_unknown"),
    "encoding empty": ("Login", Reading(encoding=""), "csv_encoding_unknown"),
    "encoding unmarked": ("Login", Reading(encoding="UTF_16"), "csv_encoding_unmarked"),
    "encoding wrong": (b"Login\n\x81", Reading(encoding="cp1252"), "csv_undecodable"),
    "encoding does not help a zip": (
        zipped("a", b""),
        Reading(encoding="latin-1"),
        "csv_other_format",
    ),
    "delimiter of two": ("Login", Reading(delimiter=",,"), "csv_delimiter_invalid"),
    "delimiter of none": ("Login", Reading(delimiter=""), "csv_delimiter_invalid"),
    "delimiter a quote": ("Login", Reading(delimiter='"'), "csv_delimiter_invalid"),
    "delimiter a letter": ("Login", Reading(delimiter="x"), "csv_delimiter_invalid"),
    "delimiter a line end": ("Login", Reading(delimiter="\n"), "csv_delimiter_invalid"),
    "map unknown column": (
        "Ref,Login",
        Reading(mapping=(("Ref", "emial"),)),
        "csv_map_column_unknown",
    ),
    "map unknown heading": (
        "Login",
        Reading(mapping=(("Ref", "email"),)),
        "csv_map_heading_unknown",
    ),
    "map twice": (
        "Login,Ref",
        Reading(mapping=(("Ref", "email"), ("ref", "login"))),
        "csv_map_repeated",
    ),
    "map onto another": (
        "Login,Email,Ref",
        Reading(mapping=(("Ref", "email"),)),
        "csv_column_repeated",
    ),
    "map away a required column": (
        "Login",
        Reading(mapping=(("Login", "email"),)),
        "csv_column_missing",
    ),
}


@pytest.mark.parametrize(("content", "reading", "code"), MISUSED.values(), ids=MISUSED.keys())
def test_options_that_make_no_sense_are_refused(
    content: bytes | str, reading: Reading, code: str
) -> None:
    """An option that does not fit, by itself or to the file, is refused and never ignored."""
    assert verdict(content, reading)[0] == code


@pytest.mark.parametrize(
    ("reading", "kind"),
    [
        (Reading(encoding="utf-9"), RefusalKind.USAGE),
        (Reading(delimiter="xx"), RefusalKind.USAGE),
        (Reading(mapping=(("Login", "nonsense"),)), RefusalKind.USAGE),
        (Reading(mapping=(("Nonsense", "login"),)), RefusalKind.REJECTED),
    ],
)
def test_misuse_is_told_from_bad_files(reading: Reading, kind: RefusalKind) -> None:
    """Only what is wrong whatever the file holds counts as a mistake of the command line."""
    with pytest.raises(Refusal) as refused:
        opened("Login\n", reading)
    assert refused.value.kind is kind


def test_decoding_error_gives_the_offset() -> None:
    """A byte that is not UTF-8 is named with its offset and a way out, a mark being counted."""
    with pytest.raises(CsvUndecodable) as refused:
        opened(codecs.BOM_UTF8 + b"Login\nab\xe9\n")
    assert str(refused.value) == ("<stdin>, line 2: The bytes e9 at byte offset 11 are not utf-8.")
    assert "--encoding cp1252" in refused.value.format_hint()


def test_bytes_are_checked_before_the_first_row() -> None:
    """A bad byte in the last row is found on opening, before anything can have been written."""
    with pytest.raises(CsvUndecodable) as refused:
        opened(b"Login\n" + b"a\n" * 200_000 + b"\xff\n")
    assert refused.value.values["offset"] == 6 + 2 * 200_000


def test_unknown_heading_gives_the_nearest() -> None:
    """A misspelled heading is answered with the one that was probably meant."""
    with pytest.raises(CsvColumnUnknown) as refused:
        opened("Login,Frist name\n")
    assert "nearest is First name" in refused.value.format_hint()


def test_look_alike_heading_is_explained() -> None:
    """A heading that only looks right is refused with the letter that makes it another word."""
    with pytest.raises(CsvColumnUnknown) as refused:
        opened("Login,\u0415mail\n")
    assert "U+0415 CYRILLIC CAPITAL LETTER IE" in str(refused.value)
    assert "nearest is Email" in refused.value.format_hint()


def test_unlike_heading_gives_what_there_is() -> None:
    """A heading unlike any other is answered with those that this kind of file can have."""
    with pytest.raises(CsvColumnUnknown) as refused:
        opened("Login,Zzz\n")
    assert "Login, First name, Email, Add to group" in refused.value.format_hint()


def test_unknown_column_of_a_map_gives_the_nearest() -> None:
    """A column misspelled in --map is answered with the one that was probably meant."""
    with pytest.raises(CsvMapColumnUnknown) as refused:
        opened("Login\n", Reading(mapping=(("Login", "frist_name"),)))
    assert "first_name" in refused.value.format_hint()


def test_all_that_is_wrong_with_the_headings_is_told() -> None:
    """The heading row can be mended in one go: all its mistakes are told together."""
    with pytest.raises(Refusal) as refused:
        opened("Lgin,Emial,Email,Email\n")
    codes = [refused.value.code, *(detail.code for detail in refused.value.details)]
    assert codes == [
        "csv_column_repeated",
        "csv_column_unknown",
        "csv_column_unknown",
        "csv_column_missing",
    ]


def test_thousands_of_bad_headings_are_cut_short() -> None:
    """A file of nothing but unknown headings gets a short answer, and gets it at once."""
    with pytest.raises(Refusal) as refused:
        opened(",".join(f"x{number}" for number in range(100_000)))
    assert len(refused.value.details) == 19


def test_bad_rows_do_not_end_the_reading() -> None:
    """One bad row costs only itself: all mistakes of a file can be told in one run."""
    content = (
        f'Login,Email\na,b\nc\n"d"x,e\nf"g,h\n{"i" * 11_000},j\n{"k" * 2 * MIB}\n'
        '\n"l","m\nn"\no,p\n'
    )
    with opened(content) as sheet:
        rows = list(sheet.rows())
    assert [(row.row, row.line, row.problem and row.problem.code) for row in rows] == [
        (1, 2, None),
        (2, 3, "csv_row_ragged"),
        (3, 4, "csv_quote_followed"),
        (4, 5, "csv_quote_stray"),
        (5, 6, "csv_cell_too_large"),
        (6, 7, "csv_row_too_large"),
        (7, 9, None),
        (8, 11, None),
    ]
    assert [row.cells for row in rows if row.problem] == [[]] * 5
    assert [row.raw for row in rows][1:4] == [["c"], ['"d"x,e'], ['f"g', "h"]]


def test_open_quote_of_the_middle_does_not_hide_the_rows_before() -> None:
    """The rows before a quote that nothing closes are yielded, and then the file is refused."""
    with opened('Login\na\n"b\nc\n') as sheet:
        rows = sheet.rows()
        assert next(rows).cells == ["a"]
        with pytest.raises(CsvQuoteOpen):
            next(rows)


def test_raw_cells_are_kept() -> None:
    """Next to the clean values stand the cells as they were, for handing the row back."""
    with opened("Login,Shoe,Email\n  a , 42,'=b\n", Reading(ignore_unknown=True)) as sheet:
        (row,) = sheet.rows()
    assert row == Row(1, 2, ["a", "=b"], ["  a ", " 42", "'=b"], None)


def test_names_follow_the_file() -> None:
    """Columns are known by one name, however and in whatever order the file writes them."""
    with opened("E-mail address,Shoe,user name\n", Reading(ignore_unknown=True)) as sheet:
        assert sheet.headings == ("E-mail address", "Shoe", "user name")
        assert sheet.columns == ("email", None, "login")
        assert sheet.names == ("email", "login")


def test_what_was_changed_or_skipped_is_counted() -> None:
    """Trimmed cells, blank rows and columns left aside are counted, once however often read."""
    content = "Login,Shoe,Email\n a,1,\u00a0b\n\n,,\nc , 2,'=d\n"
    with opened(content, Reading(ignore_unknown=True)) as sheet:
        for _ in range(2):
            list(sheet.rows())
            assert sheet.notes == {"trimmed_cells": 3, "blank_rows": 2, "ignored_columns": 1}


def test_rows_can_be_read_again() -> None:
    """A second pass gives the same rows, also after a first one that was given up."""
    with opened("sep=;\nLogin;Email\na;b\nc;d\n") as sheet:
        next(sheet.rows())
        assert list(sheet.rows()) == list(sheet.rows())


def test_size_digest_and_progress(tmp_path: Path) -> None:
    """A file is known by its size and the digest of all its bytes, and reading it moves on."""
    data = codecs.BOM_UTF8 + b"Login\r\n" + b"a\r\n" * 100_000
    path = tmp_path / "people.csv"
    path.write_bytes(data)
    with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
        assert (sheet.file, sheet.size_bytes) == (str(path), len(data))
        assert sheet.digest == hashlib.sha256(data).hexdigest()
        rows = sheet.rows()
        next(rows)
        begun = sheet.position()
        assert sum(1 for _ in rows) == 99_999
        assert 0 < begun < sheet.position() == len(data)


def test_standard_input_and_a_file_are_the_same(tmp_path: Path) -> None:
    """The same bytes have the same digest and rows wherever they come from."""
    content = b"Login,Email\na,b\n"
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with open_sheet(str(path), COLUMNS, PLAIN) as one, opened(content) as other:
        assert other.file == "<stdin>"
        assert (one.digest, list(one.rows())) == (other.digest, list(other.rows()))


def test_pipe_is_read(tmp_path: Path) -> None:
    """A named pipe, as a shell makes for <(command), is read like a file."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"Login\na\n",))
    writer.start()
    with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
        assert [row.cells for row in sheet.rows()] == [["a"]]
    writer.join(10)


def test_missing_file_is_not_found(tmp_path: Path) -> None:
    """A path where nothing is gets an answer of its own."""
    with pytest.raises(CsvFileMissing):
        open_sheet(str(tmp_path / "people.csv"), COLUMNS, PLAIN)


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder is not a file to read."""
    with pytest.raises(CsvFileUnreadable):
        open_sheet(str(tmp_path), COLUMNS, PLAIN)


@pytest.mark.parametrize("change", [b"Login\nother\n" * 3, b"Login\n\xff"])
def test_file_that_changes_is_refused(tmp_path: Path, change: bytes) -> None:
    """Rows of a file that somebody writes to meanwhile are not what was checked: refused."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"Login\na\n")
    with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
        path.write_bytes(change)
        with pytest.raises(CsvFileChanged):
            list(sheet.rows())


def test_more_rows_than_a_file_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row after the last allowed one ends the reading; blank rows do not count."""
    monkeypatch.setattr(csvin, "_ROWS_LIMIT", 3)
    assert len(cells("Login\na\n\nb\n\nc\n")) == 3
    with opened("Login\na\nb\n\nc\nd\n") as sheet, pytest.raises(CsvRowsTooMany) as refused:
        list(sheet.rows())
    assert str(refused.value) == "<stdin>, row 4, line 6: The file has more than 3 rows."


def test_ragged_row_says_how() -> None:
    """A row with the wrong number of cells says how many it has and how many were due."""
    with opened("Login,Email\na\n") as sheet:
        (row,) = sheet.rows()
    assert isinstance(row.problem, CsvRowRagged)
    assert str(row.problem) == (
        "<stdin>, row 1, line 2: This row has 1 cells where the heading row has 2."
    )


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ten times the rows take no more memory."""

    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        path.write_bytes(b"Login,Email\n" + b'a,"b c"\n d,e\n' * (rows // 2))
        tracemalloc.start()
        try:
            with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
                assert sum(1 for _ in sheet.rows()) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(100_000) < peak(10_000) + 64 * 1024


def test_memory_is_bounded_within_a_row() -> None:
    """A file of one endless line takes the memory of a row, not of the file."""
    with opened(b"Login\n" + b"a" * 40 * MIB) as sheet:
        tracemalloc.start()
        try:
            (row,) = sheet.rows()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert row.problem is not None
    assert peak < 12 * MIB


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
    """Any table written by us reads back as it was, but for blanks around a cell and blank rows."""
    headings = [column.heading for column in COLUMNS][: len(table[0]) if table else 1]
    stream = io.StringIO(newline="")
    with CsvFile(stream, headings) as file:
        file.write_all(table)
    wanted = [[as_read(cell) for cell in row] for row in table]
    assert cells(stream.getvalue()) == [row for row in wanted if any(row)]


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
