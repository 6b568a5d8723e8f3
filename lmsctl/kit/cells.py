"""Values and refusals as they are shown: in cells, lines and JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime, tzinfo
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.kit.answer import Shown
from lmsctl.kit.errors import Location, Refusal
from lmsctl.kit.wall_clock import show, show_utc

_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\x1b"}


def visible(text: str) -> str:
    r"""Return `text` with all that a terminal would obey written out: `\x1b`, `\u202e`, `\n`."""
    return _CONTROLS.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    mark = match[0]
    number = ord(mark)
    return _NAMED.get(mark) or (f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}")  # noqa: PLR2004 - one byte


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: moments in UTC with Z, enums and days as text."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date):
        return show_utc(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Refusal):
        return error_object(value)
    return _plain_many(value)


def _plain_many(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def dumps(value: Any) -> str:
    """Return one line of JSON in which nothing can act on a terminal."""
    text = json.dumps(plain(value), ensure_ascii=False)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def cell_text(value: Any, zone: ZoneInfo | None) -> str:
    """Return `value` as one cell; moments in `zone`, or in UTC when it is None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and zone is not None:
        return show(value, zone).replace("T", " ")
    shown = in_words(value, zone) if zone is not None else plain(value)
    if isinstance(shown, list) and all(isinstance(item, str | int) for item in shown):
        return ", ".join(str(item) for item in shown)
    if not shown and isinstance(shown, dict | list):
        return ""
    return dumps(shown) if isinstance(shown, dict | list) else str(shown)


def in_words(value: Any, zone: ZoneInfo) -> Any:
    """Return what has words of its own for people as these, and the rest as JSON has it."""
    if isinstance(value, list) and value and isinstance(value[0], Shown):
        return "; ".join(item.show(zone) for item in value)
    return plain(value)


def error_object(refusal: Refusal, zone: tzinfo | None = None) -> dict[str, Any]:
    """Return the refusal as the object that `-o json` prints under `error`."""
    return {
        "code": refusal.code,
        "class": refusal.kind.value,
        "exit_code": refusal.exit_status,
        "message": refusal.format_message(zone),
        "hint": refusal.format_hint(zone),
        "retryable": refusal.retryable,
        "field": refusal.field,
        "location": _location(refusal.location),
        "details": [error_object(detail, zone) for detail in refusal.details],
    }


def error_lines(refusal: Refusal, zone: tzinfo | None) -> Iterator[str]:
    """Yield what a person is told: the sentence, each detail, the hint.

    The hint comes first where the sentence tells the first of several faults, each with its place.
    """
    hint = f"hint: {visible(refusal.format_hint(zone))}"
    yield f"error: {visible(refusal.format_message(zone))}"
    if refusal.location:
        yield hint
    for detail in refusal.details:
        message, advice = detail.format_message(zone), detail.format_hint(zone)
        yield f"  - {visible(message)} {visible(advice)}".rstrip()
    if not refusal.location:
        yield hint


def _location(place: Location | None) -> dict[str, str | int | None]:
    """Return a place as an object; only one in a workbook has a sheet, and may have a cell."""
    found: dict[str, str | int | None] = {
        "file": place.file if place else None,
        "row": place.row if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
    if place and place.sheet is not None:
        found |= {"sheet": place.sheet, "cell": place.cell}
    return found
