"""Pure decisions of the training room: texts, places, where a session stands, when it stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lmsctl.kit import canonical, limits, timewords
from lmsctl.kit.timewords import Amount, TimeWord, Unit
from lmsctl.training.errors import (
    AttendanceMinutesWrong,
    AttendanceOfNobody,
    AttendanceTooEarly,
    CapacityBelowTaken,
    CapacityWrong,
    CapacityZero,
    DescriptionTooLong,
    SessionCanceled,
    SessionDaysOverlap,
    SessionDayTooLong,
    SessionDayUnknown,
    SessionStartMissing,
    UrlWrong,
)
from lmsctl.training.results import EnrolledBy, InvitationAnswer, SessionState, TrainingKind

_TITLE_LIMIT = 255
_DESCRIPTION_LIMIT = 3_000
_URL_LIMIT = 2_000
_MOST_PLACES = 1_000_000
_LONGEST_DAY = timedelta(hours=24)


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
        return timewords.kept_zone(self.time_zone)

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
        return moment_before(self.starts_at, distance, timewords.kept_zone(self.time_zone))

    @property
    def free(self) -> int | None:
        """How many places are left, None for any number."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


@dataclass(frozen=True, slots=True)
class SessionDayRecord:
    """One day of a session; `uid` names it in calendars for good, `revision` counts its changes."""

    id: int
    starts_at: datetime
    ends_at: datetime
    place: str | None
    url: str | None
    uid: str
    revision: int


def _distance(number: int | None, unit: str | None) -> Amount | None:
    return None if number is None or unit is None else Amount(number, Unit(unit))


# Texts -------------------------------------------------------------------------------------------


def check_title(given: str) -> str:
    """Return a title fit to be stored; raises what `canonical.check_text` raises."""
    return canonical.check_text(given, field="title", max_chars=_TITLE_LIMIT)


def check_optional(given: str | None, field: str, max_chars: int = 255) -> str | None:
    """Return a text of one line fit to be stored, None for none or a blank one."""
    return canonical.check_text(given or "", field=field, max_chars=max_chars, min_chars=0) or None


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


def check_url(given: str | None) -> str | None:
    """Return the address of a page on the web, None for none or a blank one; raises UrlWrong."""
    text = check_optional(given, "url", _URL_LIMIT)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        is_page = parts.scheme in {"https", "http"} and bool(parts.hostname)
    except ValueError:
        is_page = False
    if not is_page or any(map(str.isspace, text)):
        raise UrlWrong(given=canonical.excerpt(text), field="--url")
    return text


# Times -------------------------------------------------------------------------------------------


def day_span(
    starts: TimeWord, duration: timedelta, now: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return from when to when a day lasts; its duration is elapsed time.

    A time without offset is one of `zone`. A start in the past is fine. Raises SessionStartMissing,
    SessionDayTooLong, TimeOutOfRange and what reading the time raises.
    """
    starts_at = starts.start(now, zone)
    if starts_at is None:
        raise SessionStartMissing(given=starts.text, field="--starts")
    return starts_at, day_end(starts_at, duration)


def day_end(starts_at: datetime, duration: timedelta) -> datetime:
    """Return when a day ends; raises SessionDayTooLong and TimeOutOfRange."""
    if duration > _LONGEST_DAY:
        hours = int(duration / timedelta(hours=1))
        raise SessionDayTooLong(given=f"A day of {hours} hours", field="--duration")
    try:
        return starts_at + duration
    except OverflowError:
        given = f"The end of a day that starts at {timewords.show_utc(starts_at)}"
        raise timewords.TimeOutOfRange(given=given) from None


def days_except(
    days: Sequence[SessionDayRecord], number: int
) -> list[tuple[int, SessionDayRecord]]:
    """Return the days with their numbers, from 1 on, without the one with that number."""
    return [item for item in enumerate(days, start=1) if item[0] != number]


def check_no_overlap(
    starts_at: datetime, ends_at: datetime, others: Sequence[tuple[int, SessionDayRecord]]
) -> None:
    """Raise SessionDaysOverlap when a day would overlap one of `others`, each with its number."""
    for number, day in others:
        if starts_at < day.ends_at and day.starts_at < ends_at:
            raise SessionDaysOverlap(starts_at=starts_at, ends_at=ends_at, day=number)


def get_day(
    session: SessionRecord, days: Sequence[SessionDayRecord], number: int
) -> SessionDayRecord:
    """Return the day with that number, from 1 in the order of their starts.

    Raises SessionDayUnknown.
    """
    if not 1 <= number <= len(days):
        raise SessionDayUnknown(session=session.code, given=number, last=len(days), field="--day")
    return days[number - 1]


def state_at(session: SessionRecord, now: datetime) -> SessionState:
    """Return where a session stands at `now`; its end belongs to what comes after it."""
    if session.canceled_at is not None:
        return SessionState.CANCELED
    if now < session.starts_at:
        return SessionState.NOT_STARTED
    if now < session.ends_at:
        return SessionState.RUNNING
    return SessionState.COMPLETED if session.is_recorded else SessionState.AWAITING_ASSIGNMENT


def check_not_canceled(session: SessionRecord) -> None:
    """Raise SessionCanceled for a session that will not take place."""
    if session.canceled_at is not None:
        raise SessionCanceled(session=session.code, training=session.training)


def check_attendance(
    day: SessionDayRecord, minutes: int | None, now: datetime, *, is_present: bool
) -> None:
    """Raise AttendanceTooEarly before a day has begun, and AttendanceMinutesWrong.

    Minutes are those of somebody who was there, and no more than the day has.
    """
    if now < day.starts_at:
        raise AttendanceTooEarly(starts_at=day.starts_at)
    if minutes is not None:
        most = (day.ends_at - day.starts_at) // timedelta(minutes=1)
        if not is_present or not 0 <= minutes <= most:
            raise AttendanceMinutesWrong(given=minutes, most=most, field="--minutes")


def is_attendance_listed(
    logins: Sequence[str] | None, minutes: int | None, *, is_everybody: bool, is_absent: bool
) -> bool:
    """Say whether attendance is asked for instead of told; raises AttendanceOfNobody."""
    if bool(logins) and is_everybody:
        raise AttendanceOfNobody(field="--everybody")
    if logins or is_everybody:
        return False
    if is_absent or minutes is not None:
        raise AttendanceOfNobody(field="--user")
    return True


# Places ------------------------------------------------------------------------------------------


def parse_capacity(given: str) -> int | None:
    """Return the number of places, None for `unlimited`.

    Raises NumberMalformed, CapacityWrong and CapacityZero.
    """
    number = limits.parse(given, CapacityWrong, most=_MOST_PLACES, field="--capacity")
    if number == 0:
        raise CapacityZero(field="--capacity")
    return number


def people_over_capacity(session: SessionRecord, capacity: int | None) -> int:
    """Return how many people would have more than their place with that capacity.

    Those who were let in above it deliberately stay; beyond them, raises CapacityBelowTaken.
    """
    if capacity is None:
        return 0
    over = max(0, session.taken - capacity)
    if over > session.over_capacity:
        raise CapacityBelowTaken(
            taken=session.taken,
            capacity=capacity,
            least=session.taken - session.over_capacity,
            field="--capacity",
        )
    return over


# Deadlines ---------------------------------------------------------------------------------------


def moment_before(starts_at: datetime, distance: Amount | None, zone: ZoneInfo) -> datetime | None:
    """Return the instant `distance` before a start, None without one; raises TimeOutOfRange.

    It is reached in one step: hours are elapsed time, while days, weeks and months keep the wall
    clock of `zone`. A month that is too short ends on its last day, a local time that does not
    exist moves forward, and of one that occurs twice it is the earlier.
    """
    if distance is None:
        return None
    return timewords.before(starts_at, distance.number, distance.unit, zone)


def has_passed(stops_at: datetime | None, now: datetime) -> bool:
    """Say whether a deadline has come: its own instant belongs to it."""
    return stops_at is not None and now >= stops_at


def describe_stops(
    code: str,
    registration_at: datetime | None,
    cancellation_at: datetime | None,
    now: datetime,
    zone: ZoneInfo,
) -> str | None:
    """Return a sentence on when a session stops taking and letting go people, in `zone`.

    None when nothing but its start stops that. What is past already is pointed out.
    """
    parts = [
        f"{what} {timewords.show(at, zone)}{' (past)' if has_passed(at, now) else ''}"
        for what, at in (
            ("registration stops", registration_at),
            ("cancellations stop", cancellation_at),
        )
        if at is not None
    ]
    return f"{code}: {', '.join(parts)}." if parts else None


@dataclass(frozen=True, slots=True)
class ParticipantRecord:
    """How one person takes part in a training; `session` is the code of their session."""

    id: int
    user_id: int
    training_id: int
    session_id: int | None
    session: str | None
    is_preselected: bool
    is_attendance_recorded: bool
    side: EnrolledBy
    enrolled_at: datetime
    access_at: datetime
    answer: InvitationAnswer | None
    points: int | None
    certificate: str | None

    @property
    def has_result(self) -> bool:
        """Whether points or a certificate are recorded."""
        return self.points is not None or self.certificate is not None
