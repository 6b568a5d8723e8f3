"""Importing people within the plan and within the rights of who imports."""

import pytest

from tests.conftest import Portal
from tests.user.test_import import HEADINGS, department_tree, faults, import_lines, numbers, write

__all__ = ["department_tree"]  # what the tests here stand on


# Seats -------------------------------------------------------------------------------------------


def test_past_the_plan_people_are_made_inactive(department_tree: Portal) -> None:
    """The seats go to the first rows; the report, the results and the notes tell who got none."""
    department_tree.ok("settings", "set", "plan.max-active-users=4")
    lines = (HEADINGS, "a,A,A,,,,inactive", "b,B,B,,,,", "c,C,C,,,,", "d,D,D,,,,")
    ran = department_tree.ok(
        "user", "import", write(department_tree, *lines), "--results", "results.csv"
    )
    assert "1 new person was made inactive, because the plan is full." in ran.err
    states = dict(department_tree.sql("SELECT login, status FROM users"))
    assert [states[login] for login in "abcd"] == ["inactive", "active", "active", "inactive"]
    assert department_tree.value("SELECT seats_taken FROM portals") == 4
    assert "the plan is full" in department_tree.folder.joinpath("results.csv").read_text()


def test_activating_past_the_plan_fails_the_row(department_tree: Portal) -> None:
    """Somebody who is there and should become active needs a seat; one freed by the file counts."""
    import_lines(department_tree, HEADINGS, "a,A,A,,,,inactive", "b,B,B,,,,inactive")
    department_tree.ok("settings", "set", "plan.max-active-users=2")
    assert faults(department_tree, HEADINGS, "a,,,,,,active") == [(1, "Status", "plan_full")]
    assert faults(
        department_tree, HEADINGS, "a,,,,,,active", "b,,,,,,active", "anna,,,,,,ended"
    ) == [(2, "Status", "plan_full")]
    assert numbers(import_lines(department_tree, HEADINGS, "a,,,,,,active", "anna,,,,,,ended")) == (
        0,
        2,
        0,
        0,
    )
    assert department_tree.value("SELECT seats_taken FROM portals") == 2


# Rights ------------------------------------------------------------------------------------------


@pytest.fixture
def portal_with_manager(department_tree: Portal) -> Portal:
    """Return a portal with mia, who manages Sales, and hank in HR, an administrator."""
    import_lines(
        department_tree, HEADINGS, "mia,Mia,M,,Sales,,", "hank,Hank,H,hank@example.com,HR,,"
    )
    import_lines(department_tree, HEADINGS, "boss,Bo,Ss,,Sales,,")
    department_tree.ok("role", "grant", "mia", "department-administrator", "--department", "Sales")
    department_tree.ok("role", "grant", "boss", "administrator")
    return department_tree


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("hank,Henry,,,,,", "Login", "user_unknown"),
        (",Henry,,hank@example.com,,,", "Email", "user_unknown"),
        ("anna,,,,HR,,", "Department", "department_unknown"),
        ("new,N,N,,,,", "Department", "row_department_missing"),
        ("boss,Bob,,,,,", None, "row_beyond_own_rights"),
    ],
)
def test_a_manager_reaches_their_own_people_only(
    portal_with_manager: Portal, line: str, column: str | None, code: str
) -> None:
    """People and departments out of scope look absent; who holds more rights is out of reach."""
    file = write(portal_with_manager, HEADINGS, line)
    ran = portal_with_manager.run("user", "import", file, "--as", "mia", "-o", "json")
    assert ran.status == 6
    assert [(item["location"]["column"], item["code"]) for item in ran.error["details"]] == [
        (column, code)
    ]
    assert "Hank" not in ran.err


def test_a_manager_imports_into_their_own_department(portal_with_manager: Portal) -> None:
    """In scope everything works, and naming somebody unreachable without a change is no fault."""
    file = write(
        portal_with_manager, HEADINGS, "new,N,N,,Sales/EMEA,,", "anna,Ann,,,,,", "boss,Bo,,,,,"
    )
    ran = portal_with_manager.ok("user", "import", file, "--as", "mia", "-o", "json")
    assert numbers(ran.json) == (1, 1, 1, 0)


def test_importing_needs_the_right(portal_with_manager: Portal) -> None:
    """Without user.manage anywhere the file is not even looked at."""
    ran = portal_with_manager.run(
        "user", "import", "no-such-file.csv", "--as", "anna", "-o", "json"
    )
    assert (ran.status, ran.code) == (8, "permission_missing")


def test_a_file_never_grants_a_role(department_tree: Portal) -> None:
    """There is no column for it."""
    file = write(department_tree, "Login,Role", "anna,owner")
    assert department_tree.refused("user", "import", file) == "csv_column_unknown"
