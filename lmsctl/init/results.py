"""What the init room answers with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreatedPortal:
    """A portal just made."""

    KEY = "name"

    name: str
    is_sandbox: bool
    time_zone: str
    owner: str
    database: str
    config_file: str | None
