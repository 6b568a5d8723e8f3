"""The trainings and tokens of a test portal, and how much of them is taken as the plan goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lmsctl.kit import secret
from lmsctl.seed.rules.people import DEPARTMENTS, person
from lmsctl.seed.rules.sizes import Row, SeedSizes, SeedStep

DAY = timedelta(days=1)
_FOR_TOKENS = ("product-tour", "partner-guide", "welcome", "first-week")
_TRAININGS = ("First aid", "Price talks", "Safe driving", "Forklift", "Presenting", "Negotiating")
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")


class PlannedTraining:
    """One training with its sessions, and who takes part in which."""

    def __init__(self, sizes: SeedSizes, number: int, now: datetime) -> None:
        self.chance = secret.foreseen(sizes.seed * 7919 + number)
        topic = _TRAININGS[number % len(_TRAININGS)]
        round_ = number // len(_TRAININGS) + 1
        self.title = f"{topic} {round_}"
        self.code = self.title.lower().replace(" ", "-")
        self.zone = self.chance.choice(_ZONES)
        self.is_open = number % 3 == 0
        self.sessions = [
            PlannedSession(code, _early(now + days * DAY), self.chance.randint(4, 12))
            for code, days in (
                ("past", -self.chance.randint(10, 60)),
                ("next", self.chance.randint(20, 40)),
                ("later", self.chance.randint(50, 90)),
            )
        ]
        most = min(sizes.imported, 15)
        people = self.chance.sample(range(sizes.imported), most)
        # Who may choose for themselves, and who is enrolled: nobody is both.
        self.choosing, self._waiting = people[: most // 3], people[most // 3 :]

    def set_up(self, at: datetime) -> Iterator[SeedStep]:
        """Yield what makes the training, its sessions and its deadlines."""
        yield SeedStep(
            at,
            (
                *("training", "create", self.title, "--code", self.code),
                *("--department", self.chance.choice(DEPARTMENTS), "--time-zone", self.zone),
            ),
        )
        for session in self.sessions:
            yield SeedStep(
                at,
                (
                    *("session", "create", self.code, "--code", session.code),
                    *("--starts", text_of(session.starts), "--duration", "3h"),
                    *("--limit", str(session.capacity), "--place", f"Room {session.capacity}"),
                ),
            )
        deadlines = ("--stop-registration", "2d", "--stop-cancellations", "1w")
        yield SeedStep(at, ("training", "set-deadlines", self.code, *deadlines))
        if self.is_open:
            yield SeedStep(at, ("catalog", "open", self.code, "--training", "--everybody"))

    def rows(self, sizes: SeedSizes) -> Iterator[Row]:
        """Yield a row for each person of the file who takes part, as `enroll` reads it."""
        waiting = iter(self._waiting)
        for session in self.sessions:
            for _ in range(min(session.capacity - 1, 4)):
                number = next(waiting, None)
                if number is None:
                    return
                session.taken += 1
                login = person(sizes.seed, number).login
                yield (login, "", self.code, session.code)


@dataclass(slots=True)
class PlannedSession:
    """One session, and how many of its places are taken."""

    code: str
    starts: datetime
    capacity: int
    taken: int = 0


class PlannedToken:
    """One token, and how often it can still be used."""

    def __init__(self, sizes: SeedSizes, number: int, now: datetime) -> None:
        chance = secret.foreseen(sizes.seed * 104729 + number)
        self.code = f"{chance.choice(('FAIR', 'EXPO', 'PARTNER', 'TRIAL'))}-{number + 1:04}"
        self.item = chance.choice(_FOR_TOKENS)
        self.label = f"Booth {number + 1}"
        self.creates = chance.choice(("prospect", "prospect", "client"))
        self.limit = chance.choice((None, 1, 2, 5, 25))
        self.is_active = number % 10 != 0
        days = chance.choice((None, None, 30, 180, -15))
        self.expires = None if days is None else now + days * DAY
        self.left = 1000 if self.limit is None else self.limit

    @property
    def row(self) -> Row:
        """What the upload reads."""
        limit = str(self.limit or "")
        expires = f"{self.expires:%Y-%m-%d}" if self.expires else ""
        is_active = "Yes" if self.is_active else "No"
        return ("", "", self.item, self.code, self.label, self.creates, limit, expires, is_active)

    def take(self, at: datetime) -> bool:
        """Use the token once if that is possible; say whether it was."""
        is_open = self.is_active and (self.expires is None or at < self.expires - DAY)
        if not is_open or not self.left:
            return False
        self.left -= 1
        return True


def text_of(moment: datetime) -> str:
    """Return a moment in UTC as a command reads it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _early(moment: datetime) -> datetime:
    """Return eight o'clock of that day."""
    return moment.replace(hour=8, minute=0, second=0)
