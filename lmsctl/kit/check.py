"""What must hold between rows: declared by each room in its `checks.py`, run by `db check`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant.

    `name` is unique and never changes meaning; `says` is the sentence that holds when all is well.
    `sql` selects one text column `example`, one row for each breach; `values` are its parameters.
    """

    name: str
    says: str
    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)
