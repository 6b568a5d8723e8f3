"""What all parts of the training room decide by: records of trainings and sessions, deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.kit import canonical, wall_clock, zones
from lmsctl.kit.wall_clock import Amount, Unit
from lmsctl.training.errors import (
    ClockKeptIdle,
    DescriptionTooLong,
    SessionUnclear,
    SessionUnnamed,
    TargetUnclear,
)
from lmsctl.training.results import TrainingKind

_TITLE_LIMIT = 255
_DESCRIPTION_LIMIT = 3_000


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """A training as the program needs it; `path` and `department` are its department's."""

    id: int
    code: str
    title: str
    type: TrainingKind
    description: str
    department_id: int
    department: str
    path: str
    organizer_id: int | None
    organizer: str | None
    time_zone: str
    registration_amount: int | None
    registration_unit: str | None
    cancellation_amount: int | None
    cancellation_unit: str | None
    is_locked: bool
    is_telling_supervisors: bool
    created_at: datetime
    version: int

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are read and shown."""
        return zones.from_database(self.time_zone)

    @property
    def registration(self) -> Amount | None:
        """How long before a start registration stops, None when only the start stops it."""
        return _distance(self.registration_amount, self.registration_unit)

    @property
    def cancellation(self) -> Amount | None:
        """How long before a start cancellations stop, None when only the start stops them."""
        return _distance(self.cancellation_amount, self.cancellation_unit)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as the program needs it; `training` is its training's code.

    `is_recorded` says that nobody's attendance on any of its days is missing.
    """

    id: int
    training_id: int
    training: str
    time_zone: str
    code: str
    title: str | None
    instructor: str | None
    capacity: int | None
    taken: int
    over_capacity: int
    canceled_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    days: int
    is_recorded: bool
    registration_amount: int | None
    registration_unit: str | None
    cancellation_amount: int | None
    cancellation_unit: str | None
    version: int

    @property
    def registration_stops_at(self) -> datetime | None:
        """From when on nobody comes, None when only the start stops that."""
        return self._before(_distance(self.registration_amount, self.registration_unit))

    @property
    def cancellations_stop_at(self) -> datetime | None:
        """From when on nobody goes, None when only the start stops that."""
        return self._before(_distance(self.cancellation_amount, self.cancellation_unit))

    def _before(self, distance: Amount | None) -> datetime | None:
        """Return the moment so long before the start, None without a distance."""
        return moment_before(self.starts_at, distance, zones.from_database(self.time_zone))

    @property
    def free(self) -> int | None:
        """How many places are left, None for any number."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


@dataclass(frozen=True, slots=True)
class SessionDayRecord:
    """One day of a session; `uid` names it in calendars for good, `revision` counts its changes."""

    id: int
    session_id: int
    starts_at: datetime
    ends_at: datetime
    place: str | None
    url: str | None
    uid: str
    revision: int


def _distance(number: int | None, unit: str | None) -> Amount | None:
    """Return a distance from the two columns that hold it, None for none."""
    return None if number is None or unit is None else Amount(number, Unit(unit))


# Texts -------------------------------------------------------------------------------------------


def check_title(given: str) -> str:
    """Return a title fit to be stored; raises what `canonical.check_text` raises."""
    return canonical.check_text(given, field="title", max_chars=_TITLE_LIMIT)


def check_description(given: str) -> str:
    """Return a description fit to be stored: any number of lines, 3,000 characters in all.

    Raises DescriptionTooLong, and TextCharacterForbidden for anything that cannot be seen.
    """
    text = "\n".join(
        # Composing accents may lengthen a text a little; only the whole of it is limited.
        canonical.check_text(line, field="description", max_chars=4 * len(line), min_chars=0)
        for line in canonical.trim(given).replace("\r\n", "\n").split("\n")
    )
    if len(text) > _DESCRIPTION_LIMIT:
        raise DescriptionTooLong(chars=len(text), most=_DESCRIPTION_LIMIT, field="--description")
    return text


# Names -------------------------------------------------------------------------------------------


def parse_target(given: str) -> tuple[str, str | None]:
    """Return the code of the training and of the session, if any; raises TargetUnclear."""
    code, sign, session = (canonical.trim(part) for part in given.partition(":"))
    if not code or (sign and not session):
        raise TargetUnclear(given=canonical.excerpt(given), field="--training")
    return code, session or None


def parse_session(training: str, session: str | None) -> tuple[str, str | None]:
    """Return the codes of a training and of a session of it, if any, however they are written.

    The session stands behind the training (`aid:spring`), or by itself, alone or behind the
    training once more. Raises TargetUnclear, and SessionUnclear unless both mean the same.
    """
    code, named = parse_target(training)
    if session is None or ":" not in session:
        again, own = code, session
    else:
        again, own = parse_target(session)
    is_same = own is None or named is None or canonical.key(own) == canonical.key(named)
    if canonical.key(again) != canonical.key(code) or not is_same:
        given = canonical.excerpt(session or "")
        raise SessionUnclear(training=canonical.excerpt(training), session=given)
    return code, own if named is None else named


def parse_named_session(training: str, session: str | None) -> tuple[str, str]:
    """Return what `parse_session` does, of which there must be both; raises SessionUnnamed too."""
    code, named = parse_session(training, session)
    if named is None:
        raise SessionUnnamed(training=canonical.excerpt(code))
    return code, named


# Deadlines ---------------------------------------------------------------------------------------


def moment_before(starts_at: datetime, distance: Amount | None, zone: ZoneInfo) -> datetime | None:
    """Return the instant `distance` before a start, None without one; raises TimeOutOfRange.

    It is reached in one step: hours are elapsed time, while days, weeks and months keep the wall
    clock of `zone`. A month that is too short ends on its last day, a local time that does not
    exist moves forward, and of one that occurs twice it is the earlier.
    """
    if distance is None:
        return None
    return wall_clock.before(starts_at, distance.number, distance.unit, zone)


def has_passed(stops_at: datetime | None, now: datetime) -> bool:
    """Say whether a deadline has come: its own instant belongs to it."""
    return stops_at is not None and now >= stops_at


@dataclass(frozen=True, slots=True)
class SessionWithDays:
    """A session with its days, as messages need it."""

    session: SessionRecord
    days: Sequence[SessionDayRecord]


def check_clock_option(time_zone: str | None, *, is_kept: bool) -> None:
    """Raise ClockKeptIdle when the clock is to be kept and no time zone is given."""
    if is_kept and time_zone is None:
        raise ClockKeptIdle(field="--keep-clock")
