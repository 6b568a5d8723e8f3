"""Reading a setup file: TOML in, named things with their values out, or one error with its line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lmsctl.kit import canonical
from lmsctl.kit.errors import Location, Refusal
from lmsctl.setup.errors import (
    SetupFieldMissing,
    SetupKeyUnknown,
    SetupNameTwice,
    SetupNotToml,
    SetupValueWrong,
)
from lmsctl.setup.rules.kinds import KINDS, PREVIOUS, SetupKind
from lmsctl.setup.rules.lines import KeyPath, lines_of
from lmsctl.setup.rules.values import NotTakenError, SetupReading

# The key of the name of what a thing stands within, if it does, and the key of its own.
NameKey = tuple[str, ...]
_AT = re.compile(r"\s*\(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class WrittenThing:
    """One thing as it stands in a file: its values are TOML's, and `path` says where it stands.

    `above` is the name of what it stands within.
    """

    kind: SetupKind
    name: str
    path: KeyPath
    values: Mapping[str, Any]
    previous: str | None = None
    above: str = ""

    @property
    def shown(self) -> str:
        """The name as people read it."""
        return shown(self.name, self.above)


@dataclass(slots=True)
class SetupDocument:
    """A setup file: its things by kind and by the key of their names, and where things stand."""

    file: str
    things: dict[str, dict[NameKey, WrittenThing]] = field(default_factory=dict)
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def place(self, path: KeyPath) -> Location:
        """Return the place of what is nearest to `path`."""
        while path and path not in self.lines:
            path = path[:-1]
        return Location(self.file, line=self.lines.get(path))

    def read(self, thing: WrittenThing, at: SetupReading) -> dict[str, Any]:
        """Return what the values of a thing mean; raises SetupValueWrong."""
        return {name: self.value(thing, name, at) for name in thing.values}

    def value(self, thing: WrittenThing, name: str, at: SetupReading) -> Any:
        """Return what one value of a thing means; raises SetupValueWrong."""
        value = thing.kind.fields[name].value
        try:
            return value.read(thing.values[name], at)
        except NotTakenError as error:
            raise SetupValueWrong(
                key=".".join((*thing.path, name)),
                why=f": {error.why.rstrip('.')}" if error.why else "",
                expected=value.expected,
                location=self.place((*thing.path, name)),
            ) from error

    def missing(self, thing: WrittenThing, name: str) -> Refusal:
        """Return the refusal that something new lacks a field."""
        return SetupFieldMissing(
            thing=thing.kind.thing,
            name=thing.shown,
            key=name,
            about=thing.kind.fields[name].about,
            location=self.place(thing.path),
        )


def parse(text: str, file: str) -> SetupDocument:
    """Return what stands in the text of a setup file.

    Raises SetupNotToml, SetupKeyUnknown, SetupNameTwice and SetupValueWrong, each with its line.
    Values are only looked at when they are read.
    """
    try:
        tables = tomllib.loads(text)
        lines = lines_of(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise _not_toml(error, text, file) from error
    document = SetupDocument(file, lines=lines)
    for name, table in tables.items():
        kind = KINDS.get(name)
        if kind is None or kind.within:
            raise _unknown(
                document, (name,), [kind.name for kind in KINDS.values() if not kind.within]
            )
        _read_kind(document, kind, table, (name,))
    return document


def _not_toml(error: Exception, text: str, file: str) -> SetupNotToml:
    said = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deeply"
    at = _AT.search(said)
    line = int(at["line"]) if at and at["line"] else text.count("\n") + 1
    reason = _AT.sub("", said)
    return SetupNotToml(reason=reason[:1].lower() + reason[1:], location=Location(file, line=line))


def _unknown(document: SetupDocument, path: KeyPath, known: list[str]) -> SetupKeyUnknown:
    above = path[:-1]
    return SetupKeyUnknown(
        key=canonical.excerpt(path[-1]),
        where=f" in '{'.'.join(above)}'" if above else "",
        nearest=canonical.nearest(path[-1], known),
        location=document.place(path),
    )


def _wrong_table(document: SetupDocument, path: KeyPath, thing: str) -> SetupValueWrong:
    return SetupValueWrong(
        key=".".join(path), why="", expected=f"a table: {thing}", location=document.place(path)
    )


def _read_kind(
    document: SetupDocument, kind: SetupKind, table: Any, path: KeyPath, above: str = ""
) -> None:
    """Put the things of a kind into the document."""
    if not isinstance(table, dict):
        raise _wrong_table(document, path, kind.about)
    things = document.things.setdefault(kind.name, {})
    if kind.is_only:
        things[("",)] = _read_thing(document, kind, "", values=table, path=path)
        return
    for written, values in table.items():
        here = (*path, written)
        if not isinstance(values, dict):
            raise _wrong_table(document, here, kind.about)
        name = canonical.compose(canonical.trim(written))
        key = key_of(kind, name, above)
        if key in things:
            raise SetupNameTwice(
                key=shown(name, above),
                other=things[key].shown,
                line=document.place(things[key].path).line,
                thing=kind.thing,
                location=document.place(here),
            )
        things[key] = _read_thing(document, kind, name, values=values, path=here, above=above)


def key_of(kind: SetupKind, name: str, above: str = "") -> NameKey:
    """Return the form in which the names of two things of a kind are compared."""
    own = kind.key(name)
    return (KINDS[kind.within].key(above), own) if kind.within else (own,)


def shown(name: str, above: str) -> str:
    """Return a name as people read it: `first-aid:spring` for what stands within another."""
    return f"{above}:{name}" if above else name


def _read_thing(  # noqa: PLR0913 - where it stands, what it is called and what it has
    document: SetupDocument,
    kind: SetupKind,
    name: str,
    *,
    values: Mapping[str, Any],
    path: KeyPath,
    above: str = "",
) -> WrittenThing:
    """Return one thing, and put what stands within it into the document."""
    inner = {other.name: other for other in KINDS.values() if other.within == kind.name}
    known = [*kind.fields, *inner, *([PREVIOUS] if kind.can_be_renamed else [])]
    own = {}
    for field_name, value in values.items():
        if field_name not in known:
            raise _unknown(document, (*path, field_name), known)
        if field_name in inner:
            _read_kind(document, inner[field_name], value, (*path, field_name), name)
        elif field_name != PREVIOUS:
            own[field_name] = value
    previous = values.get(PREVIOUS)
    if previous is not None and not isinstance(previous, str):
        raise SetupValueWrong(
            key=".".join((*path, PREVIOUS)),
            why="",
            expected="what it was called before",
            location=document.place((*path, PREVIOUS)),
        )
    return WrittenThing(kind, name, path, own, previous, above)


def things_of(document: SetupDocument) -> Iterator[WrittenThing]:
    """Yield the things of a document, kind by kind in the order in which they are made."""
    for name in KINDS:
        yield from document.things.get(name, {}).values()
