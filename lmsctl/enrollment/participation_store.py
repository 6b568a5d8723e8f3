"""The SQL of the enrollment room: how one person takes part in a training."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.enrollment.results import DayAttended, DeadlineExtended
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.user.store import IS_ALIVE


@dataclass(frozen=True, slots=True)
class Part:
    """One enrollment in a training; `session` is the code of its session."""

    id: int
    session_id: int | None
    session: str | None
    state: str
    side: str
    is_preselected: bool
    access_at: datetime
    enrolled_at: datetime
    answered_at: datetime | None
    canceled_at: datetime | None
    points: int | None
    certificate: str | None
    result_at: datetime | None


def latest(work: Work, training_id: int, user_id: int) -> Part | None:
    """Return a person's enrollment in a training, or the latest of those that were canceled."""
    return work.one(
        Part,
        """
        SELECT e.id, e.session_id, s.code AS session,
               CASE WHEN e.canceled_at IS NULL THEN COALESCE(e.answer, 'enrolled')
                    ELSE 'canceled' END AS state,
               e.side, e.is_preselected, e.access_at, e.enrolled_at, e.answered_at, e.canceled_at,
               e.points, e.certificate, e.result_at
        FROM training_enrollments e LEFT JOIN training_sessions s ON s.id = e.session_id
        WHERE e.training_id = :training AND e.user_id = :user
        ORDER BY CASE WHEN e.canceled_at IS NULL THEN 0 ELSE 1 END, e.id DESC LIMIT 1
        """,
        training=training_id,
        user=user_id,
    )


def has_any(work: Work, training_id: int, scope: Scope) -> bool:
    """Say whether somebody in scope takes part in a training, or did."""
    return bool(
        work.value(
            f"""
            SELECT EXISTS (
                SELECT 1 FROM training_enrollments e
                JOIN users u ON u.id = e.user_id
                JOIN departments d ON d.id = u.department_id
                WHERE e.training_id = :training AND {IS_ALIVE} AND {scope.clause("d.path")})
            """,
            training=training_id,
            now=work.now,
        )
    )


def days_attended(work: Work, enrollment_id: int, session_id: int | None) -> list[DayAttended]:
    """Return the days of a session in order, and whether somebody was there."""
    return work.all(
        DayAttended,
        """
        SELECT row_number() OVER (ORDER BY y.starts_at, y.id) AS day, y.starts_at, y.ends_at,
               a.is_present, a.minutes, a.recorded_at
        FROM session_days y
        LEFT JOIN attendances a ON a.day_id = y.id AND a.enrollment_id = :enrollment
        WHERE y.session_id = :session ORDER BY day
        """,
        enrollment=enrollment_id,
        session=session_id,
    )


def extensions(work: Work, training_id: int, user_id: int) -> list[DeadlineExtended]:
    """Return until when deadlines of a training hold off for a person, and who allowed that."""
    return work.all(
        DeadlineExtended,
        """
        SELECT deadline, until_at, reason, given_by, given_at FROM deadline_extensions
        WHERE training_id = :training AND user_id = :user ORDER BY deadline DESC
        """,
        training=training_id,
        user=user_id,
    )
