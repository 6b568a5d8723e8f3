"""The SQL of the department room."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.department.errors import DepartmentUnknown
from lmsctl.department.results import Department
from lmsctl.department.rules import path_key
from lmsctl.kit import canonical, locks
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope


@dataclass(frozen=True, slots=True)
class Node:
    """A department as the program needs it: `path` of ids, `written` as people write it."""

    id: int
    parent_id: int | None
    name: str
    code: str | None
    path: str
    written: str


_NODE = "SELECT id, parent_id, name, code, path, full_name AS written FROM departments"


def find(work: Work, given: str, scope: Scope) -> Node | None:
    """Return the department with that path, code or number, or None when absent or out of scope.

    Raises Ambiguous when `given` fits two in scope.
    """
    digits = canonical.trim(given)
    found = work.all(
        Node,
        f"""
        {_NODE} WHERE (full_key = :path OR code_key = :code OR id = :number)
          AND {scope.clause("path")} ORDER BY id
        """,
        path=path_key(given),
        code=canonical.key(given),
        number=int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else None,  # noqa: PLR2004 - what an id can hold
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="department")
    return found[0] if found else None


def get(work: Work, given: str, scope: Scope) -> Node:
    """Return what `find` finds; raises DepartmentUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise DepartmentUnknown(given=given)
    return found


def by_id(work: Work, number: int) -> Node:
    """Return the department with that id, which must exist."""
    found = work.one(Node, f"{_NODE} WHERE id = :number", number=number)
    if found is None:
        raise DepartmentUnknown(given=number)
    return found


def root(work: Work) -> Node:
    """Return the root."""
    found = work.one(Node, f"{_NODE} WHERE parent_id IS NULL")
    if found is None:
        raise DepartmentUnknown(given="/")
    return found


def owner_of_key(work: Work, full_key: str) -> Node | None:
    """Return the department that is written like this."""
    return work.one(Node, f"{_NODE} WHERE full_key = :key", key=full_key)


def owner_of_code(work: Work, code_key: str) -> Node | None:
    """Return the department with this code."""
    return work.one(Node, f"{_NODE} WHERE code_key = :key", key=code_key)


def share(work: Work, number: int) -> None:
    """Let nobody move or delete this department until we are done, while others may share it."""
    work.value(f"SELECT id FROM departments WHERE id = :id{locks.for_share(work)}", id=number)


def lock_tree(work: Work) -> None:
    """Let nobody else change the shape of the tree until we are done: locks the root."""
    work.run("UPDATE departments SET name = name WHERE parent_id IS NULL")


def add(work: Work, parent: Node | None, **values: Any) -> int:
    """Insert a department under `parent` (None makes the root) and return its id."""
    parent_id = parent.id if parent else None
    number = work.insert("departments", parent_id=parent_id, path="", **values)
    path = f"{parent.path if parent else '/'}{number}/"
    work.run("UPDATE departments SET path = :path WHERE id = :id", path=path, id=number)
    return number


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one department."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    work.run(f"UPDATE departments SET {assignments} WHERE id = :id", id=number, **values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one department of a subtree lies."""

    id: int
    path: str
    written: str


def subtree(work: Work, path: str) -> list[Place]:
    """Return the department at `path` and all under it, top first."""
    return work.all(
        Place,
        """
        SELECT id, path, full_name AS written FROM departments
        WHERE path LIKE :under ORDER BY path
        """,
        under=f"{path}%",
    )


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom a department may name; `expires_at` is set while they wait to be confirmed."""

    id: int
    login: str
    email: str | None
    expires_at: datetime | None


def person(work: Work, key: str, scope: Scope) -> Named | None:
    """Return who in `scope` has that login or address, in the form in which they are compared."""
    return work.one(
        Named,
        f"""
        SELECT u.id, u.login, u.email, u.expires_at
        FROM users u JOIN departments d ON d.id = u.department_id
        WHERE (u.login_key = :key OR u.email_key = :key) AND {scope.clause("d.path")}
          AND (u.expires_at IS NULL OR u.expires_at > :now)
        """,
        key=key,
        now=work.now,
    )


def share_person(work: Work, number: int) -> None:
    """Let nobody change this person until we are done, while others may share them."""
    work.value(f"SELECT id FROM users WHERE id = :id{locks.for_share(work)}", id=number)


def set_supervisor(work: Work, number: int, user_id: int | None) -> None:
    """Set or take away who supervises a department's people."""
    work.run("DELETE FROM department_supervisors WHERE department_id = :id", id=number)
    if user_id is not None:
        work.run(
            "INSERT INTO department_supervisors (department_id, user_id) VALUES (:id, :user)",
            id=number,
            user=user_id,
        )


def delete(work: Work, ids: list[int]) -> None:
    """Delete departments; a parent's row may go with its daughters' in one statement."""
    work.run("DELETE FROM departments WHERE id IN :ids", ids=ids)


_DEPARTMENT = """
    SELECT d.id, d.full_name AS path, d.name, d.code, s.login AS supervisor,
           (SELECT count(*) FROM users u WHERE u.department_id = d.id) AS users
    FROM departments d
    LEFT JOIN department_supervisors ds ON ds.department_id = d.id
    LEFT JOIN users s ON s.id = ds.user_id
"""


def shown(work: Work, number: int) -> Department:
    """Return the department with that id, which must exist, as it is shown."""
    found = work.one(Department, f"{_DEPARTMENT} WHERE d.id = :number", number=number)
    if found is None:
        raise DepartmentUnknown(given=number)
    return found


def listed(work: Work, scope: Scope, under: str | None) -> Iterator[Department]:
    """Yield the departments in scope, in the order of their paths, each with its own people."""
    return work.each(
        Department,
        f"""
        {_DEPARTMENT}
        WHERE {scope.clause("d.path")} AND (:under IS NULL OR d.path LIKE :under)
        ORDER BY d.full_key
        """,
        under=under,
    )
