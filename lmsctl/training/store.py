"""The SQL of the training room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lmsctl.content import store as content
from lmsctl.content.results import Opened
from lmsctl.kit import canonical
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope, Sight
from lmsctl.training.errors import SessionUnknown, TrainingUnknown
from lmsctl.training.results import TrainingRow
from lmsctl.training.rules import Day, Session, Training

_LONGEST_NUMBER = 18
_TRAINING = """
    SELECT t.id, t.code, t.title, t.type, t.description, t.department_id,
           d.full_name AS department, d.path, t.organizer_id, u.login AS organizer, t.time_zone,
           t.registration_amount, t.registration_unit, t.cancellation_amount, t.cancellation_unit,
           t.is_locked, t.is_telling_supervisors, t.created_at, t.version
    FROM trainings t
    JOIN departments d ON d.id = t.department_id
    LEFT JOIN users u ON u.id = t.organizer_id
"""


def _number(given: str) -> int | None:
    digits = canonical.trim(given)
    is_number = digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_NUMBER
    return int(digits) if is_number else None


def find(work: Work, given: str, scope: Scope) -> Training | None:
    """Return the training with that code or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` fits two in scope.
    """
    found = work.all(
        Training,
        f"""
        {_TRAINING} WHERE (t.code_key = :code OR t.id = :number) AND {scope.clause("d.path")}
        ORDER BY t.id
        """,
        code=canonical.key(given),
        number=_number(given),
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="training")
    return found[0] if found else None


def get(work: Work, given: str, scope: Scope) -> Training:
    """Return what `find` finds; raises TrainingUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise TrainingUnknown(given=canonical.excerpt(given))
    return found


def by_id(work: Work, number: int) -> Training:
    """Return the training with that id; raises TrainingUnknown when it has just gone."""
    found = work.one(Training, f"{_TRAINING} WHERE t.id = :id", id=number)
    if found is None:
        raise TrainingUnknown(given=number)
    return found


def of_code(work: Work, code_key: str) -> Training | None:
    """Return the training with this code, wherever it is; numbers do not count."""
    return work.one(Training, f"{_TRAINING} WHERE t.code_key = :key", key=code_key)


def lock(work: Work, number: int) -> Training:
    """Return the training as it is now, and keep everybody else from changing it until we are done.

    Sessions of it are locked after it, in the order of their ids.
    """
    work.value(f"SELECT id FROM trainings WHERE id = :id{work.for_update}", id=number)
    return by_id(work, number)


def share(work: Work, number: int) -> Training:
    """Return the training as it is now, and let nobody change it, while others may share it."""
    clause = "" if work.is_sqlite else " FOR SHARE"
    work.value(f"SELECT id FROM trainings WHERE id = :id{clause}", id=number)
    return by_id(work, number)


def add(work: Work, **values: Any) -> int:
    """Insert a training and return its id."""
    return work.insert("trainings", **values)


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one training and count up its version."""
    assignments = "".join(f"{name} = :{name}, " for name in values)
    work.run(
        f"UPDATE trainings SET {assignments}version = version + 1 WHERE id = :id",
        id=number,
        **values,
    )


def delete(work: Work, number: int) -> None:
    """Delete a training with its sessions and all that hangs on them."""
    work.run("DELETE FROM trainings WHERE id = :id", id=number)


def codes_in_departments(work: Work, ids: Sequence[int]) -> list[str]:
    """Return the codes of the trainings of these departments, in order."""
    return work.values(
        "SELECT code FROM trainings WHERE department_id IN :ids ORDER BY code_key", ids=list(ids)
    )


def move_all(work: Work, ids: Sequence[int], to: int) -> None:
    """Let the trainings of these departments belong to the department `to`."""
    work.run(
        """
        UPDATE trainings SET department_id = :to, version = version + 1
        WHERE department_id IN :ids
        """,
        ids=list(ids),
        to=to,
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which trainings are wanted; None does not narrow, `under` is a department's path."""

    under: str | None = None
    type: str | None = None


def listed(work: Work, scope: Scope, wanted: Filter, sight: Sight) -> Iterator[TrainingRow]:
    """Yield the trainings in scope that fit every filter, by code; others' names if in sight."""
    return work.each(
        TrainingRow,
        f"""
        SELECT t.id, t.code, t.title, t.type,
               CASE WHEN {sight.departments.named("d.path")} THEN d.full_name END AS department,
               CASE WHEN {sight.person("ud.path", "u.id")} THEN u.login END AS organizer,
               t.time_zone,
               (SELECT count(*) FROM training_sessions s
                WHERE s.training_id = t.id AND s.canceled_at IS NULL) AS sessions,
               (SELECT min(y.starts_at) FROM session_days y
                JOIN training_sessions s ON s.id = y.session_id
                WHERE s.training_id = t.id AND s.canceled_at IS NULL AND y.starts_at > :now
                  AND NOT EXISTS (
                    SELECT 1 FROM session_days b
                    WHERE b.session_id = s.id AND b.starts_at <= :now)) AS next_start_at
        FROM trainings t
        JOIN departments d ON d.id = t.department_id
        LEFT JOIN users u ON u.id = t.organizer_id
        LEFT JOIN departments ud ON ud.id = u.department_id
        WHERE {scope.clause("d.path")} AND (:under IS NULL OR d.path LIKE :under)
          AND (:type IS NULL OR t.type = :type)
        ORDER BY t.code_key
        """,
        under=None if wanted.under is None else f"{wanted.under}%",
        type=wanted.type,
        now=work.now,
    )


# Sessions ----------------------------------------------------------------------------------------

_SESSION = """
    SELECT s.id, s.training_id, t.code AS training, t.time_zone, s.code, s.title, s.instructor,
           s.capacity, s.taken, s.over_capacity, s.canceled_at, y.starts_at, y.ends_at, y.days,
           NOT EXISTS (
               SELECT 1 FROM training_enrollments e JOIN session_days m ON m.session_id = s.id
               WHERE e.session_id = s.id AND e.canceled_at IS NULL AND NOT EXISTS (
                   SELECT 1 FROM attendances a
                   WHERE a.enrollment_id = e.id AND a.day_id = m.id)) AS is_recorded,
           t.registration_amount, t.registration_unit, t.cancellation_amount, t.cancellation_unit,
           s.version
    FROM training_sessions s
    JOIN trainings t ON t.id = s.training_id
    JOIN departments d ON d.id = t.department_id
    JOIN (SELECT session_id, min(starts_at) AS starts_at, max(ends_at) AS ends_at,
                 count(*) AS days
          FROM session_days GROUP BY session_id) AS y ON y.session_id = s.id
"""


def find_session(work: Work, training: Training, given: str) -> Session | None:
    """Return the session of `training` with that code or number, or None.

    Raises Ambiguous when `given` fits two.
    """
    found = work.all(
        Session,
        f"""
        {_SESSION} WHERE s.training_id = :training AND (s.code_key = :code OR s.id = :number)
        ORDER BY s.id
        """,
        training=training.id,
        code=canonical.key(given),
        number=_number(given),
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="session")
    return found[0] if found else None


def get_session(work: Work, training: Training, given: str) -> Session:
    """Return what `find_session` finds; raises SessionUnknown."""
    found = find_session(work, training, given)
    if found is None:
        raise SessionUnknown(training=training.code, given=canonical.excerpt(given))
    return found


def session_of_code(work: Work, training: Training, code_key: str) -> Session | None:
    """Return the session of `training` with this code; numbers do not count."""
    return work.one(
        Session,
        f"{_SESSION} WHERE s.training_id = :training AND s.code_key = :key",
        training=training.id,
        key=code_key,
    )


def session_by_id(work: Work, number: int) -> Session:
    """Return the session with that id, which must exist."""
    found = work.one(Session, f"{_SESSION} WHERE s.id = :id", id=number)
    assert found is not None
    return found


def lock_session(work: Work, number: int) -> Session:
    """Return the session as it is now, and let nobody else change it or take a place in it."""
    work.value(f"SELECT id FROM training_sessions WHERE id = :id{work.for_update}", id=number)
    return session_by_id(work, number)


def sessions(
    work: Work, scope: Scope, training_id: int | None, under: str | None = None
) -> Iterator[Session]:
    """Yield sessions of trainings in scope, or of one training, in the order of their starts."""
    return work.each(
        Session,
        f"""
        {_SESSION} WHERE {scope.clause("d.path")} AND (:training IS NULL OR t.id = :training)
          AND (:under IS NULL OR d.path LIKE :under)
        ORDER BY y.starts_at, t.code_key, s.code_key
        """,
        training=training_id,
        under=None if under is None else f"{under}%",
    )


def add_session(work: Work, **values: Any) -> int:
    """Insert a session and return its id; its first day must follow at once."""
    return work.insert("training_sessions", **values)


def change_session(work: Work, number: int, **values: Any) -> None:
    """Change columns of one session and count up its version."""
    assignments = "".join(f"{name} = :{name}, " for name in values)
    work.run(
        f"UPDATE training_sessions SET {assignments}version = version + 1 WHERE id = :id",
        id=number,
        **values,
    )


def days(work: Work, session_id: int) -> list[Day]:
    """Return the days of a session in the order of their starts."""
    return work.all(
        Day,
        """
        SELECT id, starts_at, ends_at, place, url, uid, revision FROM session_days
        WHERE session_id = :id ORDER BY starts_at, id
        """,
        id=session_id,
    )


def add_day(work: Work, **values: Any) -> int:
    """Insert a day of a session and return its id."""
    return work.insert("session_days", **values)


def change_day(work: Work, number: int, **values: Any) -> None:
    """Change columns of one day and count up its revision."""
    assignments = "".join(f"{name} = :{name}, " for name in values)
    work.run(
        f"UPDATE session_days SET {assignments}revision = revision + 1 WHERE id = :id",
        id=number,
        **values,
    )


# The catalog -------------------------------------------------------------------------------------


def openings(work: Work, training_id: int | None, sight: Sight) -> Iterator[Opened]:
    """Yield which trainings the catalog offers to whom in sight, of one when given, by code."""
    return work.each(
        Opened,
        f"""
        SELECT NULL AS content, t.title, o.opening,
               COALESCE(o.type, g.name, d.full_name) AS name, t.code AS training
        FROM training_openings o
        JOIN trainings t ON t.id = o.training_id
        LEFT JOIN user_groups g ON g.id = o.group_id
        LEFT JOIN departments gd ON gd.id = g.department_id
        LEFT JOIN departments d ON d.id = o.department_id
        WHERE (:training IS NULL OR o.training_id = :training)
          AND {content.is_named(sight, group="gd.path", department="d.path")}
        ORDER BY t.code_key, o.id
        """,
        training=training_id,
    )


def add_opening(work: Work, training_id: int, opening: str, target: dict[str, Any]) -> bool:
    """Offer a training in the catalog and say whether that is new."""
    values = {"training_id": training_id, "opening": opening, **target}
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    sql = f"INSERT INTO training_openings ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return work.run(sql, **values) == 1


def remove_opening(work: Work, training_id: int, opening: str, target: dict[str, Any]) -> bool:
    """Take an opening away and say whether there was one."""
    values = {"training_id": training_id, "opening": opening, **target}
    fits = " AND ".join(f"{name} = :{name}" for name in values)
    return work.run(f"DELETE FROM training_openings WHERE {fits}", **values) > 0


# Whom an opening `o`, with its department `d`, means: the person :user of that type at that path.
_IS_FOR = """
    (o.opening = 'everybody' OR o.type = :type OR :path LIKE d.path || '%'
     OR o.group_id IN (SELECT m.group_id FROM group_members m WHERE m.user_id = :user))
"""


def is_offered(work: Work, training_id: int, *, user_id: int, path: str, type_: str) -> bool:
    """Say whether the catalog opens a training to a person of this type in this department."""
    return bool(
        work.value(
            f"""
            SELECT EXISTS (
                SELECT 1 FROM training_openings o LEFT JOIN departments d ON d.id = o.department_id
                WHERE o.training_id = :training AND {_IS_FOR})
            """,
            training=training_id,
            user=user_id,
            path=path,
            type=type_,
        )
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """One training that the catalog offers to a person, by one opening."""

    training_id: int
    opening: str
    name: str | None


def offered(work: Work, *, user_id: int, path: str, type_: str, sight: Sight) -> list[Offered]:
    """Return what the catalog offers to a person of this type in this department, by code.

    Groups and departments to which it does are named if they are in sight.
    """
    return work.all(
        Offered,
        f"""
        SELECT o.training_id, o.opening, COALESCE(
                   o.type,
                   CASE WHEN {sight.groups.clause("gd.path")} THEN g.name END,
                   CASE WHEN {sight.departments.named("d.path")} THEN d.full_name END) AS name
        FROM training_openings o
        JOIN trainings t ON t.id = o.training_id
        LEFT JOIN user_groups g ON g.id = o.group_id
        LEFT JOIN departments gd ON gd.id = g.department_id
        LEFT JOIN departments d ON d.id = o.department_id
        WHERE {_IS_FOR} ORDER BY t.code_key, o.id
        """,
        user=user_id,
        path=path,
        type=type_,
    )


def by_ids(work: Work, ids: Sequence[int]) -> list[Training]:
    """Return the trainings with these ids, by code."""
    sql = f"{_TRAINING} WHERE t.id IN :ids ORDER BY t.code_key"
    return work.all(Training, sql, ids=list(ids))


def sessions_of(work: Work, ids: Sequence[int]) -> list[Session]:
    """Return the sessions of these trainings in the order of their starts."""
    return work.all(
        Session,
        f"{_SESSION} WHERE s.training_id IN :ids ORDER BY y.starts_at, s.code_key",
        ids=list(ids),
    )


def openings_on(work: Work, column: str, ids: Sequence[int]) -> int:
    """Return how many openings name one of these departments or groups (`…_id`)."""
    sql = f"SELECT count(*) FROM training_openings WHERE {column} IN :ids"
    return int(work.value(sql, ids=list(ids)))
