"""What statements are made from, on both databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlmodel import col, select

from lmsctl.kit import clock, driver
from lmsctl.kit.statements import among
from lmsctl.kit.work import Work, carry_out, look
from lmsctl.rights.model import RolePermission
from lmsctl.user.model import User
from tests.conftest import Portal

# More than a statement may have parameters on either database.
_MANY = 300_000


@contextmanager
def a_work(portal: Portal) -> Iterator[Work]:
    """Yield a unit of work that has not begun."""
    connection = driver.open_database(portal.url, patience=10)
    try:
        yield Work(connection, now=clock.read(), operator="tester", command="test")
    finally:
        connection.close()


def test_a_list_of_numbers_may_be_of_any_length(portal: Portal) -> None:
    """What is in it is found, and nothing else, be it short, long or empty."""
    portal.ok("user", "create", "--login", "kim", "--first-name", "Kim", "--last-name", "Lee")
    with a_work(portal) as work:

        def found(work: Work) -> list[list[int]]:
            lists: list[Sequence[int]] = [
                [1],
                range(1, _MANY),
                range(2, _MANY),
                range(3, _MANY),
                [],
            ]
            ids = select(User.id).order_by(col(User.id))
            return [work.values(ids.where(among(User.id, numbers))) for numbers in lists]

        assert look(lambda: work, found) == [[1], [1, 2], [2], [], []]


def test_what_is_there_is_not_inserted_again(portal: Portal) -> None:
    """The answer says whether the row is new."""
    with a_work(portal) as work:

        def add(work: Work) -> list[bool]:
            role = work.value("SELECT min(id) FROM roles")
            rows = ["user.view", "user.view", "user.manage"]
            return [work.insert_once(RolePermission, role_id=role, permission=row) for row in rows]

        assert carry_out(lambda: work, add) == [True, False, True]
    assert portal.value("SELECT count(*) FROM role_permissions") == 2
