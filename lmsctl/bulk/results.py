"""What the bulk room answers with, and its words."""

from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run: which file of which kind, by whom and when, and what its rows did."""

    KEY = "id"
    NEWEST = "id"
    TABLE = ("id", "kind", "file", "started_at", "state", "created", "updated", "failed")
    LEAST_IMPORTANT = ("updated", "created", "started_at", "file")

    id: int
    kind: str
    file: str
    operator: str
    started_at: datetime
    finished_at: datetime | None
    state: RunState
    rows_done: int
    created: int
    updated: int
    unchanged: int
    failed: int
    faults_kept: int


@dataclass(frozen=True, slots=True)
class KeptFault:
    """What was wrong with one row that a run left out."""

    KEY = "row"
    WRAPS = True
    BELOW = "hint"

    row: int
    column: str | None
    code: str
    message: str
    hint: str
