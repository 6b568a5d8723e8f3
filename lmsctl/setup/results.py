"""What the setup room answers with."""

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What a setup file does to a thing."""

    CREATED = "created"
    CHANGED = "changed"
    RENAMED = "renamed"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    NOT_MANAGED = "not_managed"


@dataclass(frozen=True, slots=True)
class SetupChange:
    """One field that differs; or a thing as a whole, whose `field` is None.

    `old` and `new` are what the field is and what it would be, as TOML writes it; None where there
    is none.
    """

    KEY = "name"
    LEAST_IMPORTANT = ("old",)

    kind: str
    name: str
    change: ChangeKind
    field: str | None = None
    old: str | None = None
    new: str | None = None
