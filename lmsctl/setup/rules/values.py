"""What a field of a setup file may hold: how its TOML is read, compared and written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from lmsctl.department.rules import path_key
from lmsctl.kit import canonical

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetupReading:
    """In which zone times without offset are read and all are written, and what `now` is."""

    zone: ZoneInfo
    now: datetime


class NotTakenError(Exception):
    """A value is not what its field takes; `why` says it in words that follow a colon, or is ""."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class SetupValue(Protocol):
    """One kind of value."""

    @property
    def expected(self) -> str:
        """What it takes, in words that follow "it takes"."""

    def read(self, raw: Any, at: SetupReading) -> Any:
        """Return what the TOML value `raw` means; raises NotTakenError."""

    def key(self, value: Any) -> Any:
        """Return the form in which two values are compared."""

    def write(self, value: Any, at: SetupReading) -> Any:
        """Return the TOML value that `read` takes back."""

    def schema(self) -> Schema:
        """Return it in JSON Schema."""


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text; None, written as the word `absent`, where there may be none."""

    absent: str | None = None
    compared: Callable[[str], str] = str

    @property
    def expected(self) -> str:
        """What it takes."""
        return f"a text, or '{self.absent}'" if self.absent else "a text"

    def read(self, raw: Any, at: SetupReading) -> str | None:  # noqa: ARG002 - as all have it
        """Return the text as rooms keep it, or None."""
        if not isinstance(raw, str):
            raise NotTakenError
        text = canonical.compose(canonical.trim(raw))
        if self.absent is not None and (not text or canonical.key(text) == self.absent):
            return None
        return text

    def key(self, value: str | None) -> str | None:
        """Return the text as it is compared."""
        return None if value is None else self.compared(value)

    def write(self, value: str | None, at: SetupReading) -> str:  # noqa: ARG002 - as all have it
        """Return the text or the word for none."""
        return (self.absent or "") if value is None else value

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        return {"type": "string"}


def name(absent: str | None = None) -> TextValue:
    """Return the value that names something, in whatever case."""
    return TextValue(absent, canonical.key)


def path() -> TextValue:
    """Return the value that names a department."""
    return TextValue(None, path_key)


@dataclass(frozen=True, slots=True)
class WordValue:
    """One of a few words."""

    choices: type[StrEnum]
    but: Sequence[StrEnum] = ()

    @property
    def expected(self) -> str:
        """What it takes."""
        return "one of " + ", ".join(self._words())

    def _words(self) -> list[str]:
        return [word.value for word in self.choices if word not in self.but]

    def read(self, raw: Any, at: SetupReading) -> StrEnum:  # noqa: ARG002 - as all have it
        """Return the word."""
        text = canonical.key(raw) if isinstance(raw, str) else ""
        if text not in self._words():
            guess = canonical.nearest(text, self._words())
            raise NotTakenError(f"did you mean '{guess}'?" if guess else "")
        return self.choices(text)

    def key(self, value: StrEnum) -> StrEnum:
        """Return the word."""
        return value

    def write(self, value: StrEnum, at: SetupReading) -> str:  # noqa: ARG002 - as all have it
        """Return the word."""
        return value.value

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        return {"enum": self._words()}


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A whole number of at least 1; None, written as the word `absent`, where there may be none."""

    absent: str | None = None

    @property
    def expected(self) -> str:
        """What it takes."""
        number = "a whole number of at least 1"
        return f"{number}, or '{self.absent}'" if self.absent else number

    def read(self, raw: Any, at: SetupReading) -> int | None:  # noqa: ARG002 - as all have it
        """Return the number, or None."""
        if self.absent is not None and isinstance(raw, str) and canonical.key(raw) == self.absent:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
            raise NotTakenError
        return raw

    def key(self, value: int | None) -> int | None:
        """Return the number."""
        return value

    def write(self, value: int | None, at: SetupReading) -> int | str:  # noqa: ARG002 - as all have it
        """Return the number or the word for none."""
        return (self.absent or "") if value is None else value

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        number = {"type": "integer", "minimum": 1}
        return {"anyOf": [number, {"const": self.absent}]} if self.absent else number


@dataclass(frozen=True, slots=True)
class FlagValue:
    """True or false."""

    expected: ClassVar[str] = "true or false"

    def read(self, raw: Any, at: SetupReading) -> bool:  # noqa: ARG002 - as all have it
        """Return the truth."""
        if not isinstance(raw, bool):
            raise NotTakenError
        return raw

    def key(self, value: Any) -> Any:
        """Return the truth."""
        return value

    def write(self, value: Any, at: SetupReading) -> Any:  # noqa: ARG002 - as all have it
        """Return the truth."""
        return value

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class NamesValue:
    """A list of names; in any order unless `is_ordered`."""

    is_ordered: bool = False
    compared: Callable[[str], str] = canonical.key

    @property
    def expected(self) -> str:
        """What it takes."""
        return "a list of texts, each once"

    def read(self, raw: Any, at: SetupReading) -> tuple[str, ...]:  # noqa: ARG002 - as all have it
        """Return the names, sorted unless their order counts."""
        names = _texts(raw)
        if len(set(map(self.compared, names))) != len(names):
            raise NotTakenError("one stands there twice")
        return names if self.is_ordered else self.sort(names)

    def sort(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names in the order in which they are written."""
        return tuple(sorted(names, key=lambda text: (self.compared(text), text)))

    def key(self, value: Sequence[str]) -> tuple[str, ...]:
        """Return the names as they are compared."""
        return tuple(map(self.compared, value))

    def write(self, value: Sequence[str], at: SetupReading) -> list[str]:  # noqa: ARG002 - as all have it
        """Return the list."""
        return list(value)

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        return {"type": "array", "items": {"type": "string"}, "uniqueItems": True}


def _texts(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise NotTakenError
    return tuple(canonical.compose(canonical.trim(item)) for item in raw)


@dataclass(frozen=True, slots=True)
class DomainsValue:
    """Which domains are admitted: a list, `any` (an empty list), or `portal` (None) if allowed."""

    has_portal: bool = True

    @property
    def expected(self) -> str:
        """What it takes."""
        return f"a list of domains, 'any'{', or portal' if self.has_portal else ''}"

    def read(self, raw: Any, at: SetupReading) -> tuple[str, ...] | None:  # noqa: ARG002 - as all have it
        """Return the domains, none for any, or None for the portal's."""
        word = canonical.key(raw) if isinstance(raw, str) else None
        if word == "any":
            return ()
        if word == "portal" and self.has_portal:
            return None
        domains = _texts(raw)
        if not domains:
            raise NotTakenError("an empty list admits nobody; write any")
        return tuple(sorted(set(map(canonical.lower, domains))))

    def key(self, value: Sequence[str] | None) -> tuple[str, ...] | None:
        """Return the domains."""
        return None if value is None else tuple(value)

    def write(self, value: Sequence[str] | None, at: SetupReading) -> list[str] | str:  # noqa: ARG002 - as all have it
        """Return the list or the word."""
        if value is None:
            return "portal"
        return list(value) or "any"

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        words = ["any", "portal"] if self.has_portal else ["any"]
        listed = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        return {"anyOf": [{"enum": words}, listed]}
