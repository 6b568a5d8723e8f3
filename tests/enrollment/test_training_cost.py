"""What commands on trainings cost: as many statements for many people as for few."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.conftest import Portal
from tests.fillings import fill_people, fill_trainings
from tests.statements import statements_of

FEW, MANY = ("few", 5), ("many", 200)
LOOKING = (
    ("training", "participants", "t1", "-o", "csv"),
    ("training", "participants", "t1", "--session", "s1", "-o", "csv"),
)


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a small department and a large one, and three trainings."""
    for name, count in (FEW, MANY):
        portal.ok("department", "create", name)
        fill_people(portal.sql, count, prefix=name, department=name)
    fill_trainings(portal.sql, 3)
    return portal


def test_statements_do_not_grow_with_people(training_portal: Portal) -> None:
    """Enrolling two hundred takes the same as enrolling five, and so does looking at them.

    By name and by department, in several trainings at once, with and without a session.
    """
    targets = ("--training", "t1:s1", "--training", "t2", "--training", "t3:s2")
    said = []
    for name, count in (FEW, MANY):
        names = [word for number in range(count) for word in ("--user", f"{name}{number + 1}")]
        lines = (
            ("enroll", *names, *targets, "--dry-run"),
            ("enroll", "--department", name, *targets),
            *LOOKING,
        )
        said.append([len(statements_of(training_portal, *line)) for line in lines])
    assert training_portal.value("SELECT count(*) FROM training_enrollments") == 3 * 205
    assert training_portal.ok("db", "check", "-o", "json").json == []
    few, many = said
    assert few == many


def test_statements_do_not_grow_with_trainings(training_portal: Portal) -> None:
    """The catalog of sixty trainings takes the same as that of three."""
    line = ("learner", "catalog", "few1", "-o", "json")
    few = statements_of(training_portal, *line)
    fill_trainings(training_portal.sql, 57, prefix="more")
    many = statements_of(training_portal, *line)
    assert len(training_portal.ok(*line).json) == 60
    assert few == many


def test_a_learners_act_looks_at_their_own_rows_alone(training_portal: Portal) -> None:
    """Not at the days of all sessions, nor at everybody in the training: indexes find the rows."""
    if not training_portal.is_sqlite:
        pytest.skip("PostgreSQL looks at every row of a small table anyway")
    steps: list[str] = []

    def explain(connection: Any, _: Any, sql: str, values: Any, *__: Any) -> None:
        if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            raw = connection.connection.dbapi_connection
            plan = raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            steps.extend(f"{step} in {sql}" for *_, step in plan)

    training_portal.ok("catalog", "open", "t1", "--training", "--everybody")
    event.listen(Engine, "before_cursor_execute", explain)
    try:
        for line in (("join", "--session", "s1"), ("switch", "--to", "s2"), ("leave", "--yes")):
            training_portal.ok("--as", "few1", "enrollment", line[0], "--training", "t1", *line[1:])
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    tables = "session_days|training_enrollments|training_sessions|notifications"
    wide = re.compile(f"SCAN ({tables})|ix_training_enrollments_training_id")
    assert any("SEARCH session_days" in step for step in steps)
    assert [step for step in steps if wide.search(step)] == []
