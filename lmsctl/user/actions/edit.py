"""Changing people, and moving them into other departments."""

from collections.abc import Callable, Mapping, Sequence

from lmsctl.audit import actions as audit
from lmsctl.department import actions as departments
from lmsctl.kit import canonical
from lmsctl.kit.address import login_key, parse_email
from lmsctl.kit.versions import check_version
from lmsctl.kit.work import Work
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.user import hookpoints, rules, store
from lmsctl.user.actions.finding import get_where_allowed
from lmsctl.user.actions.show import get_detail
from lmsctl.user.errors import EmailTaken, LoginTaken, SupervisorIsSelf
from lmsctl.user.fields import actions as field_actions
from lmsctl.user.fields import rules as field_rules
from lmsctl.user.fields import store as field_store
from lmsctl.user.fields.rules import FieldEntry
from lmsctl.user.results import (
    SupervisorMode,
    UserDetail,
    UserType,
)
from lmsctl.user.store import Person


def get_for_update(
    work: Work, given: str, beside: Callable[[int], Sequence[int]] = lambda _: ()
) -> Person:
    """Return a person the actor may change, locked; needs `user.manage` there.

    `beside` gives for their number the people who are locked with them. Whoever holds rights that
    the actor does not hold is out of reach: PermissionBeyondOwn. Raises UserUnknown.
    """
    work.about = f"user {given}"

    def get() -> Person:
        person = get_where_allowed(work, given, "user.manage")
        rights.check_not_beyond_own(work, rights.held_roles(work, person.id))
        return person

    def lock(work: Work, number: int) -> None:
        store.lock_all(work, [number, *beside(number)])

    return rights.get_for_update(work, get, lock)


def edit(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    given: str,
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    login: str | None = None,
    email: str | None = None,
    type_: UserType | None = None,
    supervisor: str | None = None,
    fields: Sequence[str] = (),
    if_version: int | None = None,
) -> tuple[UserDetail, bool]:
    """Change a person; an empty `email` takes the address away. Returns them, and whether it did.

    `supervisor` is a login, `none` or `inherited`. Raises VersionStale, LoginTaken, EmailTaken,
    SupervisorIsSelf, UserUnknown, NotConfirmedYet, and what the checks of the parts raise.
    """
    person = get_for_update(work, given, lambda _: _find_supervisor_ids(work, supervisor))
    portal_rules.check_confirmed(person, "changed")
    check_version(person.login, person.version, if_version)
    wanted: dict[str, object] = {"type": type_} if type_ is not None else {}
    if first_name is not None:
        wanted["first_name"] = rules.check_person_name(first_name, "first name")
    if last_name is not None:
        wanted["last_name"] = rules.check_person_name(last_name, "last name")
    if login is not None:
        wanted.update(_check_new_login(work, person, login))
    if email is not None:
        wanted.update(_check_new_email(work, person, email))
    if supervisor is not None:
        wanted.update(_get_new_supervisor(work, person, supervisor))
    entries = field_rules.check_fields(
        field_store.list_fields_for_share(work),
        field_rules.parse_assignments(fields),
        wants_required=False,
    )
    is_changed = _apply_changes(work, person, wanted, entries)
    return get_detail(work, person.id), is_changed


def _apply_changes(
    work: Work, person: Person, wanted: Mapping[str, object], entries: Sequence[FieldEntry]
) -> bool:
    """Put what differs into the rows and the audit log, and say whether anything does."""
    changes = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    current = {item.name: item.value for item in field_store.list_values(work, person.id)}
    changed = sorted([*changes, *field_actions.set_values(work, person.id, current, entries)])
    if changed:
        store.change(work, person.id, **_add_keys(changes))
        audit.record(work, "user.changed", f"user {person.login}", changed=changed)
    if "type" in changes:
        hookpoints.after_change_of_type(work, [person.id])
    return bool(changed)


def _add_keys(changes: Mapping[str, object]) -> dict[str, object]:
    """Add to a new login or address the form in which it is compared."""
    keys = {
        f"{name}_key": None if changes[name] is None else login_key(str(changes[name]))
        for name in ("login", "email")
        if name in changes
    }
    return {**changes, **keys}


def _check_new_login(work: Work, person: Person, given: str) -> dict[str, object]:
    """Return the columns of a new login; raises LoginInvalid and LoginTaken."""
    login = rules.check_login(given)
    if store.ids_by_name(work, login_key(login)) - {person.id}:
        raise LoginTaken(login=login, field="login")
    return {"login": login}


def _check_new_email(work: Work, person: Person, given: str) -> dict[str, object]:
    """Return the columns of a new address, none for an empty one; raises EmailTaken."""
    if not canonical.trim(given):
        return {"email": None}
    email = parse_email(given, sandbox=work.is_sandbox)
    if store.ids_by_name(work, email.key) - {person.id}:
        raise EmailTaken(email=email.address, field="email")
    return {"email": email.address}


def _find_supervisor_ids(work: Work, given: str | None) -> list[int]:
    """Return the number of who may become a supervisor, if the actor may see them."""
    if given is None or canonical.key(given) in {SupervisorMode.NONE, SupervisorMode.INHERITED}:
        return []
    boss = store.find(work, given, rights.actor(work).scope("user.view"))
    return [boss.id] if boss else []


def _get_new_supervisor(work: Work, person: Person, given: str) -> dict[str, object]:
    """Return the columns of a supervisor, locked for share; raises SupervisorIsSelf."""
    word = canonical.key(given)
    if word in {SupervisorMode.NONE, SupervisorMode.INHERITED}:
        return {"supervisor_mode": SupervisorMode(word), "supervisor_id": None}

    def get() -> Person:
        return store.get(work, given, rights.require(work, "user.view"))

    boss = rights.get_for_update(work, get, store.lock_for_share)
    portal_rules.check_confirmed(boss, "named as a supervisor")
    if boss.id == person.id:
        raise SupervisorIsSelf(login=person.login)
    return {"supervisor_mode": SupervisorMode.OWN, "supervisor_id": boss.id}


def move(work: Work, given: str, department: str) -> tuple[UserDetail, bool]:
    """Put a person into another department; needs `user.manage` in the old and in the new one.

    Returns them, and whether they moved. Raises UserUnknown, NotConfirmedYet and DepartmentUnknown.
    """
    person = get_for_update(work, given)
    portal_rules.check_confirmed(person, "moved")
    place = departments.get_for_share(work, department or None, "user.manage")
    if place.id == person.department_id:
        return get_detail(work, person.id), False
    store.change(work, person.id, department_id=place.id)
    audit.record(work, "user.moved", f"user {person.login}", to=place.full_name)
    hookpoints.after_join_of_department(work, {person.id: person.department_id})
    return get_detail(work, person.id), True
