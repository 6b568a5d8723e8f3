"""How rules on files are called: what reads one row, and what it tells its caller."""

from collections.abc import Callable, Sequence
from typing import Any

from lmsctl.kit.errors import Refusal

# Called with a row's number, the heading of the cell if one is at fault, and the refusal.
NoteFault = Callable[[int, str | None, Refusal], None]
# Called with the name of a further table and a row for it.
PutRow = Callable[[str, Sequence[Any]], None]
# Called with a row's number and cells; returns what is staged of it.
ReadRow = Callable[[int, list[str], NoteFault, PutRow], Sequence[Any]]
