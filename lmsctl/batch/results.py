"""What the batch room answers with, and its words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class CommandOutcome(StrEnum):
    """What became of one command of a batch."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    NOT_ATTEMPTED = "not_attempted"


@dataclass(frozen=True, slots=True)
class CommandResult:
    """One command of a batch; `command` is without its arguments, which may hold secrets."""

    KEY = "line"
    TABLE = ("line", "command", "outcome", "exit_status", "message")
    LEAST_IMPORTANT = ("hint", "code", "exit_status")

    line: int
    command: str | None
    outcome: CommandOutcome
    exit_status: int | None = None
    code: str | None = None
    message: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class CommandResultWithOutput(CommandResult):
    """The same with what the command itself would print as JSON."""

    result: Any = None
