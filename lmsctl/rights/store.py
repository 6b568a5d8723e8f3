"""The statements of the rights room: conditions that scopes make, and what people were granted."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import and_, case, col, false, or_, select, true

from lmsctl.department.model import Department
from lmsctl.kit import locks
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.model import Grant, GrantDepartment, Role, RolePermission
from lmsctl.rights.rules import Scope, Visibility, ancestor_paths
from lmsctl.user.model import User, is_alive, status_at
from lmsctl.user.results import UserStatus

# Scopes ------------------------------------------------------------------------------------------


def in_scope(scope: Scope, path: Any) -> ColumnElement[bool]:
    """Return the condition that `path`, a column with a department's path, is in `scope`."""
    if scope.is_everywhere:
        return true()
    return or_(false(), *(col(path).like(f"{prefix}%") for prefix in scope.paths))


def in_scope_or_above(scope: Scope, path: Any) -> ColumnElement[bool]:
    """Return the condition that `path` is in `scope`, or above it, as part of a path there."""
    if scope.is_everywhere:
        return true()
    return or_(in_scope(scope, path), col(path).in_(ancestor_paths(scope)))


def is_person_visible(visible: Visibility, path: Any, id_column: Any) -> ColumnElement[bool]:
    """Return the condition that a person may be named: their department's `path` and their id."""
    if visible.own_id is None:
        return in_scope(visible.people, path)
    return or_(in_scope(visible.people, path), col(id_column) == visible.own_id)


def is_target_visible(visible: Visibility, *, group: Any, department: Any) -> ColumnElement[bool]:
    """Return the condition that the group or department that something is for is visible.

    The arguments are the columns with the path of the group's department, and of the department.
    """
    return and_(
        or_(col(group).is_(None), in_scope(visible.groups, group)),
        or_(col(department).is_(None), in_scope_or_above(visible.departments, department)),
    )


# Who acts ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActorRow:
    """The person who acts."""

    id: int
    login: str
    status: UserStatus


@dataclass(frozen=True, slots=True)
class GrantedRole:
    """One grant of somebody; `path` is None when it holds in the whole portal."""

    grant_id: int
    role: str
    is_builtin: bool
    path: str | None


@dataclass(frozen=True, slots=True)
class RolePermissionRow:
    """One permission of a custom role."""

    role: str
    permission: str


_SELECT_ID_BY_NAME = (
    select(User.id)
    .where(
        or_(col(User.login_key) == bindparam("key"), col(User.email_key) == bindparam("key")),
        is_alive(NOW),
    )
    .order_by(case((col(User.login_key) == bindparam("key"), 0), else_=1))
    .limit(1)
)
_SELECT_ACTOR = select(*columns_of(ActorRow, User, status=status_at(NOW))).where(
    col(User.id) == bindparam("id_"), is_alive(NOW)
)
_SELECT_GRANTS = (
    select(
        *columns_of(
            GrantedRole,
            Role,
            grant_id=col(Grant.id),
            role=col(Role.name),
            path=col(Department.path),
        )
    )
    .select_from(Grant)
    .join(Role, col(Role.id) == col(Grant.role_id))
    .outerjoin(GrantDepartment, col(GrantDepartment.grant_id) == col(Grant.id))
    .outerjoin(Department, col(Department.id) == col(GrantDepartment.department_id))
    .where(col(Grant.user_id) == bindparam("user"))
    .order_by(col(Grant.id), col(Department.path))
)
_SELECT_CUSTOM_PERMISSIONS = (
    select(*columns_of(RolePermissionRow, RolePermission, role=col(Role.name)))
    .select_from(Grant)
    .join(Role, col(Role.id) == col(Grant.role_id))
    .join(RolePermission, col(RolePermission.role_id) == col(Role.id))
    .where(col(Grant.user_id) == bindparam("user"))
)


def find_id_by_name(work: Work, key: str) -> int | None:
    """Return the id of the person whose login, or else whose address, has that key, or None."""
    found: int | None = work.value(_SELECT_ID_BY_NAME, key=key, now=work.now)
    return found


def find_actor(work: Work, user_id: int) -> ActorRow | None:
    """Return the person with that id, with their status now, or None."""
    return work.one(ActorRow, _SELECT_ACTOR, id_=user_id, now=work.now)


def lock_person_for_share(work: Work, user_id: int) -> None:
    """Let nobody change this person until we are done, while others may share them."""
    locks.lock_rows(work, User, [user_id], shared=True)


def list_grants(work: Work, user_id: int) -> list[GrantedRole]:
    """Return what a person was granted, one row for each department."""
    return work.all(GrantedRole, _SELECT_GRANTS, user=user_id)


def list_custom_permissions(work: Work, user_id: int) -> list[RolePermissionRow]:
    """Return the permissions of the custom roles a person was granted."""
    return work.all(RolePermissionRow, _SELECT_CUSTOM_PERMISSIONS, user=user_id)


def active_holder_ids(work: Work, roles: list[str]) -> list[int]:
    """Return the ids of active people who hold one of the built-in `roles`."""
    return work.values(
        select(User.id)
        .join(Grant, col(Grant.user_id) == col(User.id))
        .join(Role, col(Role.id) == col(Grant.role_id))
        .where(
            col(Role.is_builtin),
            col(Role.name).in_(roles),
            col(User.status) == UserStatus.ACTIVE,
        )
        .distinct()
        .order_by(col(User.id))
    )


def add_role(work: Work, name: str, name_key: str, *, is_builtin: bool) -> int:
    """Insert a role and return its id."""
    return work.insert(Role, name=name, name_key=name_key, is_builtin=is_builtin)


def add_grant(work: Work, user_id: int, role_id: int) -> int:
    """Insert a grant and return its id."""
    return work.insert(Grant, user_id=user_id, role_id=role_id)


def get_role_id(work: Work, name_key: str) -> int:
    """Return the id of a built-in role."""
    return int(work.value(select(Role.id).where(col(Role.name_key) == name_key)))
