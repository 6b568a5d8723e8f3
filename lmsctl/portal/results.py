"""What the portal room answers with."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and its value."""

    KEY = "name"

    name: str
    value: Any
    meaning: str


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal just made or looked at."""

    KEY = "name"

    name: str
    is_sandbox: bool
    time_zone: str
    owner: str
    database: str
    config_file: str | None
