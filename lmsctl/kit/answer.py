"""What a command answers with: one thing, many things, or a change and the sentence about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Outcome(StrEnum):
    """What happened to one item of a change."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    SKIPPED = "skipped"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    NOT_ATTEMPTED = "not_attempted"


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """Many things of one kind, read as they are shown.

    `hidden` is None, or the number of things the reader may not see; a listing that has a number
    is one JSON object with `items` and `hidden`.
    """

    record: type[T]
    rows: Iterable[T]
    hidden: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A change: the resource or the outcomes it leaves, one sentence, and whether anything changed.

    `status` is the exit status when it is not 0: a bulk run that finished with failed rows ends 7,
    and a question answered no may end otherwise too.
    """

    result: Any
    sentence: str
    is_changed: bool = True
    status: int = 0
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Headed:
    """One thing and a short list that belongs to it.

    JSON has the list in the thing, under `name`; every other format shows the list, and the
    sentence is said aside.
    """

    head: Any
    name: str
    listing: Listing[Any]
    sentence: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words for a person, printed as they are: a help topic, a completion script."""

    text: str


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What happened to one of several named things."""

    KEY = "key"

    key: str
    outcome: Outcome
    detail: str | None = None
