"""What must hold for roles and grants."""

from sqlmodel import and_, col, exists, not_, or_, select

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.rights.model import Grant, GrantDepartment, Role, RolePermission
from lmsctl.rights.rules import OWNER, PERMISSIONS, PORTAL_WIDE, SUPERVISOR
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus

_ACTIVE_OWNER = (
    select(User.id)
    .join(Grant, col(Grant.user_id) == col(User.id))
    .join(Role, col(Role.id) == col(Grant.role_id))
    .where(col(Role.is_builtin), col(Role.name) == OWNER, col(User.status) == UserStatus.ACTIVE)
)

CHECKS = (
    Check(
        "active_owner",
        "At least one owner is active.",
        select(example("nobody")).where(not_(exists(_ACTIVE_OWNER))),
    ),
    Check(
        "local_grants_have_departments",
        "Every grant of a role that is bound to departments has one.",
        select(example(User.login, ": ", Role.name))
        .select_from(Grant)
        .join(User, col(User.id) == col(Grant.user_id))
        .join(Role, col(Role.id) == col(Grant.role_id))
        .where(
            not_(
                and_(
                    col(Role.is_builtin),
                    or_(col(Role.name).in_(sorted(PORTAL_WIDE)), col(Role.name) == SUPERVISOR),
                )
            ),
            not_(exists().where(col(GrantDepartment.grant_id) == col(Grant.id))),
        ),
    ),
    Check(
        "permissions_known",
        "Custom roles hold only permissions that exist.",
        select(example(RolePermission.permission)).where(
            col(RolePermission.permission).not_in(sorted(PERMISSIONS))
        ),
    ),
)
