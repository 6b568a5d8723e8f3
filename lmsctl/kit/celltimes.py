"""Dates and times in the cells of files: one grammar for every column of every file."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from lmsctl.kit import timewords
from lmsctl.kit.canonical import excerpt
from lmsctl.kit.errors import Rejected, Usage
from lmsctl.kit.time_errors import CellTimeInvalid, TimeNotUnderstood
from lmsctl.kit.timewords import TimeWord

_MONTHS = 12
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2}|[0-9]{4})")
_DOTS = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
# What databases and spreadsheets write where there is no date.
_NO_DATE = re.compile(r"0{4}-00-00([Tt ]00:00(:00)?)?|00([/.])00\3(00){1,2}")
# What Excel counts days by from 1927 to 2173, with parts of a day behind.
_SERIAL = re.compile(r"[1-9][0-9]{4}([.,][0-9]+)?")
_SERIAL_START = date(1899, 12, 30)
_SHORT_YEAR = 2
_CENTURY = "20"
# How `meaning` writes times.
_NORMAL = re.compile(r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?)?")
_ANY_PRESENT = datetime(2000, 1, 1, tzinfo=UTC)


class DateOrder(StrEnum):
    """In which order dates with slashes are written."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class CellDateMonthFirst(Rejected):
    """A date with slashes that no day-first reading fits."""

    code = "cell_date_month_first"
    message = "{given} cannot be taken as a date: with the day first, month {month} does not exist."
    hint = "Write it as 2026-11-22, or give --dates mdy if all dates of the file are month first."


class CellDateUncertain(Rejected):
    """A date with slashes in a column in which others are month first."""

    code = "cell_date_uncertain"
    message = (
        "{given} may be month first, because row {row} of this column says {other}, which can only"
        " be month first."
    )
    hint = (
        "Write the dates of the column as 2026-11-22, or give --dates mdy if all are month first."
    )


class CellDateSerial(Rejected):
    """A number where a date should be: how spreadsheets count days."""

    code = "cell_date_serial"
    message = (
        "{given} is a number, not a date; as Excel's serial number of a day it would be {date}."
    )
    hint = "Format the cells of the column as dates, or write 2026-11-22."


def is_slash_date(cell: str) -> bool:
    """Say whether the order of day and month in `cell` is a matter of opinion."""
    return _SLASHES.fullmatch(cell.strip()) is not None


def is_no_date(cell: str) -> bool:
    """Say whether `cell` is blank or a date of zeros, which databases write for none."""
    given = cell.strip()
    return not given or _NO_DATE.fullmatch(given) is not None


@lru_cache(maxsize=4096)
def read_cell(cell: str, order: DateOrder = DateOrder.DAY_FIRST) -> TimeWord | None:
    """Return the date or time in a cell, None for a blank one or a date of zeros.

    Taken are `yyyy-mm-dd`, `dd.mm.yyyy`, `dd/mm/yyyy` and `dd/mm/yy` (2000 to 2099, day first
    unless `order` says otherwise), RFC 3339 with or without an offset, and the words of the command
    line in any case. Raises CellDateMonthFirst, CellDateSerial and CellTimeInvalid; `start` and
    `end` of the result raise CellTimeInvalid.
    """
    given = cell.strip()
    if is_no_date(given):
        return None
    if _SERIAL.fullmatch(given):
        raise CellDateSerial(given=given, date=_date_of_serial(given))
    try:
        word = timewords.parse(_with_hyphens(given, order) or _lowered(given))
    except TimeNotUnderstood as refusal:
        raise CellTimeInvalid(
            given=excerpt(given),
            reason="its form is not known",
            advice="Write 2026-11-22, 22/11/2026, 2026-11-22T09:00:00+01:00 or never.",
        ) from refusal
    except Usage as refusal:
        raise timewords.in_file(refusal, given) from refusal
    return replace(word, text=given, _of_file=True)


def meaning(cell: str, order: DateOrder) -> str:
    """Return the same text for all cells that are the same time wherever they are read.

    A day is `2027-12-10`, a time without offset `2027-12-10T09:00:00`, and one with an offset is in
    UTC with `Z`. Raises what `read_cell` and the time raise.
    """
    if _NORMAL.fullmatch(cell):  # the usual cell, and a fast one
        return str(cell)
    word = read_cell(cell, order)
    if word is None:
        return ""
    utc, elsewhere = ZoneInfo("UTC"), ZoneInfo("Etc/GMT-14")
    moment = word.start(_ANY_PRESENT, utc)
    if moment is None:
        return word.text.lower()
    local = moment.replace(tzinfo=None).isoformat()
    if word.start(_ANY_PRESENT, elsewhere) == moment:
        return f"{local}Z"
    return local if word.end(_ANY_PRESENT, utc) == moment else moment.date().isoformat()


def _lowered(given: str) -> str:
    """Return words and spans in lower case, and moments as they are, to be named so."""
    return given if given[4:5] == "-" else given.lower()


def _date_of_serial(given: str) -> str:
    days = int(re.split("[.,]", given)[0])
    return (_SERIAL_START + timedelta(days=days)).isoformat()


def _with_hyphens(given: str, order: DateOrder) -> str | None:
    """Return a date with slashes or dots as `yyyy-mm-dd`, None for anything else."""
    slashed = _SLASHES.fullmatch(given)
    found = slashed or _DOTS.fullmatch(given)
    if found is None:
        return None
    day, month, year = found.groups()
    if slashed and order is DateOrder.MONTH_FIRST:
        day, month = month, day
    elif slashed and int(month) > _MONTHS >= int(day):
        raise CellDateMonthFirst(given=excerpt(given), month=int(month))
    century = _CENTURY if len(year) == _SHORT_YEAR else ""
    return f"{century}{year}-{month:0>2}-{day:0>2}"
