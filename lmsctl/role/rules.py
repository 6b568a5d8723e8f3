"""Pure decisions of the role room: permissions by name, and which roles need departments."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence

from lmsctl.kit import canonical
from lmsctl.rights.rules import (
    EVERYWHERE,
    PERMISSIONS,
    PORTAL_WIDE,
    RESERVED,
    SUPERVISOR,
    explain,
)
from lmsctl.role.errors import (
    PermissionNotAsked,
    PermissionReserved,
    PermissionUnknown,
    RoleEmpty,
    RoleNeedsDepartment,
    RoleTakesNoDepartment,
)

NAME_LIMIT = 100
# What lets people see what a permission changes, where its name does not say it.
_VIEW_BESIDE = {"catalog.manage": "content.view"}


def check_name(name: str) -> str:
    """Return `name` fit for a role."""
    return canonical.check_text(name, field="role name", max_chars=NAME_LIMIT)


def check_permissions(given: Iterable[str]) -> frozenset[str]:
    """Return permissions for a role as they are spelled.

    Raises PermissionUnknown and PermissionReserved.
    """
    found = frozenset(canonical.key(name) for name in given)
    for name in sorted(found - PERMISSIONS.keys()):
        raise PermissionUnknown(given=name, advice=_advice(name), field="permission")
    for name in sorted(found & RESERVED):
        raise PermissionReserved(meaning=explain([name]), field="permission")
    return found


def check_known(given: str) -> str:
    """Return the permission somebody asks about as it is spelled; raises PermissionNotAsked."""
    name = canonical.key(given)
    if name not in PERMISSIONS:
        raise PermissionNotAsked(given=given, advice=_advice(name), field="permission")
    return name


def advice(given: str, known: Iterable[str]) -> str:
    """Return the beginning of a hint that names what `given` may have meant, or nothing."""
    guess = canonical.nearest(given, known)
    return f"Did you mean '{guess}'? " if guess else ""


def _advice(permission: str) -> str:
    """Return the beginning of a hint that names the nearest permission, or nothing."""
    return advice(permission, PERMISSIONS)


def check_not_empty(name: str, permissions: frozenset[str]) -> None:
    """Raise RoleEmpty when a custom role would hold nothing."""
    if not permissions:
        raise RoleEmpty(name=name)


def blind_warnings(name: str, permissions: Collection[str]) -> Iterator[str]:
    """Yield what to know of a role that lets people change what it does not let them see."""
    for permission in PERMISSIONS:
        view = _VIEW_BESIDE.get(permission, f"{permission.partition('.')[0]}.view")
        if permission in permissions and view in PERMISSIONS and view not in permissions:
            yield (
                f"{explain([permission])} without {explain([view])}:"
                " whoever holds only this role can change what they cannot see."
                f" To let them see it: lmsctl role edit {shlex.quote(name)} --add {view}"
            )


def is_portal_wide(role: str, *, is_builtin: bool) -> bool:
    """Say whether a role holds in the whole portal and is never bound to departments."""
    return is_builtin and role in PORTAL_WIDE


def needs_department(role: str, *, is_builtin: bool) -> bool:
    """Say whether a role means nothing without a department; a supervisor may have none."""
    return not (is_builtin and (role in PORTAL_WIDE or role == SUPERVISOR))


def check_takes_department(role: str, given: Sequence[str], *, is_builtin: bool) -> None:
    """Raise RoleTakesNoDepartment when departments are given to a role of the whole portal."""
    if given and is_portal_wide(role, is_builtin=is_builtin):
        raise RoleTakesNoDepartment(role=role, field="--department")


def check_has_department(role: str, departments: Sequence[object], *, is_builtin: bool) -> None:
    """Raise RoleNeedsDepartment when a role that is bound to departments would have none."""
    if not departments and needs_department(role, is_builtin=is_builtin):
        raise RoleNeedsDepartment(role=role, field="--department")


def grant_prefixes(role: str, paths: Sequence[str], *, is_builtin: bool) -> tuple[str, ...]:
    """Return where a role holds that is given for the departments at `paths`."""
    return (EVERYWHERE,) if is_portal_wide(role, is_builtin=is_builtin) else tuple(paths)
