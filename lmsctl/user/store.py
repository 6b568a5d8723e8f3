"""The statements of the user room."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Insert, Text, bindparam, literal
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, case, col, func, insert, or_, select, union_all, update
from sqlmodel import delete as deleting

from lmsctl.department.model import Department, DepartmentSupervisor
from lmsctl.group.model import Group, GroupMember
from lmsctl.kit import canonical, locks
from lmsctl.kit.address import login_key
from lmsctl.kit.columns import Choice
from lmsctl.kit.named import find_named
from lmsctl.kit.statements import AT, NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.notification.model import Notification
from lmsctl.rights.model import Grant, Role
from lmsctl.rights.rules import ANYWHERE, Scope, above, reach
from lmsctl.rights.store import within
from lmsctl.user.errors import GroupUnknown, UserUnknown
from lmsctl.user.model import CustomField, FieldValue, Name, User, is_alive, status_at
from lmsctl.user.results import Origin, Status, SupervisorMode, Type, UserRow
from lmsctl.user.rules import FieldEntry, FieldRule, Filter

_IS_LATER = col(User.due_at) > NOW


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the program needs them; `path` and `department` are their department's."""

    id: int
    login: str
    email: str | None
    first_name: str
    last_name: str
    type: Type
    status: Status
    department_id: int
    path: str
    department: str
    supervisor_mode: SupervisorMode
    supervisor_id: int | None
    origin: Origin
    origin_detail: str | None
    created_at: datetime
    policy_accepted_at: datetime | None
    expires_at: datetime | None
    due_status: Status | None
    due_at: datetime | None
    version: int


_PERSON = (
    select(
        *columns_of(
            Person,
            User,
            status=status_at(NOW),
            path=col(Department.path),
            department=col(Department.full_name),
            due_status=case((_IS_LATER, col(User.due_status))),
            due_at=case((_IS_LATER, col(User.due_at))),
        )
    )
    .select_from(User)
    .join(Department, col(Department.id) == col(User.department_id))
    .where(is_alive(NOW))
)
_NUMBERED = _PERSON.where(col(User.id) == bindparam("number"))
_ID_BY_LOGIN = select(User.id).where(col(User.login_key) == bindparam("key"))
_CALLED = select(Name.user_id).where(col(Name.key) == bindparam("key"))


def find(work: Work, given: str, scope: Scope) -> Person | None:
    """Return who has that login, address or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` fits two people in scope.
    """
    key = login_key(given)
    return find_named(
        work,
        Person,
        _PERSON.where(within(scope, Department.path)),
        given,
        col(User.login_key) == key,
        col(User.email_key) == key,
        id_column=User.id,
        what="person",
        now=work.now,
    )


def get(work: Work, given: str, scope: Scope) -> Person:
    """Return what `find` finds; raises UserUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise UserUnknown(given=given)
    return found


def by_id(work: Work, number: int) -> Person:
    """Return the person with that id, who must exist."""
    found = work.one(Person, _NUMBERED, number=number, now=work.now)
    if found is None:
        raise UserUnknown(given=number)
    return found


def find_id_by_login(work: Work, key: str) -> int | None:
    """Return the id of who has the login with that key, or None."""
    found: int | None = work.value(_ID_BY_LOGIN, key=key)
    return found


def called(work: Work, key: str) -> set[int]:
    """Return the ids of the people who are called `key`, be it by their login or their address."""
    return set(work.values(_CALLED, key=key))


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is called by an address, and until when if they have not confirmed it."""

    id: int
    expires_at: datetime | None


_TAKEN = select(Name.key).where(among(Name.key, "keys"))
_HOLDER = select(*columns_of(Holder, User))
_HOLDER_AT = _HOLDER.where(
    or_(col(User.email_key) == bindparam("key"), col(User.login_key) == bindparam("key")),
    is_alive(AT),
)
_WAITING_AT = _HOLDER.where(col(User.email_key) == bindparam("key"), col(User.expires_at) > AT)


def holder_of_email_at(work: Work, email_key: str, at: datetime) -> Holder | None:
    """Return who will still be called by that address at `at`, when holds have run out."""
    return work.one(Holder, _HOLDER_AT, key=email_key, at=at)


def waiting_for(work: Work, email_key: str, at: datetime) -> Holder | None:
    """Return who has that address and will still wait for its confirmation at `at`."""
    return work.one(Holder, _WAITING_AT, key=email_key, at=at)


def taken_names(work: Work, keys: Collection[str]) -> set[str]:
    """Return which of `keys` are somebody's login or address."""
    return set(work.values(_TAKEN, keys=keys))


@dataclass(frozen=True, slots=True)
class Called:
    """Who is called `key`, by their login or their address, and how they stand."""

    key: str
    id: int
    login: str
    email: str | None
    email_key: str | None
    status: Status
    expires_at: datetime | None


_PEOPLE_CALLED = (
    select(*columns_of(Called, User, key=col(Name.key), status=status_at(NOW)))
    .select_from(Name)
    .join(User, col(User.id) == col(Name.user_id))
    .where(among(Name.key, "keys"))
)


def people_called(work: Work, keys: Collection[str]) -> list[Called]:
    """Return who is called by any of `keys`."""
    return work.all(Called, _PEOPLE_CALLED, keys=keys, now=work.now)


def add(work: Work, **values: Any) -> int:
    """Insert a person and return their id."""
    number = work.insert(User, **values)
    take_names_of(work, number)
    return number


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one person and count up their version."""
    work.update(User, number, **values)
    if not values.keys().isdisjoint({"login_key", "email_key"}):
        work.run(deleting(Name).where(col(Name.user_id) == number))
        take_names_of(work, number)


def taking_names(condition: ColumnElement[bool]) -> Insert:
    """Return what enters the names of the people that fit `condition` where each stands once.

    People are named by login and address alike, so what is one person's login is nobody else's
    address, whoever comes at the same time.
    """
    has_another = col(User.email_key) != col(User.login_key)
    names: CompoundSelect[Any] = union_all(
        select(col(User.login_key), col(User.id)).where(condition),
        select(col(User.email_key), col(User.id)).where(has_another, condition),
    )
    return insert(Name).from_select(["key", "user_id"], names, include_defaults=False)


_TAKE_NAMES_OF = taking_names(col(User.id) == bindparam("number"))


def take_names_of(work: Work, number: int) -> None:
    """Enter what one person is called, as `taking_names` says."""
    work.run(_TAKE_NAMES_OF, number=number)


def take_names(work: Work, condition: ColumnElement[bool]) -> None:
    """Enter what the people that fit `condition` are called, as `taking_names` says."""
    work.run(taking_names(condition))


def supervised_by(work: Work, number: int) -> list[int]:
    """Return the ids of the people whose own supervisor this person is."""
    return work.values(select(User.id).where(col(User.supervisor_id) == number))


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this person until we are done.

    Who locks several people calls `lock_all` once, so that no two wait for each other.
    """
    locks.hold(work, User, [id_])


def lock_all(work: Work, ids: Collection[int]) -> set[int]:
    """Do what `lock` does with people, and return the ids of those who are still there."""
    return locks.hold_present(work, User, ids)


def share(work: Work, id_: int) -> None:
    """Let nobody change this person until we are done, while others may share them.

    This is for whoever does something with a person that does not change the person.
    """
    share_all(work, [id_])


def share_all(work: Work, ids: Sequence[int]) -> None:
    """Do what `share` does with people."""
    locks.hold(work, User, ids, shared=True)


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete people; what hangs on them alone goes with them."""
    work.run(deleting(User).where(among(User.id, ids)))


# What time decides -------------------------------------------------------------------------------


_IS_DUE = col(User.due_at) <= NOW
_HAS_EXPIRED = col(User.expires_at) <= NOW
_FREED_BY_DUE = (
    select(func.count()).select_from(User).where(_IS_DUE, col(User.status) == Status.ACTIVE)
)
_APPLY_DUE = (
    update(User)
    .where(_IS_DUE)
    .values(
        status=col(User.due_status),
        due_status=None,
        due_at=None,
        away_at=case(
            (col(User.status) == Status.ACTIVE, col(User.due_at)), else_=col(User.away_at)
        ),
        version=col(User.version) + 1,
    )
)
_EXPIRED = select(User.id).where(_HAS_EXPIRED)


def apply_due(work: Work) -> tuple[int, int]:
    """Give people the status that was scheduled; return how many, and how many seats that frees."""
    freed = int(work.value(_FREED_BY_DUE, now=work.now))
    return work.run(_APPLY_DUE, now=work.now), freed


def expired(work: Work) -> list[int]:
    """Return the ids of people whose registration has expired, in order."""
    # Ordered by the database, they would be looked for among all people.
    return sorted(work.values(_EXPIRED, now=work.now))


# Custom fields -----------------------------------------------------------------------------------


_FIELDS = select(*columns_of(FieldRule, CustomField)).order_by(col(CustomField.id))


def fields(work: Work) -> list[FieldRule]:
    """Return every custom field, in the order they were made."""
    return work.all(FieldRule, _FIELDS)


def fields_for_share(work: Work) -> list[FieldRule]:
    """Return what `fields` does, and let nobody change them, while others may share them.

    This is for whoever gives people values.
    """
    return work.all(FieldRule, locks.for_share(work, _FIELDS))


def lock_field(work: Work, number: int) -> None:
    """Keep everybody else from changing this custom field until we are done."""
    locks.hold(work, CustomField, [number])


def add_field(work: Work, **values: Any) -> int:
    """Insert a custom field and return its id."""
    return work.insert(CustomField, **values)


def change_field(work: Work, number: int, **values: Any) -> None:
    """Change columns of one custom field."""
    work.update(CustomField, number, **values)


def delete_field(work: Work, number: int) -> int:
    """Delete a custom field; returns how many people's values went with it."""
    count = work.value(
        select(func.count()).select_from(FieldValue).where(col(FieldValue.field_id) == number)
    )
    work.run(deleting(CustomField).where(col(CustomField.id) == number))
    return int(count)


def values_beyond(work: Work, number: int, choices: Sequence[str]) -> list[str]:
    """Return some values of a list field that are not among `choices`."""
    return work.values(
        select(FieldValue.value)
        .where(col(FieldValue.field_id) == number, col(FieldValue.value).not_in(choices))
        .distinct()
        .order_by(col(FieldValue.value))
        .limit(5)
    )


@dataclass(frozen=True, slots=True)
class NamedValue:
    """One field's name and what it holds."""

    name: str
    value: str


_VALUES = (
    select(*columns_of(NamedValue, FieldValue, name=col(CustomField.name)))
    .select_from(FieldValue)
    .join(CustomField, col(CustomField.id) == col(FieldValue.field_id))
    .where(col(FieldValue.user_id) == bindparam("user"))
    .order_by(col(CustomField.id))
)


def field_values(work: Work, user_id: int) -> list[NamedValue]:
    """Return what a person's custom fields hold, in the order of the fields."""
    return work.all(NamedValue, _VALUES, user=user_id)


def holder_of_value(work: Work, entry: FieldEntry) -> int | None:
    """Return the id of who has the same value in the same unique field."""
    found: int | None = work.value(
        select(FieldValue.user_id).where(
            col(FieldValue.field_id) == entry.field_id,
            col(FieldValue.unique_key) == entry.unique_key,
        )
    )
    return found


def set_value(work: Work, user_id: int, entry: FieldEntry) -> None:
    """Set one custom field of one person; an empty value takes it away."""
    if not entry.value:
        work.run(
            deleting(FieldValue).where(
                col(FieldValue.user_id) == user_id, col(FieldValue.field_id) == entry.field_id
            )
        )
        return
    values = {
        "user_id": user_id,
        "field_id": entry.field_id,
        "value": entry.value,
        "unique_key": entry.unique_key,
    }
    work.upsert(FieldValue, ("user_id", "field_id"), values)


# Looking -----------------------------------------------------------------------------------------


_ROLES_OF = (
    select(Role.name)
    .join(Grant, col(Grant.role_id) == col(Role.id))
    .where(col(Grant.user_id) == bindparam("user"))
    .order_by(col(Role.id))
)


def roles_of(work: Work, user_id: int) -> list[str]:
    """Return the names of the roles a person was granted."""
    return work.values(_ROLES_OF, user=user_id)


def groups_of(work: Work, user_id: int, scope: Scope) -> list[str]:
    """Return the names of the groups in `scope` a person is in."""
    return work.values(
        select(Group.name)
        .join(GroupMember, col(GroupMember.group_id) == col(Group.id))
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(col(GroupMember.user_id) == user_id, within(scope, Department.path))
        .order_by(col(Group.name_key))
    )


def inherited_supervisor(work: Work, user_id: int, path: str) -> str | None:
    """Return the login of who supervises the department at `path`, or the next one up that has
    somebody other than the person themselves.
    """  # noqa: D205 - one thought
    found: str | None = work.value(
        select(User.login)
        .join(DepartmentSupervisor, col(DepartmentSupervisor.user_id) == col(User.id))
        .join(Department, col(Department.id) == col(DepartmentSupervisor.department_id))
        .where(col(Department.path).in_([*above(Scope((path,))), path]), col(User.id) != user_id)
        .order_by(func.length(col(Department.path)).desc())
        .limit(1)
    )
    return found


def check_group(work: Work, given: str, scope: Scope) -> None:
    """Raise GroupUnknown unless there is a group of that name in `scope`."""
    found = work.value(
        select(Group.id)
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(col(Group.name_key) == canonical.key(given), within(scope, Department.path))
    )
    if found is None:
        raise GroupUnknown(given=given)


_ROW = (
    select(*columns_of(UserRow, User, status=status_at(NOW), department=col(Department.full_name)))
    .select_from(User)
    .join(Department, col(Department.id) == col(User.department_id))
    .where(is_alive(NOW))
)


def listed(work: Work, scope: Scope, wanted: Filter) -> Iterable[UserRow]:
    """Return the people in scope that fit every filter, by login."""
    statement = _ROW.where(*fitting(scope, wanted))
    return work.listed(UserRow, statement, col(User.login_key), now=work.now)


def fitting(scope: Scope, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that people are in `scope` and fit every filter of `wanted`.

    `now` is a parameter of theirs. Each begins with what there is less of than people.
    """
    yield from in_departments_of(scope, wanted.under)
    if wanted.type is not None:
        yield col(User.type) == wanted.type
    if wanted.status is not None:
        yield from _having(wanted.status)
    if wanted.origin is not None:
        yield from _from(wanted.origin)
    if wanted.group is not None:
        yield col(User.id).in_(
            select(GroupMember.user_id)
            .join(Group, col(Group.id) == col(GroupMember.group_id))
            .where(col(Group.name_key) == canonical.key(wanted.group))
        )
    if search := login_key(wanted.search or ""):
        yield or_(_holds(User.login_key, search), _holds(User.email_key, search))


def in_departments_of(scope: Scope, under: str | None = None) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that people are in `scope`, and at the path `under` or below it.

    There is none where that is everybody.
    """
    places = ANYWHERE if under is None else Scope((reach(under),))
    if not (scope.is_everywhere and places.is_everywhere):
        meant = (within(scope, Department.path), within(places, Department.path))
        yield col(User.department_id).in_(select(Department.id).where(*meant).correlate(None))


def _having(status: Status) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that people have that status at the parameter `now`."""
    yield status_at(NOW) == status
    if status is not Status.ACTIVE:
        # An index has all who are not active, another one whoever changes by now.
        other, due = aliased(User), aliased(User)
        meant: CompoundSelect[Any] = union_all(
            select(other.id).where(
                col(other.status) == status, _is_not(other.status, Status.ACTIVE)
            ),
            select(due.id).where(col(due.due_at) <= NOW),
        )
        yield col(User.id).in_(meant)


def _from(origin: Origin) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that people came in by that door."""
    yield col(User.origin) == origin
    if origin is not Origin.IMPORT:
        yield _is_not(User.origin, Origin.IMPORT)


def _is_not(column: Any, word: Status | Origin) -> ColumnElement[bool]:
    """Return the condition by which the database knows that an index has all who are meant."""
    written: ColumnElement[bool] = col(column) != literal(
        word, Choice(type(word)), literal_execute=True
    )
    return written


def _holds(column: Any, part: str) -> ColumnElement[bool]:
    # LIKE would have a limit for the length of what is looked for, and characters of its own.
    without: ColumnElement[bool] = func.replace(col(column), part, "", type_=Text) != col(column)
    return without


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who is in a department of any status: one login for an example, and how many."""

    department: str
    people: int
    example: str


def in_departments(work: Work, ids: Sequence[int]) -> list[Sitting]:
    """Return which of the departments have people of any status."""
    return work.all(
        Sitting,
        select(
            *columns_of(
                Sitting,
                User,
                department=col(Department.full_name),
                people=func.count(),
                example=func.min(col(User.login)),
            )
        )
        .select_from(User)
        .join(Department, col(Department.id) == col(User.department_id))
        .where(col(Department.id).in_(ids))
        .group_by(col(Department.id), col(Department.full_name), col(Department.full_key))
        .order_by(col(Department.full_key)),
    )


# What a person's own rows are called, and where they are.
_OWN: dict[str, type[SQLModel]] = {
    "custom_fields": FieldValue,
    "group_memberships": GroupMember,
    "roles": Grant,
    "messages": Notification,
}


def records_of(work: Work, user_id: int) -> dict[str, int]:
    """Return what hangs on a person alone and would go with them: how many of each."""
    return {name: _count_of(work, table, user_id) for name, table in _OWN.items()}


def _count_of(work: Work, table: Any, user_id: int) -> int:
    counting = select(func.count()).select_from(table).where(col(table.user_id) == user_id)
    return int(work.value(counting))
