"""The statements of the role room: roles, what they allow, and who holds them where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, func, select
from sqlmodel import delete as delete_from

from lmsctl.department.model import Department
from lmsctl.department.store import DepartmentPath
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.model import Grant, GrantDepartment, Role, RolePermission
from lmsctl.rights.rules import LEARNER, Scope
from lmsctl.user.model import User, is_alive, status_at
from lmsctl.user.results import UserStatus
from lmsctl.user.store import department_conditions


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as the program needs it."""

    id: int
    name: str
    is_builtin: bool


_SELECT_ROW = select(*columns_of(RoleRow, Role))


def find(work: Work, given: str) -> RoleRow | None:
    """Return the role of that name or number, or None.

    Raises Ambiguous when `given` is the name of one and the number of another.
    """
    has_name = col(Role.name_key) == canonical.key(given)
    return find_named(work, RoleRow, _SELECT_ROW, given, has_name, id_column=Role.id, what="role")


def find_by_name(work: Work, name_key: str) -> RoleRow | None:
    """Return the role with exactly this name; numbers do not count."""
    return work.one(RoleRow, _SELECT_ROW.where(col(Role.name_key) == name_key))


def list_names(work: Work) -> list[str]:
    """Return the names of all roles, in the order they were made."""
    return work.values(select(Role.name).order_by(col(Role.id)))


def lock_for_share(work: Work, id_: int) -> None:
    """Let nobody change this role until we are done, while others may share it."""
    locks.lock_rows(work, Role, [id_], shared=True)


def lock(work: Work, id_: int) -> None:
    """Let nobody else change, grant or revoke this role until we are done."""
    locks.lock_rows(work, Role, [id_])


def rename(work: Work, id_: int, name: str, name_key: str) -> None:
    """Give a role another name."""
    work.update(Role, id_, name=name, name_key=name_key)


def delete(work: Work, id_: int) -> None:
    """Delete a role that nobody holds."""
    work.run(delete_from(Role).where(col(Role.id) == id_))


def list_permissions(work: Work, role_id: int) -> frozenset[str]:
    """Return what the custom role with that id allows."""
    allowed = select(RolePermission.permission).where(col(RolePermission.role_id) == role_id)
    return frozenset(work.values(allowed))


def add_permissions(work: Work, role_id: int, wanted: frozenset[str]) -> None:
    """Let a custom role allow more."""
    rows = [{"role_id": role_id, "permission": permission} for permission in sorted(wanted)]
    work.insert_many(RolePermission, rows)


def remove_permissions(work: Work, role_id: int, unwanted: frozenset[str]) -> None:
    """Let a custom role allow less."""
    work.run(
        delete_from(RolePermission).where(
            col(RolePermission.role_id) == role_id,
            col(RolePermission.permission).in_(sorted(unwanted)),
        )
    )


@dataclass(frozen=True, slots=True)
class RoleWithHolders:
    """A role and how many people in scope hold it."""

    id: int
    name: str
    is_builtin: bool
    holders: int


def list_names_starting(work: Work, start: str) -> list[str]:
    """Return the names of roles that begin with `start`, as `list_starting` does."""
    return list_starting(work, select(Role.name), col(Role.name_key), canonical.key(start))


def list_roles(work: Work, scope: Scope, id_: int | None = None) -> list[RoleWithHolders]:
    """Return every role, in the order they were made, or only the one with that id.

    Everybody alive is a learner. All others who hold a role are found by their grants.
    """
    holders = (
        select(func.count())
        .select_from(Grant)
        .join(User, col(User.id) == col(Grant.user_id))
        .where(col(Grant.role_id) == col(Role.id), is_alive(NOW), *department_conditions(scope))
        .scalar_subquery()
    )
    is_everybodys = and_(col(Role.is_builtin), col(Role.name) == LEARNER)
    counting = case((is_everybodys, _count_everybody(scope)), else_=holders)
    statement = select(*columns_of(RoleWithHolders, Role, holders=counting)).order_by(col(Role.id))
    if id_ is not None:
        statement = statement.where(col(Role.id) == id_)
    return work.all(RoleWithHolders, statement, now=work.now)


def _count_everybody(scope: Scope) -> ColumnElement[int]:
    """Return how many people in scope are there: all whose rows are, without the expired ones.

    Both are counted in an index; nobody's row is read to see whether they are alive.
    """
    people = select(func.count()).select_from(User).where(*department_conditions(scope))
    expired = people.where(col(User.expires_at) <= NOW)
    return people.scalar_subquery() - expired.scalar_subquery()


# Grants ------------------------------------------------------------------------------------------


def find_grant_id(work: Work, user_id: int, role_id: int) -> int | None:
    """Return the id of the grant by which a person holds a role, or None."""
    found: int | None = work.value(
        select(Grant.id).where(col(Grant.user_id) == user_id, col(Grant.role_id) == role_id)
    )
    return found


def list_places(work: Work, grant_id: int) -> list[DepartmentPath]:
    """Return the departments in which a grant holds, in the order of their paths."""
    return work.all(
        DepartmentPath,
        select(*columns_of(DepartmentPath, Department))
        .select_from(GrantDepartment)
        .join(Department, col(Department.id) == col(GrantDepartment.department_id))
        .where(col(GrantDepartment.grant_id) == grant_id)
        .order_by(col(Department.full_key)),
    )


def add_places(work: Work, grant_id: int, department_ids: Sequence[int]) -> None:
    """Let a grant hold in more departments."""
    rows = [{"grant_id": grant_id, "department_id": id_} for id_ in department_ids]
    work.insert_many(GrantDepartment, rows)


def remove_places(work: Work, grant_id: int, department_ids: Sequence[int]) -> None:
    """Let a grant hold in fewer departments."""
    work.run(
        delete_from(GrantDepartment).where(
            col(GrantDepartment.grant_id) == grant_id,
            col(GrantDepartment.department_id).in_(department_ids),
        )
    )


def delete_grant(work: Work, grant_id: int) -> None:
    """Take a grant away, with its departments."""
    work.run(delete_from(Grant).where(col(Grant.id) == grant_id))


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One holder of a role, one row for each department; none when it needs none."""

    login: str
    path: str | None
    full_name: str | None


def list_holders(work: Work, role_id: int, scope: Scope) -> Iterator[HolderRow]:
    """Yield who in scope holds a role, by login, and where."""
    place = aliased(Department)
    return work.each(
        HolderRow,
        select(*columns_of(HolderRow, User, path=col(place.path), full_name=col(place.full_name)))
        .select_from(Grant)
        .join(User, col(User.id) == col(Grant.user_id))
        .outerjoin(GrantDepartment, col(GrantDepartment.grant_id) == col(Grant.id))
        .outerjoin(place, col(place.id) == col(GrantDepartment.department_id))
        .where(col(Grant.role_id) == role_id, is_alive(NOW), *department_conditions(scope))
        .order_by(col(User.login_key), col(place.full_key)),
        now=work.now,
    )


def list_holder_logins(work: Work, role_id: int) -> list[str]:
    """Return the logins of everybody who holds a role."""
    return work.values(
        select(User.login)
        .join(Grant, col(Grant.user_id) == col(User.id))
        .where(col(Grant.role_id) == role_id)
        .order_by(col(User.login_key))
    )


def has_other_active_holder(work: Work, role_id: int, user_id: int) -> bool:
    """Say whether an active person besides one holds a role."""
    found = work.value(
        select(User.id)
        .select_from(Grant)
        .join(User, col(User.id) == col(Grant.user_id))
        .where(
            col(Grant.role_id) == role_id,
            col(User.id) != user_id,
            status_at(NOW) == UserStatus.ACTIVE,
        )
        .limit(1),
        now=work.now,
    )
    return found is not None


@dataclass(frozen=True, slots=True)
class DepartmentManager:
    """Somebody who holds a role in a department."""

    department: str
    login: str
    role: str


def list_managers(work: Work, department_ids: Sequence[int]) -> list[DepartmentManager]:
    """Return who holds a role in one of these departments."""
    return work.all(
        DepartmentManager,
        select(
            *columns_of(
                DepartmentManager, User, department=col(Department.full_name), role=col(Role.name)
            )
        )
        .select_from(GrantDepartment)
        .join(Department, col(Department.id) == col(GrantDepartment.department_id))
        .join(Grant, col(Grant.id) == col(GrantDepartment.grant_id))
        .join(User, col(User.id) == col(Grant.user_id))
        .join(Role, col(Role.id) == col(Grant.role_id))
        .where(col(Department.id).in_(department_ids))
        .order_by(col(Department.full_key), col(User.login_key), col(Role.id)),
    )


def list_full_names(work: Work, paths: Sequence[str]) -> list[str]:
    """Return how departments at `paths` of ids are written, in order."""
    return work.values(
        select(Department.full_name)
        .where(col(Department.path).in_(paths))
        .order_by(col(Department.full_key))
    )
