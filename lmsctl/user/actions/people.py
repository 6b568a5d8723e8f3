"""Making, showing, changing and moving people."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lmsctl.audit import actions as audit
from lmsctl.department import store as departments
from lmsctl.department.store import DepartmentNode as Department
from lmsctl.kit import canonical, discover
from lmsctl.kit.address import Email, login_key, parse_email
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.errors import PlanFull
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Visibility
from lmsctl.user import rules, store
from lmsctl.user.errors import (
    EmailTaken,
    FieldValueTaken,
    LoginTaken,
    SupervisorIsSelf,
    VersionStale,
)
from lmsctl.user.results import (
    SupervisorMode,
    UserDetail,
    UserOrigin,
    UserRow,
    UserStatus,
    UserType,
)
from lmsctl.user.rules import FieldEntry, UserDraft, UserFilter
from lmsctl.user.store import Person


def create(  # noqa: PLR0913 - one keyword for each thing a person has
    work: Work,
    *,
    first_name: str,
    last_name: str,
    login: str | None = None,
    email: str | None = None,
    department: str | None = None,
    type_: UserType = UserType.STAFF,
    fields: Sequence[str] = (),
) -> tuple[UserDetail, bool]:
    """Make a person, in the root department unless told otherwise; needs `user.manage` there.

    Returns the person, and whether they are active: past the plan's limit they are made inactive.
    Raises DepartmentUnknown, LoginTaken, EmailTaken, and what the checks of the parts raise.
    """
    rights.require(work, "user.manage")
    work.about = f"user {login or email or ''}"
    place = _get_visible_department(work, department)
    entries = rules.check_fields(
        store.fields_for_share(work), rules.parse_assignments(fields), wants_required=True
    )
    draft = UserDraft(
        login=rules.check_login(login) if login is not None else None,
        email=parse_email(email, sandbox=work.is_sandbox) if email else None,
        first_name=rules.check_person_name(first_name, "first name"),
        last_name=rules.check_person_name(last_name, "last name"),
        type=type_,
        department_id=place.id,
        origin=UserOrigin.ADMINISTRATOR,
        entries=entries,
    )
    portal.lock(work)
    draft = replace(draft, department_id=_get_department_for_share(work, department).id)
    try:
        portal.take_seat(work)
        is_active = True
    except PlanFull:
        is_active = False
    made = add(work, draft, UserStatus.ACTIVE if is_active else UserStatus.INACTIVE)
    return get_detail(work, made.id), is_active


def _get_department_for_share(work: Work, given: str | None) -> Department:
    """Return where a new person is put, which nobody moves or deletes until we are done."""
    return rights.get_for_update(
        work, lambda: _get_visible_department(work, given), departments.lock_for_share
    )


def _get_visible_department(work: Work, given: str | None) -> Department:
    scope = rights.require(work, "user.manage")
    place = departments.get(work, given, scope) if given else departments.get_root(work)
    if not scope.covers(place.path):
        rights.require_everywhere(work, "user.manage")
    return place


def find_conflicting(work: Work, login: str | None, email: str | None) -> UserDetail | None:
    """Return the person in scope whom a person made like this would be, or None.

    That is who has the login, or when none is given the address.
    """
    scope = rights.require(work, "user.manage")
    given = login or email
    found = store.find(work, given, scope) if given else None
    return get_detail(work, found.id) if found else None


@dataclass(frozen=True, slots=True)
class CreatedUser:
    """Somebody who was just made: what identifies them, and what they are called."""

    id: int
    login: str


def add(
    work: Work, draft: UserDraft, status: UserStatus, taken: Collection[str] | None = None
) -> CreatedUser:
    """Insert the person `draft` describes; seats are the caller's business.

    `taken` is which of `rules.wanted_name_keys` are taken, for whoever has looked already. Raises
    LoginTaken, EmailTaken and FieldValueTaken.
    """
    if taken is None:
        wanted = rules.wanted_name_keys(draft.login, draft.email)
        taken = store.taken_names(work, wanted)
    login = _free_login(work, draft.login, draft.email, taken)
    if draft.email and draft.email.key in taken:
        raise EmailTaken(email=draft.email.address, field="email")
    number = store.add(
        work,
        login=login,
        login_key=login_key(login),
        email=draft.email.address if draft.email else None,
        email_key=draft.email.key if draft.email else None,
        first_name=draft.first_name,
        last_name=draft.last_name,
        type=draft.type,
        status=status,
        department_id=draft.department_id,
        supervisor_mode=SupervisorMode.INHERITED,
        origin=draft.origin,
        origin_detail=draft.origin_detail,
        created_at=work.now,
        policy_accepted_at=draft.policy_accepted_at,
        expires_at=draft.expires_at,
    )
    _set_fields(work, number, {}, draft.entries)
    audit.record(work, "user.created", f"user {login}", origin=draft.origin, status=status)
    announce_joined(work, {number: None})
    announce_type_changed(work, [number])
    return CreatedUser(number, login)


def announce_joined(work: Work, came_from: Mapping[int, int | None]) -> None:
    """Let upper rooms do what follows from people having joined their department.

    `came_from` gives for each of them, whatever their status, the department they were in before;
    None for who is new.
    """
    discover.announce("after_join_of_department", work, came_from)


def announce_type_changed(work: Work, ids: Sequence[int]) -> None:
    """Let upper rooms do what follows from people being new, or of another type than before."""
    discover.announce("after_change_of_type", work, ids)


def _free_login(work: Work, login: str | None, email: Email | None, taken: Collection[str]) -> str:
    """Return what somebody is called who is made; `taken` is about the first name to try."""
    base, may_grow = rules.login_base(login, email)
    for number, batch in enumerate(rules.login_candidates(base)):
        if number:
            taken = store.taken_names(work, [login_key(text) for text in batch])
        free = [text for text in batch if login_key(text) not in taken]
        if free:
            return free[0]
        if not may_grow:
            break
    raise LoginTaken(login=base, field="login")


def _set_fields(
    work: Work, user_id: int, current: Mapping[str, str], entries: Sequence[FieldEntry]
) -> list[str]:
    """Put `entries` in place of `current` and return the names of the fields that changed."""
    changed = [entry for entry in entries if current.get(entry.name, "") != entry.value]
    for entry in changed:
        if entry.unique_key and store.find_id_by_value(work, entry) not in {None, user_id}:
            raise FieldValueTaken(name=entry.name, value=entry.value, field=entry.name)
        store.set_value(work, user_id, entry)
    return [entry.name for entry in changed]


def show(work: Work, given: str) -> UserDetail:
    """Return one person; needs `user.view` there. Raises UserUnknown."""
    scope = rights.require(work, "user.view")
    return get_detail(work, store.get(work, given, scope).id)


def get_detail(work: Work, number: int) -> UserDetail:
    """Return the person with that id as shown; only what they are linked to is a matter of rights.

    Groups and a supervisor out of the actor's sight are left out.
    """
    person = store.get_by_id(work, number)
    mode = SupervisorMode(person.supervisor_mode)
    visible = rights.visibility(work)
    return UserDetail(
        id=person.id,
        login=person.login,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        type=UserType(person.type),
        status=UserStatus(person.status),
        department=person.department,
        supervisor=_supervisor(work, person, mode, visible),
        supervisor_mode=mode,
        roles=store.list_role_names(work, number) or ["learner"],
        groups=store.list_group_names(work, number, visible.groups),
        fields={item.name: item.value for item in store.field_values(work, number)},
        origin=UserOrigin(person.origin),
        origin_detail=person.origin_detail,
        created_at=person.created_at,
        scheduled_status=UserStatus(person.due_status) if person.due_status else None,
        scheduled_at=person.due_at,
        policy_accepted_at=person.policy_accepted_at,
        version=person.version,
    )


def _supervisor(
    work: Work, person: Person, mode: SupervisorMode, visible: Visibility
) -> str | None:
    """Return the login of a person's supervisor, if the actor may be told it."""
    if mode is SupervisorMode.INHERITED:
        login = store.find_inherited_supervisor(work, person.id, person.path)
        boss = store.find(work, login, ANYWHERE) if login else None
    else:
        boss = store.get_by_id(work, person.supervisor_id) if person.supervisor_id else None
    return boss.login if boss and visible.shows_person(boss.path, boss.id) else None


def list_users(work: Work, wanted: UserFilter) -> Iterable[UserRow]:
    """Return the people in scope that fit `wanted`, by login; needs `user.view`.

    `wanted.under` is a department as people write it. Raises DepartmentUnknown and GroupUnknown.
    """
    scope = rights.require(work, "user.view")
    if wanted.under is not None:
        wanted = replace(wanted, under=departments.get(work, wanted.under, scope).path)
    if wanted.group is not None:
        store.check_group(work, wanted.group, rights.actor(work).scope("group.view"))
    return store.list_users(work, scope, wanted)


def get_for_update(
    work: Work, given: str, beside: Callable[[int], Sequence[int]] = lambda _: ()
) -> Person:
    """Return a person the actor may change, locked; needs `user.manage` there.

    `beside` gives for their number the people who are locked with them. Whoever holds rights that
    the actor does not hold is out of reach: PermissionBeyondOwn. Raises UserUnknown.
    """
    work.about = f"user {given}"

    def get() -> Person:
        person = store.get(work, given, rights.require(work, "user.manage"))
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
    if if_version is not None and if_version != person.version:
        raise VersionStale(what=person.login, found=person.version, wanted=if_version)
    wanted: dict[str, object] = {"type": type_} if type_ is not None else {}
    if first_name is not None:
        wanted["first_name"] = rules.check_person_name(first_name, "first name")
    if last_name is not None:
        wanted["last_name"] = rules.check_person_name(last_name, "last name")
    if login is not None:
        wanted.update(_new_login(work, person, login))
    if email is not None:
        wanted.update(_new_email(work, person, email))
    if supervisor is not None:
        wanted.update(_new_supervisor(work, person, supervisor))
    entries = rules.check_fields(
        store.fields_for_share(work), rules.parse_assignments(fields), wants_required=False
    )
    is_changed = _change(work, person, wanted, entries)
    return get_detail(work, person.id), is_changed


def _change(
    work: Work, person: Person, wanted: Mapping[str, object], entries: Sequence[FieldEntry]
) -> bool:
    """Put what differs into the rows and the audit log, and say whether anything does."""
    changes = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    current = {item.name: item.value for item in store.field_values(work, person.id)}
    changed = sorted([*changes, *_set_fields(work, person.id, current, entries)])
    if changed:
        store.change(work, person.id, **_with_keys(changes))
        audit.record(work, "user.changed", f"user {person.login}", changed=changed)
    if "type" in changes:
        announce_type_changed(work, [person.id])
    return bool(changed)


def _with_keys(changes: Mapping[str, object]) -> dict[str, object]:
    """Add to a new login or address the form in which it is compared."""
    keys = {
        f"{name}_key": None if changes[name] is None else login_key(str(changes[name]))
        for name in ("login", "email")
        if name in changes
    }
    return {**changes, **keys}


def _new_login(work: Work, person: Person, given: str) -> dict[str, object]:
    login = rules.check_login(given)
    if store.ids_by_name(work, login_key(login)) - {person.id}:
        raise LoginTaken(login=login, field="login")
    return {"login": login}


def _new_email(work: Work, person: Person, given: str) -> dict[str, object]:
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


def _new_supervisor(work: Work, person: Person, given: str) -> dict[str, object]:
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
    place = _get_department_for_share(work, department)
    if place.id == person.department_id:
        return get_detail(work, person.id), False
    store.change(work, person.id, department_id=place.id)
    audit.record(work, "user.moved", f"user {person.login}", to=place.written)
    announce_joined(work, {person.id: person.department_id})
    return get_detail(work, person.id), True
