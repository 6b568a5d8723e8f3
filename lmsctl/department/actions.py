"""The verbs of the department room."""

from collections.abc import Iterator

from lmsctl.audit import actions as audit
from lmsctl.department import hookpoints, rules, store
from lmsctl.department.errors import (
    DepartmentCodeTaken,
    DepartmentExists,
    DepartmentInUse,
    DepartmentIsRoot,
    SupervisorUnknown,
)
from lmsctl.department.results import DepartmentDetail
from lmsctl.department.store import DepartmentNode, SupervisorCandidate
from lmsctl.kit import canonical
from lmsctl.kit.address import login_key
from lmsctl.kit.hooks import Obstacle
from lmsctl.kit.work import Work
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import Scope


def create_root(work: Work, name: str) -> DepartmentNode:
    """Make the root of a new portal's tree."""
    store.add(
        work, None, name=name, code=None, code_key=None, full_name=rules.ROOT, full_key=rules.ROOT
    )
    return store.get_root(work)


def create(
    work: Work, name: str, *, parent: str | None = None, code: str | None = None
) -> DepartmentDetail:
    """Make a department under `parent` (the root when None); needs `department.manage` there.

    Raises DepartmentUnknown, DepartmentExists, DepartmentCodeTaken and what the checks raise.
    """
    work.about = f"department {name}"
    _lock_tree(work)
    above = _get_where_allowed(work, parent or rules.ROOT, "department.manage")
    text = rules.check_name(name)
    written = rules.full_name(above.full_name, text)
    _check_free(work, written)
    number = store.add(
        work,
        above,
        name=text,
        full_name=written,
        full_key=rules.path_key(written),
        **_check_new_code(work, code),
    )
    audit.record(work, "department.created", f"department {written}")
    return store.get_detail(work, number)


def find_conflicting(work: Work, name: str, parent: str | None) -> DepartmentDetail | None:
    """Return the department that `create` would collide with, or None."""
    above = _get_where_allowed(work, parent or rules.ROOT, "department.manage")
    written = rules.full_name(above.full_name, rules.check_name(name))
    found = store.find_by_path(work, rules.path_key(written))
    return store.get_detail(work, found.id) if found else None


def show(work: Work, given: str) -> DepartmentDetail:
    """Return one department; needs `department.view` there. Raises DepartmentUnknown."""
    scope = rights.require(work, "department.view")
    return store.get_detail(work, store.get(work, given, scope).id)


def list_departments(work: Work, under: str | None = None) -> Iterator[DepartmentDetail]:
    """Return the departments in scope, those below `under` when given."""
    scope = rights.require(work, "department.view")
    above = store.get(work, under, scope).path if under else None
    return store.list_departments(work, scope, above)


def edit(
    work: Work,
    given: str,
    *,
    name: str | None = None,
    code: str | None = None,
    supervisor: str | None = None,
) -> tuple[DepartmentDetail, bool]:
    """Change a department's name, code or supervisor (a login, or `none`); an empty code goes.

    Needs `department.manage` there, and to name a supervisor `user.view` over them. Returns it and
    whether it changed. Raises DepartmentUnknown, DepartmentExists, DepartmentCodeTaken,
    SupervisorUnknown and NotConfirmedYet.
    """
    work.about = f"department {given}"
    _lock_tree(work)
    node = _get_where_allowed(work, given, "department.manage")
    before = store.get_detail(work, node.id)
    if name is not None:
        _rename(work, node, rules.check_name(name))
    if code is not None:
        store.change(work, node.id, **_check_new_code(work, code or None, besides=node.id))
    if supervisor is not None:
        store.set_supervisor(work, node.id, _get_supervisor_id(work, supervisor))
    after = store.get_detail(work, node.id)
    if before != after:
        names = ("name", "code", "supervisor")
        changed = [item for item in names if getattr(before, item) != getattr(after, item)]
        audit.record(work, "department.changed", f"department {node.full_name}", changed=changed)
    return after, before != after


def move(work: Work, given: str, parent: str) -> tuple[DepartmentDetail, bool]:
    """Move a department under another; needs `department.manage` for it and both parents.

    Returns it and whether it moved. Raises DepartmentIsRoot, DepartmentUnderItself and
    DepartmentExists.
    """
    work.about = f"department {given}"
    _lock_tree(work)
    node = _get_where_allowed(work, given, "department.manage")
    above = _get_where_allowed(work, parent, "department.manage")
    rules.check_may_move(node.path, node.full_name, above.path, above.full_name)
    if node.parent_id == above.id:
        return store.get_detail(work, node.id), False
    written = rules.full_name(above.full_name, node.name)
    _check_free(work, written)
    store.change(work, node.id, parent_id=above.id)
    _rename_subtree(work, node, f"{above.path}{node.id}/", written)
    audit.record(work, "department.moved", f"department {node.full_name}", to=written)
    return store.get_detail(work, node.id), True


def delete(work: Work, given: str) -> DepartmentNode:
    """Delete a department with its subdepartments and what belongs to them, after a confirmation.

    Raises DepartmentIsRoot, and DepartmentInUse when anybody is in it or manages it.
    """
    work.about = f"department {given}"
    _lock_tree(work)
    node = _get_where_allowed(work, given, "department.manage")
    if node.parent_id is None:
        raise DepartmentIsRoot(done="deleted")
    places = store.list_subtree(work, node.path)
    ids = [place.id for place in places]
    said = [item for items in hookpoints.before_delete_of_department(work, ids) for item in items]
    obstacles = [item.sentence for item in said if isinstance(item, Obstacle)]
    if obstacles:
        raise DepartmentInUse(path=node.full_name, obstacles="; ".join(obstacles))
    goes = [f"goes too: department {place.full_name}" for place in places[1:]]
    work.confirm(f"Delete the department '{node.full_name}'?", [*goes, *map(str, said)])
    hookpoints.with_delete_of_department(work, ids)
    store.delete(work, ids)
    audit.record(work, "department.deleted", f"department {node.full_name}", also=len(ids) - 1)
    return node


def _lock_tree(work: Work) -> None:
    """Let nobody else change the tree; needs `department.manage`."""
    rights.require(work, "department.manage")
    store.lock_tree(work)
    rights.refresh(work)


def _check_free(work: Work, written: str) -> None:
    """Raise DepartmentExists when a department has that full name."""
    if store.find_by_path(work, rules.path_key(written)):
        raise DepartmentExists(path=written)


def _check_new_code(
    work: Work, code: str | None, *, besides: int | None = None
) -> dict[str, str | None]:
    """Return the columns of a code, None for no code; raises DepartmentCodeTaken."""
    if code is None:
        return {"code": None, "code_key": None}
    text = canonical.check_code(code, "code")
    owner = store.find_by_code(work, canonical.key(text))
    if owner and owner.id != besides:
        raise DepartmentCodeTaken(code=text, path=owner.full_name)
    return {"code": text, "code_key": canonical.key(text)}


def _get_supervisor_id(work: Work, given: str) -> int | None:
    """Return the id of whom a login means, locked for share, or None for `none`."""
    if canonical.key(given) == "none":
        return None

    def get() -> SupervisorCandidate:
        found = store.find_person(work, login_key(given), rights.require(work, "user.view"))
        if found is None:
            raise SupervisorUnknown(login=given)
        return found

    person = rights.get_for_update(work, get, store.lock_person_for_share)
    portal_rules.check_confirmed(person, "named as a supervisor")
    return person.id


def _rename(work: Work, node: DepartmentNode, name: str) -> None:
    """Give a department another name, and its subtree the full names that follow."""
    if node.parent_id is None:
        store.change(work, node.id, name=name)
        return
    parent = store.get_by_id(work, node.parent_id)
    written = rules.full_name(parent.full_name, name)
    if rules.path_key(written) != rules.path_key(node.full_name):
        _check_free(work, written)
    store.change(work, node.id, name=name)
    _rename_subtree(work, node, node.path, written)


def _rename_subtree(work: Work, node: DepartmentNode, path: str, written: str) -> None:
    """Give the whole subtree of `node` its new paths, one statement for each department in it."""
    for place in store.list_subtree(work, node.path):
        new = rules.check_path(written + place.full_name[len(node.full_name) :])
        store.change(
            work,
            place.id,
            path=path + place.path[len(node.path) :],
            full_name=new,
            full_key=rules.path_key(new),
        )


# For other rooms ---------------------------------------------------------------------------------


def get_where_allowed(work: Work, given: str | None, permission: str) -> DepartmentNode:
    """Return a department in which the actor holds `permission`; the root when `given` is None.

    Raises DepartmentUnknown, and PermissionMissing for one that they only see, or for the root.
    """
    scope = rights.require(work, permission)
    if given is not None:
        return _get_where_allowed(work, given, permission)
    found = store.get_root(work)
    if not scope.covers(found.path):
        rights.require_everywhere(work, permission)
    return found


def _get_where_allowed(work: Work, given: str, permission: str) -> DepartmentNode:
    """Return a department that is named, as `get_where_allowed` does."""

    def get(scope: Scope) -> DepartmentNode:
        return store.get(work, given, scope)

    seen = rights.actor(work).scope("department.view")
    return rights.get_where_allowed(work, permission, get, seen=seen, given=given)


def get_for_share(work: Work, given: str | None, permission: str) -> DepartmentNode:
    """Return what `get_where_allowed` does; nobody moves or deletes it until we are done."""
    return rights.get_for_update(
        work, lambda: get_where_allowed(work, given, permission), store.lock_for_share
    )
