"""The steps that make a portal like a setup file, in an order in which each finds what it needs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lmsctl.content.results import ContentStatus
from lmsctl.setup.results import ChangeKind
from lmsctl.setup.rules import commands
from lmsctl.setup.rules.commands import AT_FIRST
from lmsctl.setup.rules.comparing import SetupDifference
from lmsctl.setup.rules.kinds import KINDS
from lmsctl.setup.rules.options import moment
from lmsctl.user.results import SupervisorMode

# Fields of a person that a file of people takes, and their headings there.
_COLUMNS = {
    "first-name": "First name",
    "last-name": "Last name",
    "email": "Email",
    "department": "Department",
    "type": "Type",
    "status": "Status",
    "supervisor": "Supervisor",
}
# Fields that wait until everything they may name is there.
_LATER = {
    "content": ("folder", "items", "open-to", "catalog", "open-link"),
    "department": ("supervisor",),
    "group": ("members",),
    "user": ("roles",),
    "training": ("organizer",),
}
# Many tokens at once are uploaded, which takes a nickname and no domains.
_FEW = 20
_TOKEN_HEADINGS = (
    "Token id", "Knowledge", "Knowledge code", "Token", "Token label", "Creates", "Limit",
    "Expires", "Active",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One command, the thing it is for, and its standard input if it reads a file."""

    words: Sequence[str]
    item: SetupDifference | None = None
    file: Sequence[Sequence[str]] = ()


def steps(items: Sequence[SetupDifference], *, wants_notices: bool) -> Iterator[SetupStep]:
    """Yield the commands that do what `items` say; new people are told if `wants_notices`."""
    by_kind: dict[str, list[SetupDifference]] = {name: [] for name in KINDS}
    for item in items:
        by_kind[item.kind.name].append(item)
    yield from _renames(items)
    for name, found in by_kind.items():
        if name == "user":
            yield from _people(found, ["--notify"] if wants_notices else [])
            continue
        if name == "token":
            yield from _tokens(found)
            continue
        for item in sorted(found, key=_depth):
            yield from _first(item)
    for found in by_kind.values():
        for item in found:
            yield from _then(item)
    yield from _archive(by_kind["content"])
    yield from _deletions(by_kind)


def _renames(items: Iterable[SetupDifference]) -> Iterator[SetupStep]:
    for item in items:
        if item.what is ChangeKind.RENAMED:
            for words in commands.rename(item.kind.name, item.was, item.name):
                yield SetupStep(words, item)


def _depth(item: SetupDifference) -> int:
    """Return the place of a thing among its kind: what others are in comes before them."""
    return item.name.count("/") if item.kind.name == "department" else 0


def _first(item: SetupDifference) -> Iterator[SetupStep]:
    """Yield what makes a thing, or changes what waits for nothing."""
    kind, later = item.kind.name, _LATER.get(item.kind.name, ())
    changes: commands.FieldPairs = {
        field: pair for field, pair in item.changes.items() if field not in later
    }
    current = item.current
    if item.what is ChangeKind.CREATED:
        values = {field: value for field, value in item.values.items() if field not in later}
        for words in commands.create(kind, item.name, item.above, values):
            yield SetupStep(words, item)
        changes = _besides(kind, changes)
        current = item.values
    if kind == "content":
        changes = {
            field: pair
            for field, pair in changes.items()
            if field != "status" or pair[1] is not ContentStatus.ARCHIVED
        }
    if item.what not in {ChangeKind.DELETED, ChangeKind.NOT_MANAGED}:
        for words in commands.change(kind, item.name, item.above, changes, current):
            yield SetupStep(words, item)


def _besides(kind: str, changes: commands.FieldPairs) -> commands.FieldPairs:
    """Return what `create` did not do: fields of their own commands that are not as at first."""
    if KINDS[kind].is_only:
        return changes
    return {
        field: (AT_FIRST[kind, field], new)
        for field, (_, new) in changes.items()
        if (kind, field) in AT_FIRST and new != AT_FIRST[kind, field]
    }


def _then(item: SetupDifference) -> Iterator[SetupStep]:
    """Yield the changes that name other things."""
    kind = item.kind.name
    later = _LATER.get(kind, ())
    changes = {field: pair for field, pair in item.changes.items() if field in later}
    if item.what is ChangeKind.CREATED:
        changes = {
            field: (AT_FIRST.get((kind, field)), new)
            for field, (_, new) in changes.items()
            if (kind, field) not in AT_FIRST or new != AT_FIRST[kind, field]
        }
    if item.what not in {ChangeKind.DELETED, ChangeKind.NOT_MANAGED} and changes:
        for words in commands.change(kind, item.name, item.above, changes, item.current):
            yield SetupStep(words, item)


def _archive(found: Iterable[SetupDifference]) -> Iterator[SetupStep]:
    """Yield what archives items, when whatever names them is made."""
    for item in found:
        old, new = item.changes.get("status", (None, None))
        if new is ContentStatus.ARCHIVED:
            before = ContentStatus.ACTIVE if item.what is ChangeKind.CREATED else old
            for words in commands.change(
                "content", item.name, "", {"status": (before, new)}, item.current
            ):
                yield SetupStep(words, item)


def _people(found: Sequence[SetupDifference], more: Sequence[str]) -> Iterator[SetupStep]:
    """Yield the import of everybody who is new or changes."""
    touched = [
        item
        for item in found
        if item.what in {ChangeKind.CREATED, ChangeKind.CHANGED}
        and any(field in _COLUMNS or field == "fields" for field in item.changes)
    ]
    if not touched:
        return
    custom = sorted({name for item in touched for name, _ in item.values.get("fields", ())})
    rows = [["Login", *_COLUMNS.values(), *custom]]
    rows += [_row(item, custom) for item in touched]
    yield SetupStep(["user", "import", "-", *more], touched[0], rows)


def _row(item: SetupDifference, custom: Sequence[str]) -> list[str]:
    values = item.values
    cells = [item.name]
    for field in _COLUMNS:
        value = values.get(field, "")
        if field == "supervisor" and value == SupervisorMode.INHERITED:
            value = "inherited"
        cells.append("none" if value is None else str(value))
    held = dict(values.get("fields", ()))
    return cells + [held.get(name, "none" if "fields" in values else "") for name in custom]


def _tokens(found: Sequence[SetupDifference]) -> Iterator[SetupStep]:
    """Yield what makes and changes tokens: an upload of those that are many."""
    new = [
        item
        for item in found
        if item.what is ChangeKind.CREATED
        and item.values.get("nickname") is not None
        and item.values.get("domains") is None
    ]
    uploaded = {id(item) for item in new} if len(new) > _FEW else set()
    if uploaded:
        yield SetupStep(
            ["token", "bulk-upload", "-", "--again"],
            new[0],
            [_TOKEN_HEADINGS, *map(_token_row, new)],
        )
    for item in found:
        if id(item) not in uploaded:
            yield from _first(item)


def _token_row(item: SetupDifference) -> list[str]:
    values = item.values
    limit = values.get("limit")
    return [
        "",
        "",
        values["content"],
        item.name,
        values["nickname"],
        str(values.get("creates", "")),
        "unlimited" if limit is None else str(limit),
        moment(values.get("expires")),
        "Yes" if values.get("active", True) else "No",
    ]


def _deletions(by_kind: dict[str, list[SetupDifference]]) -> Iterator[SetupStep]:
    """Yield what deletes, the last made first; what goes with a department goes once."""
    gone: list[str] = []
    for name in reversed(by_kind):
        for item in by_kind[name]:
            if item.what is not ChangeKind.DELETED or (name, item.above) in _gone_above(by_kind):
                continue
            if name == "department":
                if any(item.name.startswith(f"{above}/") for above in gone):
                    continue
                gone.append(item.name)
            yield SetupStep(commands.delete(name, item.name, item.above), item)


def _gone_above(by_kind: dict[str, list[SetupDifference]]) -> set[tuple[str, Any]]:
    """Return kinds and what they stand within, where that goes as a whole."""
    return {
        ("session", item.name) for item in by_kind["training"] if item.what is ChangeKind.DELETED
    }
