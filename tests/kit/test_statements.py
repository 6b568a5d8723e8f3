"""Conditions that the databases would answer in different ways, or not at all."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from lmsctl.kit import clock, driver
from lmsctl.kit.statements import insert_unless_there, is_among, may_hold
from lmsctl.kit.work import Work
from lmsctl.user.model import Name, User
from lmsctl.user.results import Status
from tests.conftest import Portal

# More than either database takes parameters.
MANY = 300_000


@pytest.fixture
def work(portal: Portal) -> Iterator[Work]:
    """Return a unit of work that is undone in the end."""
    connection = driver.open_database(portal.url, patience=5)
    made = Work(connection, clock.read(), "tester", "test", is_writing=True)
    made.begin()
    yield made
    connection.rollback()
    connection.close()


def test_a_list_is_as_long_as_it_likes(work: Work) -> None:
    """Numbers, texts and words of a set alike; nobody is in an empty one."""
    for condition, found in (
        (is_among(User.id, range(MANY)), ["owner"]),
        (is_among(User.id, range(2, MANY)), []),
        (is_among(User.login_key, ["nobody", "owner"]), ["owner"]),
        (is_among(User.status, [Status.PENDING, Status.ACTIVE]), ["owner"]),
        (is_among(User.status, [Status.PENDING]), []),
        (~is_among(User.status, {Status.PENDING}), ["owner"]),
        (is_among(User.id, ()), []),
    ):
        assert work.values(select(User.login).where(condition)) == found


def test_a_list_may_be_a_parameter(work: Work) -> None:
    """So that a statement is made once for lists of all lengths."""
    statement = select(User.login).where(is_among(User.id, "numbers"))
    assert [work.values(statement, numbers=given) for given in ([1], [], [2, 1])] == [
        ["owner"],
        [],
        ["owner"],
    ]


def test_what_is_there_stays_and_is_no_error(work: Work) -> None:
    """The number of rows says whether one came."""
    changes = [work.run(insert_unless_there(Name, {"key": "kim", "user_id": 1})) for _ in "ab"]
    assert changes == [1, 0]


@pytest.mark.parametrize(
    ("key", "is_found"), [("rstadt", True), ("%", False), ("o_n", False), ("nobody", False)]
)
def test_only_what_cannot_hold_a_text_is_left_out(work: Work, key: str, *, is_found: bool) -> None:
    """ASCII is decided, in any case; of other texts the program decides."""
    work.update(User, 1, first_name="OWNERSTADT", last_name="Ä")
    holding = select(User.id).where(may_hold(User.first_name, key))
    assert bool(work.values(holding)) == is_found
    assert work.values(select(User.id).where(may_hold(User.last_name, key)))
