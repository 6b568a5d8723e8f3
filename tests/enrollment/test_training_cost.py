"""What commands on trainings cost: as many statements for many people as for few."""

import pytest

from tests.conftest import Portal
from tests.fillings import fill_people, fill_trainings
from tests.statements import statements

FEW, MANY = ("few", 5), ("many", 200)
LOOKING = (
    ("training", "participants", "t1", "-o", "csv"),
    ("training", "participants", "t1", "--session", "s1", "-o", "csv"),
)


@pytest.fixture
def school(portal: Portal) -> Portal:
    """Return a portal with a small department and a large one, and three trainings."""
    for name, count in (FEW, MANY):
        portal.ok("department", "create", name)
        fill_people(portal.sql, count, prefix=name, department=name)
    fill_trainings(portal.sql, 3)
    return portal


def test_statements_do_not_grow_with_people(school: Portal) -> None:
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
        said.append([len(statements(school, *line)) for line in lines])
    assert school.value("SELECT count(*) FROM training_enrollments") == 3 * 205
    assert school.ok("db", "check", "-o", "json").json == []
    few, many = said
    assert few == many


def test_statements_do_not_grow_with_trainings(school: Portal) -> None:
    """The catalog of sixty trainings takes the same as that of three."""
    line = ("learner", "catalog", "few1", "-o", "json")
    few = statements(school, *line)
    fill_trainings(school.sql, 57, prefix="more")
    many = statements(school, *line)
    assert len(school.ok(*line).json) == 60
    assert few == many
