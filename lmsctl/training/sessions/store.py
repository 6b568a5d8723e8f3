"""The statements on sessions and their days."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, exists, func, select, update

from lmsctl.department.model import Department
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.training.model import (
    IS_LIVE,
    Attendance,
    SessionDay,
    TrainingEnrollment,
    TrainingSession,
)
from lmsctl.training.model import Training as Row
from lmsctl.training.rules import SessionDayRecord, SessionRecord, SessionWithDays, TrainingRecord
from lmsctl.training.sessions.errors import SessionUnknown

_DAY = aliased(SessionDay)
_LACKS_ATTENDANCE = exists(
    select(TrainingEnrollment.id)
    .join(_DAY, col(_DAY.session_id) == col(TrainingEnrollment.session_id))
    .where(
        col(TrainingEnrollment.session_id) == col(TrainingSession.id),
        col(TrainingEnrollment.canceled_at).is_(None),
        ~exists().where(
            col(Attendance.enrollment_id) == col(TrainingEnrollment.id),
            col(Attendance.day_id) == col(_DAY.id),
        ),
    )
)
_STARTS_AT = func.min(col(SessionDay.starts_at))
# Days are counted once it is known which sessions are wanted.
_SELECT_SESSION = (
    select(
        *columns_of(
            SessionRecord,
            TrainingSession,
            training=col(Row.code),
            time_zone=col(Row.time_zone),
            starts_at=_STARTS_AT,
            ends_at=func.max(col(SessionDay.ends_at)),
            days=func.count(),
            is_recorded=~_LACKS_ATTENDANCE,
            registration_amount=col(Row.registration_amount),
            registration_unit=col(Row.registration_unit),
            cancellation_amount=col(Row.cancellation_amount),
            cancellation_unit=col(Row.cancellation_unit),
        )
    )
    .select_from(TrainingSession)
    .join(Row, col(Row.id) == col(TrainingSession.training_id))
    .join(SessionDay, col(SessionDay.session_id) == col(TrainingSession.id))
    .group_by(col(TrainingSession.id), col(Row.id))
)


def find(work: Work, training: TrainingRecord, given: str) -> SessionRecord | None:
    """Return the session of `training` with that code or number, or None.

    Raises Ambiguous when `given` fits two.
    """
    return find_named(
        work,
        SessionRecord,
        _SELECT_SESSION.where(col(TrainingSession.training_id) == training.id),
        given,
        col(TrainingSession.code_key) == canonical.key(given),
        id_column=TrainingSession.id,
        what="session",
    )


def get(work: Work, training: TrainingRecord, given: str) -> SessionRecord:
    """Return what `find` finds; raises SessionUnknown."""
    found = find(work, training, given)
    if found is None:
        raise SessionUnknown(training=training.code, given=canonical.excerpt(given))
    return found


def find_by_code(work: Work, training: TrainingRecord, code_key: str) -> SessionRecord | None:
    """Return the session of `training` with this code; numbers do not count."""
    return work.one(
        SessionRecord,
        _SELECT_SESSION.where(
            col(TrainingSession.training_id) == training.id,
            col(TrainingSession.code_key) == code_key,
        ),
    )


def by_id(work: Work, id_: int) -> SessionRecord:
    """Return the session with that id, which must exist."""
    found = work.one(SessionRecord, _SELECT_SESSION.where(col(TrainingSession.id) == id_))
    assert found is not None
    return found


def get_for_update(work: Work, id_: int) -> SessionRecord:
    """Return the session as it is now, and let nobody else change it or take a place in it."""
    locks.lock_rows(work, TrainingSession, [id_])
    return by_id(work, id_)


def list_codes_starting(work: Work, start: str, training_id: int) -> list[str]:
    """Return the codes of sessions of a training that begin so, as `list_starting` does."""
    statement = select(TrainingSession.code).where(col(TrainingSession.training_id) == training_id)
    return list_starting(work, statement, col(TrainingSession.code_key), canonical.key(start))


def listed(
    work: Work, scope: Scope, training_id: int | None, under: str | None = None
) -> Iterator[SessionRecord]:
    """Yield sessions of trainings in scope, or of one training, in the order of their starts."""
    statement = _SELECT_SESSION.join(
        Department, col(Department.id) == col(Row.department_id)
    ).where(in_scope(scope, Department.path))
    if training_id is not None:
        statement = statement.where(col(Row.id) == training_id)
    if under is not None:
        statement = statement.where(in_scope(Scope((under,)), Department.path))
    return work.each(
        SessionRecord,
        statement.order_by(_STARTS_AT, col(Row.code_key), col(TrainingSession.code_key)),
    )


def add(work: Work, **values: Any) -> int:
    """Insert a session and return its id; its first day must follow at once."""
    return work.insert(TrainingSession, **values)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one session and count up its version."""
    work.update(TrainingSession, id_, **values)


def days(work: Work, session_id: int) -> list[SessionDayRecord]:
    """Return the days of a session in the order of their starts."""
    return work.all(
        SessionDayRecord,
        select(*columns_of(SessionDayRecord, SessionDay))
        .where(col(SessionDay.session_id) == session_id)
        .order_by(col(SessionDay.starts_at), col(SessionDay.id)),
    )


def days_of(work: Work, session_ids: Sequence[int]) -> dict[int, list[SessionDayRecord]]:
    """Return the days of each of these sessions in the order of their starts."""
    found: dict[int, list[SessionDayRecord]] = {}
    statement = (
        select(*columns_of(SessionDayRecord, SessionDay))
        .where(among(SessionDay.session_id, session_ids))
        .order_by(col(SessionDay.starts_at), col(SessionDay.id))
    )
    for day in work.all(SessionDayRecord, statement):
        found.setdefault(day.session_id, []).append(day)
    return found


def add_day(work: Work, **values: Any) -> int:
    """Insert a day of a session and return its id."""
    return work.insert(SessionDay, **values)


def change_day(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one day and count up its revision."""
    work.update(SessionDay, id_, **values, revision=col(SessionDay.revision) + 1)


def of_trainings(work: Work, ids: Sequence[int]) -> list[SessionRecord]:
    """Return the sessions of these trainings in the order of their starts."""
    return work.all(
        SessionRecord,
        _SELECT_SESSION.where(among(TrainingSession.training_id, ids)).order_by(
            _STARTS_AT, col(TrainingSession.code_key)
        ),
    )


def remove_everybody(work: Work, session_id: int) -> None:
    """Take everybody out of a session; they stay in its training and may choose another one.

    Call it after the training was locked, so that nobody takes a place between the two statements.
    """
    moves = col(TrainingEnrollment.moves) + 1
    work.run(
        update(TrainingEnrollment)
        .where(col(TrainingEnrollment.session_id) == session_id, IS_LIVE)
        .values(session_id=None, is_preselected=False, moves=moves)
    )
    work.run(
        update(TrainingSession)
        .where(col(TrainingSession.id) == session_id)
        .values(taken=0, over_capacity=0)
    )


def get_with_days(work: Work, session_id: int) -> SessionWithDays:
    """Return a session, which must exist, as it is now with its days."""
    return SessionWithDays(by_id(work, session_id), days(work, session_id))


def find_with_days(work: Work, session_id: int | None) -> SessionWithDays | None:
    """Return a session as it is now with its days; None when `session_id` is None."""
    return None if session_id is None else get_with_days(work, session_id)
