"""What decides on the acts of one person in one training: deadlines, places, access."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lmsctl.kit import wall_clock
from lmsctl.training import rules as training_rules
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.results import Deadline
from lmsctl.training.rules import SessionRecord, TrainingRecord


@dataclass(frozen=True, slots=True)
class Situation:
    """One person and one training at one moment: all that decides what the person may do.

    `sessions` are all of the training, `participation` is None for somebody who does not take part,
    `extensions` say until when deadlines are extended for them, and `is_offered` whether the
    catalog opens the training to them.
    """

    login: str
    training: TrainingRecord
    sessions: Sequence[SessionRecord]
    participation: ParticipantRecord | None
    extensions: Mapping[Deadline, datetime]
    is_offered: bool
    now: datetime

    @property
    def session(self) -> SessionRecord | None:
        """The session that the person is in."""
        number = self.participation.session_id if self.participation else None
        return next((session for session in self.sessions if session.id == number), None)

    def registration_stops_at(self, session: SessionRecord) -> datetime | None:
        """Return the registration deadline of a session for this person; None without one."""
        return self._extended(Deadline.REGISTRATION, session.registration_stops_at)

    def cancellations_stop_at(self, session: SessionRecord) -> datetime | None:
        """Return the cancellation deadline of a session for this person; None without one."""
        return self._extended(Deadline.CANCELLATION, session.cancellations_stop_at)

    def _extended(self, deadline: Deadline, stops_at: datetime | None) -> datetime | None:
        until = self.extensions.get(deadline)
        return stops_at if stops_at is None or until is None else max(stops_at, until)

    def as_local_text(self, moment: datetime | None) -> str | None:
        """Return a moment as a text in the zone of the training; None for None."""
        return wall_clock.show(moment, self.training.zone) if moment is not None else None

    def is_upcoming(self, session: SessionRecord) -> bool:
        """Say whether a session is still to come."""
        return session.canceled_at is None and self.now < session.starts_at

    def is_registration_open(self, session: SessionRecord) -> bool:
        """Say whether a session is to come and its registration deadline is not over."""
        stops_at = self.registration_stops_at(session)
        return self.is_upcoming(session) and not training_rules.has_passed(stops_at, self.now)
