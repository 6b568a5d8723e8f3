"""The statements of the group room: groups, and who is in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, func, not_, select, update
from sqlmodel import delete as delete_from

from lmsctl.department.model import Department
from lmsctl.group.errors import GroupUnknown
from lmsctl.group.model import Group, GroupMember
from lmsctl.group.results import GroupDetail, GroupPerson
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.suggesting import find_similar
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User, is_alive, status_at


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as the program needs it; `path` is its department's."""

    id: int
    name: str
    department_id: int
    path: str


_SELECT_ROW = (
    select(*columns_of(GroupRow, Group, path=col(Department.path)))
    .select_from(Group)
    .join(Department, col(Department.id) == col(Group.department_id))
)


def find(work: Work, given: str, scope: Scope) -> GroupRow | None:
    """Return the group of that name or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` is the name of one and the number of another.
    """
    return find_named(
        work,
        GroupRow,
        _SELECT_ROW.where(in_scope(scope, Department.path)),
        given,
        col(Group.name_key) == canonical.key(given),
        id_column=Group.id,
        what="group",
    )


def get(work: Work, given: str, scope: Scope) -> GroupRow:
    """Return what `find` finds; raises GroupUnknown."""
    found = find(work, given, scope)
    if found is None:
        nearest = find_similar(
            work,
            _SELECT_ROW.where(in_scope(scope, Department.path)),
            given,
            name=Group.name,
            key=Group.name_key,
        )
        raise GroupUnknown(given=given, nearest=nearest)
    return found


def find_by_name(work: Work, name_key: str, scope: Scope) -> GroupRow | None:
    """Return the group in `scope` with exactly this name; numbers do not count."""
    wanted = _SELECT_ROW.where(col(Group.name_key) == name_key, in_scope(scope, Department.path))
    return work.one(GroupRow, wanted)


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this group until we are done."""
    locks.lock_rows(work, Group, [id_])


def lock_for_share(work: Work, id_: int) -> None:
    """Let nobody change or delete this group until we are done, while others may share it."""
    locks.lock_rows(work, Group, [id_], shared=True)


def add(work: Work, **values: Any) -> int:
    """Insert a group and return its id."""
    return work.insert(Group, **values)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one group."""
    work.update(Group, id_, **values)


def delete(work: Work, id_: int) -> None:
    """Delete a group; its people stay."""
    work.run(delete_from(Group).where(col(Group.id) == id_))


_MEMBER_COUNT = (
    select(func.count())
    .select_from(GroupMember)
    .join(User, col(User.id) == col(GroupMember.user_id))
    .where(col(GroupMember.group_id) == col(Group.id), is_alive(NOW))
    .scalar_subquery()
)
_SELECT_GROUP = (
    select(
        *columns_of(GroupDetail, Group, department=col(Department.full_name), members=_MEMBER_COUNT)
    )
    .select_from(Group)
    .join(Department, col(Department.id) == col(Group.department_id))
    .order_by(col(Group.name_key))
)


def list_names_starting(work: Work, start: str, scope: Scope) -> list[str]:
    """Return the names of groups in scope that begin with `start`, as `list_starting` does."""
    statement = (
        select(Group.name)
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(in_scope(scope, Department.path))
    )
    return list_starting(work, statement, col(Group.name_key), canonical.key(start))


def list_groups(work: Work, scope: Scope, id_: int | None = None) -> Iterator[GroupDetail]:
    """Yield the groups in scope by name, or only the one with that id."""
    statement = _SELECT_GROUP.where(in_scope(scope, Department.path))
    if id_ is not None:
        statement = statement.where(col(Group.id) == id_)
    return work.each(GroupDetail, statement, now=work.now)


# Who is in it ------------------------------------------------------------------------------------


def member_ids_among(work: Work, group_id: int, user_ids: Sequence[int]) -> set[int]:
    """Return which of the people with `user_ids` are in the group."""
    in_group = select(GroupMember.user_id).where(col(GroupMember.group_id) == group_id)
    return set(work.values(in_group.where(among(GroupMember.user_id, user_ids))))


def add_members(work: Work, group_id: int, user_ids: Sequence[int]) -> None:
    """Put people into a group that they are not in."""
    rows = [{"group_id": group_id, "user_id": user_id} for user_id in user_ids]
    work.insert_many(GroupMember, rows)


def remove_members(work: Work, group_id: int, user_ids: Sequence[int]) -> None:
    """Take people out of a group."""
    from_group = delete_from(GroupMember).where(col(GroupMember.group_id) == group_id)
    work.run(from_group.where(among(GroupMember.user_id, user_ids)))


def list_members(work: Work, group_id: int, scope: Scope) -> Iterator[GroupPerson]:
    """Yield the people of a group that are in scope, by login."""
    return work.each(
        GroupPerson,
        select(
            *columns_of(
                GroupPerson, User, status=status_at(NOW), department=col(Department.full_name)
            )
        )
        .select_from(GroupMember)
        .join(User, col(User.id) == col(GroupMember.user_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .where(
            col(GroupMember.group_id) == group_id, is_alive(NOW), in_scope(scope, Department.path)
        )
        .order_by(col(User.login_key)),
        now=work.now,
    )


def count_hidden_members(work: Work, group_id: int, scope: Scope) -> int:
    """Return how many people of a group are out of scope."""
    count = work.value(
        select(func.count())
        .select_from(GroupMember)
        .join(User, col(User.id) == col(GroupMember.user_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .where(
            col(GroupMember.group_id) == group_id,
            is_alive(NOW),
            not_(in_scope(scope, Department.path)),
        ),
        now=work.now,
    )
    return int(count)


# Departments -------------------------------------------------------------------------------------


def list_names_in_departments(work: Work, ids: Sequence[int]) -> list[str]:
    """Return the names of the groups that belong to one of these departments."""
    return work.values(
        select(Group.name).where(col(Group.department_id).in_(ids)).order_by(col(Group.name_key))
    )


def move_to_department(work: Work, ids: Sequence[int], department_id: int) -> None:
    """Let every group of the departments with `ids` belong to another one."""
    work.run(
        update(Group).where(col(Group.department_id).in_(ids)).values(department_id=department_id)
    )
