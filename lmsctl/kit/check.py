"""What must hold between rows: declared by each room in its `checks.py`, run by `db check`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, Text
from sqlmodel import cast, literal


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant.

    `name` is unique and never changes meaning; `says` is the sentence that holds when all is well.
    `statement` selects one text column `example`, one row for each breach.
    """

    name: str
    says: str
    statement: Select[str]


def example(*parts: Any) -> Label[str]:
    """Return the column `example`: words and columns, one after the other as text."""
    first, *others = (_text(part) for part in parts)
    return sum(others, first).label("example")


def _text(part: Any) -> ColumnElement[str]:
    return literal(part, Text) if isinstance(part, str) else cast(part, Text)
