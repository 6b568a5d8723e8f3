"""What happens to the CSV files that people bring: what is read, what is refused and where."""

import codecs
import gzip
import io
import zipfile

import pytest

from lmsctl.kit.csverrors import (
    CsvColumnUnknown,
    CsvMapColumnUnknown,
    CsvQuoteOpen,
    CsvRowRagged,
    CsvUndecodable,
)
from lmsctl.kit.csvin import Column, Reading, Row, Sheet, open_sheet
from lmsctl.kit.errors import Refusal, RefusalKind

COLUMNS = (
    Column("login", "Login", ("User name",), required=True),
    Column("first_name", "First name", ("Given name",)),
    Column("email", "Email", ("E-mail address",)),
    Column("add_to_group", "Add to group"),
)
PLAIN = Reading()
MIB = 1024 * 1024


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
    "blank line before": ("\nLogin,Email\na,b\n", [["a", "b"]]),
    "title before": ("People of 2026\n\nLogin,Email\na,b\n", [["a", "b"]]),
    "title with commas": ('"People, all",,\n,,\nLogin,Email,\na,b,\n', [["a", "b"]]),
    "title over semicolons": ("People; 2026, all\nLogin;Email\na;b\n", [["a", "b"]]),
    "sep line without a sign": ("sep=\nLogin\na\n", [["a"]]),
    "sep line that was saved again": ('"sep=,",,\nLogin,Email,\na,b,\n', [["a", "b"]]),
    "blank columns": (" ,Login,,Email,,\n,a,,b,,\n,c, ,d,,\n", [["a", "b"], ["c", "d"]]),
    "total among the rows": ("Login,Email\nTotal,2\na,b\n", [["Total", "2"], ["a", "b"]]),
    "no total of one column": ("Login\nann\nCOUNT\n", [["ann"], ["COUNT"]]),
    "totals among the rows": (
        "Login,Email\nSubtotal,1\nTotal,2\na,b\n",
        [["Subtotal", "1"], ["Total", "2"], ["a", "b"]],
    ),
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
    "no headings": ("a,b\nc,d\n", "csv_column_unknown", "<stdin>, line 1, column a"),
    "misspelled": ("Login,Emial\n", "csv_column_unknown", "<stdin>, line 1, column Emial"),
    "Cyrillic": ("Login,\u0415mail\n", "csv_column_unknown", "<stdin>, line 1, column \u0415mail"),
    "Greek": ("L\u03bfgin\n", "csv_column_unknown", "<stdin>, line 1, column L\u03bfgin"),
    "wrong sep line": (
        "sep=,\nLogin;Email\n",
        "csv_column_unknown",
        "<stdin>, line 2, column Login;Email",
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
        "workbook_broken",
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
    "cell without a heading": ("Login,,\na,,\nb,,c\n", "csv_heading_unnamed", "<stdin>, line 1"),
    "title and no heading": (
        "People\nben\n",
        "csv_column_unknown",
        "<stdin>, line 1, column People",
    ),
    "title over an unknown column": (
        "People\nLogin,Email,Shoe\n",
        "csv_column_unknown",
        "<stdin>, line 2, column Shoe",
    ),
    "heading twice": (
        "Login,Email\na,b\nlogin, E-MAIL\n",
        "csv_heading_again",
        "<stdin>, row 2, line 3",
    ),
    "total": ("Login,Email\na,b\nTotal:,1\n\n", "csv_total_row", "<stdin>, row 2, line 3"),
    "total behind a blank": (
        "Login,Email\na,b\n,Grand total\n",
        "csv_total_row",
        "<stdin>, row 2, line 3",
    ),
    "total above a total": (
        "Login,Email\na,b\nSubtotal,1\nTotal,1\n",
        "csv_total_row",
        "<stdin>, row 2, line 3",
    ),
    "total at the end of a page": (
        "Login,Email\na,b\nTotal,1\nLogin,Email\nc,d\n",
        "csv_total_row",
        "<stdin>, row 2, line 3",
    ),
    "ragged after a long cell": (
        'Login,Email\n"a\r\nb\rc\nd",e\nf\n',
        "csv_row_ragged",
        "<stdin>, row 2, line 6",
    ),
    "other delimiter below": ("Login,Email\na;b\n", "csv_row_ragged", "<stdin>, row 1, line 2"),
    "quote followed": (
        'Login,Email\n"a"b,c\n',
        "csv_quote_followed",
        "<stdin>, row 1, line 2, column Login",
    ),
    "quote followed by a blank": (
        'Login,Email\n"a" ,c\n',
        "csv_quote_followed",
        "<stdin>, row 1, line 2, column Login",
    ),
    "quote followed, end unclear": (
        'Login,Email\n"5" disk",c\nd,e\n',
        "csv_quote_followed",
        "<stdin>, row 1, line 2, column Login",
    ),
    "quote stray": (
        'Login,Email\n5" disk,c\n',
        "csv_quote_stray",
        "<stdin>, row 1, line 2, column Login",
    ),
    "quote after a blank": (
        'Login,Email\n "a","b"\n',
        "csv_quote_stray",
        "<stdin>, row 1, line 2, column Login",
    ),
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


def test_titles_above_the_heading_are_told() -> None:
    """Whoever reads a file learns which lines were taken for titles; blank columns are nothing."""
    with opened("People of  2026\n\nAs of,May\nLogin,Email,\na,b,\n") as sheet:
        assert [row.line for row in sheet.rows()] == [5]
        assert sheet.notes["ignored_columns"] == 0
        assert list(sheet.remarks) == [
            "Line 1 stands above the heading row and was passed over: People of  2026",
            "Line 3 stands above the heading row and was passed over: As of May",
        ]


def test_rows_can_be_read_again() -> None:
    """A second pass gives the same rows, also after a first one that was given up."""
    with opened("sep=;\nLogin;Email\na;b\nc;d\n") as sheet:
        next(sheet.rows())
        assert list(sheet.rows()) == list(sheet.rows())


def test_ragged_row_says_how() -> None:
    """A row with the wrong number of cells says how many it has and how many were due."""
    with opened("Login,Email\na\n") as sheet:
        (row,) = sheet.rows()
    assert isinstance(row.problem, CsvRowRagged)
    assert str(row.problem) == (
        "<stdin>, row 1, line 2: This row has 1 cells where the heading row has 2."
    )
