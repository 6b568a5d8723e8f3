"""The verbs of the group room."""

from collections.abc import Iterator, Sequence

from lmsctl.audit import actions as audit
from lmsctl.department import actions as departments
from lmsctl.group import hookpoints, store
from lmsctl.group.errors import GroupExists, GroupPeopleUnknown
from lmsctl.group.results import GroupDetail, GroupPerson
from lmsctl.group.store import GroupRow
from lmsctl.kit import canonical
from lmsctl.kit.answer import ItemOutcome, Listing, Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.rights.errors import PermissionMissing
from lmsctl.rights.rules import ANYWHERE, WHY_MEMBERS_HIDDEN, Scope
from lmsctl.user import hookpoints as user_hookpoints
from lmsctl.user import store as users
from lmsctl.user.actions import finding
from lmsctl.user.errors import UserUnknown
from lmsctl.user.store import Person


def create(work: Work, name: str, *, department: str | None = None) -> GroupDetail:
    """Make an empty group of `department` (the root when None); needs `group.manage` there.

    Raises DepartmentUnknown, GroupExists and what the check of the name raises.
    """
    work.about = f"group {name}"
    place = departments.get_for_share(work, department, "group.manage")
    text = _checked_name(name)
    _check_free(work, text)
    number = store.add(work, name=text, name_key=canonical.key(text), department_id=place.id)
    audit.record(work, "group.created", f"group {text}", department=place.full_name)
    return _get_detail(work, number)


def find_conflicting(work: Work, name: str) -> GroupDetail | None:
    """Return the group in scope that `create` would collide with, or None."""
    scope = rights.require(work, "group.manage")
    found = store.find_by_name(work, canonical.key(name), scope)
    return _get_detail(work, found.id) if found else None


def show(work: Work, given: str) -> GroupDetail:
    """Return one group; needs `group.view` in its department. Raises GroupUnknown."""
    scope = rights.require(work, "group.view")
    return _get_detail(work, store.get(work, given, scope).id)


def list_groups(work: Work) -> Iterator[GroupDetail]:
    """Return the groups in scope, by name; needs `group.view`."""
    return store.list_groups(work, rights.require(work, "group.view"))


def list_members(work: Work, given: str) -> Listing[GroupPerson]:
    """Return who is in a group, as far as the actor may see people, and how many are hidden.

    Needs `group.view` in the group's department; without `user.view` anywhere everybody is hidden.
    Raises GroupUnknown.
    """
    found = store.get(work, given, rights.require(work, "group.view"))
    visible = rights.actor(work).scope("user.view")
    hidden = store.count_hidden_members(work, found.id, visible)
    return Listing(
        GroupPerson,
        store.list_members(work, found.id, visible),
        hidden,
        why_hidden=WHY_MEMBERS_HIDDEN,
        when_empty="Nobody is in this group yet: lmsctl group add NAME LOGIN",
    )


def edit(
    work: Work, given: str, *, name: str | None = None, department: str | None = None
) -> tuple[GroupDetail, bool]:
    """Rename a group, or let it belong to another department; returns it and whether it changed.

    Needs `group.manage` in the old department and in the new one. Raises GroupUnknown,
    DepartmentUnknown and GroupExists.
    """
    found = _get_for_update(work, given)
    wanted: dict[str, object] = {}
    if name is not None:
        text = _checked_name(name)
        if canonical.key(text) != canonical.key(found.name):
            _check_free(work, text)
        wanted.update(name=text)
    if department is not None:
        wanted.update(department_id=departments.get_for_share(work, department, "group.manage").id)
    changes = {column: value for column, value in wanted.items() if getattr(found, column) != value}
    if "name" in changes:
        changes["name_key"] = canonical.key(str(changes["name"]))
    if changes:
        store.change(work, found.id, **changes)
        audit.record(work, "group.changed", f"group {found.name}", name=name, department=department)
    return _get_detail(work, found.id), bool(changes)


def add_people(work: Work, given: str, logins: Sequence[str]) -> tuple[str, list[ItemOutcome]]:
    """Put people into a group; returns its name and what became of each, in the order given.

    Needs `group.manage` for the group and for every one of them. Nobody is added when one of them
    is unknown or waits for confirmation: raises UserUnknown, GroupPeopleUnknown, NotConfirmedYet or
    GroupUnknown.
    """
    found, people = _get_group_and_people(work, given, logins, "added")
    for person in people:
        portal_rules.check_confirmed(person, "added to a group")
    present = store.member_ids_among(work, found.id, [person.id for person in people])
    new = [person for person in people if person.id not in present]
    store.add_members(work, found.id, [person.id for person in new])
    if new:
        logins_added = [person.login for person in new]
        audit.record(work, "group.filled", f"group {found.name}", people=logins_added)
        user_hookpoints.after_join_of_group(work, [(found.id, person.id) for person in new])
    return found.name, _outcomes(people, new, Outcome.CREATED)


def remove_people(work: Work, given: str, logins: Sequence[str]) -> tuple[str, list[ItemOutcome]]:
    """Take people out of a group; the mirror of `add_people`, with the same rights and refusals."""
    found, people = _get_group_and_people(work, given, logins, "removed")
    present = store.member_ids_among(work, found.id, [person.id for person in people])
    gone = [person for person in people if person.id in present]
    store.remove_members(work, found.id, [person.id for person in gone])
    if gone:
        logins_removed = [person.login for person in gone]
        audit.record(work, "group.emptied", f"group {found.name}", people=logins_removed)
    return found.name, _outcomes(people, gone, Outcome.DELETED)


def delete(work: Work, given: str) -> str:
    """Delete a group after a confirmation; its people stay. Returns its name.

    Needs `group.manage` in its department. Raises GroupUnknown.
    """
    found = _get_for_update(work, given)
    count = _get_detail(work, found.id).members
    said = hookpoints.before_delete_of_group(work, [found.id])
    goes = [line for lines in said for line in lines]
    work.confirm(f"Delete the group '{found.name}'?", [f"Its people stay ({count}).", *goes])
    hookpoints.with_delete_of_group(work, [found.id])
    store.delete(work, found.id)
    audit.record(work, "group.deleted", f"group {found.name}", members=count)
    return found.name


def _get_for_update(work: Work, given: str) -> GroupRow:
    """Return a group the actor may change, locked; raises GroupUnknown."""
    work.about = f"group {given}"
    return rights.get_for_update(work, lambda: _get(work, given), store.lock)


def _get(work: Work, given: str, permission: str = "group.manage") -> GroupRow:
    """Return a group for which the actor holds `permission`.

    Raises GroupUnknown, and PermissionMissing for one that they only see.
    """

    def get(scope: Scope) -> GroupRow:
        return store.get(work, given, scope)

    seen = rights.actor(work).scope("group.view")
    return rights.get_where_allowed(work, permission, get, seen=seen, given=given)


def _get_group_and_people(
    work: Work, given: str, logins: Sequence[str], done: str
) -> tuple[GroupRow, list[Person]]:
    """Return a group and people, which nobody else changes; refuses as `_get_people`."""
    work.about = f"group {given}"
    found = get_for_share(work, given, "group.manage")
    seen = _get_people(work, logins, done)
    users.lock_all_for_share(work, [person.id for person in seen])
    rights.refresh(work)
    return found, _get_people(work, logins, done)


def _checked_name(name: str) -> str:
    """Return a name fit for a group; raises what `canonical.check_text` raises."""
    return canonical.check_text(name, field="group name")


def _check_free(work: Work, name: str) -> None:
    """Raise GroupExists when a group has that name, wherever it is."""
    if store.find_by_name(work, canonical.key(name), ANYWHERE):
        raise GroupExists(name=name, field="name")


def _get_detail(work: Work, number: int) -> GroupDetail:
    """Return the group with that id as it is shown."""
    return next(store.list_groups(work, ANYWHERE, number))


def _get_people(work: Work, logins: Sequence[str], done: str) -> list[Person]:
    """Return the people called like this, each once, or say which of them nobody is called.

    The actor must hold `group.manage` over them.
    """
    found: dict[int, Person] = {}
    unknown: list[Refusal] = []
    for login in logins:
        try:
            person = finding.get_where_allowed(work, login, "group.manage")
        except (UserUnknown, PermissionMissing) as refusal:
            unknown.append(refusal)
        else:
            found.setdefault(person.id, person)
    if len(unknown) == 1:
        raise unknown[0]
    if unknown:
        raise GroupPeopleUnknown(count=len(unknown), total=len(logins), done=done, details=unknown)
    return list(found.values())


def _outcomes(
    people: Sequence[Person], changed: Sequence[Person], outcome: Outcome
) -> list[ItemOutcome]:
    """Return for each of `people` the `outcome`, unchanged for those not among `changed`."""
    ids = {person.id for person in changed}
    return [
        ItemOutcome(person.login, outcome if person.id in ids else Outcome.UNCHANGED)
        for person in people
    ]


# For other rooms ---------------------------------------------------------------------------------


def get_for_share(work: Work, given: str, permission: str) -> GroupRow:
    """Return a group over which the actor holds `permission`; nobody changes it until we are done.

    Raises GroupUnknown.
    """
    return rights.get_for_update(work, lambda: _get(work, given, permission), store.lock_for_share)
