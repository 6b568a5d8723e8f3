"""What things are called by a setup file, where that is not what they are called in the portal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lmsctl.department.rules import path_key
from lmsctl.kit import canonical
from lmsctl.setup.errors import SetupPreviousTaken
from lmsctl.setup.rules.document import NameKey, SetupDocument, key_of
from lmsctl.setup.rules.kinds import SetupKind, role_key
from lmsctl.setup.rules.structures import AudiencesValue
from lmsctl.setup.rules.things import SetupThing
from lmsctl.setup.rules.values import NamesValue, SetupValue, TextValue

_FOLLOWED = {"department": path_key, "group": canonical.key, "role": canonical.key}


@dataclass(slots=True)
class Renames:
    """The new names of things, by kind and by the keys of what they are called now.

    What was called otherwise before is taken for the same thing while only that is there: once it
    has its new name, or in a portal that has neither, the old name says nothing.
    """

    names: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, document: SetupDocument, kind: SetupKind, current: Iterable[SetupThing]) -> None:
        """Note the renames of a kind; raises SetupPreviousTaken."""
        wanted: Mapping[NameKey, Any] = document.things.get(kind.name, {})
        there = {thing.key for thing in current}
        for key, raw in wanted.items():
            if raw.previous is None:
                continue
            before = key_of(kind, raw.previous)
            if before == key or before not in there or before in wanted:
                continue
            if key in there:
                raise SetupPreviousTaken(
                    previous=raw.previous,
                    name=raw.shown,
                    things=f"{kind.thing}s",
                    location=document.place(raw.path),
                )
            self.names.setdefault(kind.name, {})[before[0]] = raw.name

    def key(self, kind: SetupKind, thing: SetupThing) -> NameKey:
        """Return the key of what a thing is called by the file; departments move with others."""
        if kind.name not in self.names:
            return thing.key
        return key_of(kind, self.name(kind.name, thing.name), thing.above)

    def name(self, kind: str, name: str) -> str:
        """Return what the file calls the thing of a kind that is called `name` now."""
        names = self.names.get(kind, {})
        if not names:
            return name
        found = names.get(_FOLLOWED.get(kind, canonical.key)(name))
        if found is not None or kind != "department":
            return found or name
        above, _, own = name.rpartition("/")
        return f"{self.name(kind, above)}/{own}" if above else name

    def follow(self, value: SetupValue, old: Any) -> Any:
        """Return what a field holds with the new names of what it names."""
        if old is None or not self.names:
            return old
        if isinstance(value, TextValue) and value.compared is path_key:
            return self.name("department", old)
        if isinstance(value, AudiencesValue):
            return value.sort(map(self._audience, old))
        if isinstance(value, NamesValue) and value.compared is role_key:
            return value.sort(map(self._role, old))
        return old

    def _audience(self, text: str) -> str:
        prefix, sign, name = text.partition(":")
        return f"{prefix}:{self.name(prefix, name)}" if sign else text

    def _role(self, text: str) -> str:
        role, sign, department = text.partition(":")
        where = f": {self.name('department', department.strip())}" if sign else ""
        return f"{self.name('role', role)}{where}"
