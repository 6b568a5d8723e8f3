"""A file is known again by what its rows say, whatever program has saved it meanwhile."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime

import pytest

from lmsctl.bulk.rules import RowsDigest
from lmsctl.kit import celltimes
from lmsctl.kit.celltimes import DateOrder
from lmsctl.user.fields.rules import number_meaning
from tests.conftest import Portal
from tests.kit.workbooks import ods, typed_ods_row

Cell = str | float | bool | date
Rows = Sequence[Sequence[Cell]]
TOKENS = ("Knowledge code", "Token", "Token label", "Creates", "Limit", "Expires", "Active")


def write(portal: Portal, name: str, rows: Rows, *, delimiter: str = ",") -> str:
    """Write rows as CSV or, by their name, as a workbook with typed cells; return the name."""
    if name.endswith(".ods"):
        portal.folder.joinpath(name).write_bytes(ods("".join(typed_ods_row(*row) for row in rows)))
        return name
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    portal.folder.joinpath(name).write_text(stream.getvalue(), encoding="utf-8")
    return name


def tokens(*lines: Sequence[Cell], heading: Sequence[str] = TOKENS) -> Rows:
    """Return rows of tokens below their heading."""
    return [heading, *lines]


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with an item, a training and somebody to enroll."""
    portal.ok("content", "create", "--kind", "topic", "--code", "topic", "--title", "T")
    portal.ok("training", "create", "Aid", "--code", "aid")
    names = ("--first-name", "A", "--last-name", "B")
    portal.ok("user", "create", "--login", "ben", *names)
    portal.ok("field", "create", "Since", "--kind", "date")
    portal.ok("field", "create", "Size", "--kind", "number")
    return portal


ORIGINAL = tokens(
    ("topic", "", "Booth", "prospect", "5", "2027-12-10", "Yes"),
    ("topic", "", "Stand", "staff", "", "2027-12-31", "no"),
)
SAVED: dict[str, tuple[str, Rows, tuple[str, ...]]] = {
    "dots": (
        "a.csv",
        tokens(
            ("topic", "", "Booth", "prospect", "5", "10.12.2027", "Yes"),
            ("topic", "", "Stand", "staff", "", "31.12.2027", "no"),
        ),
        (),
    ),
    "slashes": (
        "a.csv",
        tokens(
            ("topic", "", "Booth", "prospect", "5", "10/12/2027", "Yes"),
            ("topic", "", "Stand", "staff", "", "31/12/27", "no"),
        ),
        (),
    ),
    "month first": (
        "a.csv",
        tokens(
            ("topic", "", "Booth", "prospect", "5", "12/10/2027", "Yes"),
            ("topic", "", "Stand", "staff", "", "12/31/2027", "no"),
        ),
        ("--dates", "mdy"),
    ),
    "true dates, numbers and truths": (
        "a.ods",
        tokens(
            ("topic", "", "Booth", "prospect", 5.0, date(2027, 12, 10), True),
            ("topic", "", "Stand", "staff", "", date(2027, 12, 31), False),
        ),
        (),
    ),
    "words": (
        "a.csv",
        tokens(
            ("TOPIC", "", "Booth", "Prospect", "05", "2027-12-10", "YES"),
            ("topic", "", " Stand ", "STAFF", "", "2027-12-31", "False"),
        ),
        (),
    ),
    "a blank column gone, others around": (
        "a.csv",
        tokens(
            ("Yes", "2027-12-10", "5", "prospect", "Booth", "topic", "x", "T", "1"),
            ("no", "2027-12-31", "", "staff", "Stand", "topic", "", "", "2"),
            heading=(
                *("Active", "Valid until", "Limit", "Creates", "Label", "Knowledge code"),
                *("Remark", "Knowledge", "No."),
            ),
        ),
        ("--ignore-unknown",),
    ),
}


@pytest.mark.parametrize("saved", SAVED)
def test_a_file_of_tokens_saved_anew_makes_none_twice(
    portal_with_items: Portal, saved: str
) -> None:
    """Dates, numbers, words and columns as a spreadsheet rewrites them say the same."""
    portal = portal_with_items
    portal.ok("token", "bulk-upload", write(portal, "first.csv", ORIGINAL))
    name, rows, options = SAVED[saved]
    ran = portal.run("token", "bulk-upload", write(portal, name, rows), *options, "-o", "json")
    assert (ran.status, ran.code) == (6, "bytes_taken_already"), (ran.out, ran.err)
    assert portal.value("SELECT count(*) FROM tokens") == len(ORIGINAL) - 1


OTHERS: dict[str, Rows] = {
    "another day": tokens(("topic", "", "Booth", "prospect", "5", "2027-12-11", "Yes")),
    "a day more by other slashes": tokens(("topic", "", "Booth", "", "5", "12/10/2027", "Yes")),
    "no end": tokens(("topic", "", "Booth", "prospect", "5", "never", "Yes")),
    "the first second": tokens(("topic", "", "Booth", "", "5", "2027-12-10T00:00:00", "Yes")),
    "another number": tokens(("topic", "", "Booth", "prospect", "50", "2027-12-10", "Yes")),
    "not active": tokens(("topic", "", "Booth", "prospect", "5", "2027-12-10", "No")),
    "another label": tokens(("topic", "", "booth", "prospect", "5", "2027-12-10", "Yes")),
    "a code": tokens(("topic", "Booth", "Booth", "prospect", "5", "2027-12-10", "Yes")),
    "twice": tokens(*[("topic", "", "Booth", "prospect", "5", "2027-12-10", "Yes")] * 2),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_says_something_else_is_another_file(portal_with_items: Portal, other: str) -> None:
    """Each difference in meaning makes other tokens."""
    portal = portal_with_items
    portal.ok("token", "bulk-upload", write(portal, "first.csv", ORIGINAL[:2]))
    portal.ok("token", "bulk-upload", write(portal, "other.csv", OTHERS[other]))


PAIRS: dict[str, tuple[tuple[str, ...], Rows, Rows]] = {
    "people": (
        ("user", "import"),
        [
            ("Login", "First name", "Last name", "Department", "Type", "Since", "Size", "Group"),
            ("kim", "Kim", "Ba", "/", "staff", "2020-12-10", "3.50", ""),
        ],
        [
            ("Size", "Since", "Type", "Department", "Surname", "First name", "Username"),
            (3.5, date(2020, 12, 10), "Staff", "/", "Ba", "Kim", "kim"),
        ],
    ),
    "enrollments": (
        ("enroll", "--from"),
        [("Login", "Training", "Access at"), ("ben", "aid", "2027-12-10T09:30:00")],
        [
            ("Access at", "Training code", "Login"),
            (datetime.fromisoformat("2027-12-10T09:30:00"), "AID", "ben"),
        ],
    ),
    "progress": (
        ("progress", "import"),
        [("Login", "Content", "Event", "Happened at"), ("ben", "topic", "viewed", "2020-12-10")],
        [
            ("Happened at", "Event", "Content code", "User", "Score"),
            (date(2020, 12, 10), "Viewed", "Topic", "ben", ""),
        ],
    ),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_a_run_of_any_kind_is_known_again(portal_with_items: Portal, kind: str) -> None:
    """The workbook of a CSV file goes on where that was interrupted, because it says the same."""
    portal = portal_with_items
    command, first, saved = PAIRS[kind]
    portal.ok(*command, write(portal, "first.csv", first))
    portal.ok(*command, write(portal, "saved.ods", saved))
    assert portal.value("SELECT count(DISTINCT digest) FROM runs") == 1


# Without a portal --------------------------------------------------------------------------------


def digest(names: Sequence[str], rows: Sequence[list[str]], unread: Sequence[int] = ()) -> str:
    """Return the digest of rows, those numbered in `unread` of rows that cannot be read."""
    found = RowsDigest(names, {})
    for number, row in enumerate(rows, start=1):
        if number in unread:
            found.add_unread(number, row)
        else:
            found.add(row)
    return found.hexdigest()


def test_every_cell_counts_in_its_row_and_column() -> None:
    """Whatever moves to another row or column, or is cut in two, makes another digest."""
    many = [[str(number), ""] for number in range(2_500)]
    alike = [
        (["a", "b"], [["1", "2"], ["3", ""]]),
        (["a", "b"], [["1", "2"], ["", "3"]]),
        (["b", "a"], [["1", "2"], ["3", ""]]),
        (["a", "b"], [["3", ""], ["1", "2"]]),
        (["a", "b"], [["12", ""], ["3", ""]]),
        (["a", "b"], [["1", "2"], ["3", ""], ["", ""]]),
        (["a", "b"], many),
        (["a", "b"], many[:-1]),
        (["a", "b"], [*many[:-2], many[-1], many[-2]]),
        (["a", "b"], []),
    ]
    assert len({digest(names, rows) for names, rows in alike}) == len(alike)
    assert digest(["a", "b"], [["1", "2"]]) != digest(["a", "b"], [["1", "2"]], unread=[1])
    assert digest(["a"], [["1"], ["2"]], unread=[1]) != digest(["a"], [["2"], ["1"]], unread=[2])
    swapped = [[second, first] for first, second in many]
    assert digest(["a", "b"], many) == digest(["b", "a"], swapped) == digest(["a"], many)


@pytest.mark.parametrize(
    ("same", "other"),
    [
        (("2027-12-10", "10.12.2027", "10/12/2027", "10/12/27"), "2027-10-12"),
        (("2027-12-10T09:00", "2027-12-10 09:00:00", "2027-12-10T09:00:00"), "2027-12-10"),
        (("2027-12-10T09:00Z", "2027-12-10T10:00:00+01:00"), "2027-12-10T09:00"),
        (("never", "NEVER"), ""),
        (("", "0000-00-00"), "never"),
        (("+3d", "+3d"), "+4d"),
        (("2027-12-10T00:00:00", "2027-12-10 00:00"), "2027-12-10T23:59:59"),
    ],
)
def test_times_are_known_by_what_they_mean(same: Sequence[str], other: str) -> None:
    """Forms of one time are one, and times that differ anywhere are not."""
    known = {celltimes.meaning(cell, DateOrder.DAY_FIRST) for cell in same}
    assert len(known) == 1
    assert celltimes.meaning(other, DateOrder.DAY_FIRST) not in known


def test_numbers_are_known_by_what_they_mean() -> None:
    """Zeros in front and behind do not count; what is no number is itself."""
    assert {number_meaning(text) for text in ("3.50", "3.5", "003.500")} == {"3.5"}
    assert number_meaning("-5") == number_meaning("-5.0") != number_meaning("5")
    assert number_meaning("3.5.0") == "3.5.0"
