"""What rooms make statements from: long lists, rows that may be there, texts looked for."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam
from sqlalchemy.dialects import sqlite
from sqlmodel import col, literal, select

from lmsctl.kit import clock, driver
from lmsctl.kit.database_errors import ConstraintClash
from lmsctl.kit.statements import among, may_contain
from lmsctl.kit.work import Work, run_read, run_write
from lmsctl.user.model import User, UserName
from lmsctl.user.results import UserStatus
from tests.conftest import Portal
from tests.kit.test_work import open_units

# More than either database takes as single parameters.
_MANY = 70_000


@pytest.fixture
def work(portal: Portal) -> Iterator[Work]:
    """Return a unit of work that is undone in the end."""
    connection = driver.open_database(portal.url, patience=5)
    made = Work(connection, clock.read(), "tester", "test", is_writing=True)
    made.begin()
    yield made
    connection.rollback()
    connection.close()


def names(work: Work) -> dict[str, int]:
    """Return who has which of the names that these tests take."""
    found = work.values(select(UserName.key).where(col(UserName.key).startswith("test ")))
    return {
        key: work.value(select(UserName.user_id).where(col(UserName.key) == key)) for key in found
    }


def test_a_list_may_be_longer_than_a_statement_has_parameters(portal: Portal) -> None:
    """It is one parameter, of which an empty list finds nothing; both can be turned round."""
    with open_units(portal) as make:
        everybody = run_read(make, lambda work: work.values(select(User.id)))
    for numbers, found, others in (
        (range(_MANY), everybody, []),
        (everybody, everybody, []),
        ([], [], everybody),
    ):
        condition = among(User.id, numbers)
        with open_units(portal) as make:
            some = run_read(make, lambda work: work.values(select(User.id).where(condition)))  # noqa: B023 - called at once
        assert some == found
        with open_units(portal) as make:
            rest = run_read(make, lambda work: work.values(select(User.id).where(~condition)))  # noqa: B023 - called at once
        assert rest == others


def test_a_list_finds_its_rows_by_the_index(portal: Portal) -> None:
    """SQLite would look at every row if the condition were compared with anything."""
    if not portal.is_sqlite:
        pytest.skip("PostgreSQL looks at every row of a small table anyway")
    statement = select(User.id).where(among(User.id, [1, 2]), col(User.version) == 1)
    sql = str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))
    plan = portal.sql(f"EXPLAIN QUERY PLAN {sql}", param_1="[1, 2]", version_1=1)
    assert any("SEARCH users USING INTEGER PRIMARY KEY" in step for *_, step in plan), plan


def test_a_row_goes_in_once(portal: Portal) -> None:
    """Who puts it in again hears that it was there; what else is wrong is still raised."""
    with open_units(portal) as make:

        def put_in(work: Work) -> list[int]:
            owner = work.value(select(User.id))
            row: Any = select(literal("test one").label("key"), col(User.id).label("user_id"))
            sources = ({"key": "test one", "user_id": owner}, row.where(col(User.id) == owner))
            return [work.insert_once(UserName, source) for source in (*sources, *sources)]

        assert run_write(make, put_in) == [1, 0, 0, 0]
    with open_units(portal) as make:
        work = make(is_writing=True)
        work.begin()
        with pytest.raises(ConstraintClash):
            work.insert_once(UserName, {"key": "test two", "user_id": 0})


def test_a_row_takes_the_place_of_what_has_its_key(portal: Portal) -> None:
    """Whether its values are given or selected."""
    portal.ok("user", "create", "--login", "ann", "--first-name", "A", "--last-name", "N")
    with open_units(portal) as make:
        owner, ann = run_read(
            make, lambda work: work.values(select(User.id).order_by(col(User.id)))
        )

    def put_in(work: Work) -> list[dict[str, int]]:
        seen = []
        for number in (owner, ann):
            assert work.upsert(UserName, ("key",), {"key": "test one", "user_id": number}) == 1
            seen.append(names(work))
        for number in (owner, ann):
            row: Any = select(literal("test two").label("key"), col(User.id).label("user_id"))
            assert work.upsert(UserName, ("key",), row.where(col(User.id) == number)) == 1
            seen.append(names(work))
        return seen

    with open_units(portal) as make:
        assert run_write(make, put_in) == [
            {"test one": owner},
            {"test one": ann},
            {"test one": ann, "test two": owner},
            {"test one": ann, "test two": ann},
        ]


def test_a_list_is_as_long_as_it_likes(work: Work) -> None:
    """Numbers, texts and words of a set alike; nobody is in an empty one."""
    for condition, found in (
        (among(User.id, range(_MANY)), ["owner"]),
        (among(User.id, range(2, _MANY)), []),
        (among(User.login_key, ["nobody", "owner"]), ["owner"]),
        (among(User.status, [UserStatus.PENDING, UserStatus.ACTIVE]), ["owner"]),
        (among(User.status, [UserStatus.PENDING]), []),
        (~among(User.status, {UserStatus.PENDING}), ["owner"]),
        (among(User.id, ()), []),
    ):
        assert work.values(select(User.login).where(condition)) == found


def test_a_list_may_be_a_parameter(work: Work) -> None:
    """So that a statement is made once for lists of all lengths."""
    statement = select(User.login).where(among(User.id, bindparam("numbers")))
    assert [work.values(statement, numbers=given) for given in ([1], [], [2, 1])] == [
        ["owner"],
        [],
        ["owner"],
    ]


@pytest.mark.parametrize(
    ("key", "is_found"), [("rstadt", True), ("%", False), ("o_n", False), ("nobody", False)]
)
def test_only_what_cannot_hold_a_text_is_left_out(work: Work, key: str, *, is_found: bool) -> None:
    """ASCII is decided, in any case; of other texts the program decides."""
    work.update(User, 1, first_name="OWNERSTADT", last_name="Ä")
    holding = select(User.id).where(may_contain(User.first_name, key))
    assert bool(work.values(holding)) == is_found
    assert work.values(select(User.id).where(may_contain(User.last_name, key)))
