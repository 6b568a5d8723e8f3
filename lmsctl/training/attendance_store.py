"""The SQL of the training room: who was there on which day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lmsctl.kit.work import Work
from lmsctl.training.people_store import LIVE
from lmsctl.training.results import Attended


@dataclass(frozen=True, slots=True)
class Seat:
    """One participant of a session, and what is recorded of them on one day."""

    enrollment_id: int
    user_id: int
    login: str
    login_key: str
    email_key: str | None
    is_present: bool | None
    minutes: int | None


def seats(work: Work, session_id: int, day_id: int) -> list[Seat]:
    """Return who is in a session, by login, with what is recorded of them on a day."""
    return work.all(
        Seat,
        f"""
        SELECT e.id AS enrollment_id, e.user_id, u.login, u.login_key, u.email_key,
               a.is_present, a.minutes
        FROM training_enrollments e
        JOIN users u ON u.id = e.user_id
        LEFT JOIN attendances a ON a.enrollment_id = e.id AND a.day_id = :day
        WHERE e.session_id = :session AND e.{LIVE} ORDER BY u.login_key
        """,
        session=session_id,
        day=day_id,
    )


def record(
    work: Work, ids: Sequence[int], day_id: int, *, is_present: bool, minutes: int | None
) -> None:
    """Record whether participants were there on a day, in place of what was recorded before."""
    work.run(
        """
        INSERT INTO attendances (enrollment_id, day_id, is_present, minutes, recorded_at)
        SELECT e.id, :day, :is_present, :minutes, :now
        FROM training_enrollments e WHERE e.id IN :ids
        ON CONFLICT (enrollment_id, day_id) DO UPDATE
        SET is_present = excluded.is_present, minutes = excluded.minutes,
            recorded_at = excluded.recorded_at
        """,
        ids=list(ids),
        day=day_id,
        is_present=is_present,
        minutes=minutes,
        now=work.now,
    )


def of_session(work: Work, session_id: int) -> Iterator[Attended]:
    """Yield who is in a session on each of its days, and whether they were there."""
    return work.each(
        Attended,
        f"""
        SELECT u.login, y.day, a.is_present, a.minutes, a.recorded_at
        FROM training_enrollments e
        JOIN users u ON u.id = e.user_id
        JOIN (SELECT id, session_id, row_number() OVER (ORDER BY starts_at, id) AS day
              FROM session_days WHERE session_id = :session) AS y ON y.session_id = e.session_id
        LEFT JOIN attendances a ON a.enrollment_id = e.id AND a.day_id = y.id
        WHERE e.session_id = :session AND e.{LIVE} ORDER BY y.day, u.login_key
        """,
        session=session_id,
    )
