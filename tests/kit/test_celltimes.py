"""Dates and times in cells: one grammar, day first unless the file says otherwise."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsctl.kit import celltimes, time_errors
from lmsctl.kit.celltimes import CellDateMonthFirst, DateOrder
from lmsctl.kit.errors import Refusal

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def end(cell: str, order: DateOrder = DateOrder.DAY_FIRST) -> str | None:
    """Return the end of what a cell says, in Berlin's time."""
    word = celltimes.read_cell(cell, order)
    moment = word.end(NOW, BERLIN) if word else None
    return moment.astimezone(BERLIN).isoformat() if moment else None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-22", "2026-11-22T23:59:59+01:00"),
        ("22/11/2026", "2026-11-22T23:59:59+01:00"),
        ("22/11/26", "2026-11-22T23:59:59+01:00"),
        ("1/2/2026", "2026-02-01T23:59:59+01:00"),
        ("22.11.2026", "2026-11-22T23:59:59+01:00"),
        ("1.2.2026", "2026-02-01T23:59:59+01:00"),
        ("01/01/00", "2000-01-01T23:59:59+01:00"),
        ("31/12/99", "2099-12-31T23:59:59+01:00"),
        ("2026-11-22T09:00:00Z", "2026-11-22T10:00:00+01:00"),
        ("2026-11-22T09:00", "2026-11-22T09:00:00+01:00"),
        ("2026-11-22 09:00:00", "2026-11-22T09:00:00+01:00"),
        ("2026-11-22 09:00:00.25+01:00", "2026-11-22T09:00:00+01:00"),
        (" 2026-11-22 ", "2026-11-22T23:59:59+01:00"),
        ("NOW", "2026-03-02T13:00:00+01:00"),
        ("Tomorrow", "2026-03-03T23:59:59+01:00"),
        ("+2D", "2026-03-04T13:00:00+01:00"),
    ],
)
def test_a_cell_takes_one_grammar(cell: str, expected: str) -> None:
    """Year first, day first with slashes or dots, RFC 3339 with or without offset, and words."""
    assert end(cell) == expected


@pytest.mark.parametrize(
    "cell", ["", " ", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000", "00/00/00"]
)
def test_a_date_of_zeros_is_blank(cell: str) -> None:
    """Databases write zeros where there is no date."""
    assert celltimes.read_cell(cell) is None


@pytest.mark.parametrize("cell", ["never", "Never", "NEVER"])
def test_never_is_a_word_in_any_case(cell: str) -> None:
    """The word is there, and it has no end."""
    assert celltimes.read_cell(cell) is not None
    assert end(cell) is None


@pytest.mark.parametrize("cell", ["46348", "46348.385417", "46348,5"])
def test_a_number_is_told_as_what_spreadsheets_count_days_by(cell: str) -> None:
    """A date that lost its format says which day it may have been, and is not read."""
    with pytest.raises(celltimes.CellDateSerial) as caught:
        celltimes.read_cell(cell)
    assert "it would be 2026-11-22" in str(caught.value)


@pytest.mark.parametrize(
    "cell",
    [
        "01/02/026",
        "01.02.26",
        "2026-02-30",
        "30/02/2026",
        "31/13/2026",
        "2026/11/22",
        "2026-11-22T09:00:60Z",
        "0000-01-01",
        "\u0662\u0662/11/2026",
        "22/11/2\u066026",
        "2026-11-22 and more",
        "soon",
    ],
)
def test_a_cell_refuses_everything_else(cell: str) -> None:
    """What is wrong in a file is rejected with exit status 6."""
    with pytest.raises(time_errors.CellTimeInvalid) as caught:
        celltimes.read_cell(cell)
    assert caught.value.exit_status == 6
    assert caught.value.format_hint()


def test_a_moment_is_told_as_it_is_written() -> None:
    """What is wrong with it names the sign between date and time as the cell has it."""
    for cell in ("2026-01-01T25:00", "2026-01-01t25:00"):
        with pytest.raises(time_errors.CellTimeInvalid) as caught:
            celltimes.read_cell(cell)
        assert caught.value.format_message().count(cell) == 2


def test_a_date_that_is_month_first_is_no_other_date() -> None:
    """12/31/2027 is refused with the way to have it read, and never read as something else."""
    with pytest.raises(CellDateMonthFirst) as caught:
        celltimes.read_cell("12/31/2027")
    assert "--dates mdy" in caught.value.format_hint()


def test_month_first_is_read_where_the_file_says_so() -> None:
    """Only slashes have two orders; the year first and dots have one."""
    assert end("12/31/2027", DateOrder.MONTH_FIRST) == "2027-12-31T23:59:59+01:00"
    assert end("10/12/2027", DateOrder.MONTH_FIRST) == "2027-10-12T23:59:59+02:00"
    assert end("10.12.2027", DateOrder.MONTH_FIRST) == "2027-12-10T23:59:59+01:00"
    with pytest.raises(time_errors.CellTimeInvalid):
        celltimes.read_cell("31/12/2027", DateOrder.MONTH_FIRST)


def test_a_cell_that_its_zone_cannot_hold_is_rejected() -> None:
    """What only the zone shows to be wrong in a file is rejected too, not a usage error."""
    for cell, zone in (("9999-12-31", "America/New_York"), ("0001-01-01", "Asia/Tokyo")):
        word = celltimes.read_cell(cell)
        assert word is not None
        with pytest.raises(time_errors.CellTimeInvalid, match="outside the years 1 to 9999"):
            (word.end if zone.startswith("A") and cell[0] == "9" else word.start)(
                NOW, ZoneInfo(zone)
            )


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}[a-z]?"))
def test_no_text_makes_the_grammar_fail(text: str) -> None:
    """Whatever is written, the answer is a moment, nothing or a refusal with a sentence."""
    for order in DateOrder:
        try:
            word = celltimes.read_cell(text, order)
            if word:
                word.end(NOW, BERLIN)
        except Refusal as refusal:
            assert refusal.format_message()  # noqa: PT017 - both outcomes are fine, this one must speak
