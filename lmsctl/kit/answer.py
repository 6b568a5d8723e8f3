"""What a command answers with: one thing, many things, or a change and the sentence about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, Self, TextIO, TypeVar, runtime_checkable
from zoneinfo import ZoneInfo

from lmsctl.kit.errors import Refusal
from lmsctl.kit.plurals import counted

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


SortOrder = Sequence[tuple[str, bool]]


@runtime_checkable
class SupportsFirst(Protocol):
    """Rows of which no more need be read than are shown."""

    def first(self, count: int, order: SortOrder) -> Iterable[Any]:
        """Return some of the rows, the first `count` in `order` among them.

        `order` is fields by which rows are sorted as they are shown, and whether from the last to
        the first. Rows that are alike in all of them stay in the order that they are in.
        """


@dataclass(frozen=True, slots=True)
class CsvWish:
    """How rows are wanted as CSV: which columns, how many, and whether their texts are as they are.

    `note` is told how many more of them have been written.
    """

    columns: Sequence[str]
    first: int | None
    is_raw: bool
    note: Callable[[int], None] = lambda _: None


@runtime_checkable
class SupportsCsv(Protocol):
    """Rows that can be written as CSV faster than one by one."""

    def write_csv(self, out: TextIO, sheet: CsvWish) -> bool:
        """Write the rows in their order, without headings; do nothing and return False if not."""


@runtime_checkable
class Shown(Protocol):
    """Part of a thing that has words of its own for people; machines get its fields."""

    def show(self, zone: ZoneInfo, *, in_table: bool = False) -> str:
        """Return it in words, its moments in `zone`; in a table, which names that, without it."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """Many things of one kind, read as they are shown.

    `hidden` is None, or the number of things the reader may not see, and `why_hidden` says in words
    for what reasons; a listing that has a number is one JSON object with `items` and `hidden`.
    `head` is what they belong to, one thing or a listing, which stands above a table and nowhere
    else. `things` is what they are called and `first` the command that makes the first one; both
    are said when there is nothing, unless `when_empty` is a sentence about that.
    """

    record: type[T]
    rows: Iterable[T]
    hidden: int | None = None
    why_hidden: str = ""
    head: Any = None
    things: str = ""
    first: str = ""
    when_empty: str = ""

    def explain_empty(self, filters: Sequence[str], reader: str | None) -> str:
        """Return what is said when there is nothing, to a `reader` who may not see everything."""
        if self.things and filters:
            return f"No {self.things} fit {' '.join(filters)}."
        if self.when_empty or not self.things:
            return self.when_empty
        if reader:
            return f"There are no {self.things} that {reader} may see."
        first = f" Make the first with: {self.first}" if self.first else ""
        return f"There are no {self.things} yet.{first}"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that a rehearsal would change, in words: what it is, and what it would be."""

    KEY = "field"
    WRAPS = True

    field: str
    old: str
    new: str

    def __str__(self) -> str:
        """Return it for a sentence."""
        return f"{self.field} {self.old} → {self.new}"


@dataclass(frozen=True, slots=True)
class Done:
    """A change: the resource or the outcomes it leaves, one sentence, and whether anything changed.

    `status` is the exit status when it is not 0: a bulk run that finished with failed rows ends 7,
    and a question answered no may end otherwise too. `next_step` says to whoever sits at a terminal
    what stands in the way of using it, and the next command. `changes` is what a rehearsal would
    change.
    """

    result: Any
    sentence: str
    is_changed: bool = True
    status: int = 0
    notes: Sequence[str] = ()
    next_step: str = ""
    changes: Sequence[FieldChange] = ()


class Renamed:
    """Part of an answer some of whose keys have another name now.

    `FORMER` has the names by what they were. Those keys stay in what machines read, as fields that
    nobody gives, until the next major version.
    """

    __slots__ = ()
    FORMER: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self) -> None:
        """Give the former keys the values of those that have come in their place."""
        for former, name in self.FORMER.items():
            object.__setattr__(self, former, getattr(self, name))


def with_more(record: type[T], thing: Any, **more: Any) -> T:
    """Return `thing` as the `record` that has its fields and those in `more`."""
    known = {item.name: getattr(thing, item.name) for item in fields(thing) if item.init}
    return record(**known, **more)


# What a rehearsal puts before its sentence.
DRY_RUN_PREFIX = "Dry run, nothing was changed: "


def queued_sentence(count: int, *, is_rehearsal: bool) -> str:
    """Return the sentence on how many notices a change has queued, or would have."""
    if is_rehearsal:
        return f"{counted(count, 'notice')} would be queued."
    return f"{counted(count, 'notice', 'queued')}."


@dataclass(frozen=True, slots=True)
class StreamedResult:
    """Many changes, each shown when it is made; `end` makes those that were not asked for.

    What `end` returns has no result of its own.
    """

    listing: Listing[Any]
    end: Callable[[], Done]


@dataclass(frozen=True, slots=True)
class DetailWithList:
    """One thing and a short list that belongs to it.

    JSON has the list in the thing, under `name`; every other format shows the list, and the
    sentence is said aside.
    """

    head: Any
    name: str
    listing: Listing[Any]
    sentence: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One reason why something is closed to everybody, or to one person.

    `opens_at` is when it opens by itself; `remedy` is what would open it otherwise.
    """

    KEY = "code"
    WRAPS = True
    BELOW = "remedy"

    code: str
    message: str
    opens_at: datetime | None
    remedy: str

    @classmethod
    def of(cls, refusal: Refusal, opens_at: datetime | None, zone: ZoneInfo) -> Self:
        """Return the gate that a refusal speaks of, with its moments in `zone`."""
        return cls(refusal.code, refusal.format_message(zone), opens_at, refusal.format_hint(zone))


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
