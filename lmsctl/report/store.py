"""The SQL of the report room: one function for each report, and what they all share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lmsctl.kit.work import Work
from lmsctl.report.results import Participation
from lmsctl.rights.rules import Scope
from lmsctl.training.people_store import DAYS_ATTENDED
from lmsctl.user.store import IS_ALIVE, STATUS_NOW


@dataclass(frozen=True, slots=True)
class Query:
    """What a report asks the database: `sql` gives `record`s, and `order` goes behind it."""

    record: type
    sql: str
    order: str
    values: dict[str, Any] = field(default_factory=dict)


def rows(work: Work, query: Query) -> Iterator[Any]:
    """Yield the rows of a report in its order, without ever holding them all."""
    return work.each(query.record, f"{query.sql} ORDER BY {query.order}", **query.values)


def count(work: Work, query: Query) -> int:
    """Return how many rows a report has."""
    return int(work.value(f"SELECT count(*) FROM ({query.sql}) AS q", **query.values))


@dataclass(frozen=True, slots=True)
class People:
    """Of which people a report is, of those in `scope`; None does not narrow.

    `under` is the path of a department.
    """

    scope: Scope
    type: str | None = None
    status: str | None = None
    origin: str | None = None
    under: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when, both ends included; None is without end."""

    since: datetime | None = None
    until: datetime | None = None


def _of_people(people: People, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return the condition on people `u` in departments `d`, and its values."""
    condition = f"""
        {IS_ALIVE} AND {people.scope.clause("d.path")}
        AND (:type IS NULL OR u.type = :type) AND (:status IS NULL OR {STATUS_NOW} = :status)
        AND (:origin IS NULL OR u.origin = :origin) AND (:under IS NULL OR d.path LIKE :under)
    """
    return condition, {
        "type": people.type,
        "status": people.status,
        "origin": people.origin,
        "under": None if people.under is None else f"{people.under}%",
        "now": now,
    }


def _within(period: Period, column: str) -> tuple[str, dict[str, Any]]:
    """Return the condition that a moment in `column` is within a period, and its values."""
    bounds = {"since": (">=", period.since), "until": ("<=", period.until)}
    given = {name: bound for name, bound in bounds.items() if bound[1] is not None}
    condition = " AND ".join(f"{column} {sign} :{name}" for name, (sign, _) in given.items())
    return condition or "TRUE", {name: moment for name, (_, moment) in given.items()}


def participants(
    people: People, enrolled: Period, now: datetime, *, training_id: int | None
) -> Query:
    """Return the report of who takes part in trainings, or in one, by training, session and login.

    Whoever was canceled does not take part.
    """
    of_people, about_people = _of_people(people, now)
    within, bounds = _within(enrolled, "e.enrolled_at")
    return Query(
        Participation,
        f"""
        SELECT u.login, u.first_name || ' ' || u.last_name AS name, u.email, u.type,
               {STATUS_NOW} AS status, d.full_name AS department, u.origin,
               t.code AS training, s.code AS session, COALESCE(e.answer, 'enrolled') AS state,
               e.side, e.enrolled_at, e.access_at,
               {DAYS_ATTENDED} AS days_attended,
               e.points, e.certificate
        FROM training_enrollments e
        JOIN users u ON u.id = e.user_id
        JOIN departments d ON d.id = u.department_id
        JOIN trainings t ON t.id = e.training_id
        LEFT JOIN training_sessions s ON s.id = e.session_id
        WHERE e.canceled_at IS NULL AND (:training IS NULL OR e.training_id = :training)
          AND {of_people} AND {within}
        """,
        # The databases disagree on where nothing comes.
        "t.code_key, COALESCE(s.code_key, ''), u.login_key",
        {"training": training_id, **about_people, **bounds},
    )
