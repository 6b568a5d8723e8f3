"""The cells of tables for people: signs for states, bars for limits, words for what is nested."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any

from lmsctl.kit import wall_clock
from lmsctl.kit.answer import Shown
from lmsctl.kit.cells import cell_text, visible
from lmsctl.kit.daily import DailyCounts
from lmsctl.kit.plurals import counted
from lmsctl.kit.table_data import View

BAR_WIDTH = 8
_UNLIMITED = "unlimited"
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
# What is counted against which limit.
SHARES = {"used": "limit", "seats_used": "seats_limit"}
# Fields that name something in the next command.
_CODES = frozenset(
    {
        "blocked_by",
        "code",
        "content",
        "email",
        "id",
        "key",
        "link",
        "login",
        "path",
        "session",
        "time_zone",
        "training",
    }
)
_STATES = frozenset({"answer", "outcome", "phase", "state", "status", "verdict"})


class Sign(Enum):
    """What a state means for who reads it: its sign, and the ANSI color behind the sign."""

    GOOD = ("✓", "32")
    WAITING = ("○", "33")
    OVER = ("✗", "31")


_SIGNED = {
    Sign.GOOD: "active allowed completed confirmed created done enrolled finished ok open running"
    " sent updated",
    Sign.WAITING: "awaiting-assignment draft not-started pending pre-enrolled queued skipped"
    " unchanged upcoming warning",
    Sign.OVER: "archived canceled declined deleted disabled ended expired failed inactive refused"
    " removed rolled_back used-up",
}
_SIGNS = {word: sign for sign, words in _SIGNED.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell: its text, whether it may be cut, on which side it stands, and its color."""

    text: str
    is_text: bool = False
    is_number: bool = False
    color: str = ""


def make_cell(  # noqa: PLR0911 - one return for each kind of value
    row: Any, name: str, names: Sequence[str], view: View, *, bar: int = BAR_WIDTH
) -> TableCell:
    """Return a field of a row as a cell; a limit that is not among `names` stands beside its count.

    `bar` is how wide the bar is that shows how much of a limit is taken.
    """
    value = getattr(row, name)
    limit = SHARES.get(name)
    if limit and limit not in names and hasattr(row, limit) and isinstance(value, int):
        return TableCell(_share(value, getattr(row, limit), view, bar))
    if value is None:
        return TableCell(getattr(row, "ABSENT", {}).get(name, ""))
    is_detail = bar > BAR_WIDTH
    has_distance = is_detail or name in getattr(row, "WITH_DISTANCE", ())
    if isinstance(value, datetime) and has_distance and view.now:
        return TableCell(f"{_words(value, view)} ({distance(value, view.now)})")
    if isinstance(value, DailyCounts):
        return TableCell(value.in_words(is_dumb=view.is_dumb))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return TableCell(f"{value:,}" if name not in _CODES else str(value), is_number=True)
    if isinstance(value, StrEnum) or name in _STATES:
        return _state(visible(cell_text(value, view.zone)), view)
    is_plain = isinstance(value, bool | date) or name in _CODES
    return TableCell(visible(_words(value, view)), is_text=not is_plain)


def distance(moment: datetime, now: datetime) -> str:
    """Return how far a moment is from now, in the largest unit: `in 23 days`, `2 hours ago`."""
    seconds = int((moment - now).total_seconds())
    for size, unit in _UNITS:
        if abs(seconds) >= size:
            far = counted(abs(seconds) // size, unit)
            return f"in {far}" if seconds > 0 else f"{far} ago"
    return "now"


def _state(text: str, view: View) -> TableCell:
    sign = _SIGNS.get(text)
    if sign is None:
        return TableCell(text)
    mark, color = sign.value
    return TableCell(text if view.is_dumb else f"{mark} {text}", color=color)


def _share(count: int, limit: int | None, view: View, width: int) -> str:
    """Return `23 of 40` with a bar, or that there is no limit."""
    if limit is None:
        return f"{count:,} of {_UNLIMITED}"
    filled = min(width, -(-count * width // limit) if limit else width)
    full, empty = ("#", ".") if view.is_dumb else ("█", "░")
    return f"{count:,} of {limit:,} {full * filled}{empty * (width - filled)}"


def _words(value: Any, view: View) -> str:
    """Return a value in words: of things in a list their keys, and never JSON."""
    if isinstance(value, datetime):
        return wall_clock.show_minutes(value, view.zone)
    if isinstance(value, Shown):
        return value.show(view.zone, in_table=True)
    if is_dataclass(value):
        return str(getattr(value, getattr(value, "KEY", ""), "") or _pairs(_fields_of(value), view))
    if isinstance(value, dict):
        return _pairs(value, view)
    if isinstance(value, list | tuple):
        between = "; " if any(isinstance(item, Shown) for item in value) else ", "
        return between.join(_words(item, view) for item in value)
    return cell_text(value, view.zone)


def _fields_of(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass with their values."""
    return {item.name: getattr(value, item.name) for item in fields(value)}


def _pairs(values: dict[str, Any], view: View) -> str:
    told = ((name, _words(value, view)) for name, value in values.items())
    return ", ".join(f"{name}: {text}" for name, text in told if text)
