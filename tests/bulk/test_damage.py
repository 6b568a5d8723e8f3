"""Words into which spreadsheets turn codes and logins are not taken for codes and logins."""

import csv
import io
from typing import Any

import pytest

from tests.conftest import Portal
from tests.kit.workbooks import ods, ods_row

DAMAGED = [
    "2.19E+26",
    "2,19E+26",
    "1.23e+11",
    "#REF!",
    "#NAME?",
    "#N/A",
    "#BEZUG!",
    "####",
    "Err:502",
    "'0012",
    '="000123"',
]
TOKENS = ("Knowledge code", "Token", "Token label", "Creates", "Limit", "Expires")
PEOPLE = ("Login", "First name", "Last name", "Phone")


@pytest.fixture
def portal_with_item(portal: Portal) -> Portal:
    """Return a portal with an item, a custom field, a training and somebody."""
    portal.ok("content", "create", "--kind", "topic", "--code", "topic", "--title", "T")
    portal.ok("field", "create", "Phone")
    portal.ok("training", "create", "Aid", "--code", "aid")
    portal.ok("user", "create", "--first-name", "B", "--last-name", "C", "--login", "ben")
    return portal


def workbook_of(portal: Portal, key: str, cell: str) -> tuple[str, ...]:
    """Write a workbook of the sort `key` with a typed cell; return the command that takes it."""
    command, row, heading = IN_A_WORKBOOK[key]
    kind, _ = TIMES[cell]
    typed = f'<table:table-cell office:value-type="{kind}"/>'
    cells = [typed if text == "@" else text for text in row]
    portal.folder.joinpath("dates.ods").write_bytes(ods(ods_row(*heading) + ods_row(*cells)))
    return *command, "dates.ods"


def text_of(*rows: tuple[str, ...]) -> str:
    """Return rows as CSV."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


def faults(portal: Portal, command: tuple[str, ...], text: str) -> list[tuple[Any, ...]]:
    """Return row, column and code of all that is wrong with a file that must be refused."""
    ran = portal.run(*command, "-", "-o", "json", stdin=text)
    assert (ran.status, ran.code) == (6, "rows_rejected"), ran.err
    return [
        (one["location"]["row"], one["location"]["column"], one["code"])
        for one in ran.error["details"]
    ]


@pytest.mark.parametrize("cell", DAMAGED)
def test_a_damaged_code_makes_no_token(portal_with_item: Portal, cell: str) -> None:
    """The cell is named with what has happened to it and what to do; nothing is written."""
    text = text_of(TOKENS, ("topic", cell, "A", "prospect", "", ""))
    command = ("token", "bulk-upload")
    assert faults(portal_with_item, command, text) == [(1, "Token", "cell_damaged")]
    ran = portal_with_item.run(*command, "-", stdin=text)
    assert "as text in the spreadsheet" in ran.err


@pytest.mark.parametrize("cell", DAMAGED)
def test_a_damaged_login_makes_nobody(portal_with_item: Portal, cell: str) -> None:
    """People are named by logins that somebody gave them."""
    text = text_of(PEOPLE, (cell, "A", "B", "1"))
    assert (1, "Login", "cell_damaged") in faults(portal_with_item, ("user", "import"), text)


TIMES = {
    "date": ('date" office:date-value="2026-03-01', "2026-03-01"),
    "time": ('time" office:time-value="PT10H30M00S', "10:30:00"),
}
_ENROLLED = ("Login", "Email", "Content", "Training", "Session")
_PROGRESS = ("Login", "Content", "Event", "Happened at")
_DAY = "2020-01-31"
IN_A_WORKBOOK = {
    "token": (("token", "bulk-upload"), ("topic", "@", "A", "prospect", "", ""), TOKENS),
    "item of a token": (("token", "bulk-upload"), ("@", "", "A", "prospect", "", ""), TOKENS),
    "login": (("user", "import"), ("@", "A", "B", "1"), PEOPLE),
    "address": (("user", "import"), ("@", "A", "B"), ("Email", "First name", "Last name")),
    "supervisor": (("user", "import"), ("a", "@", "A", "B"), ("Login", "Supervisor", *PEOPLE[1:3])),
    "who is enrolled": (("enroll", "--from"), ("@", "", "topic", "", ""), _ENROLLED),
    "who is enrolled, by address": (("enroll", "--from"), ("", "@", "topic", "", ""), _ENROLLED),
    "what somebody is enrolled in": (("enroll", "--from"), ("ben", "", "@", "", ""), _ENROLLED),
    "training": (("enroll", "--from"), ("ben", "", "", "@", ""), _ENROLLED),
    "session": (("enroll", "--from"), ("ben", "", "", "aid", "@"), _ENROLLED),
    "who made progress": (
        ("progress", "import"),
        ("@", "topic", "viewed", _DAY),
        _PROGRESS,
    ),
    "in what": (("progress", "import"), ("ben", "@", "viewed", _DAY), _PROGRESS),
}
# What may be called so, and how it is made.
CALLED_SO = {
    "login": ("user", "create", "--first-name", "A", "--last-name", "B", "--login", "@"),
    "item": ("content", "create", "--kind", "topic", "--title", "T", "--code", "@"),
    "training": ("training", "create", "T", "--code", "@"),
    "session": ("session", "create", "aid", "--code", "@", "--starts", "+9d", "--duration", "1h"),
}
NAMED_BY = {
    "item of a token": "item",
    "supervisor": "login",
    "who is enrolled": "login",
    "what somebody is enrolled in": "item",
    "training": "training",
    "session": "session",
    "who made progress": "login",
    "in what": "item",
}


@pytest.mark.parametrize("cell", TIMES)
@pytest.mark.parametrize("key", IN_A_WORKBOOK)
def test_what_became_a_date_names_nothing(portal_with_item: Portal, key: str, cell: str) -> None:
    """A code like MAR1, which a spreadsheet keeps as a day, is no other code or login."""
    portal = portal_with_item
    _, row, heading = IN_A_WORKBOOK[key]
    ran = portal.run(*workbook_of(portal, key, cell), "-o", "json")
    assert (ran.status, ran.code) == (6, "rows_rejected"), (ran.out, ran.err)
    (fault,) = ran.error["details"]
    at = row.index("@")
    place = (fault["location"]["cell"], fault["location"]["column"])
    assert (fault["code"], place) == ("cell_damaged", (f"{'ABCDE'[at]}2", heading[at]))
    assert f"'{TIMES[cell][1]}' is a date or a time" in fault["message"]
    assert "as text" in fault["hint"]


@pytest.mark.parametrize("key", NAMED_BY)
def test_what_is_called_like_a_date_is_found(portal_with_item: Portal, key: str) -> None:
    """Where something has that code or login, the cell means it."""
    portal = portal_with_item
    portal.ok(*[TIMES["date"][1] if word == "@" else word for word in CALLED_SO[NAMED_BY[key]]])
    report = portal.ok(*workbook_of(portal, key, "date"), "-o", "json")
    assert report.json["created"] == 1
    assert "damaged" not in report.err


def test_a_date_that_somebody_is_called_names_them(portal_with_item: Portal) -> None:
    """A login that looks like a date stays usable, and dates elsewhere are what they are."""
    portal = portal_with_item
    names = ("--first-name", "A", "--last-name", "B")
    portal.ok("user", "create", "--login", "2026-03-01", *names)
    day = f'<table:table-cell office:value-type="{TIMES["date"][0]}"/>'
    table = ods_row(*PEOPLE) + ods_row(day, "A", "B", day)
    portal.folder.joinpath("dates.ods").write_bytes(ods(table))
    ran = portal.ok("user", "import", "dates.ods", "-o", "json")
    assert ran.json["updated"] == 1
    assert "damaged" not in ran.err


def test_who_is_called_so_is_found(portal_with_item: Portal) -> None:
    """A login that looks damaged and is somebody's names them, and an export comes back."""
    names = ("--first-name", "A", "--last-name", "B")
    portal_with_item.ok("user", "create", "--login", "2.19E+26", *names)
    text = text_of(PEOPLE, ("2.19E+26", "A", "C", ""))
    report = portal_with_item.ok("user", "import", "-", "-o", "json", stdin=text).json
    assert report["updated"] == 1
    exported = portal_with_item.ok("user", "export").out
    report = portal_with_item.ok("user", "import", "-", "-o", "json", stdin=exported).json
    assert (report["created"], report["updated"]) == (0, 0)


def test_a_token_that_is_called_so_is_changed(portal_with_item: Portal) -> None:
    """The template of such a token uploads unchanged."""
    portal_with_item.ok("token", "create", "--content", "topic", "--code", "'0012")
    portal_with_item.ok("token", "create", "--content", "topic", "--code", "=1+1")
    template = portal_with_item.ok("token", "template").out
    report = portal_with_item.ok("token", "bulk-upload", "-", "-o", "json", stdin=template).json
    assert report["unchanged"] == 2


def test_what_is_damaged_elsewhere_is_noticed(portal_with_item: Portal) -> None:
    """It goes in, because only people can tell, and the first of them is named."""
    rows = (("kim", "#REF!", "B", "'0049"), ("bo", "C", "D", "2.19E+26"), ("cy", "E", "O'F", "1"))
    ran = portal_with_item.ok("user", "import", "-", stdin=text_of(PEOPLE, *rows))
    assert "3 cells may have been damaged by a spreadsheet" in ran.err
    assert "row 1, column First name: '#REF!' is the error of a formula" in ran.err


def test_what_a_writer_guarded_is_meant(portal_with_item: Portal) -> None:
    """Our own guard against formulas marks a text as it is."""
    text = text_of(TOKENS, ("topic", "'=1+1", '\'="7"', "prospect", "", ""))
    ran = portal_with_item.ok("token", "bulk-upload", "-", stdin=text)
    assert "damaged" not in ran.err
    (code,) = [row[0] for row in portal_with_item.sql("SELECT code FROM tokens")]
    assert code == "=1+1"


@pytest.mark.parametrize("cell", ["E+5", "12E5", "#1", "#VIP", "a#REF!", "O'Brien", "=1"])
def test_what_only_resembles_it_is_taken(portal_with_item: Portal, cell: str) -> None:
    """Codes that people make may hold these signs."""
    text = text_of(TOKENS, ("topic", f"{cell}x"[:9] if len(cell) < 3 else cell, "A", "", "", ""))
    ran = portal_with_item.run("token", "bulk-upload", "-", "-o", "json", stdin=text)
    assert "cell_damaged" not in ran.err


# Columns that nobody asked for -------------------------------------------------------------------

NAMES = "First name,Last name,Email"


def test_one_column_is_ignored_by_its_name(portal_with_item: Portal) -> None:
    """A misspelt heading beside it is still refused, with the nearest."""
    text = f"{NAMES},Shoe size,Deparment\nA,B,a@example.com,42,/\n"
    ran = portal_with_item.run("user", "import", "-", "--ignore", "shoe SIZE", stdin=text)
    assert ran.status == 6
    assert "Deparment is not a column" in ran.err
    assert "The nearest is Department" in ran.err
    assert "Shoe size" not in ran.err
    more = ("--ignore", "Shoe size", "--map", "Deparment=department")
    ran = portal_with_item.ok("user", "import", "-", *more, stdin=text)
    assert "1 column ignored: Shoe size." in ran.err


def test_all_that_is_ignored_is_named(portal_with_item: Portal) -> None:
    """With --ignore-unknown a misspelt heading is at least seen."""
    text = f"{NAMES},Shoe size,Deparment\nA,B,a@example.com,42,/\n"
    ran = portal_with_item.ok("user", "import", "-", "--ignore-unknown", stdin=text)
    assert "2 columns ignored: Shoe size, Deparment." in ran.err


def test_a_known_column_can_be_ignored(portal_with_item: Portal) -> None:
    """Nothing of it is taken."""
    text = f"{NAMES},Type\nA,B,a@example.com,nonsense\n"
    portal_with_item.ok("user", "import", "-", "--ignore", "Type", stdin=text)


def test_a_column_that_is_not_there_cannot_be_ignored(portal_with_item: Portal) -> None:
    """A misspelt option is told with the nearest heading."""
    text = f"{NAMES},Shoe size\nA,B,a@example.com,42\n"
    ran = portal_with_item.run(
        "user", "import", "-", "-o", "json", "--ignore", "Shoesise", stdin=text
    )
    assert (ran.status, ran.code) == (6, "csv_ignored_heading_unknown")
    assert "Shoe size" in ran.error["hint"]
