"""Defining custom roles, and looking at every role."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lmsctl.audit import actions as audit
from lmsctl.kit import canonical
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights import store as rights_store
from lmsctl.rights.rules import ANYWHERE, BUILT_IN, EVERYWHERE, PERMISSIONS, HeldRole, Scope
from lmsctl.role import rules, store
from lmsctl.role.errors import RoleBuiltIn, RoleExists, RoleInUse, RoleUnknown
from lmsctl.role.results import PermissionDetail, RoleDetail, RoleHolder
from lmsctl.role.store import RoleRow, RoleWithHolders


def list_permissions() -> Iterator[PermissionDetail]:
    """Return every permission; as part of the program they may be read by anybody."""
    for name, meaning in PERMISSIONS.items():
        yield PermissionDetail(
            name, meaning, [role for role, held in BUILT_IN.items() if name in held]
        )


def list_roles(work: Work) -> Iterator[RoleDetail]:
    """Return every role, built-in ones first; needs `role.manage` somewhere.

    Holders are counted among the people over whom the actor has it.
    """
    scope = rights.require(work, "role.manage")
    return (_to_result(work, row) for row in store.list_roles(work, scope))


def show(work: Work, given: str) -> RoleDetail:
    """Return one role; needs `role.manage` somewhere. Raises RoleUnknown."""
    scope = rights.require(work, "role.manage")
    return _get_detail(work, get(work, given).id, scope)


def list_holders(work: Work, given: str) -> Iterator[RoleHolder]:
    """Return who in the actor's scope of `role.manage` was granted a role, and there where.

    The learner's part is granted to nobody, because it is everybody's. Raises RoleUnknown.
    """
    scope = rights.require(work, "role.manage")
    return _list_holders(work, get(work, given), scope)


def _list_holders(work: Work, role: RoleRow, scope: Scope) -> Iterator[RoleHolder]:
    """Yield who in `scope` was granted a role, and in which departments in it."""
    for login, rows in groupby(store.list_holders(work, role.id, scope), lambda row: row.login):
        places = [
            row.full_name for row in rows if row.path and row.full_name and scope.covers(row.path)
        ]
        yield RoleHolder(login, role.name, places)


def create(work: Work, name: str, permissions: Sequence[str]) -> RoleDetail:
    """Make a custom role; needs `role.manage` and each of `permissions` in the whole portal.

    Raises PermissionUnknown, RoleEmpty, RoleExists and PermissionBeyondOwn.
    """
    rights.require_everywhere(work, "role.manage")
    work.about = f"role {name}"
    text = rules.check_name(name)
    wanted = rules.check_permissions(permissions)
    rules.check_not_empty(text, wanted)
    _check_own(work, text, wanted)
    _check_free(work, text)
    number = rights_store.add_role(work, text, canonical.key(text), is_builtin=False)
    store.add_permissions(work, number, wanted)
    audit.record(work, "role.created", f"role {text}", permissions=sorted(wanted))
    return _get_detail(work, number)


def find_conflicting(work: Work, name: str) -> RoleDetail | None:
    """Return the role that `create` would collide with, or None."""
    rights.require_everywhere(work, "role.manage")
    found = store.find_by_name(work, canonical.key(name))
    return _get_detail(work, found.id) if found else None


def edit(
    work: Work,
    given: str,
    *,
    name: str | None = None,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> tuple[RoleDetail, bool]:
    """Rename a custom role, or change what it allows; returns it and whether it changed.

    What is added or removed changes for everybody who holds the role, so the actor needs it, and
    `role.manage`, in the whole portal. Raises RoleUnknown, RoleBuiltIn, RoleExists, RoleEmpty,
    PermissionUnknown and PermissionBeyondOwn.
    """
    role = _get_for_update(work, given, "changed")
    before = store.list_permissions(work, role.id)
    unwanted = rules.check_permissions(remove)
    added = rules.check_permissions(add) - before - unwanted
    removed = unwanted & before
    _check_own(work, role.name, added | removed)
    rules.check_not_empty(role.name, (before | added) - removed)
    text = role.name if name is None else rules.check_name(name)
    if canonical.key(text) != canonical.key(role.name):
        _check_free(work, text)
    is_changed = bool(added or removed) or text != role.name
    if is_changed:
        store.rename(work, role.id, text, canonical.key(text))
        store.add_permissions(work, role.id, added)
        store.remove_permissions(work, role.id, removed)
        audit.record(
            work,
            "role.changed",
            f"role {role.name}",
            name=text,
            added=sorted(added),
            removed=sorted(removed),
        )
    return _get_detail(work, role.id), is_changed


def delete(work: Work, given: str) -> str:
    """Delete a custom role that nobody holds, after a confirmation; returns its name.

    Needs `role.manage` in the whole portal. Raises RoleUnknown, RoleBuiltIn and RoleInUse.
    """
    role = _get_for_update(work, given, "deleted")
    holders = store.list_holder_logins(work, role.id)
    if holders:
        raise RoleInUse(name=role.name, holders=holders)
    work.confirm(f"Delete the role '{role.name}'?")
    store.delete(work, role.id)
    audit.record(work, "role.deleted", f"role {role.name}")
    return role.name


def get(work: Work, given: str) -> RoleRow:
    """Return the role of that name or number; raises RoleUnknown, which names the nearest."""
    found = store.find(work, given)
    if found is None:
        raise RoleUnknown(given=given, advice=rules.advice(given, store.list_names(work)))
    return found


def _get_for_update(work: Work, given: str, done: str) -> RoleRow:
    """Return a custom role, locked, which is to be `done`; raises RoleBuiltIn."""
    work.about = f"role {given}"

    def find() -> RoleRow:
        rights.require_everywhere(work, "role.manage")
        return get(work, given)

    role = rights.get_for_update(work, find, store.lock)
    if role.is_builtin:
        raise RoleBuiltIn(name=role.name, done=done)
    return role


def _check_own(work: Work, role: str, permissions: frozenset[str]) -> None:
    """Raise PermissionBeyondOwn unless the actor holds all of `permissions` everywhere."""
    rights.check_not_beyond_own(work, (HeldRole(role, permissions, (EVERYWHERE,)),))


def _check_free(work: Work, name: str) -> None:
    """Raise RoleExists when a role has that name."""
    if store.find_by_name(work, canonical.key(name)):
        raise RoleExists(name=name, field="name")


def _get_detail(work: Work, number: int, scope: Scope = ANYWHERE) -> RoleDetail:
    """Return the role with that id as it is shown, its holders counted in `scope`."""
    return next(_to_result(work, row) for row in store.list_roles(work, scope, number))


def _to_result(work: Work, row: RoleWithHolders) -> RoleDetail:
    """Return a role as it is shown, with its permissions in the order of their list."""
    held = BUILT_IN[row.name] if row.is_builtin else store.list_permissions(work, row.id)
    permissions = [name for name in PERMISSIONS if name in held]
    return RoleDetail(row.id, row.name, row.is_builtin, row.holders, permissions)
