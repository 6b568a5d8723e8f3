"""What commands on deadlines answer with, and their words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TimelineEvent(StrEnum):
    """What happens at an instant of a timeline."""

    ACCESS = "access"
    REGISTRATION_STOPS = "registration-stops"
    CANCELLATIONS_STOP = "cancellations-stop"
    STARTS = "starts"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One coming instant of a training; `local` is `at` in the training's zone."""

    KEY = "local"
    WRAPS = True
    BELOW = "effect"
    TABLE = ("at", "turn", "session", "effect")
    LEAST_IMPORTANT = ("session",)
    WITH_DISTANCE = frozenset({"at"})

    at: datetime
    local: str
    turn: TimelineEvent
    session: str | None
    effect: str
