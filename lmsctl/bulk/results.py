"""What the bulk room answers with, and its words."""

from dataclasses import dataclass
from enum import StrEnum


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a run did, in numbers of rows."""

    KEY = "run"

    run: int | None
    file: str
    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    skipped: int
    trimmed_cells: int
    blank_rows: int
    notices: int


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row of --results: which row, what became of it, and for a failed one why."""

    LEAST_IMPORTANT = ("line", "changed", "id", "code")

    row: int
    line: int
    key: str | None
    outcome: str
    id: int | None
    changed: str | None
    code: str | None
    column: str | None
    message: str | None
