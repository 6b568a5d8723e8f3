"""The statements on people: finding, adding, changing, locking and deleting them.

Rows are read as dataclasses, of whose fields `columns_of` makes what is selected, and never as
objects of the table classes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import SQLModel, case, col, func, select
from sqlmodel import delete as delete_from

from lmsctl.department.model import Department, DepartmentSupervisor
from lmsctl.group.model import GroupMember
from lmsctl.kit import canonical, locks
from lmsctl.kit.address import login_key
from lmsctl.kit.named import find_named
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.suggesting import list_slips
from lmsctl.kit.work import Work
from lmsctl.notification.model import Notification
from lmsctl.rights.model import Grant, Role
from lmsctl.rights.rules import Scope, ancestor_paths
from lmsctl.rights.store import in_scope
from lmsctl.user.errors import UserUnknown
from lmsctl.user.model import FieldValue, User, UserName, is_alive, status_at
from lmsctl.user.results import SupervisorMode, UserOrigin, UserStatus, UserType
from lmsctl.user.store.names import take_names_of

# A scheduled change that is due by now is what `status_at` says already: nothing is ahead then.
_IS_AHEAD = col(User.due_at) > NOW


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the program needs them; `path` and `department` tell their department."""

    id: int
    login: str
    email: str | None
    first_name: str
    last_name: str
    type: UserType
    status: UserStatus
    department_id: int
    path: str
    department: str
    supervisor_mode: SupervisorMode
    supervisor_id: int | None
    origin: UserOrigin
    origin_detail: str | None
    created_at: datetime
    policy_accepted_at: datetime | None
    expires_at: datetime | None
    due_status: UserStatus | None
    due_at: datetime | None
    version: int


_SELECT_PERSON = (
    select(
        *columns_of(
            Person,
            User,
            status=status_at(NOW),
            path=col(Department.path),
            department=col(Department.full_name),
            due_status=case((_IS_AHEAD, col(User.due_status))),
            due_at=case((_IS_AHEAD, col(User.due_at))),
        )
    )
    .select_from(User)
    .join(Department, col(Department.id) == col(User.department_id))
    .where(is_alive(NOW))
)
_SELECT_PERSON_BY_ID = _SELECT_PERSON.where(col(User.id) == bindparam("id_"))


def find(work: Work, given: str, scope: Scope) -> Person | None:
    """Return who has that login, address or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` fits two people in scope.
    """
    key = login_key(given)
    return find_named(
        work,
        Person,
        _SELECT_PERSON.where(in_scope(scope, Department.path)),
        given,
        col(User.login_key) == key,
        col(User.email_key) == key,
        id_column=User.id,
        what="person",
        now=work.now,
    )


def get(work: Work, given: str, scope: Scope) -> Person:
    """Return what `find` finds; raises UserUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise UserUnknown(given=given, nearest=find_nearest(work, given, scope))
    return found


def find_nearest(work: Work, given: str, scope: Scope) -> str | None:
    """Return the login or address in `scope` that is most like `given`, or None."""
    name, key = (User.email, User.email_key) if "@" in given else (User.login, User.login_key)
    statement = _SELECT_PERSON.where(in_scope(scope, Department.path))
    found = list_slips(work, statement, login_key(given), name=name, key=key)
    return canonical.nearest(given, found)


def get_by_id(work: Work, id_: int) -> Person:
    """Return the person with that id; raises UserUnknown when they have just gone."""
    found = work.one(Person, _SELECT_PERSON_BY_ID, id_=id_, now=work.now)
    if found is None:
        raise UserUnknown(given=id_)
    return found


# What people are called --------------------------------------------------------------------------

# A registration that has expired keeps its names until its row is taken away, as whatever writes
# does first of all. Until then it counts here, but not where a moment `at` is asked about.


# People ------------------------------------------------------------------------------------------


def add(work: Work, **values: Any) -> int:
    """Insert a person and return their id."""
    id_ = work.insert(User, **values)
    take_names_of(work, id_)
    return id_


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one person and count up their version."""
    work.update(User, id_, **values)
    if values.keys() & {"login_key", "email_key"}:
        work.run(delete_from(UserName).where(col(UserName.user_id) == id_))
        take_names_of(work, id_)


def supervised_ids(work: Work, user_id: int) -> list[int]:
    """Return the ids of the people whose own supervisor this person is."""
    return work.values(select(User.id).where(col(User.supervisor_id) == user_id))


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this person until we are done.

    Who locks several people calls `lock_all` once, so that no two wait for each other.
    """
    locks.lock_rows(work, User, [id_])


def lock_all(work: Work, ids: Collection[int]) -> set[int]:
    """Do what `lock` does with people, and return the ids of those who are still there."""
    return locks.lock_existing(work, User, ids)


def lock_for_share(work: Work, id_: int) -> None:
    """Let nobody change this person until we are done, while others may share them.

    This is for whoever does something with a person that does not change the person.
    """
    lock_all_for_share(work, [id_])


def lock_all_for_share(work: Work, ids: Sequence[int]) -> None:
    """Do what `lock_for_share` does with people."""
    locks.lock_rows(work, User, ids, shared=True)


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete people; ON DELETE CASCADE deletes the rows that are about them alone."""
    work.run(delete_from(User).where(among(User.id, ids)))


# What time decides -------------------------------------------------------------------------------


# Custom fields -----------------------------------------------------------------------------------


# Looking -----------------------------------------------------------------------------------------


_SELECT_ROLES_OF = (
    select(Role.name)
    .join(Grant, col(Grant.role_id) == col(Role.id))
    .where(col(Grant.user_id) == bindparam("user"))
    .order_by(col(Role.id))
)


def list_role_names(work: Work, user_id: int) -> list[str]:
    """Return the names of the roles a person was granted."""
    return work.values(_SELECT_ROLES_OF, user=user_id)


def find_inherited_supervisor(work: Work, user_id: int, path: str) -> str | None:
    """Return the login of the supervisor whom a person inherits, or None.

    That is the supervisor of the department at `path`, or of the nearest one above it which has
    one, other than the person.
    """
    found: str | None = work.value(
        select(User.login)
        .join(DepartmentSupervisor, col(DepartmentSupervisor.user_id) == col(User.id))
        .join(Department, col(Department.id) == col(DepartmentSupervisor.department_id))
        .where(
            col(Department.path).in_([*ancestor_paths(Scope((path,))), path]),
            col(User.id) != user_id,
        )
        .order_by(func.length(col(Department.path)).desc())
        .limit(1)
    )
    return found


# The tables whose rows about a person are deleted with the person, by what people call the rows.
_TABLES_DELETED_WITH_USER: dict[str, type[SQLModel]] = {
    "custom_fields": FieldValue,
    "group_memberships": GroupMember,
    "roles": Grant,
    "messages": Notification,
}


def count_records(work: Work, user_id: int) -> dict[str, int]:
    """Return how many rows of each of these tables would be deleted with a person."""
    return {
        name: _count_rows(work, table, user_id) for name, table in _TABLES_DELETED_WITH_USER.items()
    }


def _count_rows(work: Work, table: Any, user_id: int) -> int:
    """Return how many rows of `table`, which has a `user_id`, are about a person."""
    counting = select(func.count()).select_from(table).where(col(table.user_id) == user_id)
    return int(work.value(counting))
