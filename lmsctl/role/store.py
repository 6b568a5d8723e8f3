"""The SQL of the role room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lmsctl.kit import canonical, locks
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import LEARNER, Scope
from lmsctl.user.store import IS_ALIVE, STATUS_NOW

_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Node:
    """A role as the program needs it."""

    id: int
    name: str
    is_builtin: bool


def find(work: Work, given: str) -> Node | None:
    """Return the role of that name or number, or None.

    Raises Ambiguous when `given` is the name of one and the number of another.
    """
    digits = canonical.trim(given)
    is_number = digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_NUMBER
    found = work.all(
        Node,
        "SELECT id, name, is_builtin FROM roles WHERE name_key = :key OR id = :number ORDER BY id",
        key=canonical.key(given),
        number=int(digits) if is_number else None,
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="role")
    return found[0] if found else None


def named(work: Work, name_key: str) -> Node | None:
    """Return the role with exactly this name; numbers do not count."""
    return work.one(
        Node, "SELECT id, name, is_builtin FROM roles WHERE name_key = :key", key=name_key
    )


def names(work: Work) -> list[str]:
    """Return the names of all roles, in the order they were made."""
    return work.values("SELECT name FROM roles ORDER BY id")


def share(work: Work, number: int) -> None:
    """Let nobody change this role until we are done, while others may share it."""
    work.value(f"SELECT id FROM roles WHERE id = :id{locks.for_share(work)}", id=number)


def lock(work: Work, number: int) -> None:
    """Let nobody else change, grant or revoke this role until we are done."""
    work.value(f"SELECT id FROM roles WHERE id = :id{work.for_update}", id=number)


def rename(work: Work, number: int, name: str, name_key: str) -> None:
    """Give a role another name."""
    work.run(
        "UPDATE roles SET name = :name, name_key = :key WHERE id = :id",
        id=number,
        name=name,
        key=name_key,
    )


def delete(work: Work, number: int) -> None:
    """Delete a role that nobody holds."""
    work.run("DELETE FROM roles WHERE id = :id", id=number)


def permissions(work: Work, number: int) -> frozenset[str]:
    """Return what the custom role with that id allows."""
    return frozenset(
        work.values("SELECT permission FROM role_permissions WHERE role_id = :id", id=number)
    )


def add_permissions(work: Work, number: int, wanted: frozenset[str]) -> None:
    """Let a custom role allow more."""
    rows = [{"role_id": number, "permission": permission} for permission in sorted(wanted)]
    work.insert_many("role_permissions", rows)


def remove_permissions(work: Work, number: int, unwanted: frozenset[str]) -> None:
    """Let a custom role allow less."""
    work.run(
        "DELETE FROM role_permissions WHERE role_id = :id AND permission IN :unwanted",
        id=number,
        unwanted=sorted(unwanted),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """A role and how many people in scope hold it."""

    id: int
    name: str
    is_builtin: bool
    holders: int


def counted(work: Work, scope: Scope) -> list[Counted]:
    """Return every role, in the order they were made; everybody alive is a learner."""
    return work.all(
        Counted,
        f"""
        SELECT r.id, r.name, r.is_builtin,
               (SELECT count(*) FROM users u JOIN departments d ON d.id = u.department_id
                WHERE {IS_ALIVE} AND {scope.clause("d.path")}
                  AND ((r.is_builtin AND r.name = :everybodys)
                       OR EXISTS (SELECT 1 FROM grants g
                                  WHERE g.role_id = r.id AND g.user_id = u.id))) AS holders
        FROM roles r ORDER BY r.id
        """,
        now=work.now,
        everybodys=LEARNER,
    )


# Grants ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A department in which a grant holds."""

    id: int
    path: str
    written: str


def grant_of(work: Work, user_id: int, role_id: int) -> int | None:
    """Return the id of the grant by which a person holds a role, or None."""
    found: int | None = work.value(
        "SELECT id FROM grants WHERE user_id = :user AND role_id = :role",
        user=user_id,
        role=role_id,
    )
    return found


def places(work: Work, grant_id: int) -> list[Place]:
    """Return the departments in which a grant holds, in the order of their paths."""
    return work.all(
        Place,
        """
        SELECT d.id, d.path, d.full_name AS written
        FROM grant_departments gd JOIN departments d ON d.id = gd.department_id
        WHERE gd.grant_id = :grant ORDER BY d.full_key
        """,
        grant=grant_id,
    )


def add_places(work: Work, grant_id: int, department_ids: Sequence[int]) -> None:
    """Let a grant hold in more departments."""
    rows = [{"grant_id": grant_id, "department_id": number} for number in department_ids]
    work.insert_many("grant_departments", rows)


def remove_places(work: Work, grant_id: int, department_ids: Sequence[int]) -> None:
    """Let a grant hold in fewer departments."""
    work.run(
        "DELETE FROM grant_departments WHERE grant_id = :grant AND department_id IN :ids",
        grant=grant_id,
        ids=list(department_ids),
    )


def delete_grant(work: Work, grant_id: int) -> None:
    """Take a grant away, with its departments."""
    work.run("DELETE FROM grants WHERE id = :grant", grant=grant_id)


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One holder of a role, one row for each department; none when it needs none."""

    login: str
    path: str | None
    written: str | None


def holders(work: Work, role_id: int, scope: Scope) -> Iterator[HolderRow]:
    """Yield who in scope holds a role, by login, and where."""
    return work.each(
        HolderRow,
        f"""
        SELECT u.login, p.path, p.full_name AS written
        FROM grants g
        JOIN users u ON u.id = g.user_id
        JOIN departments d ON d.id = u.department_id
        LEFT JOIN grant_departments gd ON gd.grant_id = g.id
        LEFT JOIN departments p ON p.id = gd.department_id
        WHERE g.role_id = :role AND {IS_ALIVE} AND {scope.clause("d.path")}
        ORDER BY u.login_key, p.full_key
        """,
        role=role_id,
        now=work.now,
    )


def logins_of_holders(work: Work, role_id: int) -> list[str]:
    """Return the logins of everybody who holds a role."""
    return work.values(
        """
        SELECT u.login FROM grants g JOIN users u ON u.id = g.user_id
        WHERE g.role_id = :role ORDER BY u.login_key
        """,
        role=role_id,
    )


def other_active_holders(work: Work, role_id: int, user_id: int) -> int:
    """Return how many active people besides one hold a role."""
    count = work.value(
        f"""
        SELECT count(*) FROM grants g JOIN users u ON u.id = g.user_id
        WHERE g.role_id = :role AND u.id <> :user AND {STATUS_NOW} = 'active'
        """,
        role=role_id,
        user=user_id,
        now=work.now,
    )
    return int(count)


@dataclass(frozen=True, slots=True)
class Manager:
    """Somebody who holds a role in a department."""

    department: str
    login: str
    role: str


def managers(work: Work, department_ids: Sequence[int]) -> list[Manager]:
    """Return who holds a role in one of these departments."""
    return work.all(
        Manager,
        """
        SELECT d.full_name AS department, u.login, r.name AS role
        FROM grant_departments gd
        JOIN departments d ON d.id = gd.department_id
        JOIN grants g ON g.id = gd.grant_id
        JOIN users u ON u.id = g.user_id
        JOIN roles r ON r.id = g.role_id
        WHERE d.id IN :ids ORDER BY d.full_key, u.login_key, r.id
        """,
        ids=list(department_ids),
    )


def written(work: Work, paths: Sequence[str]) -> list[str]:
    """Return how departments at `paths` of ids are written, in order."""
    return work.values(
        "SELECT full_name FROM departments WHERE path IN :paths ORDER BY full_key",
        paths=list(paths),
    )
