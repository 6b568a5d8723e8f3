"""Pure decisions on who takes part and whose attendance is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lmsctl.training.participants.errors import (
    AttendanceMinutesWrong,
    AttendanceOfNobody,
    AttendanceTooEarly,
)
from lmsctl.training.results import EnrolledBy, InvitationAnswer
from lmsctl.training.rules import SessionDayRecord


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
    logins: Sequence[str] | None,
    minutes: int | None,
    day: int | None,
    *,
    is_everybody: bool,
    is_absent: bool,
) -> bool:
    """Say whether attendance is to be listed, not recorded; raises AttendanceOfNobody."""
    if bool(logins) and is_everybody:
        raise AttendanceOfNobody(field="--everybody")
    if logins or is_everybody:
        return False
    if is_absent or minutes is not None or day is not None:
        raise AttendanceOfNobody(field="--user")
    return True


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
    answered_at: datetime | None
    moves: int
    points: int | None
    certificate: str | None

    @property
    def has_result(self) -> bool:
        """Whether points or a certificate are recorded."""
        return self.points is not None or self.certificate is not None


@dataclass(frozen=True, slots=True)
class OverlappingDay:
    """A day of a session of somebody, at the same time as another session."""

    training: str
    session: str
    starts_at: datetime
    ends_at: datetime
