"""What commands on sessions answer with, and their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from lmsctl.kit import wall_clock
from lmsctl.kit.answer import Renamed
from lmsctl.kit.plurals import counted


class SessionState(StrEnum):
    """Where a session stands; over means awaiting-assignment until attendance is recorded."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    AWAITING_ASSIGNMENT = "awaiting-assignment"
    COMPLETED = "completed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class SessionDayRow:
    """One day of a session; days count from 1 in the order in which they start."""

    KEY = "day"
    LEAST_IMPORTANT = ("url", "place")

    day: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    place: str | None
    url: str | None

    def show(self, zone: ZoneInfo, *, in_table: bool = False) -> str:
        """Return when it is, in `zone`, and where."""
        show_span = wall_clock.show_span_minutes if in_table else wall_clock.show_span
        span = show_span(self.starts_at, self.ends_at, zone)
        return ", ".join(filter(None, (span, self.place, self.url)))


@dataclass(frozen=True, slots=True)
class SessionRow(Renamed):
    """A session, as listed: `limit` is None for unlimited, `used` counts people.

    It starts with the first of its `days` and ends with the last; `free` is None without a limit.
    A deadline that is None is the start itself.
    """

    KEY = "code"
    LEAST_IMPORTANT: ClassVar[Sequence[str]] = ("title", "ends_at", "training", "state")
    ABSENT: ClassVar[Mapping[str, str]] = {"limit": "unlimited"}
    FORMER: ClassVar[Mapping[str, str]] = {"capacity": "limit", "taken": "used"}
    TABLE: ClassVar[Sequence[str]] = (
        "training", "code", "title", "starts_at", "ends_at", "state", "used", "limit"
    )  # fmt: skip

    id: int
    training: str
    code: str
    title: str | None
    instructor: str | None
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    days: int
    capacity: int | None = field(init=False)
    taken: int = field(init=False)
    free: int | None
    registration_stops_at: datetime | None
    cancellations_stop_at: datetime | None
    limit: int | None
    used: int


@dataclass(frozen=True, slots=True)
class SessionChoice(SessionRow):
    """A session that somebody may choose, as listed and with each of its days."""

    TABLE = ("training", "code", "title", "schedule", "free", "registration_stops_at")
    LEAST_IMPORTANT = ("title", "registration_stops_at", "training")

    schedule: list[SessionDayRow]

    def show(self, zone: ZoneInfo, *, in_table: bool = False) -> str:
        """Return what a person chooses by: the session, its days in `zone`, its free places."""
        free = "any number of places" if self.free is None else counted(self.free, "place")
        days = "; ".join(day.show(zone, in_table=in_table) for day in self.schedule)
        return f"{self.training}:{self.code} ({free} free) {days}"


@dataclass(frozen=True, slots=True)
class SessionDetail(Renamed):
    """One session with each of its days; what is listed of it means the same here."""

    KEY = "code"
    ABSENT: ClassVar[Mapping[str, str]] = {"limit": "unlimited"}
    FORMER: ClassVar[Mapping[str, str]] = {"capacity": "limit", "taken": "used"}
    LEAST_IMPORTANT = ("title", "registration_stops_at", "training")

    id: int
    training: str
    code: str
    title: str | None
    instructor: str | None
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    days: list[SessionDayRow]
    capacity: int | None = field(init=False)
    taken: int = field(init=False)
    free: int | None
    registration_stops_at: datetime | None
    cancellations_stop_at: datetime | None
    time_zone: str
    version: int
    limit: int | None
    used: int
