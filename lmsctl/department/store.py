"""The statements of the department room: the tree, and who supervises its people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select, update
from sqlmodel import delete as delete_from

from lmsctl.department.errors import DepartmentUnknown
from lmsctl.department.model import Department, DepartmentSupervisor
from lmsctl.department.results import DepartmentDetail
from lmsctl.department.rules import path_key
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.suggesting import list_similar
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User, is_alive


@dataclass(frozen=True, slots=True)
class DepartmentNode:
    """A department as the program needs it: `path` of ids, `full_name` as people write it."""

    id: int
    parent_id: int | None
    name: str
    code: str | None
    path: str
    full_name: str


_SELECT_NODE = select(*columns_of(DepartmentNode, Department))


def find(work: Work, given: str, scope: Scope) -> DepartmentNode | None:
    """Return the department with that path, code or number, or None when absent or out of scope.

    Raises Ambiguous when `given` fits two in scope.
    """
    return find_named(
        work,
        DepartmentNode,
        _SELECT_NODE.where(in_scope(scope, Department.path)),
        given,
        col(Department.full_key) == path_key(given),
        col(Department.code_key) == canonical.key(given),
        id_column=Department.id,
        what="department",
    )


def get(work: Work, given: str, scope: Scope) -> DepartmentNode:
    """Return what `find` finds; raises DepartmentUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise DepartmentUnknown(given=given, nearest=_find_nearest(work, given, scope))
    return found


def _find_nearest(work: Work, given: str, scope: Scope) -> str | None:
    """Return the path in `scope` that is most like `given`, or that ends most like it."""
    paths = list_similar(
        work,
        _SELECT_NODE.where(in_scope(scope, Department.path)),
        path_key(given),
        name=Department.full_name,
        key=Department.full_key,
    )
    by_last = {path.rpartition("/")[2]: path for path in paths}
    guess = canonical.nearest(given, paths)
    if guess is not None and _is_alike(given, guess):
        return guess
    ending = canonical.nearest(given.rpartition("/")[2], filter(None, by_last))
    return by_last[ending] if ending else None


def _is_alike(given: str, guess: str) -> bool:
    """Say whether all names in two paths are like each other, as they are not in A/X and A/Y."""
    return all(
        canonical.nearest(one, [other])
        for one, other in zip(given.split("/"), guess.split("/"), strict=False)
    )


def get_by_id(work: Work, id_: int) -> DepartmentNode:
    """Return the department with that id, which must exist."""
    found = work.one(DepartmentNode, _SELECT_NODE.where(col(Department.id) == id_))
    if found is None:
        raise DepartmentUnknown(given=id_)
    return found


def get_root(work: Work) -> DepartmentNode:
    """Return the root."""
    found = work.one(DepartmentNode, _SELECT_NODE.where(col(Department.parent_id).is_(None)))
    if found is None:
        raise DepartmentUnknown(given="/")
    return found


def find_by_path(work: Work, full_key: str) -> DepartmentNode | None:
    """Return the department that is written like this."""
    return work.one(DepartmentNode, _SELECT_NODE.where(col(Department.full_key) == full_key))


def find_by_code(work: Work, code_key: str) -> DepartmentNode | None:
    """Return the department with this code."""
    return work.one(DepartmentNode, _SELECT_NODE.where(col(Department.code_key) == code_key))


def lock_for_share(work: Work, id_: int) -> None:
    """Let nobody move or delete this department until we are done, while others may share it."""
    locks.lock_rows(work, Department, [id_], shared=True)


def lock_tree(work: Work) -> None:
    """Let nobody else change the shape of the tree until we are done: locks the root."""
    work.run(
        update(Department)
        .where(col(Department.parent_id).is_(None))
        .values(name=col(Department.name))
    )


def add(work: Work, parent: DepartmentNode | None, **values: Any) -> int:
    """Insert a department under `parent` (None makes the root) and return its id."""
    parent_id = parent.id if parent else None
    id_ = work.insert(Department, parent_id=parent_id, path="", **values)
    path = f"{parent.path if parent else '/'}{id_}/"
    work.update(Department, id_, path=path)
    return id_


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one department."""
    work.update(Department, id_, **values)


@dataclass(frozen=True, slots=True)
class DepartmentPath:
    """Where one department lies: `path` of ids, `full_name` as people write it."""

    id: int
    path: str
    full_name: str


def list_subtree(work: Work, path: str) -> list[DepartmentPath]:
    """Return the department at `path` and all under it, top first."""
    return work.all(
        DepartmentPath,
        select(*columns_of(DepartmentPath, Department))
        .where(in_scope(Scope((path,)), Department.path))
        .order_by(col(Department.path)),
    )


@dataclass(frozen=True, slots=True)
class SupervisorCandidate:
    """Somebody whom a department may name; `expires_at` is set while they wait to be confirmed."""

    id: int
    login: str
    email: str | None
    expires_at: datetime | None


def find_person(work: Work, key: str, scope: Scope) -> SupervisorCandidate | None:
    """Return the person in `scope` whose login or address has that key, or None."""
    return work.one(
        SupervisorCandidate,
        select(*columns_of(SupervisorCandidate, User))
        .join(Department, col(Department.id) == col(User.department_id))
        .where(
            or_(col(User.login_key) == key, col(User.email_key) == key),
            in_scope(scope, Department.path),
            is_alive(NOW),
        ),
        now=work.now,
    )


def lock_person_for_share(work: Work, user_id: int) -> None:
    """Let nobody change this person until we are done, while others may share them."""
    locks.lock_rows(work, User, [user_id], shared=True)


def set_supervisor(work: Work, department_id: int, user_id: int | None) -> None:
    """Set or take away who supervises a department's people."""
    work.run(
        delete_from(DepartmentSupervisor).where(
            col(DepartmentSupervisor.department_id) == department_id
        )
    )
    if user_id is not None:
        work.insert_many(
            DepartmentSupervisor, [{"department_id": department_id, "user_id": user_id}]
        )


def delete(work: Work, ids: list[int]) -> None:
    """Delete departments; a parent's row may go with its subdepartments' in one statement."""
    work.run(delete_from(Department).where(col(Department.id).in_(ids)))


_SUPERVISOR = aliased(User)
_SELECT_DEPARTMENT = (
    select(
        *columns_of(
            DepartmentDetail,
            Department,
            path=col(Department.full_name),
            supervisor=col(_SUPERVISOR.login),
            users=select(func.count())
            .select_from(User)
            .where(col(User.department_id) == col(Department.id))
            .scalar_subquery(),
        )
    )
    .outerjoin(DepartmentSupervisor, col(DepartmentSupervisor.department_id) == col(Department.id))
    .outerjoin(_SUPERVISOR, col(_SUPERVISOR.id) == col(DepartmentSupervisor.user_id))
)


def get_detail(work: Work, id_: int) -> DepartmentDetail:
    """Return the department with that id, which must exist, as it is shown."""
    found = work.one(DepartmentDetail, _SELECT_DEPARTMENT.where(col(Department.id) == id_))
    if found is None:
        raise DepartmentUnknown(given=id_)
    return found


def list_paths_starting(work: Work, start: str, scope: Scope) -> list[str]:
    """Return the paths of departments in scope that begin with `start`, as `list_starting` does."""
    statement = select(Department.full_name).where(in_scope(scope, Department.path))
    key = path_key(start)
    # `Sales/` leaves out `Sales` and `Sales-EMEA`.
    key += "/" if start.endswith("/") and key.strip("/") else ""
    return list_starting(work, statement, col(Department.full_key), key)


def list_departments(work: Work, scope: Scope, under: str | None) -> Iterator[DepartmentDetail]:
    """Yield the departments in scope, in the order of their paths, each with its own people."""
    statement = _SELECT_DEPARTMENT.where(in_scope(scope, Department.path))
    if under is not None:
        statement = statement.where(in_scope(Scope((under,)), Department.path))
    return work.each(DepartmentDetail, statement.order_by(col(Department.full_key)))
