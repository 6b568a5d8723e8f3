"""What a setup file would change: its things held against those of the portal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.kit import zones
from lmsctl.kit.errors import Refusal
from lmsctl.setup.errors import (
    SetupDaysFewer,
    SetupFieldFixed,
    SetupSessionRevived,
    SetupValueWrong,
)
from lmsctl.setup.results import ChangeKind
from lmsctl.setup.rules.commands import AT_FIRST, FieldPair, FieldPairs
from lmsctl.setup.rules.document import SetupDocument, WrittenThing, key_of, shown
from lmsctl.setup.rules.kinds import KINDS, SetupKind
from lmsctl.setup.rules.renaming import Renames
from lmsctl.setup.rules.things import SetupThing
from lmsctl.setup.rules.values import SetupReading


@dataclass(frozen=True, slots=True)
class SetupDifference:
    """What a file does to one thing.

    `changes` holds, by field, what it is and what it is to be; for something new what it was
    without. `was` is its name until now, where that is another. `raw` is where it stands in the
    file; None for what goes, and what nobody manages. `current` is what it is now.
    """

    kind: SetupKind
    name: str
    above: str
    what: ChangeKind
    changes: FieldPairs = field(default_factory=dict)
    was: str = ""
    raw: WrittenThing | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    current: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The name as people read it."""
        return shown(self.name, self.above)


@dataclass(slots=True)
class Zones:
    """What the file leaves: the portal's zone, those of trainings by key, and new names."""

    portal: ZoneInfo
    trainings: dict[str, ZoneInfo] = field(default_factory=dict)
    renames: Renames = field(default_factory=Renames)

    def of(self, kind: SetupKind, above: str) -> ZoneInfo:
        """Return the zone in which times of a thing are written."""
        if kind.within != "training":
            return self.portal
        return self.trainings.get(KINDS["training"].key(above), self.portal)


def zone_of(
    document: SetupDocument, thing: WrittenThing, otherwise: ZoneInfo, at: SetupReading
) -> ZoneInfo:
    """Return the zone that a thing of the file is to have; raises SetupValueWrong."""
    if "time-zone" not in thing.values:
        return otherwise
    text = document.value(thing, "time-zone", at)
    try:
        return zones.by_name(text)
    except Refusal as refusal:
        raise SetupValueWrong(
            key=".".join((*thing.path, "time-zone")),
            why="",
            expected="the IANA name of a time zone, such as Europe/Berlin",
            location=document.place((*thing.path, "time-zone")),
        ) from refusal


def compare(
    document: SetupDocument,
    kind: SetupKind,
    current: Iterable[SetupThing],
    at: SetupReading,
    places: Zones,
) -> Iterator[SetupDifference]:
    """Yield what a file does to each thing of a kind, those of the portal first in their order.

    Raises what is wrong with the file, with its line. What the file does not name is DELETED: it
    is up to the caller whether that is meant.
    """
    rest = dict(document.things.get(kind.name, {}))
    if any(raw.previous is not None for raw in rest.values()):
        current = list(current)
        places.renames.note(document, kind, current)
    for thing in current:
        raw = rest.pop(places.renames.key(kind, thing), None)
        if raw is None:
            yield SetupDifference(
                kind, thing.name, thing.above, ChangeKind.DELETED, current=thing.values
            )
        else:
            yield _compared(document, raw, thing, at, places)
    for raw in rest.values():
        yield _made(document, raw, at, places)


def _reading(raw: WrittenThing, at: SetupReading, places: Zones) -> SetupReading:
    return SetupReading(places.of(raw.kind, raw.above), at.now)


def _made(
    document: SetupDocument, raw: WrittenThing, at: SetupReading, places: Zones
) -> SetupDifference:
    values = document.read(raw, _reading(raw, at, places))
    for name, spec in raw.kind.fields.items():
        if spec.is_needed and name not in values:
            raise document.missing(raw, name)
    changes = {name: (AT_FIRST.get((raw.kind.name, name)), value) for name, value in values.items()}
    return SetupDifference(
        raw.kind, raw.name, raw.above, ChangeKind.CREATED, changes, raw=raw, values=values
    )


def _compared(
    document: SetupDocument, raw: WrittenThing, thing: SetupThing, at: SetupReading, places: Zones
) -> SetupDifference:
    values = document.read(raw, _reading(raw, at, places))
    changes = {}
    for name, new in values.items():
        spec = raw.kind.fields[name]
        old = places.renames.follow(spec.value, thing.values.get(name))
        if old is not None and new is not None:
            is_same = spec.value.key(old) == spec.value.key(new)
        else:
            is_same = old is new or (not old and not new)
        if not is_same:
            if spec.is_fixed:
                raise _fixed(document, raw, name, (old, new), _reading(raw, at, places))
            changes[name] = (old, new)
    _check_session(document, raw, changes)
    is_renamed = raw.previous is not None and thing.key != key_of(raw.kind, raw.name, raw.above)
    moves_along = places.renames.name(raw.kind.name, thing.name)
    what = (
        ChangeKind.RENAMED
        if is_renamed
        else ChangeKind.CHANGED
        if changes
        else ChangeKind.UNCHANGED
    )
    # What is called so stays called so, however the file writes it.
    name = raw.name if is_renamed else moves_along
    was = thing.name if is_renamed else ""
    return SetupDifference(
        raw.kind, name, thing.above, what, changes, was, raw, values, thing.values
    )


def _fixed(
    document: SetupDocument, raw: WrittenThing, name: str, change: FieldPair, at: SetupReading
) -> SetupFieldFixed:
    value, (old, new) = raw.kind.fields[name].value, change
    return SetupFieldFixed(
        key=name,
        thing=raw.kind.thing,
        name=raw.shown,
        old=value.write(old, at),
        new=value.write(new, at),
        location=document.place((*raw.path, name)),
    )


def _check_session(document: SetupDocument, raw: WrittenThing, changes: FieldPairs) -> None:
    """Raise what no command does: fewer days, and a session that is canceled no more."""
    if raw.kind.name != "session":
        return
    if "days" in changes:
        old, new = changes["days"]
        if len(new) < len(old):
            raise SetupDaysFewer(
                name=raw.shown,
                old=len(old),
                new=len(new),
                location=document.place((*raw.path, "days")),
            )
    if changes.get("canceled") == (True, False):
        raise SetupSessionRevived(name=raw.shown, location=document.place((*raw.path, "canceled")))
