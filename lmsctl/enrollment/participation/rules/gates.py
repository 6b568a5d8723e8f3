"""Pure decisions on what learners may do with their trainings: which gates are closed, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lmsctl.enrollment.participation.errors import (
    AccessToCome,
    AskedMomentMissing,
    AttendanceRecorded,
    CancellationsStopped,
    ExtensionMissing,
    GatesClosed,
    ListLocked,
    NoSessionOpen,
    RegistrationStopped,
    SessionBegun,
    SessionPreselected,
    TrainingNotOffered,
)
from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.participation.rules.placing import TrainingTarget
from lmsctl.kit import timewords
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.training import rules as training_rules
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.results import Deadline
from lmsctl.training.rules import SessionRecord, TrainingRecord
from lmsctl.training.sessions import rules as session_rules


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides on the acts of one person in one training at one moment.

    `sessions` are all of the training, `standing` is None for somebody who does not take part,
    `extensions` say until when a deadline holds off for them, and `is_offered` whether the catalog
    opens the training to them.
    """

    login: str
    training: TrainingRecord
    sessions: Sequence[SessionRecord]
    standing: ParticipantRecord | None
    extensions: Mapping[Deadline, datetime]
    is_offered: bool
    now: datetime

    @property
    def session(self) -> SessionRecord | None:
        """The session that the person is in."""
        number = self.standing.session_id if self.standing else None
        return next((session for session in self.sessions if session.id == number), None)

    def registration_stops_at(self, session: SessionRecord) -> datetime | None:
        """Return when this person can no longer come to a session; None for only its start."""
        return self._extended(Deadline.REGISTRATION, session.registration_stops_at)

    def cancellations_stop_at(self, session: SessionRecord) -> datetime | None:
        """Return when this person can no longer go from a session; None for only its start."""
        return self._extended(Deadline.CANCELLATION, session.cancellations_stop_at)

    def _extended(self, deadline: Deadline, stops_at: datetime | None) -> datetime | None:
        until = self.extensions.get(deadline)
        return stops_at if stops_at is None or until is None else max(stops_at, until)

    def shown(self, moment: datetime | None) -> str | None:
        """Return a moment of the training as its own clock shows it."""
        return timewords.show(moment, self.training.zone) if moment is not None else None

    def is_ahead(self, session: SessionRecord) -> bool:
        """Say whether a session is still to come."""
        return session.canceled_at is None and self.now < session.starts_at

    def is_registering(self, session: SessionRecord) -> bool:
        """Say whether this person may still come to a session, if it has a place left."""
        stops_at = self.registration_stops_at(session)
        return self.is_ahead(session) and not training_rules.has_passed(stops_at, self.now)


def resolve_extension_end(until: TimeWord, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant to which a deadline is put off: for a day the end of it.

    Raises ExtensionMissing for a moment that never comes, and what reading the time raises.
    """
    first, last = until.start(now, zone), until.end(now, zone)
    if first is None or last is None:
        raise ExtensionMissing(given=until.text, field="--until")
    # Acts are allowed strictly before a deadline, so that the last second of a day counts too.
    try:
        return last if first == last else last + timedelta(seconds=1)
    except OverflowError:
        raise timewords.TimeOutOfRange(given=until.text, field="--until") from None


def resolve_moment(at: TimeWord | None, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment somebody asks about, now when None; raises AskedMomentMissing."""
    moment = now if at is None else at.start(now, zone)
    if moment is None:
        raise AskedMomentMissing(given=at.text if at else "", field="--at")
    return moment


def raise_closed(gates: Iterator[Refusal]) -> None:
    """Raise the gate that is closed, or GatesClosed when it is several, in their order."""
    closed = list(gates)
    if len(closed) > 1:
        raise GatesClosed(count=len(closed), details=closed)
    for refusal in closed:
        raise refusal


# Going -------------------------------------------------------------------------------------------


def gates_to_leave(case: Situation) -> Iterator[Refusal]:
    """Yield every gate that keeps a participant from giving up their session, or the training.

    The order is fixed: access, then pre-selected, begun, attendance, lock, deadline. Of somebody
    without a session the latest deadline of those that are to come counts.
    """
    session, standing = case.session, case.standing
    yield from gates_of_access(case)
    if session is None or standing is None:
        yield from _gates_of_lock(case)
        yield from _gates_of_all_sessions(case)
        return
    name = TrainingTarget(case.training, session).name
    if standing.is_preselected:
        yield SessionPreselected(login=case.login, training=case.training.code, session=name)
    if case.now >= session.starts_at:
        yield SessionBegun(session=name, starts_at=case.shown(session.starts_at))
    if standing.is_attendance_recorded:
        yield AttendanceRecorded(login=case.login, session=name)
    yield from _gates_of_lock(case)
    stops_at = case.cancellations_stop_at(session)
    if training_rules.has_passed(stops_at, case.now):
        yield _cancellations_stopped(case, name, stops_at)


def gates_of_access(case: Situation) -> Iterator[Refusal]:
    """Yield the gate before a participant who does not see the training yet."""
    if case.standing is not None and case.now < case.standing.access_at:
        yield AccessToCome(
            login=case.login,
            training=case.training.code,
            access_at=case.shown(case.standing.access_at),
        )


def _cancellations_stopped(
    case: Situation, name: str, stops_at: datetime | None
) -> CancellationsStopped:
    return CancellationsStopped(
        session=name,
        stops_at=case.shown(stops_at),
        login=case.login,
        training=case.training.code,
    )


def _gates_of_lock(case: Situation) -> Iterator[Refusal]:
    if case.training.is_locked:
        yield ListLocked(training=case.training.code)


def _gates_of_all_sessions(case: Situation) -> Iterator[Refusal]:
    ahead = [session for session in case.sessions if case.is_ahead(session)]
    if not ahead:
        yield NoSessionOpen(training=case.training.code)
        return
    stops = [case.cancellations_stop_at(session) for session in ahead]
    latest = max((at for at in stops if at is not None), default=None)
    if None not in stops and training_rules.has_passed(latest, case.now):
        yield _cancellations_stopped(case, case.training.code, latest)


def gates_to_give_up_session(case: Situation) -> Iterator[Refusal]:
    """Yield every gate that keeps a participant from changing their session, or choosing one."""
    if case.standing is not None and case.standing.has_result:
        yield placing.refuse_for_result(case.login, case.training)
    if case.session is not None:
        yield from gates_to_leave(case)
    else:
        yield from gates_of_access(case)
        yield from _gates_of_lock(case)


# Coming ------------------------------------------------------------------------------------------


def gates_to_enter(case: Situation, session: SessionRecord) -> Iterator[Refusal]:
    """Yield every gate of a session that keeps a person out of it."""
    target = TrainingTarget(case.training, session)
    try:
        session_rules.check_not_canceled(session)
    except Refusal as refusal:
        yield refusal
        return
    if not case.is_ahead(session):
        yield SessionBegun(session=target.name, starts_at=case.shown(session.starts_at))
    stops_at = case.registration_stops_at(session)
    if training_rules.has_passed(stops_at, case.now):
        yield RegistrationStopped(
            session=target.name,
            stops_at=case.shown(stops_at),
            login=case.login,
            training=case.training.code,
        )
    if session.free == 0:
        yield placing.session_full(target, f"'{case.login}'")


def gates_to_join(case: Situation, session: SessionRecord | None) -> Iterator[Refusal]:
    """Yield every gate that keeps somebody who does not take part out of a training.

    Without a session one of them must still take people in; whether it has a place left is a
    question for when it is chosen.
    """
    if not case.is_offered:
        yield TrainingNotOffered(login=case.login, training=case.training.code)
    if session is not None:
        yield from gates_to_enter(case, session)
    elif not any(case.is_registering(one) for one in case.sessions):
        yield NoSessionOpen(training=case.training.code)


def gates_to_switch(case: Situation, session: SessionRecord) -> Iterator[Refusal]:
    """Yield every gate that keeps a participant from taking `session` for the one they have."""
    yield from gates_to_give_up_session(case)
    yield from gates_to_enter(case, session)


def list_switchable(case: Situation) -> list[SessionRecord]:
    """Return the sessions that a participant may switch to: others, open, with a place left."""
    return [
        session
        for session in case.sessions
        if session != case.session and not list(gates_to_enter(case, session))
    ]


# Coming back -------------------------------------------------------------------------------------


def warnings_before_leaving(case: Situation) -> list[str]:
    """Return what a participant must know who could not come back by themselves, else nothing.

    The gates are those of joining, as they would stand after they have left. What is closed may be
    only the session they have, and then the others that are open are named.
    """
    after = _after_leaving(case)
    session = next(
        (one for one in after.sessions if case.session and one.id == case.session.id), None
    )
    closed = [refusal.format_message() for refusal in gates_to_join(after, session)]
    if not closed:
        return []
    code = case.training.code
    if session is None or any(gates_to_join(after, None)):
        return [*closed, f"Coming back to '{code}' will not be possible."]
    others = [f"{code}:{one.code}" for one in after.sessions if not any(gates_to_enter(after, one))]
    open_are = f"open: {', '.join(others)}" if others else "no other session has a place left now"
    return [*closed, f"Coming back to {code}:{session.code} will not be possible; {open_are}."]


def _after_leaving(case: Situation) -> Situation:
    """Return the same with the person's own place free."""
    sessions = [
        replace(one, taken=one.taken - 1) if case.session and one.id == case.session.id else one
        for one in case.sessions
    ]
    return replace(case, sessions=sessions, standing=None)


# Until when --------------------------------------------------------------------------------------


def leave_until(case: Situation) -> datetime | None:
    """Return the instant before which a participant may leave, None when they may not now."""
    if any(gates_to_leave(case)):
        return None
    if case.session is not None:
        return _earlier_of_start(case.cancellations_stop_at(case.session), case.session)
    ahead = (session for session in case.sessions if case.is_ahead(session))
    return max(_earlier_of_start(case.cancellations_stop_at(session), session) for session in ahead)


def join_until(case: Situation) -> datetime | None:
    """Return the instant before which one may come to some session, None when to none now."""
    joinable = (session for session in case.sessions if case.is_registering(session))
    return max((_can_enter_until(case, session) for session in joinable), default=None)


def switch_until(case: Situation) -> datetime | None:
    """Return the instant before which a participant may choose another session, or their first.

    None when they may not now, or when there is none with a place left.
    """
    if any(gates_to_give_up_session(case)):
        return None
    latest = max(
        (_can_enter_until(case, session) for session in list_switchable(case)), default=None
    )
    if latest is None or case.session is None:
        return latest
    return min(latest, _earlier_of_start(case.cancellations_stop_at(case.session), case.session))


def _can_enter_until(case: Situation, session: SessionRecord) -> datetime:
    return _earlier_of_start(case.registration_stops_at(session), session)


def _earlier_of_start(stops_at: datetime | None, session: SessionRecord) -> datetime:
    """Return when something stops: at a deadline, and at the start in any case."""
    return session.starts_at if stops_at is None else min(stops_at, session.starts_at)
