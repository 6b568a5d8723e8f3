"""The SQL of the group room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lmsctl.group.errors import GroupUnknown
from lmsctl.group.results import Group, Member
from lmsctl.kit import canonical, locks
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.user.store import IS_ALIVE, STATUS_NOW

_LONGEST_NUMBER = 18
_IN_DEPARTMENT = "JOIN departments d ON d.id = g.department_id"
_MEMBERS = f"""(SELECT count(*) FROM group_members m JOIN users u ON u.id = m.user_id
                WHERE m.group_id = g.id AND {IS_ALIVE})"""


@dataclass(frozen=True, slots=True)
class Node:
    """A group as the program needs it; `path` and `written` are its department's."""

    id: int
    name: str
    department_id: int
    path: str
    written: str


_NODE = f"""
    SELECT g.id, g.name, g.department_id, d.path, d.full_name AS written
    FROM user_groups g {_IN_DEPARTMENT}
"""


def find(work: Work, given: str, scope: Scope) -> Node | None:
    """Return the group of that name or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` is the name of one and the number of another.
    """
    digits = canonical.trim(given)
    is_number = digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_NUMBER
    found = work.all(
        Node,
        f"""
        {_NODE}
        WHERE (g.name_key = :key OR g.id = :number) AND {scope.clause("d.path")} ORDER BY g.id
        """,
        key=canonical.key(given),
        number=int(digits) if is_number else None,
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="group")
    return found[0] if found else None


def get(work: Work, given: str, scope: Scope) -> Node:
    """Return what `find` finds; raises GroupUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise GroupUnknown(given=given)
    return found


def named(work: Work, name_key: str, scope: Scope) -> Node | None:
    """Return the group in `scope` with exactly this name; numbers do not count."""
    return work.one(
        Node,
        f"{_NODE} WHERE g.name_key = :key AND {scope.clause('d.path')}",
        key=name_key,
    )


def lock(work: Work, number: int) -> None:
    """Keep everybody else from changing this group until we are done."""
    work.value(f"SELECT id FROM user_groups WHERE id = :id{work.for_update}", id=number)


def share(work: Work, number: int) -> None:
    """Let nobody change or delete this group until we are done, while others may share it."""
    work.value(f"SELECT id FROM user_groups WHERE id = :id{locks.for_share(work)}", id=number)


def add(work: Work, **values: Any) -> int:
    """Insert a group and return its id."""
    return work.insert("user_groups", **values)


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one group."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    work.run(f"UPDATE user_groups SET {assignments} WHERE id = :id", id=number, **values)


def delete(work: Work, number: int) -> None:
    """Delete a group; its people stay."""
    work.run("DELETE FROM user_groups WHERE id = :id", id=number)


def listed(work: Work, scope: Scope, number: int | None = None) -> Iterator[Group]:
    """Yield the groups in scope by name, or only the one with that id."""
    return work.each(
        Group,
        f"""
        SELECT g.id, g.name, d.full_name AS department, {_MEMBERS} AS members
        FROM user_groups g {_IN_DEPARTMENT}
        WHERE {scope.clause("d.path")} AND (:number IS NULL OR g.id = :number)
        ORDER BY g.name_key
        """,
        number=number,
        now=work.now,
    )


# Who is in it ------------------------------------------------------------------------------------


def members_among(work: Work, number: int, user_ids: Sequence[int]) -> set[int]:
    """Return which of the people with `user_ids` are in the group."""
    return set(
        work.values(
            "SELECT user_id FROM group_members WHERE group_id = :group AND user_id IN :users",
            group=number,
            users=list(user_ids),
        )
    )


def add_members(work: Work, number: int, user_ids: Sequence[int]) -> None:
    """Put people into a group that they are not in."""
    rows = [{"group_id": number, "user_id": user_id} for user_id in user_ids]
    work.insert_many("group_members", rows)


def remove_members(work: Work, number: int, user_ids: Sequence[int]) -> None:
    """Take people out of a group."""
    work.run(
        "DELETE FROM group_members WHERE group_id = :group AND user_id IN :users",
        group=number,
        users=list(user_ids),
    )


_OF_GROUP = f"""
    FROM group_members m
    JOIN users u ON u.id = m.user_id
    JOIN departments d ON d.id = u.department_id
    WHERE m.group_id = :group AND {IS_ALIVE}
"""


def members(work: Work, number: int, scope: Scope) -> Iterator[Member]:
    """Yield the people of a group that are in scope, by login."""
    return work.each(
        Member,
        f"""
        SELECT u.login, u.email, u.first_name, u.last_name, {STATUS_NOW} AS status,
               d.full_name AS department
        {_OF_GROUP} AND {scope.clause("d.path")} ORDER BY u.login_key
        """,
        group=number,
        now=work.now,
    )


def hidden_members(work: Work, number: int, scope: Scope) -> int:
    """Return how many people of a group are out of scope."""
    count = work.value(
        f"SELECT count(*) {_OF_GROUP} AND NOT {scope.clause('d.path')}",
        group=number,
        now=work.now,
    )
    return int(count)


# Departments -------------------------------------------------------------------------------------


def names_in_departments(work: Work, ids: Sequence[int]) -> list[str]:
    """Return the names of the groups that belong to one of these departments."""
    return work.values(
        "SELECT name FROM user_groups WHERE department_id IN :ids ORDER BY name_key", ids=list(ids)
    )


def move_all(work: Work, ids: Sequence[int], department_id: int) -> None:
    """Let every group of the departments with `ids` belong to another one."""
    work.run(
        "UPDATE user_groups SET department_id = :target WHERE department_id IN :ids",
        target=department_id,
        ids=list(ids),
    )
