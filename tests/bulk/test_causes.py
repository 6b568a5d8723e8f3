"""What is wrong with a file is told by its cause, and what only follows from that comes after."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import Portal


def write(portal: Portal, *lines: str, name: str = "rows.csv") -> str:
    """Write a file into the portal's folder and return its name."""
    portal.folder.joinpath(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def details(portal: Portal, *argv: str) -> list[dict[str, Any]]:
    """Return all that is told to be wrong with a file, which must be refused."""
    ran = portal.run(*argv, "-o", "json")
    assert (ran.status, ran.code) == (6, "rows_rejected"), ran.err
    found: list[dict[str, Any]] = ran.error["details"]
    return found


def faults(portal: Portal, *argv: str) -> list[tuple[int, str | None, str]]:
    """Return row, column and code of all that is wrong with a file, in the order of telling."""
    return [
        (one["location"]["row"], one["location"]["column"], one["code"])
        for one in details(portal, *argv)
    ]


# Supervisors of the same file --------------------------------------------------------------------

PEOPLE = "Login,First name,Last name,Email,Supervisor"
_BEHIND = ("Supervisor", "row_supervisor_failed")


@pytest.fixture
def portal_with_boss(portal: Portal) -> Portal:
    """Return a portal with somebody called boss."""
    names = ("--first-name", "B", "--last-name", "O")
    portal.ok("user", "create", "--login", "boss", "--email", "boss@example.com", *names)
    return portal


def test_a_row_with_a_fault_of_its_own_blames_no_supervisor(portal_with_boss: Portal) -> None:
    """A supervisor who is there, or whose row is good, is no part of what is wrong."""
    file = write(portal_with_boss, PEOPLE, "ben,Ben,Carr,ben@example,boss")
    assert faults(portal_with_boss, "user", "import", file) == [(1, "Email", "email_invalid")]
    new = ("new,New,Boss,new@example.com,", "ben,Ben,Carr,ben@example,new")
    file = write(portal_with_boss, PEOPLE, *new)
    assert faults(portal_with_boss, "user", "import", file) == [(2, "Email", "email_invalid")]


def test_causes_are_told_before_what_follows_from_them(portal: Portal) -> None:
    """With one bad boss of many people the next cause is the second line, however far down."""
    people = [f"u{i},U,N,u{i}@example.com,{'ceo' if i < 60 else 'u1'}" for i in range(1, 62)]
    bad = ("ceo,C,Eo,ceo@bad,", *people, "zoe,,Zed,zoe@example.com,u1")
    file = write(portal, PEOPLE, *bad)
    ran = portal.run("user", "import", file, "-o", "json")
    assert "63 of 63 rows" in ran.error["message"]
    assert "61 of them fail only because of another row." in ran.error["message"]
    told = details(portal, "user", "import", file)
    assert [(one["location"]["row"], one["code"]) for one in told[:3]] == [
        (1, "email_invalid"),
        (63, "row_name_missing"),
        (2, "row_supervisor_failed"),
    ]
    assert "row 1, which cannot be taken" in told[2]["message"]
    assert told[2]["hint"] == "Fix row 1; nothing else is wrong with this one."


def test_a_row_behind_others_names_the_cause(portal: Portal) -> None:
    """Who stands two rows behind a fault is told which row is to be fixed; circles are no cause."""
    rows = ("c,C,C,c@example.com,b", "b,B,B,b@example.com,a", "a,A,,a@example.com,c")
    told = details(portal, "user", "import", write(portal, PEOPLE, *rows))
    assert [one["location"]["row"] for one in told] == [3, 1, 2]
    assert "is to come from row 2," in told[1]["message"]
    assert {one["hint"] for one in told[1:]} == {"Fix row 3; nothing else is wrong with this one."}


def test_a_supervisor_whose_row_cannot_be_read_is_not_unknown(portal: Portal) -> None:
    """A bad address, a bad login, a ragged row and a broken one make nobody unknown."""
    file = write(
        portal,
        PEOPLE,
        ",C,Eo,ceo@bad,",
        "u1,U,N,,ceo@bad",
        "a b,C,Eo,,",
        "u2,U,N,,a b",
        "ragged,C,Eo,,,",
        "u3,U,N,,ragged",
        'broken,"C"x,Eo,,absent',
        "u4,U,N,,broken",
        "u5,U,N,,absent",
    )
    assert faults(portal, "user", "import", file) == [
        (1, "Email", "email_invalid"),
        (3, "Login", "login_invalid"),
        (5, None, "csv_row_ragged"),
        (7, None, "csv_quote_followed"),
        (9, "Supervisor", "user_unknown"),
        (2, *_BEHIND),
        (4, *_BEHIND),
        (6, *_BEHIND),
        (8, *_BEHIND),
    ]


def test_a_supervisor_whose_confirmation_fails_is_told_as_that(portal: Portal) -> None:
    """Who waits for confirmation is confirmed by a row; that row's fault is the only cause."""
    names = ("--first-name", "P", "--last-name", "Q")
    portal.ok("user", "create", "--login", "p", "--email", "p@example.com", *names)
    waiting = "UPDATE users SET status = 'pending', expires_at = :at WHERE login = 'p'"
    portal.sql(waiting, at=datetime(2026, 3, 5, tzinfo=UTC))
    rows = ("p@example.com,,,clown,", "u@example.com,U,N,,p@example.com")
    file = write(portal, "Email,First name,Last name,Type,Supervisor", *rows)
    assert faults(portal, "user", "import", file) == [
        (1, "Type", "cell_word_unknown"),
        (2, *_BEHIND),
    ]
