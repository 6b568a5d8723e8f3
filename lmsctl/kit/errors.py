"""Every way the program can say no: classes of refusal, their exit statuses and their shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, ClassVar

from lmsctl.kit import learner_hints


class RefusalKind(StrEnum):
    """The class of a refusal; it alone decides the exit status."""

    INTERNAL = "internal"
    USAGE = "usage"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    PARTIAL = "partial"
    FORBIDDEN = "forbidden"
    CONFIRMATION = "confirmation"
    CONFIG = "config"
    UNAVAILABLE = "unavailable"
    SCHEMA = "schema"


EXIT_STATUS: Mapping[RefusalKind, int] = {
    RefusalKind.INTERNAL: 1,
    RefusalKind.USAGE: 2,
    RefusalKind.NOT_FOUND: 4,
    RefusalKind.CONFLICT: 5,
    RefusalKind.REJECTED: 6,
    RefusalKind.PARTIAL: 7,
    RefusalKind.FORBIDDEN: 8,
    RefusalKind.CONFIRMATION: 9,
    RefusalKind.CONFIG: 10,
    RefusalKind.UNAVAILABLE: 11,
    RefusalKind.SCHEMA: 12,
}
CHANGES = 3
INTERRUPTED = 130
PIPE_CLOSED = 141


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a file something is wrong: data row and physical line count from 1.

    In a workbook `sheet` is the name of the sheet, `line` the number of its row and `cell` the name
    of one cell.
    """

    file: str
    row: int | None = None
    line: int | None = None
    column: str | None = None
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        """Return `people.csv, row 3, line 4, column Email`, leaving out what is unknown.

        The name of a cell says its line: `people.xlsx, sheet People, row 3, cell D4, column Email`.
        """
        parts = [self.file]
        parts += [f"sheet {self.sheet}"] if self.sheet is not None else []
        parts += [f"row {self.row}"] if self.row is not None else []
        if self.cell is not None:
            parts.append(f"cell {self.cell}")
        elif self.line is not None:
            parts.append(f"line {self.line}")
        parts += [f"column {self.column}"] if self.column is not None else []
        return ", ".join(parts)


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a malfunction
    """Somebody is told no: a stable code, one sentence, one hint and the values that decided.

    A subclass gives `code`, `message` and `hint`; the last two are format strings over the keyword
    values the subclass is raised with. `cell_message` and `cell_hint` say the same of a row of a
    file, where nothing may speak of options; `learner_hint` is for people who act for themselves,
    where `hint` speaks of administrators' commands and more can be said than to ask one. Moments
    among the values are aware datetimes and are shown in the reader's zone, and a value `nearest`
    is what may have been meant: a suggestion in front of the hint. `details` holds further
    refusals when several things are wrong at once. `besides` is what is done all the same, in the
    unit of work that writes the refusal down. `standing` is a sentence on what was changed
    nevertheless; None if nobody has said it.
    """

    kind: ClassVar[RefusalKind] = RefusalKind.INTERNAL
    code: ClassVar[str]
    message: ClassVar[str]
    hint: ClassVar[str]
    cell_message: ClassVar[str] = ""
    cell_hint: ClassVar[str] = ""
    learner_hint: ClassVar[str] = ""
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        *,
        field: str | None = None,
        location: Location | None = None,
        details: Sequence["Refusal"] = (),
        besides: Callable[[Any], None] | None = None,
        **values: object,
    ) -> None:
        super().__init__(self.code)
        self.field = field
        self.location = location
        self.details = tuple(details)
        self.besides = besides
        self.values = values
        self.committed_note: str | None = None
        self.is_for_learner = False

    def address_to_learner(self) -> None:
        """Let this and its details advise somebody who acts for themselves."""
        self.is_for_learner = True
        for detail in self.details:
            detail.address_to_learner()

    def format_message(self, zone: tzinfo | None = None) -> str:
        """Return the sentence with its place in front; moments in `zone`, or as they are."""
        sentence = self.message.format_map(_shown(self.values, zone))
        if self.committed_note:
            sentence += f" {self.committed_note}"
        return f"{self.location}: {sentence}" if self.location else sentence

    def format_hint(self, zone: tzinfo | None = None) -> str:
        """Return the hint, moments in `zone` (as they are when None)."""
        hint = self.hint
        if self.is_for_learner:
            hint = self.learner_hint or hint
        shown = hint.format_map(_shown(self.values, zone))
        if self.is_for_learner and learner_hints.names_other_command(shown):
            shown = learner_hints.ASK
        return self._suggestion() + shown

    def _suggestion(self) -> str:
        nearest = self.values.get("nearest")
        return f"Did you mean '{nearest}'? " if nearest else ""

    def format_for_cell(self) -> tuple[str, str]:
        """Return sentence and hint as they are told of a row of a file, without its place."""
        shown = _shown(self.values, None)
        message, hint = self.words_for_cell()
        return message.format_map(shown), self._suggestion() + hint.format_map(shown)

    @classmethod
    def words_for_cell(cls) -> tuple[str, str]:
        """Return the format strings of what is told of a row of a file."""
        return cls.cell_message or cls.message, cls.cell_hint or cls.hint

    def __str__(self) -> str:
        """Return the sentence with moments as they are."""
        return self.format_message()

    @property
    def exit_status(self) -> int:
        """The status the process ends with when this refusal reaches the top."""
        return EXIT_STATUS[self.kind]


def _shown(values: Mapping[str, object], zone: tzinfo | None) -> dict[str, object]:
    return {name: _show(value, zone) for name, value in values.items()}


def _show(value: object, zone: tzinfo | None) -> object:
    if isinstance(value, datetime):
        return _local(value, zone).isoformat(timespec="seconds")
    if isinstance(value, list | tuple):
        return ", ".join(str(_show(item, zone)) for item in value)
    return value


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    try:
        return moment.astimezone(zone) if zone else moment
    except OverflowError:  # the year there would be 0 or 10000
        return moment


class Usage(Refusal):
    """The command line itself is wrong."""

    kind = RefusalKind.USAGE


class NotFound(Refusal):
    """What was named does not exist, or is out of the actor's scope: one answer for both."""

    kind = RefusalKind.NOT_FOUND


class Conflict(Refusal):
    """It exists already, or changed meanwhile."""

    kind = RefusalKind.CONFLICT


class Ambiguous(Conflict):
    """A name fits one thing by its name and another by its number."""

    code = "ambiguous"
    message = "'{given}' fits more than one {what}."
    hint = "Use the code, or the number that 'list' shows."


class TitleGiven(NotFound):
    """Raised when a title is given where a code is wanted: titles need not be unique."""

    code = "title_given"
    message = "'{given}' is a title, not a code: {codes} has it."
    hint = "Name the {what} by its code."


class Rejected(Refusal):
    """A rule refused a value, or something in a file is wrong; nothing was written."""

    kind = RefusalKind.REJECTED


class Partial(Refusal):
    """A bulk run finished and some of its rows failed."""

    kind = RefusalKind.PARTIAL


class Forbidden(Refusal):
    """The actor lacks the right."""

    kind = RefusalKind.FORBIDDEN


class Unconfirmed(Refusal):
    """A confirmation was needed and not given."""

    kind = RefusalKind.CONFIRMATION


class Misconfigured(Refusal):
    """The configuration, a secret, or the installation is not in order."""

    kind = RefusalKind.CONFIG


class Unavailable(Refusal):
    """The database or a service cannot be reached now; worth repeating."""

    kind = RefusalKind.UNAVAILABLE
    retryable = True


class SchemaMismatch(Refusal):
    """The database and the program are of different versions."""

    kind = RefusalKind.SCHEMA
