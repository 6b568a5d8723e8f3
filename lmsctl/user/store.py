"""The statements of the user room: people, what they are called, and what their fields hold.

Rows are read as dataclasses, of whose fields `columns_of` makes what is selected, and never as
objects of the table classes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Insert, Text, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, case, col, func, insert, literal, or_, select, union_all, update
from sqlmodel import delete as delete_from

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
from lmsctl.rights.rules import ANYWHERE, Scope, ancestor_paths, subtree_prefix
from lmsctl.rights.store import in_scope
from lmsctl.user.errors import GroupUnknown, UserUnknown
from lmsctl.user.model import CustomField, FieldValue, User, UserName, is_alive, status_at
from lmsctl.user.results import SupervisorMode, UserOrigin, UserRow, UserStatus, UserType
from lmsctl.user.rules import FieldEntry, FieldRule, UserFilter

# A scheduled change that is due by now is what `status_at` says already: nothing is ahead then.
_IS_AHEAD = col(User.due_at) > NOW
# So many values are an example.
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the program needs them; `path` and `department` tell their department."""

    id: int
    login: str
    email: str | None
    first_name: str
    last_name: str
    type: UserType
    status: UserStatus
    department_id: int
    path: str
    department: str
    supervisor_mode: SupervisorMode
    supervisor_id: int | None
    origin: UserOrigin
    origin_detail: str | None
    created_at: datetime
    policy_accepted_at: datetime | None
    expires_at: datetime | None
    due_status: UserStatus | None
    due_at: datetime | None
    version: int


_SELECT_PERSON = (
    select(
        *columns_of(
            Person,
            User,
            status=status_at(NOW),
            path=col(Department.path),
            department=col(Department.full_name),
            due_status=case((_IS_AHEAD, col(User.due_status))),
            due_at=case((_IS_AHEAD, col(User.due_at))),
        )
    )
    .select_from(User)
    .join(Department, col(Department.id) == col(User.department_id))
    .where(is_alive(NOW))
)
_SELECT_PERSON_BY_ID = _SELECT_PERSON.where(col(User.id) == bindparam("id_"))
_SELECT_ID_BY_LOGIN = select(User.id).where(col(User.login_key) == bindparam("key"))
_SELECT_IDS_BY_NAME = select(UserName.user_id).where(col(UserName.key) == bindparam("key"))


def find(work: Work, given: str, scope: Scope) -> Person | None:
    """Return who has that login, address or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` fits two people in scope.
    """
    key = login_key(given)
    return find_named(
        work,
        Person,
        _SELECT_PERSON.where(in_scope(scope, Department.path)),
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


def get_by_id(work: Work, id_: int) -> Person:
    """Return the person with that id; raises UserUnknown when they have just gone."""
    found = work.one(Person, _SELECT_PERSON_BY_ID, id_=id_, now=work.now)
    if found is None:
        raise UserUnknown(given=id_)
    return found


# What people are called --------------------------------------------------------------------------

# A registration that has expired keeps its names until its row is taken away, as whatever writes
# does first of all. Until then it counts here, but not where a moment `at` is asked about.


def find_id_by_login(work: Work, key: str) -> int | None:
    """Return the id of the person whose login has that key, or None."""
    found: int | None = work.value(_SELECT_ID_BY_LOGIN, key=key)
    return found


def ids_by_name(work: Work, key: str) -> set[int]:
    """Return the ids of the people whose login or address has that key."""
    return set(work.values(_SELECT_IDS_BY_NAME, key=key))


@dataclass(frozen=True, slots=True)
class AddressedUser:
    """A person found by an address; `expires_at` is set while they wait."""

    id: int
    expires_at: datetime | None


_SELECT_TAKEN_NAMES = select(UserName.key).where(among(UserName.key, bindparam("keys")))
_SELECT_ADDRESSED_USER = select(*columns_of(AddressedUser, User))
_SELECT_ADDRESSED_AT = _SELECT_ADDRESSED_USER.where(
    or_(col(User.email_key) == bindparam("key"), col(User.login_key) == bindparam("key")),
    is_alive(AT),
)
_SELECT_WAITING_AT = _SELECT_ADDRESSED_USER.where(
    col(User.email_key) == bindparam("key"), col(User.expires_at) > AT
)


def find_addressed_at(work: Work, key: str, at: datetime) -> AddressedUser | None:
    """Return the person whose address or login has that key, without registrations expired by `at`.

    None when there is nobody.
    """
    return work.one(AddressedUser, _SELECT_ADDRESSED_AT, key=key, at=at)


def find_waiting_at(work: Work, key: str, at: datetime) -> AddressedUser | None:
    """Return the person whose address has that key and who will still wait at `at`, or None."""
    return work.one(AddressedUser, _SELECT_WAITING_AT, key=key, at=at)


def taken_names(work: Work, keys: Collection[str]) -> set[str]:
    """Return which of `keys` are somebody's login or address."""
    return set(work.values(_SELECT_TAKEN_NAMES, keys=keys))


@dataclass(frozen=True, slots=True)
class UserByName:
    """A person found by `key`, which is their login or their address."""

    key: str
    id: int
    login: str
    email: str | None
    email_key: str | None
    status: UserStatus
    expires_at: datetime | None


_SELECT_BY_NAMES = (
    select(*columns_of(UserByName, User, key=col(UserName.key), status=status_at(NOW)))
    .select_from(UserName)
    .join(User, col(User.id) == col(UserName.user_id))
    .where(among(UserName.key, bindparam("keys")))
)


def find_by_names(work: Work, keys: Collection[str]) -> list[UserByName]:
    """Return the people whose login or address is among `keys`.

    One for each key: somebody may come twice.
    """
    return work.all(UserByName, _SELECT_BY_NAMES, keys=keys, now=work.now)


def _insert_names(condition: ColumnElement[bool]) -> Insert:
    """Return the INSERT … SELECT that enters what the people are called that fit `condition`.

    People are named by login and address alike, and no index excludes that one person's login is
    another one's address. So all of them stand in one column of `user_names`, each once: whoever
    comes at the same time with the same name is refused by its primary key.
    """
    has_another = col(User.email_key) != col(User.login_key)
    names: CompoundSelect[Any] = union_all(
        select(col(User.login_key), col(User.id)).where(condition),
        select(col(User.email_key), col(User.id)).where(has_another, condition),
    )
    return insert(UserName).from_select(["key", "user_id"], names, include_defaults=False)


# Built once: whoever lets somebody new in runs it.
_INSERT_NAMES_OF = _insert_names(col(User.id) == bindparam("id_"))


def take_names_of(work: Work, id_: int) -> None:
    """Enter what one person is called into `user_names`."""
    work.run(_INSERT_NAMES_OF, id_=id_)


def take_names(work: Work, condition: ColumnElement[bool]) -> None:
    """Enter what the people that fit `condition` are called into `user_names`."""
    work.run(_insert_names(condition))


# People ------------------------------------------------------------------------------------------


def add(work: Work, **values: Any) -> int:
    """Insert a person and return their id."""
    id_ = work.insert(User, **values)
    take_names_of(work, id_)
    return id_


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one person and count up their version."""
    work.update(User, id_, **values)
    if values.keys() & {"login_key", "email_key"}:
        work.run(delete_from(UserName).where(col(UserName.user_id) == id_))
        take_names_of(work, id_)


def supervised_ids(work: Work, user_id: int) -> list[int]:
    """Return the ids of the people whose own supervisor this person is."""
    return work.values(select(User.id).where(col(User.supervisor_id) == user_id))


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this person until we are done.

    Who locks several people calls `lock_all` once, so that no two wait for each other.
    """
    locks.lock_rows(work, User, [id_])


def lock_all(work: Work, ids: Collection[int]) -> set[int]:
    """Do what `lock` does with people, and return the ids of those who are still there."""
    return locks.lock_existing(work, User, ids)


def lock_for_share(work: Work, id_: int) -> None:
    """Let nobody change this person until we are done, while others may share them.

    This is for whoever does something with a person that does not change the person.
    """
    lock_all_for_share(work, [id_])


def lock_all_for_share(work: Work, ids: Sequence[int]) -> None:
    """Do what `lock_for_share` does with people."""
    locks.lock_rows(work, User, ids, shared=True)


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete people; ON DELETE CASCADE deletes the rows that are about them alone."""
    work.run(delete_from(User).where(among(User.id, ids)))


# What time decides -------------------------------------------------------------------------------


# What has a moment for its end has ended when that comes, in the very second.
_IS_DUE = col(User.due_at) <= NOW
_HAS_EXPIRED = col(User.expires_at) <= NOW
# Of those who are due only the active keep a seat, and what is scheduled for them takes it away.
_COUNT_SEATS_OF_DUE = (
    select(func.count()).select_from(User).where(_IS_DUE, col(User.status) == UserStatus.ACTIVE)
)
_APPLY_DUE = (
    update(User)
    .where(_IS_DUE)
    .values(
        status=col(User.due_status),
        due_status=None,
        due_at=None,
        away_at=case(
            (col(User.status) == UserStatus.ACTIVE, col(User.due_at)), else_=col(User.away_at)
        ),
        version=col(User.version) + 1,
    )
)
_SELECT_EXPIRED_IDS = select(User.id).where(_HAS_EXPIRED)


def apply_due(work: Work) -> tuple[int, int]:
    """Give people the status that was scheduled; return how many, and how many seats that frees.

    Call it under `portal.lock`, because those seats are given back next.
    """
    # Counted first: afterwards no row tells what it was.
    freed = int(work.value(_COUNT_SEATS_OF_DUE, now=work.now))
    return work.run(_APPLY_DUE, now=work.now), freed


def expired_ids(work: Work) -> list[int]:
    """Return the ids of people whose registration has expired, in order."""
    # Not ORDER BY id: the planner would then scan the primary key instead of the index
    # users_expiring.
    return sorted(work.values(_SELECT_EXPIRED_IDS, now=work.now))


# Custom fields -----------------------------------------------------------------------------------


_SELECT_FIELDS = select(*columns_of(FieldRule, CustomField)).order_by(col(CustomField.id))


def fields(work: Work) -> list[FieldRule]:
    """Return every custom field, in the order they were made."""
    return work.all(FieldRule, _SELECT_FIELDS)


def fields_for_share(work: Work) -> list[FieldRule]:
    """Return what `fields` does, and let nobody change them, while others may share them.

    This is for whoever gives people values.
    """
    return work.all(FieldRule, locks.for_share(work, _SELECT_FIELDS))


def lock_field(work: Work, id_: int) -> None:
    """Keep everybody else from changing this custom field until we are done."""
    locks.lock_rows(work, CustomField, [id_])


def add_field(work: Work, **values: Any) -> int:
    """Insert a custom field and return its id."""
    return work.insert(CustomField, **values)


def change_field(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one custom field."""
    work.update(CustomField, id_, **values)


def delete_field(work: Work, id_: int) -> int:
    """Delete a custom field; returns how many people's values went with it."""
    count = work.value(
        select(func.count()).select_from(FieldValue).where(col(FieldValue.field_id) == id_)
    )
    work.run(delete_from(CustomField).where(col(CustomField.id) == id_))
    return int(count)


def values_beyond(work: Work, field_id: int, choices: Sequence[str]) -> list[str]:
    """Return the first few values of a list field that are not among `choices`."""
    return work.values(
        select(FieldValue.value)
        .where(col(FieldValue.field_id) == field_id, col(FieldValue.value).not_in(choices))
        .distinct()
        .order_by(col(FieldValue.value))
        .limit(_EXAMPLES)
    )


@dataclass(frozen=True, slots=True)
class FieldText:
    """What a custom field of a person holds, with the name of the field."""

    name: str
    value: str


_SELECT_FIELD_VALUES = (
    select(*columns_of(FieldText, FieldValue, name=col(CustomField.name)))
    .select_from(FieldValue)
    .join(CustomField, col(CustomField.id) == col(FieldValue.field_id))
    .where(col(FieldValue.user_id) == bindparam("user"))
    .order_by(col(CustomField.id))
)


def field_values(work: Work, user_id: int) -> list[FieldText]:
    """Return what a person's custom fields hold, in the order of the fields."""
    return work.all(FieldText, _SELECT_FIELD_VALUES, user=user_id)


def find_id_by_value(work: Work, entry: FieldEntry) -> int | None:
    """Return the id of the person who has the same value in the same unique field, or None."""
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
            delete_from(FieldValue).where(
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


_SELECT_ROLES_OF = (
    select(Role.name)
    .join(Grant, col(Grant.role_id) == col(Role.id))
    .where(col(Grant.user_id) == bindparam("user"))
    .order_by(col(Role.id))
)


def list_role_names(work: Work, user_id: int) -> list[str]:
    """Return the names of the roles a person was granted."""
    return work.values(_SELECT_ROLES_OF, user=user_id)


def list_group_names(work: Work, user_id: int, scope: Scope) -> list[str]:
    """Return the names of the groups in `scope` a person is in."""
    return work.values(
        select(Group.name)
        .join(GroupMember, col(GroupMember.group_id) == col(Group.id))
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(col(GroupMember.user_id) == user_id, in_scope(scope, Department.path))
        .order_by(col(Group.name_key))
    )


def find_inherited_supervisor(work: Work, user_id: int, path: str) -> str | None:
    """Return the login of the supervisor whom a person inherits, or None.

    That is the supervisor of the department at `path`, or of the nearest one above it which has
    one, other than the person.
    """
    found: str | None = work.value(
        select(User.login)
        .join(DepartmentSupervisor, col(DepartmentSupervisor.user_id) == col(User.id))
        .join(Department, col(Department.id) == col(DepartmentSupervisor.department_id))
        .where(
            col(Department.path).in_([*ancestor_paths(Scope((path,))), path]),
            col(User.id) != user_id,
        )
        .order_by(func.length(col(Department.path)).desc())
        .limit(1)
    )
    return found


def check_group(work: Work, given: str, scope: Scope) -> None:
    """Raise GroupUnknown unless there is a group of that name in `scope`."""
    found = work.value(
        select(Group.id)
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(col(Group.name_key) == canonical.key(given), in_scope(scope, Department.path))
    )
    if found is None:
        raise GroupUnknown(given=given)


_SELECT_ROW = (
    select(*columns_of(UserRow, User, status=status_at(NOW), department=col(Department.full_name)))
    .select_from(User)
    .join(Department, col(Department.id) == col(User.department_id))
    .where(is_alive(NOW))
)


def list_users(work: Work, scope: Scope, wanted: UserFilter) -> Iterable[UserRow]:
    """Return the people in scope that fit every filter, by login."""
    statement = _SELECT_ROW.where(*filter_conditions(scope, wanted))
    return work.listed(UserRow, statement, by=[col(User.login_key)], now=work.now)


def filter_conditions(scope: Scope, wanted: UserFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a `User` is in `scope` and fits every filter of `wanted`.

    They have the parameter NOW, and each can be looked up in an index of something that there is
    less of than people.
    """
    yield from department_conditions(scope, wanted.under)
    if wanted.type is not None:
        yield col(User.type) == wanted.type
    if wanted.status is not None:
        yield from _has_status(wanted.status)
    if wanted.origin is not None:
        yield from _has_origin(wanted.origin)
    if wanted.group is not None:
        yield col(User.id).in_(
            select(GroupMember.user_id)
            .join(Group, col(Group.id) == col(GroupMember.group_id))
            .where(col(Group.name_key) == canonical.key(wanted.group))
        )
    if search := login_key(wanted.search or ""):
        yield or_(_contains(User.login_key, search), _contains(User.email_key, search))


def department_conditions(scope: Scope, under: str | None = None) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that people are in `scope`, and at the path `under` or below it.

    There is none where that is everybody.
    """
    places = ANYWHERE if under is None else Scope((subtree_prefix(under),))
    if not (scope.is_everywhere and places.is_everywhere):
        meant = (in_scope(scope, Department.path), in_scope(places, Department.path))
        yield col(User.department_id).in_(select(Department.id).where(*meant).correlate(None))


def _has_status(status: UserStatus) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that people have that status at NOW."""
    yield status_at(NOW) == status
    if status is not UserStatus.ACTIVE:
        # The index users_not_active has all who are not active, and users_due whoever changes.
        other, due = aliased(User), aliased(User)
        meant: CompoundSelect[Any] = union_all(
            select(other.id).where(
                col(other.status) == status, _is_literally_not(other.status, UserStatus.ACTIVE)
            ),
            select(due.id).where(col(due.due_at) <= NOW),
        )
        yield col(User.id).in_(meant)


def _has_origin(origin: UserOrigin) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that people came in by that door."""
    yield col(User.origin) == origin
    if origin is not UserOrigin.IMPORT:
        # The index users_not_imported has all of them.
        yield _is_literally_not(User.origin, UserOrigin.IMPORT)


def _is_literally_not(column: Any, word: UserStatus | UserOrigin) -> ColumnElement[bool]:
    """Return the condition that `column` is not `word`, in the words of a partial index.

    A database uses such an index only if the statement itself says what the index says of its rows:
    what a parameter is, it does not know when it plans.
    """
    written: ColumnElement[bool] = col(column) != literal(
        word, Choice(type(word)), literal_execute=True
    )
    return written


def _contains(column: Any, part: str) -> ColumnElement[bool]:
    """Return the condition that the text in `column` contains `part`, which is not empty."""
    # LIKE takes % and _ for something else, and on SQLite no pattern beyond 50,000 bytes. Where a
    # part begins is told by instr on SQLite and by strpos on PostgreSQL; both have replace.
    without: ColumnElement[bool] = func.replace(col(column), part, "", type_=Text) != col(column)
    return without


@dataclass(frozen=True, slots=True)
class DepartmentHeadcount:
    """How many people are in a department, and the login of one of them for an example."""

    department: str
    people: int
    example: str


def count_by_department(work: Work, ids: Sequence[int]) -> list[DepartmentHeadcount]:
    """Return which of the departments have people of any status, expired registrations too."""
    return work.all(
        DepartmentHeadcount,
        select(
            *columns_of(
                DepartmentHeadcount,
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


# The tables whose rows about a person are deleted with the person, by what people call the rows.
_TABLES_DELETED_WITH_USER: dict[str, type[SQLModel]] = {
    "custom_fields": FieldValue,
    "group_memberships": GroupMember,
    "roles": Grant,
    "messages": Notification,
}


def count_records(work: Work, user_id: int) -> dict[str, int]:
    """Return how many rows of each of these tables would be deleted with a person."""
    return {
        name: _count_of(work, table, user_id) for name, table in _TABLES_DELETED_WITH_USER.items()
    }


def _count_of(work: Work, table: Any, user_id: int) -> int:
    """Return how many rows of `table`, which has a `user_id`, are about a person."""
    counting = select(func.count()).select_from(table).where(col(table.user_id) == user_id)
    return int(work.value(counting))
