"""Dates with slashes are judged for a whole column, in every kind of file."""

from typing import Any

import pytest

from tests.conftest import Portal

TOKENS = "Knowledge code,Token label,Creates,Limit,Expires"


@pytest.fixture
def portal_with_dates(portal: Portal) -> Portal:
    """Return a portal with an item, somebody enrolled in it, a training and a field of dates."""
    portal.ok("content", "create", "--kind", "topic", "--code", "topic", "--title", "T")
    names = ("--first-name", "K", "--last-name", "O")
    portal.ok("user", "create", "--login", "kim", *names)
    portal.ok("enroll", "--user", "kim", "--content", "topic")
    portal.ok("training", "create", "First aid", "--code", "aid")
    portal.ok("field", "create", "Born", "--kind", "date")
    return portal


def write(portal: Portal, *lines: str) -> str:
    """Write a file into the portal's folder and return its name."""
    portal.folder.joinpath("rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "rows.csv"


def faults(portal: Portal, *argv: str) -> list[tuple[int, str, str]]:
    """Return row, column and code of all that is wrong with a file that must be refused."""
    ran = portal.run(*argv, "-o", "json")
    assert (ran.status, ran.code) == (6, "rows_rejected"), ran.err
    return [
        (one["location"]["row"], one["location"]["column"], one["code"])
        for one in ran.error["details"]
    ]


def expiries(portal: Portal) -> list[Any]:
    """Return when the tokens expire, in the order in which they were made."""
    return [row[0] for row in portal.sql("SELECT expires_at FROM tokens ORDER BY id")]


def test_one_month_first_date_makes_all_of_its_column_uncertain(portal_with_dates: Portal) -> None:
    """A template saved anew with dates of the United States is refused whole, and says why."""
    file = write(
        portal_with_dates,
        TOKENS,
        "topic,A,prospect,1,10/12/2027",
        "topic,B,prospect,1,2027-12-31",
        "topic,C,prospect,1,12/31/2027",
        "topic,D,prospect,1,99/99/2027",
        "topic,E,prospect,1,",
        "topic,F,prospect,1,01/02/27",
    )
    assert faults(portal_with_dates, "token", "bulk-upload", file) == [
        (1, "Expires", "cell_date_uncertain"),
        (3, "Expires", "cell_date_month_first"),
        (4, "Expires", "cell_time_invalid"),
        (6, "Expires", "cell_date_uncertain"),
    ]
    ran = portal_with_dates.run("token", "bulk-upload", file)
    assert "row 3 of this column says 12/31/2027" in ran.err
    assert "--dates mdy" in ran.err


def test_the_month_comes_first_where_the_caller_says_so(portal_with_dates: Portal) -> None:
    """With --dates mdy all slashes of the file are read so, and nothing else is."""
    lines = ("topic,A,prospect,1,10/12/2027", "topic,B,prospect,1,12/31/2027")
    more = ("topic,C,prospect,1,2.1.2028", "topic,D,prospect,1,2027-12-31")
    file = write(portal_with_dates, TOKENS, *lines, *more)
    portal_with_dates.ok("token", "bulk-upload", file, "--dates", "mdy")
    shown = [row["expires_at"] for row in portal_with_dates.ok("token", "list", "-o", "json").json]
    assert sorted(moment[:10] for moment in shown) == [
        "2027-10-12",
        "2027-12-31",
        "2027-12-31",
        "2028-01-02",
    ]
    file = write(portal_with_dates, TOKENS, "topic,A,prospect,1,31/12/2027")
    assert faults(portal_with_dates, "token", "bulk-upload", file, "--dates", "mdy") == [
        (1, "Expires", "cell_time_invalid")
    ]


def test_day_first_is_what_slashes_mean(portal_with_dates: Portal) -> None:
    """Without a cell that says otherwise, 10/12/2027 is the tenth of December."""
    file = write(portal_with_dates, TOKENS, "topic,A,prospect,1,10/12/2027")
    portal_with_dates.ok("token", "bulk-upload", file)
    (token,) = portal_with_dates.ok("token", "list", "-o", "json").json
    assert token["expires_at"] == "2027-12-10T23:59:59Z"


def test_it_is_the_same_for_the_fields_of_people(portal_with_dates: Portal) -> None:
    """A custom field of dates is a column like any other."""
    names = "First name,Last name,Email,Born"
    file = write(
        portal_with_dates,
        names,
        "Bo,Dahl,bo@example.com,03/04/1990",
        "Cy,Dahl,cy@example.com,3/14/1990",
    )
    assert faults(portal_with_dates, "user", "import", file) == [
        (1, "Born", "cell_date_uncertain"),
        (2, "Born", "cell_date_month_first"),
    ]
    portal_with_dates.ok("user", "import", file, "--dates", "mdy")
    shown = portal_with_dates.ok("user", "show", "bo", "-o", "json").json
    assert shown["fields"]["Born"] == "1990-03-04"


def test_it_is_the_same_for_times_of_access(portal_with_dates: Portal) -> None:
    """The column Access at takes what Expires takes: dots, slashes, words in any case."""
    heading = "Login,Training,Access at"
    for cell in ("31.12.2027", "31/12/2027", "0000-00-00", "NOW", "2027-12-31T09:00", "+2d"):
        file = write(portal_with_dates, heading, f"kim,aid,{cell}")
        portal_with_dates.ok("--dry-run", "enroll", "--from", file)
    file = write(portal_with_dates, heading, "kim,aid,12/31/2027")
    assert faults(portal_with_dates, "enroll", "--from", file) == [
        (1, "Access at", "cell_date_month_first")
    ]
    portal_with_dates.ok("enroll", "--from", file, "--dates", "mdy")
    assert portal_with_dates.value("SELECT access_at FROM training_enrollments") is not None


@pytest.mark.parametrize(
    "cell", ["01/03/2026", "1.3.2026", "2026-03-01", "2026-03-01T09:00", "2026-03-01T09:00Z", "-2d"]
)
def test_it_is_the_same_for_what_happened(portal_with_dates: Portal, cell: str) -> None:
    """The column Happened at takes the same forms."""
    file = write(portal_with_dates, "Login,Content,Event,Happened at", f"kim,topic,viewed,{cell}")
    portal_with_dates.ok("progress", "import", file)


def test_a_blank_moment_of_an_event_is_told_for_a_file(portal_with_dates: Portal) -> None:
    """The remedy speaks of the cell, and not of an option of another command."""
    for cell in ("", "0000-00-00"):
        file = write(
            portal_with_dates, "Login,Content,Event,Happened at", f"kim,topic,viewed,{cell}"
        )
        ran = portal_with_dates.run("progress", "import", file, "-o", "json")
        (fault,) = ran.error["details"]
        assert (fault["code"], fault["field"]) == ("event_moment_blank", "Happened at")
        assert "--at" not in fault["hint"]


@pytest.mark.parametrize("cell", ["31.12.2027", "2027-12-31 10:00", "Never", "NEVER", "0000-00-00"])
def test_expiries_take_what_other_columns_take(portal_with_dates: Portal, cell: str) -> None:
    """A time without offset is in the portal's zone, and words have no case."""
    portal_with_dates.ok(
        "token",
        "bulk-upload",
        write(portal_with_dates, TOKENS, f"topic,A,prospect,1,{cell}"),
    )
    assert (expiries(portal_with_dates) == [None]) == (cell[0] in "N0")
