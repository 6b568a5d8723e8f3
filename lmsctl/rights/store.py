"""The SQL of the rights room."""

from dataclasses import dataclass

from lmsctl.kit import locks
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts."""

    id: int
    login: str
    status: str


@dataclass(frozen=True, slots=True)
class GrantRow:
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


def find_person(work: Work, login_key: str) -> int | None:
    """Return the id of who has that login or address, in the form in which they are compared."""
    found: int | None = work.value(
        """
        SELECT id FROM users
        WHERE (login_key = :login OR email_key = :login)
          AND (expires_at IS NULL OR expires_at > :now)
        ORDER BY CASE WHEN login_key = :login THEN 0 ELSE 1 END
        LIMIT 1
        """,
        login=login_key,
        now=work.now,
    )
    return found


def person(work: Work, number: int) -> Person | None:
    """Return who has that id, with their status now."""
    return work.one(
        Person,
        """
        SELECT id, login, CASE WHEN due_at <= :now THEN due_status ELSE status END AS status
        FROM users WHERE id = :id AND (expires_at IS NULL OR expires_at > :now)
        """,
        id=number,
        now=work.now,
    )


def share(work: Work, number: int) -> None:
    """Let nobody change this person until we are done, while others may share them."""
    work.value(f"SELECT id FROM users WHERE id = :id{locks.for_share(work)}", id=number)


def grants(work: Work, user_id: int) -> list[GrantRow]:
    """Return what a person was granted, one row for each department."""
    return work.all(
        GrantRow,
        """
        SELECT g.id AS grant_id, r.name AS role, r.is_builtin, d.path
        FROM grants g
        JOIN roles r ON r.id = g.role_id
        LEFT JOIN grant_departments gd ON gd.grant_id = g.id
        LEFT JOIN departments d ON d.id = gd.department_id
        WHERE g.user_id = :user
        ORDER BY g.id, d.path
        """,
        user=user_id,
    )


def custom_permissions(work: Work, user_id: int) -> list[RolePermissionRow]:
    """Return the permissions of the custom roles a person was granted."""
    return work.all(
        RolePermissionRow,
        """
        SELECT r.name AS role, p.permission
        FROM grants g
        JOIN roles r ON r.id = g.role_id
        JOIN role_permissions p ON p.role_id = r.id
        WHERE g.user_id = :user
        """,
        user=user_id,
    )


def holders(work: Work, roles: list[str]) -> list[int]:
    """Return the ids of active people who hold one of the built-in `roles`."""
    return work.values(
        """
        SELECT DISTINCT u.id FROM users u
        JOIN grants g ON g.user_id = u.id
        JOIN roles r ON r.id = g.role_id
        WHERE r.is_builtin AND r.name IN :roles AND u.status = 'active'
        ORDER BY u.id
        """,
        roles=roles,
    )


def add_role(work: Work, name: str, name_key: str, *, is_builtin: bool) -> int:
    """Insert a role and return its id."""
    return work.insert("roles", name=name, name_key=name_key, is_builtin=is_builtin)


def add_grant(work: Work, user_id: int, role_id: int) -> int:
    """Insert a grant and return its id."""
    return work.insert("grants", user_id=user_id, role_id=role_id)


def role_id(work: Work, name_key: str) -> int:
    """Return the id of a built-in role."""
    return int(work.value("SELECT id FROM roles WHERE name_key = :key", key=name_key))
