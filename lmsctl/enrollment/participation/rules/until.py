"""Until when a learner may join, leave and switch: what the gates decide, as instants."""

from datetime import datetime

from lmsctl.enrollment.participation.rules.gates import (
    gates_to_give_up_session,
    gates_to_leave,
    list_switchable,
)
from lmsctl.enrollment.participation.rules.situation import Situation
from lmsctl.training.rules import SessionRecord


def leave_until(situation: Situation) -> datetime | None:
    """Return the instant before which a participant may leave, None when they may not now."""
    if any(gates_to_leave(situation)):
        return None
    if situation.session is not None:
        return _earlier_of_start(
            situation.cancellations_stop_at(situation.session), situation.session
        )
    ahead = (session for session in situation.sessions if situation.is_upcoming(session))
    return max(
        _earlier_of_start(situation.cancellations_stop_at(session), session) for session in ahead
    )


def join_until(situation: Situation) -> datetime | None:
    """Return the instant before which a person may come to some session, None if to none now."""
    joinable = (
        session for session in situation.sessions if situation.is_registration_open(session)
    )
    return max((_can_enter_until(situation, session) for session in joinable), default=None)


def switch_until(situation: Situation) -> datetime | None:
    """Return the instant before which a participant may choose another session, or their first.

    None when they may not now, or when there is none with a place left.
    """
    if any(gates_to_give_up_session(situation)):
        return None
    latest = max(
        (_can_enter_until(situation, session) for session in list_switchable(situation)),
        default=None,
    )
    if latest is None or situation.session is None:
        return latest
    return min(
        latest,
        _earlier_of_start(situation.cancellations_stop_at(situation.session), situation.session),
    )


def _can_enter_until(situation: Situation, session: SessionRecord) -> datetime:
    """Return the instant before which a person may come to a session."""
    return _earlier_of_start(situation.registration_stops_at(session), session)


def _earlier_of_start(stops_at: datetime | None, session: SessionRecord) -> datetime:
    """Return a deadline of a session, or its start when that is earlier or there is none."""
    return session.starts_at if stops_at is None else min(stops_at, session.starts_at)
