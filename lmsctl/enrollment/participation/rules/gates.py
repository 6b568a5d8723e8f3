"""Pure decisions on what learners may do with their trainings: which gates are closed, and why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.enrollment.participation.errors import (
    AccessToCome,
    AttendanceRecorded,
    CancellationsStopped,
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
from lmsctl.enrollment.participation.rules.situation import Situation
from lmsctl.kit import wall_clock
from lmsctl.kit.errors import Refusal
from lmsctl.training import rules as training_rules
from lmsctl.training.participants.rules import OverlappingDay
from lmsctl.training.rules import SessionRecord
from lmsctl.training.sessions import rules as session_rules
from lmsctl.training.sessions.results import SessionChoice


def raise_closed(gates: Iterator[Refusal]) -> None:
    """Raise the one closed gate, or GatesClosed when there are several; nothing without any."""
    closed = list(gates)
    if len(closed) > 1:
        raise GatesClosed(count=len(closed), details=closed)
    for refusal in closed:
        raise refusal


# Going -------------------------------------------------------------------------------------------


def gates_to_leave(situation: Situation) -> Iterator[Refusal]:
    """Yield every gate that keeps a participant from giving up their session, or the training.

    The order is fixed: access, then pre-selected, begun, attendance, lock, deadline. Of somebody
    without a session the latest deadline of those that are to come counts.
    """
    session, participation = situation.session, situation.participation
    yield from gates_of_access(situation)
    if session is None or participation is None:
        yield from _gates_of_lock(situation)
        yield from _gates_of_all_sessions(situation)
        return
    name = TrainingTarget(situation.training, session).name
    if participation.is_preselected:
        yield SessionPreselected(
            login=situation.login, training=situation.training.code, session=name
        )
    if situation.now >= session.starts_at:
        yield SessionBegun(session=name, starts_at=situation.as_local_text(session.starts_at))
    if participation.is_attendance_recorded:
        yield AttendanceRecorded(login=situation.login, session=name)
    yield from _gates_of_lock(situation)
    stops_at = situation.cancellations_stop_at(session)
    if training_rules.has_passed(stops_at, situation.now):
        yield _cancellations_stopped(situation, name, stops_at)


def gates_of_access(situation: Situation) -> Iterator[Refusal]:
    """Yield the gate of a participant who has no access to the training yet."""
    if situation.participation is not None and situation.now < situation.participation.access_at:
        yield AccessToCome(
            login=situation.login,
            training=situation.training.code,
            access_at=situation.as_local_text(situation.participation.access_at),
        )


def _cancellations_stopped(
    situation: Situation, name: str, stops_at: datetime | None
) -> CancellationsStopped:
    """Return the refusal after a cancellation deadline."""
    return CancellationsStopped(
        session=name,
        stops_at=situation.as_local_text(stops_at),
        login=situation.login,
        training=situation.training.code,
    )


def _gates_of_lock(situation: Situation) -> Iterator[Refusal]:
    """Yield the gate of a training whose participants are locked."""
    if situation.training.is_locked:
        yield ListLocked(training=situation.training.code)


def _gates_of_all_sessions(situation: Situation) -> Iterator[Refusal]:
    """Yield the gate of a participant without a session, once no session can be left."""
    ahead = [session for session in situation.sessions if situation.is_upcoming(session)]
    if not ahead:
        yield NoSessionOpen(training=situation.training.code)
        return
    stops = [situation.cancellations_stop_at(session) for session in ahead]
    latest = max((at for at in stops if at is not None), default=None)
    if None not in stops and training_rules.has_passed(latest, situation.now):
        yield _cancellations_stopped(situation, situation.training.code, latest)


def gates_to_give_up_session(situation: Situation) -> Iterator[Refusal]:
    """Yield every gate that keeps a participant from changing their session, or choosing one."""
    if situation.participation is not None and situation.participation.has_result:
        yield placing.refuse_for_result(situation.login, situation.training)
    if situation.session is not None:
        yield from gates_to_leave(situation)
    else:
        yield from gates_of_access(situation)
        yield from _gates_of_lock(situation)


# Coming ------------------------------------------------------------------------------------------


def gates_to_enter(situation: Situation, session: SessionRecord) -> Iterator[Refusal]:
    """Yield every gate that keeps a person out of a session."""
    target = TrainingTarget(situation.training, session)
    try:
        session_rules.check_not_canceled(session)
    except Refusal as refusal:
        yield refusal
        return
    if not situation.is_upcoming(session):
        yield SessionBegun(
            session=target.name, starts_at=situation.as_local_text(session.starts_at)
        )
    stops_at = situation.registration_stops_at(session)
    if training_rules.has_passed(stops_at, situation.now):
        yield RegistrationStopped(
            session=target.name,
            stops_at=situation.as_local_text(stops_at),
            login=situation.login,
            training=situation.training.code,
        )
    if session.free == 0:
        yield placing.session_full(target, f"'{situation.login}'")


def gates_to_join(situation: Situation, session: SessionRecord | None) -> Iterator[Refusal]:
    """Yield every gate that keeps somebody who does not take part out of a training.

    Without a session one of them must still take people in; whether it has a place left is a
    question for when it is chosen.
    """
    if not situation.is_offered:
        yield TrainingNotOffered(login=situation.login, training=situation.training.code)
    if session is not None:
        yield from gates_to_enter(situation, session)
    elif not any(situation.is_registration_open(one) for one in situation.sessions):
        yield NoSessionOpen(training=situation.training.code)


def gates_to_switch(situation: Situation, session: SessionRecord) -> Iterator[Refusal]:
    """Yield every gate that keeps a participant from taking `session` for the one they have."""
    yield from gates_to_give_up_session(situation)
    yield from gates_to_enter(situation, session)


def list_switchable(situation: Situation) -> list[SessionRecord]:
    """Return the sessions that a participant may switch to: others, open, with a place left."""
    return [
        session
        for session in situation.sessions
        if session != situation.session and not list(gates_to_enter(situation, session))
    ]


def warning_of_overlap(choice: SessionChoice, day: OverlappingDay, zone: ZoneInfo) -> str:
    """Return the warning that a session overlaps a day of another one of the same person."""
    span = wall_clock.show_span(day.starts_at, day.ends_at, zone)
    return f"{choice.training}:{choice.code} overlaps {day.training}:{day.session} ({span})."


# Coming back -------------------------------------------------------------------------------------


def warnings_before_leaving(situation: Situation) -> list[str]:
    """Return what a participant must know who could not come back; nothing if they could.

    The gates are those of joining, as they would stand after they have left. What is closed may be
    only the session they have, and then the others that are open are named.
    """
    after = _after_leaving(situation)
    session = next(
        (one for one in after.sessions if situation.session and one.id == situation.session.id),
        None,
    )
    closed = [refusal.format_message() for refusal in gates_to_join(after, session)]
    if not closed:
        return []
    code = situation.training.code
    if session is None or any(gates_to_join(after, None)):
        return [*closed, f"Coming back to '{code}' will not be possible."]
    others = [f"{code}:{one.code}" for one in after.sessions if not any(gates_to_enter(after, one))]
    open_are = f"open: {', '.join(others)}" if others else "no other session has a place left now"
    return [*closed, f"Coming back to {code}:{session.code} will not be possible; {open_are}."]


def _after_leaving(situation: Situation) -> Situation:
    """Return the situation of the person once they have left: their place is free."""
    sessions = [
        replace(one, taken=one.taken - 1)
        if situation.session and one.id == situation.session.id
        else one
        for one in situation.sessions
    ]
    return replace(situation, sessions=sessions, participation=None)
