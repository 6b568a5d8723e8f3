"""The statements about the roles that people hold whom a file of people would change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlmodel import cast, col, func, literal, select

from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.faults import note_fault
from lmsctl.department.model import Department
from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.model import Grant, GrantDepartment, Role, RolePermission
from lmsctl.user.importing.errors import TouchesMoreRights
from lmsctl.user.importing.rules.rights import CustomPermission, StagedRole
from lmsctl.user.importing.staging import ROWS, STAGED
from lmsctl.user.model import User

_row = STAGED.c
_IS_CHANGED = _row.changed.is_not(None)


def list_roles_of_changed(work: Work, rows: RowRange) -> list[StagedRole]:
    """Return every role, with its place, that somebody holds who would be changed."""
    held = columns_of(
        StagedRole,
        Grant,
        role=col(Role.name),
        is_builtin=col(Role.is_builtin),
        department_id=col(GrantDepartment.department_id),
        path=col(Department.path),
    )
    return work.all(
        StagedRole,
        select(*held)
        .distinct()
        .select_from(STAGED)
        .join(Grant, col(Grant.user_id) == _row.id)
        .join(Role, col(Role.id) == col(Grant.role_id))
        .outerjoin(GrantDepartment, col(GrantDepartment.grant_id) == col(Grant.id))
        .outerjoin(Department, col(Department.id) == col(GrantDepartment.department_id))
        .where(_IS_CHANGED, rows.holds(_row.row_no)),
    )


def list_custom_permissions(work: Work) -> list[CustomPermission]:
    """Return the permissions of every custom role."""
    return work.all(CustomPermission, select(*columns_of(CustomPermission, RolePermission)))


def _place(role_id: Any, department_id: Any) -> ColumnElement[str]:
    """Return an expression for a role with its place, 0 for everywhere, as one text."""
    place = func.coalesce(department_id, 0)
    return cast(role_id, Text) + literal("-", Text) + cast(place, Text)


def fail_holders(work: Work, rows: RowRange, roles: Sequence[StagedRole]) -> None:
    """Note changes of people who hold one of `roles` at its place."""
    if not roles:
        return
    place = _place(col(Grant.role_id), col(GrantDepartment.department_id))
    granted = (
        select(Grant.user_id, place.label("place"))
        .outerjoin(GrantDepartment, col(GrantDepartment.grant_id) == col(Grant.id))
        .subquery("granted")
    )
    listed = [f"{role.role_id}-{role.department_id or 0}" for role in roles]
    is_holder = select(granted.c.user_id).where(
        granted.c.user_id == _row.id, among(granted.c.place, listed)
    )
    changed = ROWS.join(User, col(User.id) == _row.id).where(
        _IS_CHANGED, is_holder.correlate(STAGED).exists()
    )
    note_fault(work, rows, TouchesMoreRights, changed, None, name=col(User.login))
