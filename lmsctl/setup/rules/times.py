"""Values of a setup file that are times: moments, days, lengths before a start."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from lmsctl.kit import canonical, timewords, wall_clock
from lmsctl.kit.errors import Refusal
from lmsctl.setup.rules.values import NotTakenError, Schema, SetupReading


@dataclass(frozen=True, slots=True)
class MomentValue:
    """A moment; a day means its first second, or its last when `is_end`; `absent` means never."""

    is_end: bool = False
    absent: str | None = None

    @property
    def expected(self) -> str:
        """What it takes."""
        never = f", or '{self.absent}'" if self.absent else ""
        return f"a day or a moment such as 2026-12-31 or 2026-12-31T18:00:00+01:00{never}"

    def read(self, raw: Any, at: SetupReading) -> datetime | None:
        """Return the moment in UTC, or None for never."""
        text = raw.isoformat() if isinstance(raw, date) else raw
        if not isinstance(text, str):
            raise NotTakenError
        try:
            word = timewords.parse(text)
            moment = (word.end if self.is_end else word.start)(at.now, at.zone)
        except Refusal as refusal:
            raise NotTakenError(refusal.format_message(at.zone)) from refusal
        if moment is None and self.absent is None:
            raise NotTakenError
        return moment

    def key(self, value: datetime | None) -> datetime | None:
        """Return the moment."""
        return value

    def write(self, value: datetime | None, at: SetupReading) -> date | datetime | str:
        """Return a day where the moment is its edge, else the moment on the zone's clock."""
        if value is None:
            return self.absent or ""
        here = value.astimezone(at.zone)
        edge = wall_clock.last_second if self.is_end else wall_clock.first_second
        try:
            is_edge = edge(here.date(), at.zone) == value
        except (Refusal, OverflowError):
            is_edge = False
        return here.date() if is_edge else here

    def schema(self) -> Schema:
        """Return it in JSON Schema; TOML's own dates are none of JSON's types."""
        return {"type": ["string"]}


@dataclass(frozen=True, slots=True)
class DayValue:
    """A day, or None, written `none`."""

    expected: ClassVar[str] = "a day such as 2026-12-31, or 'none'"

    def read(self, raw: Any, at: SetupReading) -> date | None:
        """Return the day, or None."""
        if isinstance(raw, str) and canonical.key(raw) == "none":
            return None
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        moment = MomentValue().read(raw, at)
        return None if moment is None else moment.astimezone(at.zone).date()

    def key(self, value: date | None) -> date | None:
        """Return the day."""
        return value

    def write(self, value: date | None, at: SetupReading) -> date | str:  # noqa: ARG002 - as all have it
        """Return the day or `none`."""
        return "none" if value is None else value

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class DistanceValue:
    """How long before a start, such as 2d; None is written `off`."""

    expected: ClassVar[str] = "a length such as 12h, 2d, 1w or 1mo, or 'off'"

    def read(self, raw: Any, at: SetupReading) -> str | None:  # noqa: ARG002 - as all have it
        """Return the length as it is written, or None."""
        if not isinstance(raw, str):
            raise NotTakenError
        try:
            amount = timewords.parse_amount(raw)
        except Refusal as refusal:
            raise NotTakenError from refusal
        return None if amount is None else str(amount)

    def key(self, value: str | None) -> str | None:
        """Return the length."""
        return value

    def write(self, value: str | None, at: SetupReading) -> str:  # noqa: ARG002 - as all have it
        """Return the length or `off`."""
        return value or "off"

    def schema(self) -> Schema:
        """Return it in JSON Schema."""
        return {"type": "string", "pattern": "^(off|[0-9]{1,4} ?(h|d|w|mo))$"}
