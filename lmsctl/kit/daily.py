"""How often something happened on each of the latest days of a zone, and what people see of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from lmsctl.kit import wall_clock

DAYS = 30
# The lowest is for a day on which nothing happened.
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class CountOfDay:
    """How much of what somebody sees, and of what is hidden from them, fell on one day.

    `day` is the place of the day among those that were asked for.
    """

    day: int
    seen: int
    hidden: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How often it happened on one day."""

    KEY = "day"

    day: date
    count: int


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """A number for each of the latest days, as far as the reader sees what is counted.

    `hidden` is how many more there are on these days, of people whom the reader does not see.
    """

    items: list[DayCount]
    hidden: int

    @classmethod
    def of(cls, days: Sequence[date], counts: Iterable[CountOfDay]) -> Self:
        """Return the counts of `days`; days on which nothing happened are among them, with 0."""
        found = {count.day: count for count in counts}
        seen = [found[at].seen if at in found else 0 for at in range(len(days))]
        items = [DayCount(day, count) for day, count in zip(days, seen, strict=True)]
        return cls(items, sum(count.hidden for count in found.values()))

    def in_words(self, *, is_dumb: bool) -> str:
        """Return small bars, one for each day, the total and the busiest day.

        Without bars for a dumb terminal, and without anything if there is nothing to be told.
        """
        total = sum(item.count for item in self.items)
        told = []
        if total:
            busiest = max(self.items, key=lambda item: item.count)
            told = [f"{total:,} in {len(self.items)} days"]
            told += [f"most on {busiest.day} ({busiest.count:,})"]
        if self.hidden:
            told.append(f"{self.hidden:,} more hidden from you" if total else self._only_hidden())
        bars = f"{self._bars()}  " if total and not is_dumb else ""
        return f"{bars}{', '.join(told)}"

    def _only_hidden(self) -> str:
        return f"{self.hidden:,} in {len(self.items)} days hidden from you"

    def _bars(self) -> str:
        most = max(item.count for item in self.items)
        top = len(_BARS) - 1
        return "".join(_BARS[-(-item.count * top // most)] for item in self.items)


def latest_days(now: datetime, zone: ZoneInfo) -> tuple[list[date], list[datetime]]:
    """Return the latest days of `zone`, today last, and the moment at which each begins."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return days, [wall_clock.first_reading(datetime.combine(day, time()), zone) for day in days]
