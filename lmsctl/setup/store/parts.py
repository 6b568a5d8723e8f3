"""What a thing has several of, read for all things of a kind at once."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from lmsctl.content.model import ContentGrant
from lmsctl.department.model import Department
from lmsctl.group.model import Group
from lmsctl.kit.work import Work
from lmsctl.user.model import User

# The parts that are lists, by the number of the thing they belong to.
Parts = Mapping[int, list[Any]]


def rows(*columns: Any) -> Any:
    """Return the SELECT of `columns`; the library types no more than four of them."""
    return select(*columns)


def parts(work: Work, statement: Any) -> Parts:
    """Return the rest of each row, by its first column; a row of two columns is its second."""
    found: dict[int, list[Any]] = defaultdict(list)
    for owner, *rest in work.tuples(statement):
        found[owner].append(rest[0] if len(rest) == 1 else tuple(rest))
    return found


def audiences(work: Work, table: Any, owner: str, *, with_people: bool = False) -> Parts:
    """Return to whom things are open, by the number of the thing."""
    is_grant = table is ContentGrant
    statement = (
        rows(
            getattr(table, owner),
            *([table.audience] if is_grant else [table.opening, table.type]),
            Group.name,
            Department.full_name,
            *([User.login] if is_grant else []),
        )
        .outerjoin(Group, col(Group.id) == table.group_id)
        .outerjoin(Department, col(Department.id) == table.department_id)
    )
    if is_grant:
        statement = statement.outerjoin(User, col(User.id) == table.user_id)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in work.tuples(statement):
        if is_grant:
            id_, _, group, department, login = row
            if login is None or with_people:
                found[id_] += audience("organization", None, group, department, login)
        else:
            id_, _, type_, group, department = row
            found[id_] += audience("everybody", type_, group, department, None)
    return found


def audience(
    everybody: str, type_: Any, group: str | None, department: str | None, login: str | None
) -> tuple[str]:
    """Return the one audience that a row names, as a file writes it."""
    for prefix, name in (
        ("type", type_),
        ("group", group),
        ("department", department),
        ("user", login),
    ):
        if name is not None:
            return (f"{prefix}:{name}",)
    return (everybody,)
