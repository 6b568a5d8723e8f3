"""Values of a setup file that are lists of something: items of pathways, audiences, days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from lmsctl.department.rules import path_key
from lmsctl.kit import canonical, timewords
from lmsctl.kit.errors import Refusal
from lmsctl.setup.rules.times import MomentValue
from lmsctl.setup.rules.values import NotTakenError, Schema, SetupReading, TextValue

_LENGTHS = (("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class PathwayStep:
    """One item of a pathway."""

    item: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class PathwayValue:
    """The items of a pathway in their order: each a code, or a table that makes it optional."""

    expected: ClassVar[str] = 'a list of codes, or of { item = "CODE", optional = true }'

    def read(self, raw: Any, at: SetupReading) -> tuple[PathwayStep, ...]:  # noqa: ARG002 - as all have it
        """Return the items in their order."""
        if not isinstance(raw, list):
            raise NotTakenError
        steps = tuple(map(_step, raw))
        if len({canonical.key(step.item) for step in steps}) != len(steps):
            raise NotTakenError("one stands there twice")
        return steps

    def key(self, value: Sequence[PathwayStep]) -> tuple[tuple[str, bool], ...]:
        """Return the items as they are compared."""
        return tuple((canonical.key(step.item), step.is_optional) for step in value)

    def write(self, value: Sequence[PathwayStep], at: SetupReading) -> list[Any]:  # noqa: ARG002 - as all have it
        """Return the list."""
        return [
            {"item": step.item, "optional": True} if step.is_optional else step.item
            for step in value
        ]

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        table = {
            "type": "object",
            "properties": {"item": {"type": "string"}, "optional": {"type": "boolean"}},
            "required": ["item"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": {"anyOf": [{"type": "string"}, table]}}


def _step(raw: Any) -> PathwayStep:
    if isinstance(raw, str):
        return PathwayStep(canonical.compose(canonical.trim(raw)))
    known = _table(raw, {"item": str, "optional": bool}, required=("item",))
    return PathwayStep(
        canonical.compose(canonical.trim(known["item"])), bool(known.get("optional", False))
    )


def _table(raw: Any, types: Mapping[str, type], *, required: Sequence[str]) -> Mapping[str, Any]:
    """Return a table that has no other keys than those of `types`; raises NotTakenError."""
    if not isinstance(raw, dict):
        raise NotTakenError
    for name, value in raw.items():
        if name not in types:
            guess = canonical.nearest(name, types)
            raise NotTakenError(
                f"there is no '{canonical.excerpt(name)}' in it"
                + (f", did you mean '{guess}'?" if guess else "")
            )
        if not isinstance(value, types[name]) and types[name] is not object:
            raise NotTakenError(f"'{name}' is of another type")
    for name in required:
        if name not in raw:
            raise NotTakenError(f"'{name}' is missing")
    return raw


@dataclass(frozen=True, slots=True)
class AudiencesValue:
    """To whom something is open: each a word such as `everybody`, or `group:NAME`.

    `everybody` is the word for all; `prefixes` are the kinds of others, such as `group`.
    """

    everybody: str
    prefixes: Sequence[str]

    @property
    def expected(self) -> str:
        """What it takes."""
        others = [f"{prefix}:NAME" for prefix in self.prefixes]
        return f"a list of {', '.join([self.everybody, *others])}"

    def read(self, raw: Any, at: SetupReading) -> tuple[str, ...]:  # noqa: ARG002 - as all have it
        """Return the audiences in the order in which they are written."""
        if not isinstance(raw, list):
            raise NotTakenError
        found = {self._key(text): text for text in map(self._audience, raw)}
        if len(found) != len(raw):
            raise NotTakenError("one stands there twice")
        return self.sort(found.values())

    def _audience(self, raw: Any) -> str:
        if not isinstance(raw, str):
            raise NotTakenError
        text = canonical.compose(canonical.trim(raw))
        if canonical.key(text) == self.everybody:
            return self.everybody
        prefix, sign, name = text.partition(":")
        prefix = canonical.key(prefix)
        if not sign or prefix not in self.prefixes or not canonical.trim(name):
            raise NotTakenError(f"'{canonical.excerpt(text)}' is none of them")
        return f"{prefix}:{canonical.trim(name)}"

    def sort(self, audiences: Any) -> tuple[str, ...]:
        """Return audiences in the order in which they are written."""
        return tuple(sorted(audiences, key=self._key))

    def _key(self, audience: str) -> tuple[str, str]:
        prefix, _, name = audience.partition(":")
        return prefix, path_key(name) if prefix == "department" else canonical.key(name)

    def key(self, value: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return the audiences as they are compared."""
        return tuple(map(self._key, value))

    def write(self, value: Sequence[str], at: SetupReading) -> list[str]:  # noqa: ARG002 - as all have it
        """Return the list."""
        return list(value)

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        pattern = f"^({self.everybody}|({'|'.join(self.prefixes)}):.+)$"
        return {"type": "array", "items": {"type": "string", "pattern": pattern}}


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One day of a session: `starts` in UTC; place and URL are None where there is none."""

    starts: datetime
    duration: timedelta
    place: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class DaysValue:
    """The days of a session in the order of their starts."""

    expected: ClassVar[str] = (
        'a list of days such as { starts = 2026-12-01T09:00:00, duration = "8h", place = "Room 4" }'
    )

    def read(self, raw: Any, at: SetupReading) -> tuple[PlannedDay, ...]:
        """Return the days; there is at least one."""
        if not isinstance(raw, list):
            raise NotTakenError
        if not raw:
            raise NotTakenError("a session has at least one day")
        return tuple(sorted((_day(item, at) for item in raw), key=lambda day: day.starts))

    def key(self, value: Sequence[PlannedDay]) -> tuple[PlannedDay, ...]:
        """Return the days."""
        return tuple(value)

    def write(self, value: Sequence[PlannedDay], at: SetupReading) -> list[Any]:
        """Return the list, times on the clock of the zone."""
        return [
            {
                "starts": day.starts.astimezone(at.zone),
                "duration": length(day.duration),
                **({} if day.place is None else {"place": day.place}),
                **({} if day.url is None else {"url": day.url}),
            }
            for day in value
        ]

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        texts = {name: {"type": "string"} for name in ("starts", "duration", "place", "url")}
        day = {
            "type": "object",
            "properties": texts,
            "required": ["starts", "duration"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": day, "minItems": 1}


def _day(raw: Any, at: SetupReading) -> PlannedDay:
    types: Mapping[str, type] = {"starts": object, "duration": str, "place": str, "url": str}
    table = _table(raw, types, required=("starts", "duration"))
    starts = MomentValue().read(table["starts"], at)
    if starts is None:
        raise NotTakenError
    try:
        duration = timewords.parse_duration(table["duration"])
    except Refusal as refusal:
        raise NotTakenError(refusal.format_message()) from refusal
    place, url = (TextValue("none").read(table.get(name, ""), at) for name in ("place", "url"))
    return PlannedDay(starts, duration, place, url)


def length(duration: timedelta) -> str:
    """Return a length as it is written: `8h`, `90min`."""
    for unit, length in _LENGTHS:
        if duration % length == timedelta(0):
            return f"{duration // length}{unit}"
    return f"{max(1, duration // timedelta(minutes=1))}min"


@dataclass(frozen=True, slots=True)
class TextsValue:
    """A table of texts by name, such as what the custom fields of a person hold."""

    expected: ClassVar[str] = "a table of texts by name"

    def read(self, raw: Any, at: SetupReading) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - as all have it
        """Return the names with their texts, in the order of the names."""
        if not isinstance(raw, dict) or not all(isinstance(text, str) for text in raw.values()):
            raise NotTakenError
        pairs = [(canonical.compose(canonical.trim(name)), text) for name, text in raw.items()]
        return self.sort([(name, canonical.compose(canonical.trim(text))) for name, text in pairs])

    def sort(self, pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return names with texts in the order in which they are written."""
        return tuple(sorted((pair for pair in pairs if pair[1]), key=self._name_key))

    def _name_key(self, pair: tuple[str, str]) -> str:
        return canonical.key(pair[0])

    def key(self, value: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return the pairs as they are compared."""
        return tuple((canonical.key(name), text) for name, text in value)

    def write(self, value: Sequence[tuple[str, str]], at: SetupReading) -> dict[str, str]:  # noqa: ARG002 - as all have it
        """Return the table."""
        return dict(value)

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        return {"type": "object", "additionalProperties": {"type": "string"}}
