"""What the db room answers with, and the words it uses for the state of things."""

from dataclasses import dataclass
from enum import StrEnum

from lmsctl.kit.answer import Outcome


class SchemaState(StrEnum):
    """How the schema of a database stands to this program."""

    CURRENT = "current"
    UPGRADE_PENDING = "upgrade_pending"
    NEWER = "newer"
    ABSENT = "absent"


class Health(StrEnum):
    """How serious a diagnosis is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """A database and its schema; `size` is in bytes, `journal_mode` only SQLite's."""

    KEY = "address"

    address: str
    dialect: str
    state: SchemaState
    schema: str | None
    program: str
    journal_mode: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Upgraded:
    """An upgrade; `before` is None when there was no schema."""

    KEY = "after"

    before: str | None
    after: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken invariant: in how many places, the first of them, what ought to hold, what to do."""

    KEY = "check"
    WRAPS = True

    check: str
    count: int
    example: str
    expected: str
    hint: str = (
        "Put a backup in its place with 'lmsctl db restore FILE', or report it with what led to it."
    )


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: its file, its size in bytes, and the schema it holds."""

    KEY = "file"

    file: str
    dialect: str
    schema: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """The size of the database in bytes before and after."""

    KEY = "size_after"

    size_before: int
    size_after: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was examined; the hint is empty when there is nothing to do."""

    KEY = "check"
    TABLE = ("state", "check", "sentence", "hint")
    WRAPS = True
    BELOW = "hint"

    check: str
    state: Health
    sentence: str
    hint: str = ""
