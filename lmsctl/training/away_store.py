"""The SQL of people who were away: which places they keep, and what they missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lmsctl.kit.work import Work
from lmsctl.training.people_store import LIVE


@dataclass(frozen=True, slots=True)
class Place:
    """How one person takes part in one training that goes on later."""

    training_id: int
    training: str
    session: str | None
    starts_at: datetime | None
    is_full: bool


def places(work: Work, user_id: int, at: datetime) -> list[Place]:
    """Return a person's places in sessions that begin after `at`, in the order of trainings.

    With those that they could still choose a session in, if `at` is now; what has a result stays.
    """
    return work.all(
        Place,
        f"""
        SELECT e.training_id, t.code AS training, s.code AS session, y.starts_at,
               COALESCE(s.taken >= s.capacity, FALSE) AS is_full
        FROM training_enrollments e
        JOIN trainings t ON t.id = e.training_id
        LEFT JOIN training_sessions s ON s.id = e.session_id
        LEFT JOIN (SELECT session_id, min(starts_at) AS starts_at
                   FROM session_days GROUP BY session_id) y ON y.session_id = s.id
        WHERE e.user_id = :user AND e.{LIVE} AND e.points IS NULL AND e.certificate IS NULL
          AND (y.starts_at > :at OR (s.id IS NULL AND :is_now))
        ORDER BY e.training_id
        """,
        user=user_id,
        at=at,
        is_now=at <= work.now,
    )


def count_places(work: Work, user_ids: Sequence[int]) -> int:
    """Return how many places these people have in sessions that have not begun."""
    return int(
        work.value(
            f"""
            SELECT count(*) FROM training_enrollments e
            WHERE e.user_id IN :users AND e.{LIVE} AND e.session_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM session_days y
                              WHERE y.session_id = e.session_id AND y.starts_at <= :now)
            """,
            users=list(user_ids),
            now=work.now,
        )
    )


@dataclass(frozen=True, slots=True)
class Missed:
    """A message that somebody got only as a notice because they were away, or would have got.

    `calendar` are the entries that no mail took to them; `enrollment_id` and `moves` are what
    their own entries are made with.
    """

    user_id: int
    email: str | None
    training_id: int
    session_id: int | None
    enrollment_id: int
    moves: int
    is_live: bool
    calendar: str | None


# A notice `n` to the person `u` from when they were away; what had been mailed before is known.
_MISSED = """
    n.user_id = u.id AND n.channel = 'account' AND n.due_at <= :now
    AND n.due_at >= COALESCE(u.away_at, u.created_at)
    AND NOT EXISTS (
        SELECT 1 FROM notifications m
        WHERE m.user_id = n.user_id AND m.channel = 'mail' AND m.about = n.about
          AND m.kind = n.kind AND m.created_at = n.created_at AND m.due_at = n.due_at
          AND m.due_at <= COALESCE(u.away_at, u.created_at))
"""


def missed(work: Work, user_ids: Sequence[int]) -> list[Missed]:
    """Return what these people missed of their trainings, in the order in which it was told."""
    return work.all(
        Missed,
        f"""
        SELECT u.id AS user_id, u.email, e.training_id, e.session_id, e.id AS enrollment_id,
               e.moves, e.{LIVE} AS is_live, n.calendar
        FROM users u
        JOIN training_enrollments e ON e.user_id = u.id
        JOIN notifications n ON n.about = 'participation ' || e.id
        WHERE u.id IN :users AND {_MISSED}
        ORDER BY u.id, e.training_id, n.id
        """,
        users=list(user_ids),
        now=work.now,
    )


def withdraw(work: Work, user_ids: Sequence[int]) -> None:
    """Take back mails of trainings to these people that came due while they were away."""
    work.run(
        """
        DELETE FROM notifications WHERE channel = 'mail' AND state = 'queued' AND due_at <= :now
          AND about LIKE 'participation %' AND user_id IN :users
          AND due_at > (SELECT COALESCE(u.away_at, u.created_at) FROM users u
                        WHERE u.id = notifications.user_id)
        """,
        users=list(user_ids),
        now=work.now,
    )
