"""Lists of people begin with what there is less of, and count what time alone has decided."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from lmsctl.kit import dburl, driver
from lmsctl.kit.sqlite import library as sqlite3
from lmsctl.kit.work import Work, run_write
from lmsctl.user import store
from tests.conftest import Portal
from tests.statements import statements_of


def plan(portal: Portal, words: str, *argv: str) -> list[str]:
    """Return the steps by which SQLite answers the statement with `words` of a command line."""
    said = [one.partition(": ")[2] for one in statements_of(portal, *argv)]
    asked = next(sql for sql in said if words in sql)
    with closing(sqlite3.connect(dburl.sqlite_path(portal.url))) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {asked}", (None,) * asked.count("?"))
        return [step[3] for step in steps]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "narrowing",
    [
        ("--department", "Sales"),
        ("--group", "Crew"),
        ("--status", "inactive"),
        ("--status", "pending"),
        ("--origin", "profile"),
    ],
)
def test_a_filter_begins_with_the_small_side(portal: Portal, narrowing: tuple[str, str]) -> None:
    """Nobody who does not fit is looked at."""
    portal.ok("department", "create", "Sales")
    portal.ok("group", "create", "Crew")
    steps = plan(portal, "users.origin AS origin", "user", "list", *narrowing)
    assert any(step.startswith("SEARCH users") for step in steps)
    assert [step for step in steps if step.startswith("SCAN users")] == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_holders_of_roles_are_found_by_their_grants(portal: Portal) -> None:
    """Everybody is counted once, in an index."""
    steps = plan(portal, "AS holders", "role", "list")
    scans = [step for step in steps if step.startswith("SCAN users")]
    assert [step for step in scans if "COVERING INDEX" not in step] == []
    assert len(scans) == 1


def test_a_change_that_is_due_counts_before_it_is_in_the_row(portal: Portal) -> None:
    """Whoever looks writes nothing, and sees what time has decided."""
    portal.ok("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")
    portal.ok("user", "deactivate", "anna", "--on", "2026-03-05")
    portal.now = "2026-03-04T00:00:00Z"
    assert _listed(portal, "inactive") == []
    assert _listed(portal, "active") == ["anna", "owner"]
    portal.now = "2026-03-06T00:00:00Z"
    assert _listed(portal, "inactive") == ["anna"]
    assert _listed(portal, "active") == ["owner"]


def test_whose_registration_has_expired_is_nobody(portal: Portal) -> None:
    """They are in no list and in no count, whether or not their row is there."""
    portal.ok("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")
    waiting = "UPDATE users SET status = 'pending', expires_at = :at WHERE login = 'anna'"
    portal.sql(waiting, at=datetime(2026, 3, 5, tzinfo=UTC))
    assert _listed(portal, "pending") == ["anna"]
    assert _learners(portal) == 2
    portal.now = "2026-03-05T00:00:00Z"
    assert _listed(portal, "pending") == []
    assert _learners(portal) == 1
    assert portal.value("SELECT count(*) FROM users") == 2


def test_any_number_of_people_are_held_and_deleted(portal: Portal) -> None:
    """More than a statement may name on either database."""
    numbers = list(range(2, 70_000))
    connection = driver.open_database(portal.url, patience=10)
    try:

        def write(work: Work) -> None:
            store.lock_all_for_share(work, numbers)
            store.delete(work, numbers)

        now = datetime(2026, 3, 2, tzinfo=UTC)
        run_write(lambda: Work(connection, now=now, operator="tester", command="test"), write)
    finally:
        connection.close()
    assert portal.ok("user", "list", "-o", "id").out.split() == ["owner"]


def _listed(portal: Portal, status: str) -> list[str]:
    found = portal.ok("user", "list", "--status", status, "-o", "json").json
    return [person["login"] for person in found]


def _learners(portal: Portal) -> int:
    found = portal.ok("role", "list", "-o", "json").json
    return next(int(role["holders"]) for role in found if role["name"] == "learner")
