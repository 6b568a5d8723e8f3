"""Workbooks that LibreOffice and openpyxl wrote, taken in as they are.

The files are in `files/`; those called after another program have the headings of its templates.
"""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Portal
from tests.kit.workbooks import xlsx
from tests.tokens import create_items

FILES = Path(__file__).parent / "files"


def rows_of(portal: Portal, file: str) -> list[dict[str, str]]:
    """Return what a CSV file in the portal's folder holds."""
    with portal.folder.joinpath(file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def listed(portal: Portal, *argv: str) -> Any:
    """Return what a command lists."""
    return portal.ok(*argv, "-o", "json").json


def refusal(portal: Portal, *argv: str) -> Any:
    """Return why a command line is refused."""
    ran = portal.run(*argv, "-o", "json")
    assert ran.status == 6, (ran.out, ran.err)
    return ran.error


@pytest.fixture
def portal_with_topic(portal: Portal) -> Portal:
    """Return a portal with the item that the files name."""
    create_items(portal)
    portal.ok("department", "create", "Sales")
    return portal


# What cells mean ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["types.xlsx", "types.ods"])
def test_cells_have_their_true_types(portal_with_topic: Portal, file: str) -> None:
    """A date is one whatever its format shows, text keeps zeros, formulas have their values."""
    portal = portal_with_topic
    done = portal.run("token", "bulk-upload", str(FILES / file), "--tz", "Europe/Berlin")
    assert done.status == 0, done.err
    assert "The sheet Tokens was read. There are others: Notes (--sheet NAME)." in done.err
    found = listed(portal, "token", "list", "--sort", "id")
    told = [(t["code"], t["nickname"], t["creates"], t["limit"], t["active"]) for t in found]
    assert told == [
        ("A-1", "Booth 1", "prospect", 5, True),
        ("000123", "Booth 2", "staff", 1, False),
        ("4711", "Booth 3", "prospect", None, False),
        ("A-4", "Booth 1", "prospect", 10, True),
    ]
    assert [token["expires_at"] for token in found] == [
        "2027-03-31T21:59:59Z",
        "2027-03-31T07:15:00Z",
        "2027-03-31T21:59:59Z",
        "2027-03-31T21:59:59Z",
    ]


def test_formulas_that_nobody_calculated_are_refused(portal_with_topic: Portal) -> None:
    """A library writes formulas without values; their cells are told, and nothing is made."""
    portal = portal_with_topic
    refused = refusal(portal, "token", "bulk-upload", str(FILES / "types-openpyxl.xlsx"))
    places = [detail["location"] for detail in refused["details"]]
    assert {detail["code"] for detail in refused["details"]} == {"cell_not_calculated"}
    assert [(place["sheet"], place["cell"], place["line"]) for place in places] == [
        ("Tokens", "H5", 5),
        ("Tokens", "G5", 5),
        ("Tokens", "D5", 5),
        ("Tokens", "E5", 5),
    ]
    assert listed(portal, "token", "list") == []


@pytest.mark.parametrize("file", ["faults.xlsx", "faults.ods"])
def test_faults_have_their_cells(portal_with_topic: Portal, file: str) -> None:
    """A refusal, the results and the rejects name the cell of each fault."""
    portal = portal_with_topic
    shutil.copy(FILES / file, portal.folder / file)
    expected = [
        ("cell_is_error", "C2", "Token"),
        ("cell_number_too_long", "C3", "Token"),
        ("cell_date_serial", "G4", "Expires"),
        ("cell_merged", "D6", "Token label"),
        ("cell_is_error", "F7", "Limit"),
    ]
    refused = refusal(portal, "token", "bulk-upload", file, "--results", "results.csv")
    assert [
        (detail["code"], detail["location"]["cell"], detail["location"]["column"])
        for detail in refused["details"]
    ] == expected
    told = rows_of(portal, "results.csv")
    assert [
        (line["error code"], line["cell"], line["column"]) for line in told if line["cell"]
    ] == expected
    assert {line["sheet"] for line in told} == {"Tokens"}
    assert [line["line"] for line in told] == ["2", "3", "4", "5", "6", "7"]
    done = portal.run("token", "bulk-upload", file, "--keep-going", "--rejects", "rejects.csv")
    assert done.status == 7
    assert "Hidden rows and columns were read like the others." in done.err
    reasons = [line["_error"].split(":")[0] for line in rows_of(portal, "rejects.csv")]
    assert reasons == [f"{cell} {column}" for _, cell, column in expected]


# Which sheet, and which file ---------------------------------------------------------------------


def test_a_sheet_by_its_name(portal: Portal) -> None:
    """A hidden sheet can be named; a wrong name lists those there are."""
    file = str(FILES / "types.ods")
    portal.ok("user", "create", "--login", "old", "--first-name", "O", "--last-name", "Ld")
    done = portal.ok("user", "import", file, "--sheet", "Old")
    assert "0 created, 1 updated, 0 unchanged." in done.err
    ran = portal.run("user", "import", file, "--sheet", "Older", "-o", "json")
    assert (ran.status, ran.code) == (4, "sheet_unknown")
    assert ran.error["hint"] == "There are: Tokens, Notes, Old."


def test_a_workbook_saved_as_another_kind_is_the_same_file(portal_with_topic: Portal) -> None:
    """The same rows make their tokens once, from a workbook or as text."""
    portal = portal_with_topic
    rows = (
        "Token label,Token id,Knowledge,Knowledge code,Token,Creates,Limit,Expires,Active",
        "Booth 1,,Date as month,topic,A-1,prospect,5,2027-03-31,TRUE",
        "Booth 2,,Time,topic,000123,staff,1,2027-03-31T09:15:00,no",
        "Booth 3,,Text,topic,4711,,,31.03.2027,FALSE",
        "Booth 1,,Formula,topic,A-4,,10,2027-03-31,yes",
    )
    portal.folder.joinpath("tokens.csv").write_text("\n".join(rows))
    portal.ok("token", "bulk-upload", str(FILES / "types.xlsx"))
    refused = refusal(portal, "token", "bulk-upload", "tokens.csv")
    assert refused["code"] == "bytes_taken_already"


def test_what_a_file_is_shows_its_content(portal: Portal) -> None:
    """A workbook is one under any name, and text is text although it is called .xlsx."""
    shutil.copy(FILES / "moodle-users.ods", portal.folder / "people.csv")
    portal.folder.joinpath("people.xlsx").write_text("Login,First name,Last name\nkim,Kim,Oh\n")
    portal.ok("department", "create", "Sales")
    assert portal.run("user", "import", "people.csv").status == 0
    assert portal.run("user", "import", "people.xlsx").status == 0


def test_a_workbook_is_refused_where_statements_are_read(portal: Portal) -> None:
    """A file of xAPI statements is no table, so that a workbook is refused by name."""
    portal.folder.joinpath("x.jsonl").write_bytes(xlsx(""))
    assert portal.refused("progress", "import", "x.jsonl") == "csv_other_format"


# Files of others ---------------------------------------------------------------------------------


def test_templates_of_other_programs(portal_with_topic: Portal) -> None:
    """What other programs export comes in; what cannot be meant is all that has to be said."""
    portal = portal_with_topic
    people = portal.run("user", "import", str(FILES / "moodle-users.ods"))
    assert (people.status, people.err.splitlines()[0]) == (
        0,
        "3 created, 0 updated, 0 unchanged.",
    )
    ignored = ("--ignore", "Password [Required]", "--ignore", "Employee ID")
    assert portal.run("user", "import", str(FILES / "google-workspace.xlsx"), *ignored).status == 0
    assert {user["department"] for user in listed(portal, "user", "list", "--search", "ana")} == {
        "Sales"
    }
    due = ("--ignore", "Due date")
    assert portal.run("enroll", "--from", str(FILES / "enroll.xlsx"), *due).status == 0


def test_a_report_with_titles_and_a_total(portal_with_topic: Portal) -> None:
    """Titles above the table are passed over and named; the total is the only fault."""
    portal = portal_with_topic
    refused = refusal(portal, "user", "import", str(FILES / "lms-users.ods"))
    assert [(detail["code"], detail["location"]["line"]) for detail in refused["details"]] == [
        ("csv_total_row", 7)
    ]
    done = portal.run("user", "import", str(FILES / "lms-users.ods"), "--keep-going")
    assert done.status == 7
    assert "Line 1 stands above the heading row and was passed over: User report" in done.err


def test_vouchers_lack_only_what_they_never_had(portal_with_topic: Portal) -> None:
    """Headings of a list of vouchers are understood, except what it says of its own products."""
    refused = refusal(portal_with_topic, "token", "bulk-upload", str(FILES / "vouchers.xlsx"))
    said = [refused["message"], *(detail["message"] for detail in refused["details"])]
    assert [text.split(": ")[1].split(".")[0] for text in said] == [
        "Product is not a column of this kind of file",
        "The column Knowledge code is missing",
        "The column Creates is missing",
    ]
