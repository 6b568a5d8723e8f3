"""What must hold for roles and grants."""

from lmsctl.kit.check import Check
from lmsctl.rights.rules import OWNER, PERMISSIONS, PORTAL_WIDE, SUPERVISOR

CHECKS = (
    Check(
        "active_owner",
        "At least one owner is active.",
        """
        SELECT 'nobody' AS example WHERE NOT EXISTS (
            SELECT 1 FROM users u
            JOIN grants g ON g.user_id = u.id
            JOIN roles r ON r.id = g.role_id
            WHERE r.is_builtin AND r.name = :owner AND u.status = 'active')
        """,
        {"owner": OWNER},
    ),
    Check(
        "local_grants_have_departments",
        "Every grant of a role that is bound to departments has one.",
        """
        SELECT u.login || ': ' || r.name AS example
        FROM grants g
        JOIN users u ON u.id = g.user_id
        JOIN roles r ON r.id = g.role_id
        WHERE NOT (r.is_builtin AND r.name IN :portal_wide)
          AND NOT (r.is_builtin AND r.name = :supervisor)
          AND NOT EXISTS (SELECT 1 FROM grant_departments gd WHERE gd.grant_id = g.id)
        """,
        {"portal_wide": sorted(PORTAL_WIDE), "supervisor": SUPERVISOR},
    ),
    Check(
        "permissions_known",
        "Custom roles hold only permissions that exist.",
        "SELECT permission AS example FROM role_permissions WHERE permission NOT IN :known",
        {"known": sorted(PERMISSIONS)},
    ),
)
