"""Granting and revoking roles, and asking what one may."""

from collections.abc import Sequence

from lmsctl.audit import actions as audit
from lmsctl.department import actions as departments
from lmsctl.department import store as department_store
from lmsctl.department.store import DepartmentNode as Department
from lmsctl.department.store import DepartmentPath
from lmsctl.kit.answer import ItemOutcome, Outcome
from lmsctl.kit.work import Work
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.rights import store as rights_store
from lmsctl.rights.rules import BUILT_IN, EVERYWHERE, GIVEN_TO_ALL, OWNER, HeldRole, Scope
from lmsctl.role import rules, store
from lmsctl.role.actions.define import get
from lmsctl.role.errors import (
    OwnerLast,
    OwnerMustStay,
    OwnerNotDemoted,
    RoleIsEverybodys,
)
from lmsctl.role.results import PermissionAnswer, RoleHolder
from lmsctl.role.store import RoleRow
from lmsctl.user import store as users
from lmsctl.user.actions import finding
from lmsctl.user.results import UserStatus
from lmsctl.user.store import Person


def grant(
    work: Work, login: str, role_name: str, under: Sequence[str] = ()
) -> tuple[RoleHolder, bool]:
    """Give a person a role in the departments written in `under`, besides those they have it in.

    Returns what they hold then, as far as the actor may see it, and whether that is new. Needs
    `role.manage` over the person and in the departments, and there everything the role allows.
    Whoever cannot sign in may be given a role, which has no effect until they can; whoever has not
    confirmed their address may not, and an owner must be active.

    Raises UserUnknown, RoleUnknown, DepartmentUnknown, RoleTakesNoDepartment, RoleNeedsDepartment,
    PermissionBeyondOwn, NotConfirmedYet and OwnerMustStay.
    """
    person, role = _get_person_and_role(work, login, role_name)
    scope = rights.require(work, "role.manage")
    wanted = [departments.get_for_share(work, path, "role.manage") for path in under]
    rules.check_takes_department(role.name, under, is_builtin=role.is_builtin)
    if _is_given_to_all(role):
        return RoleHolder(person.login, role.name, []), False
    grant_id = store.find_grant_id(work, person.id, role.id)
    has = store.list_places(work, grant_id) if grant_id else []
    _check_own(work, role, [place.path for place in wanted])
    rules.check_has_department(role.name, [*has, *wanted], is_builtin=role.is_builtin)
    _check_may_hold(person, role)
    known = {place.id for place in has}
    new = {place.id: place for place in wanted if place.id not in known}
    if grant_id is not None and not new:
        return _to_result(work, person, role, grant_id, scope), False
    number = grant_id or rights_store.add_grant(work, person.id, role.id)
    store.add_places(work, number, list(new))
    _record(work, "role.granted", person, role, list(new.values()))
    return _to_result(work, person, role, number, scope), True


def revoke(
    work: Work, login: str, role_name: str, under: Sequence[str] = ()
) -> tuple[ItemOutcome, str]:
    """Take a role from a person: as a whole, or only in the departments written in `under`.

    A role that needs a department goes with its last one. Returns what became of it, and the
    role's name. Needs what `grant` needs; only its holder and the operator may give up the
    ownership, and never the last one.

    Raises UserUnknown, RoleUnknown, DepartmentUnknown, RoleTakesNoDepartment, RoleIsEverybodys,
    PermissionBeyondOwn, OwnerNotDemoted and OwnerLast.
    """
    person, role = _get_person_and_role(work, login, role_name)
    unwanted = [departments.get_for_share(work, path, "role.manage").id for path in under]
    rules.check_takes_department(role.name, under, is_builtin=role.is_builtin)
    if _is_given_to_all(role):
        raise RoleIsEverybodys(role=role.name)
    grant_id = store.find_grant_id(work, person.id, role.id)
    has = store.list_places(work, grant_id) if grant_id else []
    gone = [place for place in has if not under or place.id in unwanted]
    if grant_id is None or (under and not gone):
        return ItemOutcome(person.login, Outcome.UNCHANGED), role.name
    _check_own(work, role, [place.path for place in gone])
    if role.is_builtin and role.name == OWNER:
        _check_may_give_up_ownership(work, person, role)
    stays = len(gone) < len(has) or (
        bool(under) and not rules.needs_department(role.name, is_builtin=role.is_builtin)
    )
    if stays:
        store.remove_places(work, grant_id, [place.id for place in gone])
    else:
        store.delete_grant(work, grant_id)
    _record(work, "role.revoked", person, role, gone)
    where = ", ".join(place.full_name for place in gone)
    outcome = Outcome.UPDATED if stays else Outcome.DELETED
    return ItemOutcome(person.login, outcome, where or None), role.name


def can_i(work: Work, permission: str, department: str | None = None) -> PermissionAnswer:
    """Return whether the actor holds `permission` in `department`, anywhere when None, and where.

    A department in which they hold it not, and which they may not see either, is unknown. Raises
    PermissionNotAsked and DepartmentUnknown.
    """
    name = rules.check_known(permission)
    scope = rights.actor(work).scope(name)
    where = _list_places(work, scope)
    if department is None:
        return PermissionAnswer(name, None, bool(scope.paths), where)
    found = department_store.find(work, department, scope)
    if found:
        return PermissionAnswer(name, found.full_name, allowed=True, where=where)
    seen = department_store.get(work, department, rights.actor(work).scope("department.view"))
    return PermissionAnswer(name, seen.full_name, allowed=False, where=where)


def _get_person_and_role(work: Work, login: str, role_name: str) -> tuple[Person, RoleRow]:
    """Return a person, locked, and a role, whose permissions nobody changes until we are done."""
    work.about = f"user {login}"

    def find() -> Person:
        return finding.get_where_allowed(work, login, "role.manage")

    find()
    seen = get(work, role_name)
    # Two owners who lay it down at once would both see the other one stay.
    is_owner = seen.is_builtin and seen.name == OWNER
    lock = store.lock if is_owner else store.lock_for_share
    role = rights.get_for_update(work, lambda: get(work, role_name), lock)
    return rights.get_for_update(work, find, users.lock), role


def _is_given_to_all(role: RoleRow) -> bool:
    """Say whether a role is held by everybody, and neither granted nor revoked."""
    return role.is_builtin and role.name in GIVEN_TO_ALL


def _check_own(work: Work, role: RoleRow, paths: Sequence[str]) -> None:
    """Raise PermissionBeyondOwn unless the actor may give and take a role at these paths."""
    allows = BUILT_IN[role.name] if role.is_builtin else store.list_permissions(work, role.id)
    places = rules.grant_prefixes(role.name, paths, is_builtin=role.is_builtin)
    # To give or take it there one needs to manage roles there, even if it allows nothing by itself.
    rights.check_not_beyond_own(work, (HeldRole(role.name, allows | {"role.manage"}, places),))


def _check_may_hold(person: Person, role: RoleRow) -> None:
    """Raise NotConfirmedYet or OwnerMustStay when a person may not be given a role."""
    portal_rules.check_confirmed(person, "given a role")
    is_owner = role.is_builtin and role.name == OWNER
    if is_owner and (person.status != UserStatus.ACTIVE or person.due_status is not None):
        raise OwnerMustStay(login=person.login)


def _check_may_give_up_ownership(work: Work, person: Person, role: RoleRow) -> None:
    """Raise OwnerNotDemoted or OwnerLast unless the ownership may be taken from a person."""
    actor = rights.actor(work)
    if actor.user_id not in {None, person.id}:
        raise OwnerNotDemoted(actor=actor.login, login=person.login)
    if not store.has_other_active_holder(work, role.id, person.id):
        raise OwnerLast(login=person.login)


def _to_result(
    work: Work, person: Person, role: RoleRow, grant_id: int, scope: Scope
) -> RoleHolder:
    """Return a person's role as it is shown, with its departments in `scope`."""
    places = [
        place.full_name for place in store.list_places(work, grant_id) if scope.covers(place.path)
    ]
    return RoleHolder(person.login, role.name, places)


def _record(
    work: Work,
    code: str,
    person: Person,
    role: RoleRow,
    places: Sequence[Department | DepartmentPath],
) -> None:
    """Write a grant or its end, with its departments, into the audit log."""
    written = [place.full_name for place in places]
    audit.record(work, code, f"user {person.login}", role=role.name, departments=written)


def _list_places(work: Work, scope: Scope) -> list[str]:
    """Return the full names of the departments of a scope, `/` for everywhere."""
    return [EVERYWHERE] if scope.is_everywhere else store.list_full_names(work, scope.paths)
