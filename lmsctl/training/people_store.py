"""The SQL of the training room: who takes part, in which session, and what places they take.

Whoever changes more than one thing locks the training first (`training.store`), then enrollments
and then sessions, each in the order of their ids.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit.driver import Repeat
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.rights.rules import Scope, Sight
from lmsctl.training.results import Participant
from lmsctl.user.store import STATUS_NOW

LIVE = "canceled_at IS NULL"
# On how many days of their session a participant `e` was there.
DAYS_ATTENDED = """
    (SELECT count(*) FROM attendances a JOIN session_days y ON y.id = a.day_id
     WHERE a.enrollment_id = e.id AND y.session_id = e.session_id AND a.is_present)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person takes part in a training; `session` is the code of their session."""

    id: int
    user_id: int
    training_id: int
    session_id: int | None
    session: str | None
    is_preselected: bool
    is_attendance_recorded: bool
    side: str
    enrolled_at: datetime
    access_at: datetime
    answer: str | None
    points: int | None
    certificate: str | None

    @property
    def has_result(self) -> bool:
        """Whether points or a certificate are recorded."""
        return self.points is not None or self.certificate is not None


_STANDING = """
    SELECT e.id, e.user_id, e.training_id, e.session_id, s.code AS session, e.is_preselected,
           EXISTS (SELECT 1 FROM attendances a JOIN session_days y ON y.id = a.day_id
                   WHERE a.enrollment_id = e.id AND y.session_id = e.session_id)
               AS is_attendance_recorded,
           e.side, e.enrolled_at, e.access_at, e.answer, e.points, e.certificate
    FROM training_enrollments e LEFT JOIN training_sessions s ON s.id = e.session_id WHERE
"""


def standings(work: Work, training_id: int, user_ids: Sequence[int]) -> list[Standing]:
    """Return how those stand who take part, locked until we are done."""
    fits = f"e.{LIVE} AND e.training_id = :training AND e.user_id IN :users ORDER BY e.id"
    values = {"training": training_id, "users": list(user_ids)}
    if work.is_writing and not work.is_sqlite:
        # By itself: while we wait, others may change the session, whose code is read here too.
        work.values(f"SELECT e.id FROM training_enrollments e WHERE {fits} FOR UPDATE", **values)
    return work.all(Standing, f"{_STANDING} {fits}", **values)


def standings_of_user(work: Work, user_id: int) -> dict[int, Standing]:
    """Return how a person takes part in the trainings that they have access to, by training."""
    found = work.all(
        Standing,
        f"{_STANDING} e.{LIVE} AND e.user_id = :user AND e.access_at <= :now",
        user=user_id,
        now=work.now,
    )
    return {standing.training_id: standing for standing in found}


def were_in(work: Work, training_id: int, user_ids: Sequence[int]) -> set[int]:
    """Return which of these people were in the training at any time."""
    return set(
        work.values(
            """
            SELECT DISTINCT user_id FROM training_enrollments
            WHERE training_id = :training AND user_id IN :users
            """,
            training=training_id,
            users=list(user_ids),
        )
    )


def enroll(  # noqa: PLR0913 - one keyword for each thing an enrollment has
    work: Work,
    training_id: int,
    user_ids: Sequence[int],
    *,
    session_id: int | None,
    is_preselected: bool,
    side: str,
    access_at: datetime,
) -> None:
    """Enroll people who do not take part; their places must have been claimed."""
    made = work.run(
        """
        INSERT INTO training_enrollments
            (user_id, training_id, session_id, is_preselected, side, access_at, enrolled_at)
        SELECT u.id, :training, :session, :is_preselected, :side, :access, :now
        FROM users u WHERE u.id IN :users
        """,
        training=training_id,
        users=list(user_ids),
        session=session_id,
        is_preselected=is_preselected,
        side=side,
        access=access_at,
        now=work.now,
    )
    if made != len(user_ids):
        # Somebody was deleted since they were found, and more places were claimed than are taken.
        raise Repeat


def put_into(
    work: Work, ids: Sequence[int], session_id: int | None, *, is_preselected: bool
) -> None:
    """Give enrollments another session, or none; places must have been claimed and released."""
    work.run(
        """
        UPDATE training_enrollments SET session_id = :session, is_preselected = :is_preselected,
               moves = moves + 1
        WHERE id IN :ids
        """,
        ids=list(ids),
        session=session_id,
        is_preselected=is_preselected,
    )


def change(work: Work, ids: Sequence[int], **values: object) -> None:
    """Change columns of enrollments that have nothing to do with sessions."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    work.run(
        f"UPDATE training_enrollments SET {assignments} WHERE id IN :ids", ids=list(ids), **values
    )


def cancel(work: Work, ids: Sequence[int]) -> None:
    """End enrollments; their places must have been released."""
    change(work, ids, canceled_at=work.now)


# Telling them ------------------------------------------------------------------------------------


def about(enrollment_id: int) -> str:
    """Return what messages of one enrollment are about."""
    return f"participation {enrollment_id}"


_AUDIENCE = f"""
    SELECT e.user_id, CASE WHEN {STATUS_NOW} = 'active' THEN u.email END AS address,
           'participation ' || e.id AS about, e.access_at AS due_at, e.id AS number,
           e.moves AS count
    FROM training_enrollments e JOIN users u ON u.id = e.user_id
    WHERE e.{LIVE} AND e.training_id = :training
"""


def audience(training_id: int, user_ids: Sequence[int]) -> Audience:
    """Return these people, who take part, to be told when they have access to the training."""
    values = {"training": training_id, "users": list(user_ids)}
    return Audience(f"{_AUDIENCE} AND e.user_id IN :users", values)


def audience_among(training_id: int, condition: str, values: Mapping[str, Any]) -> Audience:
    """Return who takes part in a training and fits an SQL condition on their enrollment `e`."""
    return Audience(f"{_AUDIENCE} AND {condition}", {"training": training_id, **values})


def audience_of_session(training_id: int, session_id: int | None) -> Audience:
    """Return everybody in a session of a training, or in none of its sessions."""
    if session_id is None:
        return Audience(f"{_AUDIENCE} AND e.session_id IS NULL", {"training": training_id})
    values = {"training": training_id, "session": session_id}
    return Audience(f"{_AUDIENCE} AND e.session_id = :session", values)


# Places ------------------------------------------------------------------------------------------


def lock_sessions(work: Work, ids: Collection[int]) -> None:
    """Let nobody else take or free places in these sessions until we are done."""
    if ids and not work.is_sqlite:
        order = "ORDER BY training_id, id FOR UPDATE"
        work.values(f"SELECT id FROM training_sessions WHERE id IN :ids {order}", ids=sorted(ids))


def claim(work: Work, session_id: int, count: int) -> bool:
    """Take `count` places, or none: the condition carries the capacity."""
    return (
        work.run(
            f"""
            UPDATE training_sessions SET taken = taken + :count
            WHERE id = :id AND {LIVE} AND (capacity IS NULL OR taken + :count <= capacity)
            """,
            id=session_id,
            count=count,
        )
        == 1
    )


def claim_over_capacity(work: Work, session_id: int, count: int) -> None:
    """Take `count` places deliberately, whether or not they are left."""
    work.run(
        """
        UPDATE training_sessions SET taken = taken + :count,
               over_capacity = CASE WHEN capacity < taken + :count THEN taken + :count - capacity
                                    ELSE 0 END
        WHERE id = :id
        """,
        id=session_id,
        count=count,
    )


_HELD = """
    (SELECT count(*) FROM training_enrollments e
     WHERE e.session_id = training_sessions.id AND e.id IN :ids AND e.canceled_at IS NULL)
"""


def release(work: Work, ids: Sequence[int]) -> None:
    """Free the places of these enrollments, which are about to end or to move."""
    work.run(
        f"""
        UPDATE training_sessions SET taken = taken - {_HELD},
               over_capacity = CASE WHEN capacity < taken - {_HELD} THEN taken - {_HELD} - capacity
                                    ELSE 0 END
        WHERE id IN (SELECT session_id FROM training_enrollments WHERE id IN :ids AND {LIVE})
        """,
        ids=list(ids),
    )


def empty(work: Work, session_id: int) -> None:
    """Take everybody out of a session; they stay in its training and may choose another one."""
    work.run(
        f"""
        UPDATE training_enrollments SET session_id = NULL, is_preselected = FALSE, moves = moves + 1
        WHERE session_id = :id AND {LIVE}
        """,
        id=session_id,
    )
    work.run(
        "UPDATE training_sessions SET taken = 0, over_capacity = 0 WHERE id = :id", id=session_id
    )


# Looking -----------------------------------------------------------------------------------------


def participants(
    work: Work, scope: Scope, training_id: int, session_id: int | None, sight: Sight
) -> Iterator[Participant]:
    """Yield who in scope takes part in a training, or in one session, by session and login.

    Their departments are named where those are in sight.
    """
    return work.each(
        Participant,
        f"""
        SELECT u.login, u.email, s.code AS session, COALESCE(e.answer, 'enrolled') AS state,
               {STATUS_NOW} AS status,
               CASE WHEN {sight.departments.named("d.path")} THEN d.full_name END AS department,
               e.is_preselected, e.side,
               e.access_at, e.enrolled_at,
               {DAYS_ATTENDED} AS days_attended,
               e.points, e.certificate
        FROM training_enrollments e
        JOIN users u ON u.id = e.user_id
        JOIN departments d ON d.id = u.department_id
        LEFT JOIN training_sessions s ON s.id = e.session_id
        WHERE e.training_id = :training AND e.{LIVE} AND {scope.clause("d.path")}
          AND (:session IS NULL OR e.session_id = :session)
        ORDER BY COALESCE(s.id, 0), u.login_key
        """,
        training=training_id,
        session=session_id,
        now=work.now,
    )


@dataclass(frozen=True, slots=True)
class Access:
    """From when on how many people have access to a training, and in which session."""

    access_at: datetime
    session: str | None
    people: int


def accesses(work: Work, scope: Scope, training_id: int) -> list[Access]:
    """Return the instants still to come at which people in scope get access."""
    return work.all(
        Access,
        f"""
        SELECT e.access_at, s.code AS session, count(*) AS people
        FROM training_enrollments e
        JOIN users u ON u.id = e.user_id
        JOIN departments d ON d.id = u.department_id
        LEFT JOIN training_sessions s ON s.id = e.session_id
        WHERE e.training_id = :training AND e.{LIVE} AND e.access_at > :now
          AND {scope.clause("d.path")}
        GROUP BY e.access_at, s.code ORDER BY e.access_at, s.code
        """,
        training=training_id,
        now=work.now,
    )


def people_in(work: Work, training_id: int) -> int:
    """Return how many people take part in a training."""
    sql = f"SELECT count(*) FROM training_enrollments WHERE training_id = :id AND {LIVE}"
    return int(work.value(sql, id=training_id))


def release_of_user(work: Work, user_id: int) -> None:
    """Free the places of a person who is about to be deleted."""
    ids = work.values(
        f"""
        SELECT id FROM training_enrollments
        WHERE user_id = :user AND {LIVE} ORDER BY training_id, id{work.for_update}
        """,
        user=user_id,
    )
    sql = "SELECT session_id FROM training_enrollments WHERE id IN :ids AND session_id IS NOT NULL"
    lock_sessions(work, work.values(sql, ids=ids))
    release(work, ids)


def count_of_user(work: Work, user_id: int) -> int:
    """Return how many enrollments in trainings a person has or had."""
    sql = "SELECT count(*) FROM training_enrollments WHERE user_id = :user"
    return int(work.value(sql, user=user_id))


def trainings_of_user(work: Work, user_id: int) -> set[int]:
    """Return the ids of the trainings in which a person takes part."""
    sql = f"SELECT training_id FROM training_enrollments WHERE user_id = :user AND {LIVE}"
    return set(work.values(sql, user=user_id))


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One day of a session that a person is in, as calendars need it."""

    training: str
    title: str
    description: str
    session: str
    session_title: str | None
    enrollment_id: int
    starts_at: datetime
    ends_at: datetime
    place: str | None
    url: str | None
    uid: str
    sequence: int


def calendar(work: Work, user_id: int) -> list[CalendarRow]:
    """Return the days of all sessions that a person is in and has access to, as they start."""
    return work.all(
        CalendarRow,
        """
        SELECT t.code AS training, t.title, t.description, s.code AS session,
               s.title AS session_title, e.id AS enrollment_id, y.starts_at, y.ends_at, y.place,
               y.url, y.uid, y.revision + e.moves AS sequence
        FROM training_enrollments e
        JOIN trainings t ON t.id = e.training_id
        JOIN training_sessions s ON s.id = e.session_id
        JOIN session_days y ON y.session_id = s.id
        WHERE e.user_id = :user AND e.canceled_at IS NULL AND e.access_at <= :now
        ORDER BY y.starts_at, t.code_key
        """,
        user=user_id,
        now=work.now,
    )
