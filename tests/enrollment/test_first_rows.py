"""The first enrollments of a list are found without reading all of everybody."""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.fillings import fill_people, fill_trainings
from tests.statements import query_plans


@pytest.fixture
def portal_with_learners(portal: Portal) -> Portal:
    """Return a portal in which some are in content or trainings, in both or none, or were."""
    portal.ok("department", "create", "Sales")
    fill_people(portal.sql, 9)
    fill_people(portal.sql, 2, prefix="s", department="Sales")
    fill_trainings(portal.sql, 2)
    for code in ("a", "b"):
        portal.ok("content", "create", "--kind", "topic", "--code", code, "--title", code)
    for who, where in (
        ("p1", "a"), ("p2", "a"), ("p2", "b"), ("p5", "b"), ("p6", "a"), ("s2", "b"),
    ):  # fmt: skip
        portal.ok("enroll", "--user", who, "--content", where)
    for who, where in (("p2", "t1:s1"), ("p2", "t2:s2"), ("p4", "t1:s1"), ("s1", "t2:s1")):
        portal.ok("enroll", "--user", who, "--training", where)
    portal.ok("enrollment", "cancel", "--user", "p1", "--content", "a", "--yes")
    return portal


@pytest.mark.parametrize(
    "narrowing",
    [
        (),
        ("--department", "Sales"),
        ("--content", "a"),
        ("--user", "p2"),
        ("--training", "t1"),
        ("--phase", "canceled"),
        ("--sort", "-title,login"),
    ],
)
def test_the_first_are_the_first_of_all(
    portal_with_learners: Portal, narrowing: tuple[str, ...]
) -> None:
    """Whoever has nothing, or nothing any more, takes nobody's place."""

    def listed(*argv: str) -> Any:
        return portal_with_learners.ok("enrollment", "list", *narrowing, *argv, "-o", "json").json

    everything = listed()
    assert everything
    for count in range(1, len(everything) + 2):
        assert listed("--first", str(count)) == everything[:count]


def test_the_first_are_looked_for_in_the_order_of_logins(portal_with_learners: Portal) -> None:
    """Only what they have is sorted: nobody else's enrollments are read."""
    steps = query_plans(
        portal_with_learners, "enrollments.enrolled_at", "enrollment", "list", "--first", "2"
    )
    assert steps
    assert [step for step in steps if step.startswith(("SCAN enr", "SCAN training"))] == []
    assert [step for step in steps if "Seq Scan" in step and "enrollments" in step] == []
    assert [step for step in steps if "hashed SubPlan" in step] == []
