"""What the portal room answers with."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PortalSetting:
    """One setting and its value."""

    KEY = "name"
    WRAPS = True

    name: str
    value: Any
    meaning: str
