"""A thing of the portal, as a setup file speaks of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lmsctl.setup.rules.document import NameKey, key_of, shown
from lmsctl.setup.rules.kinds import KINDS


@dataclass(frozen=True, slots=True)
class SetupThing:
    """One thing of the portal: what its fields are, by name, read as a file's values are."""

    kind: str
    name: str
    values: Mapping[str, Any]
    above: str = ""

    @property
    def key(self) -> NameKey:
        """The form in which its name is compared with others of its kind."""
        return key_of(KINDS[self.kind], self.name, self.above)

    @property
    def shown(self) -> str:
        """Its name as people read it."""
        return shown(self.name, self.above)
