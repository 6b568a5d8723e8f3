"""The first rows of a sorted list are those that sorting the whole list would put first."""

from dataclasses import fields
from itertools import product
from typing import Any

import pytest

from lmsctl.audit.results import AuditEntry
from lmsctl.notification.results import Message
from lmsctl.user.results import UserRow
from tests.conftest import Portal
from tests.statements import query_plans, statements_of

# Texts that databases and Python put into different orders, or fold differently.
_NAMES = (
    "b",
    "B",
    "a",
    "Z",
    "_",
    "ä",
    "Ä",
    "ß",
    "ss",
    "SS",
    "ſ",
    "İ",
    "K",
    "ﬁ",
    "fi",
    "Ж",
    "ж",
    "10",
)
_SORTS = [
    (noun, sign + item.name)
    for noun, record in (("user", UserRow), ("audit", AuditEntry), ("notification", Message))
    for item in fields(record)
    for sign in ("", "-")
]


@pytest.fixture
def portal_with_people(portal: Portal) -> Portal:
    """Return a portal of people with many names, some alike, some without an address."""
    portal.ok("department", "create", "Ärzte")
    portal.ok("department", "create", "apes")
    for number, (first, last) in enumerate(product(_NAMES[::3], _NAMES)):
        portal.sql(
            """
            INSERT INTO users (login, login_key, email, email_key, first_name, last_name, type,
                               status, department_id, supervisor_mode, origin, created_at, version)
            SELECT :login, :login, :email, :email, :first, :last, :type, :status, d.id,
                   'inherited', 'import', '2026-01-01T00:00:00Z', 1
            FROM departments d WHERE d.full_name = :place
            """,
            login=f"{last}{number}".lower(),
            email=f"{number}{last}@example.com" if number % 3 else None,
            first=first,
            last=last,
            type=("staff", "client", "prospect")[number % 3],
            status=("active", "ended")[number % 2],
            place=("/", "Ärzte", "apes")[number % 3],
        )
    return portal


def test_the_first_of_a_sorted_list_are_the_first_of_all(portal_with_people: Portal) -> None:
    """By every column, both ways, and by several at once."""
    sorts = [*_SORTS, ("user", "last_name,-first_name"), ("user", "-email,last_name,-type")]
    for noun, order in sorts:
        everything = _listed(portal_with_people, noun, f"--sort={order}")
        for count in (1, 7, 40):
            found = _listed(portal_with_people, noun, f"--sort={order}", "--first", str(count))
            assert found == everything[:count], (noun, order, count)


def _listed(portal: Portal, noun: str, *argv: str) -> Any:
    return portal.ok(noun, "list", *argv, "-o", "json").json


def _last(portal: Portal, *argv: str) -> list[str]:
    """Return the statements that end a command line: those that read the list."""
    said = [one.partition(": ")[2] for one in statements_of(portal, *argv)]
    return [sql for sql in said if "LIMIT" in sql]


@pytest.mark.parametrize(
    "argv",
    [
        ("user", "list"),
        ("user", "list", "--sort", "last_name"),
        ("audit", "list"),
        ("audit", "list", "--sort", "-id"),
        ("notification", "list"),
        ("token", "history"),
    ],
)
def test_the_database_cuts(portal: Portal, argv: tuple[str, ...]) -> None:
    """It neither sorts nor hands over what nobody sees."""
    assert len(_last(portal, *argv, "--first", "3")) == 1


def test_what_is_counted_or_put_together_is_sorted_by_the_program(
    portal_with_people: Portal,
) -> None:
    """A column of names and values has no order of its own in a database."""
    everything = _listed(portal_with_people, "audit", "--sort=detail")
    assert _listed(portal_with_people, "audit", "--sort=detail", "--first", "2") == everything[:2]


@pytest.mark.parametrize(
    ("argv", "table"),
    [
        (("user", "list"), "users"),
        (("audit", "list"), "audit_rows"),
        (("audit", "list", "--sort", "-id"), "audit_rows"),
        (("audit", "list", "--sort", "happened_at"), "audit_rows"),
        (("notification", "list"), "notifications"),
        (("token", "history"), "redemptions"),
    ],
)
def test_a_list_is_read_in_its_order(portal: Portal, argv: tuple[str, ...], table: str) -> None:
    """There is an index for it, so that nothing is sorted to show the first."""
    steps = query_plans(portal, f"FROM {table}", *argv, "--first", "3")
    assert steps
    sorts = ("USE TEMP B-TREE", "Sort  (")
    assert [step for step in steps if step.lstrip(" ->").startswith(sorts)] == []
