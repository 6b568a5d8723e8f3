"""What the verbs about custom fields return, and what a field can hold."""

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    UNIQUE_TEXT = "unique-text"
    NUMBER = "number"
    DATE = "date"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field."""

    KEY = "name"
    LEAST_IMPORTANT = ("is_required", "id")

    id: int
    name: str
    kind: FieldKind
    is_required: bool
    choices: list[str]
