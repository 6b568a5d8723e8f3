"""Filling a portal with very many people and trainings, by statements that take sets of rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Run = Callable[..., Any]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STARTS = datetime(2030, 3, 31, 7, tzinfo=UTC)
_NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"


def fill_people(run: Run, count: int, *, prefix: str = "p", department: str = "/") -> None:
    """Add active people with addresses to a department: `prefix` and a number from 1 on.

    `run` takes a statement in the one dialect of the stores, and values by name.
    """
    run(
        f"""
        INSERT INTO users (login, login_key, email, email_key, first_name, last_name, type, status,
                           department_id, supervisor_mode, origin, origin_detail, created_at,
                           version)
        {_NUMBERS}
        SELECT :prefix || i, :prefix || i, :prefix || i || '.x@example.com',
               :prefix || i || '.x@example.com', 'First' || i, 'Läst' || i, 'staff', 'active',
               d.id, 'inherited', 'import', '1', :now, 1
        FROM n, departments d WHERE d.full_name = :department
        """,
        count=count,
        prefix=prefix,
        department=department,
        now=NOW,
    )
    for key in ("login_key", "email_key"):
        run(
            f"""
            INSERT INTO user_names (key, user_id)
            SELECT u.{key}, u.id FROM users u
            WHERE NOT EXISTS (SELECT 1 FROM user_names n WHERE n.key = u.{key})
              AND u.{key} IS NOT NULL
            """
        )
    counted = "UPDATE portals SET seats_taken = seats_taken + :count WHERE seat_limit IS NOT NULL"
    run(counted, count=count)


def fill_trainings(run: Run, count: int, *, prefix: str = "t", sessions: int = 3) -> None:
    """Add trainings of the root, `prefix` and a number from 1 on, that are offered to everybody.

    Each has deadlines and so many sessions without limit, `s1`, `s2` and on, still to come.
    """
    run(
        f"""
        INSERT INTO trainings (code, code_key, title, type, description, department_id, time_zone,
                               registration_amount, registration_unit, cancellation_amount,
                               cancellation_unit, is_locked, is_telling_supervisors, created_at,
                               version)
        {_NUMBERS}
        SELECT :prefix || i, :prefix || i, 'Training ' || i, 'meeting', '', d.id, 'Europe/Berlin',
               2, 'd', 1, 'mo', FALSE, FALSE, :now, 1
        FROM n, departments d WHERE d.parent_id IS NULL
        """,
        count=count,
        prefix=prefix,
        now=NOW,
    )
    run(
        f"""
        INSERT INTO training_sessions (training_id, code, code_key, taken, over_capacity,
                                       created_at, version)
        {_NUMBERS}
        SELECT t.id, 's' || i, 's' || i, 0, 0, :now, 1
        FROM trainings t, n WHERE t.code LIKE :like
        """,
        count=sessions,
        like=f"{prefix}%",
        now=NOW,
    )
    run(
        """
        INSERT INTO session_days (session_id, starts_at, ends_at, uid, revision)
        SELECT s.id, :starts, :ends, 'day-' || s.id, 0
        FROM training_sessions s JOIN trainings t ON t.id = s.training_id WHERE t.code LIKE :like
        """,
        like=f"{prefix}%",
        starts=STARTS,
        ends=STARTS + timedelta(hours=8),
    )
    run(
        """
        INSERT INTO training_openings (training_id, opening)
        SELECT id, 'everybody' FROM trainings WHERE code LIKE :like
        """,
        like=f"{prefix}%",
    )


def fill_places(run: Run, trainings: int, *, each: int = 3, sessions: int = 3) -> None:
    """Put everybody whom `fill_people` made into so many of the `t…` of `fill_trainings`."""
    run(
        f"""
        INSERT INTO training_enrollments (user_id, training_id, session_id, is_preselected, side,
                                          access_at, enrolled_at, moves, calendar_uid)
        {_NUMBERS}
        SELECT u.id, t.id, s.id, FALSE, 'learner', :now, :now, 0, 'filled-' || u.id || '-' || t.id
        FROM n, users u, trainings t, training_sessions s
        WHERE u.origin = 'import' AND t.code = 't' || (1 + (u.id * :count + i) % :trainings)
          AND s.training_id = t.id AND s.code = 's' || (1 + u.id % :sessions)
        """,
        count=each,
        trainings=trainings,
        sessions=sessions,
        now=NOW,
    )
    run(
        """
        UPDATE training_sessions SET taken = (
            SELECT count(*) FROM training_enrollments e WHERE e.session_id = training_sessions.id)
        """
    )
