"""What must hold between rows: declared by each room in its `checks.py`, run by `db check`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Select


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant.

    `name` is unique and never changes meaning; `description` is the sentence that holds when all
    is well. `statement` selects one text column `example`, one row for each breach.
    """

    name: str
    description: str
    statement: "Select[str]"
