"""Showing and listing sessions."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from lmsctl.kit.answer import with_more
from lmsctl.kit.work import Work
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import rules
from lmsctl.training.access.actions import get_visible, visible_scope
from lmsctl.training.sessions import rules as session_rules
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.results import (
    SessionChoice,
    SessionDayRow,
    SessionDetail,
    SessionRow,
    SessionState,
)

_MINUTE = timedelta(minutes=1)


def show_session(work: Work, given_training: str, given: str) -> SessionDetail:
    """Return one session of a training that the actor sees or that is open to them.

    Raises TrainingUnknown and SessionUnknown.
    """
    training = get_visible(work, given_training)
    return to_result(work, session_store.get(work, training, given))


def list_sessions(
    work: Work, given_training: str | None = None, wanted: SessionState | None = None
) -> Iterator[SessionRow]:
    """Return sessions in the order of their starts, of one training or of all the actor sees.

    One training may also be one that is open to them. Canceled sessions come only when `wanted`
    asks for them. Raises TrainingUnknown.
    """
    if given_training is None:
        scope, training_id = visible_scope(work), None
    else:
        scope, training_id = ANYWHERE, get_visible(work, given_training).id
    rows = (to_row(work, row) for row in session_store.listed(work, scope, training_id))
    return (
        row
        for row in rows
        if (row.state is wanted if wanted is not None else row.state is not SessionState.CANCELED)
    )


def to_result(work: Work, row: rules.SessionRecord) -> SessionDetail:
    """Return a session as it is shown, with its days."""
    return SessionDetail(
        id=row.id,
        training=row.training,
        code=row.code,
        title=row.title,
        instructor=row.instructor,
        state=session_rules.state_at(row, work.now),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        days=_day_rows(session_store.days(work, row.id)),
        limit=row.capacity,
        used=row.taken,
        free=row.free,
        registration_stops_at=row.registration_stops_at,
        cancellations_stop_at=row.cancellations_stop_at,
        time_zone=row.time_zone,
        version=row.version,
    )


def choices(work: Work, sessions: Sequence[rules.SessionRecord]) -> list[SessionChoice]:
    """Return sessions as they are chosen from, in the order given."""
    days = session_store.days_of(work, [session.id for session in sessions])
    return [
        with_more(SessionChoice, row, schedule=_day_rows(days[row.id]))
        for row in (to_row(work, session) for session in sessions)
    ]


def _day_rows(days: Sequence[rules.SessionDayRecord]) -> list[SessionDayRow]:
    return [_day_row(number, day) for number, day in enumerate(days, start=1)]


def _day_row(number: int, day: rules.SessionDayRecord) -> SessionDayRow:
    minutes = (day.ends_at - day.starts_at) // _MINUTE
    return SessionDayRow(number, day.starts_at, day.ends_at, minutes, day.place, day.url)


def to_row(work: Work, row: rules.SessionRecord) -> SessionRow:
    """Return a session as it is listed."""
    return SessionRow(
        id=row.id,
        training=row.training,
        code=row.code,
        title=row.title,
        instructor=row.instructor,
        state=session_rules.state_at(row, work.now),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        days=row.days,
        limit=row.capacity,
        used=row.taken,
        free=row.free,
        registration_stops_at=row.registration_stops_at,
        cancellations_stop_at=row.cancellations_stop_at,
    )
