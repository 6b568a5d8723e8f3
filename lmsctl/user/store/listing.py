"""The statements that list people by filters, and say who is in which group or department."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Text
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, func, literal, or_, select, union_all

from lmsctl.department.model import Department
from lmsctl.group.model import Group, GroupMember
from lmsctl.kit import canonical
from lmsctl.kit.address import login_key
from lmsctl.kit.columns import Choice
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import NOW, columns_of, is_one_of, may_contain
from lmsctl.kit.suggesting import find_similar
from lmsctl.kit.work import Work
from lmsctl.rights.rules import ANYWHERE, Scope, Visibility, subtree_prefix
from lmsctl.rights.store import in_scope, is_person_visible
from lmsctl.user.errors import GroupUnknown
from lmsctl.user.model import FieldValue, User, is_alive, status_at
from lmsctl.user.results import UserOrigin, UserRow, UserStatus
from lmsctl.user.rules import PeopleFilter, UserFilter, is_found


def list_logins_starting(work: Work, start: str, visible: Visibility) -> list[str]:
    """Return the logins of visible people that begin with `start`, as `list_starting` does."""
    return _list_names_starting(work, User.login, User.login_key, start, visible)


def list_addresses_starting(work: Work, start: str, visible: Visibility) -> list[str]:
    """Return the addresses of visible people that begin with `start`, as `list_starting` does."""
    return _list_names_starting(work, User.email, User.email_key, start, visible)


def _list_names_starting(
    work: Work, name: Any, key: Any, start: str, visible: Visibility
) -> list[str]:
    statement = (
        select(col(name))
        .join(Department, col(Department.id) == col(User.department_id))
        .where(is_alive(NOW), is_person_visible(visible, Department.path, User.id))
    )
    return list_starting(work, statement, col(key), login_key(start), now=work.now)


def list_group_names(work: Work, user_id: int, scope: Scope) -> list[str]:
    """Return the names of the groups in `scope` a person is in."""
    return work.values(
        select(Group.name)
        .join(GroupMember, col(GroupMember.group_id) == col(Group.id))
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(col(GroupMember.user_id) == user_id, in_scope(scope, Department.path))
        .order_by(col(Group.name_key))
    )


def get_group_id(work: Work, given: str, scope: Scope) -> int:
    """Return the id of the group of that name in `scope`; raises GroupUnknown."""
    found: int | None = work.value(
        select(Group.id)
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(col(Group.name_key) == canonical.key(given), in_scope(scope, Department.path))
    )
    if found is None:
        in_reach = (
            select(Group)
            .join(Department, col(Department.id) == col(Group.department_id))
            .where(in_scope(scope, Department.path))
        )
        nearest = find_similar(work, in_reach, given, name=Group.name, key=Group.name_key)
        raise GroupUnknown(given=given, nearest=nearest)
    return found


_SELECT_ROW = (
    select(*columns_of(UserRow, User, status=status_at(NOW), department=col(Department.full_name)))
    .select_from(User)
    .join(Department, col(Department.id) == col(User.department_id))
    .where(is_alive(NOW))
)


def list_users(work: Work, scope: Scope, wanted: UserFilter) -> Iterable[UserRow]:
    """Return the people in scope that fit every filter, by login."""
    statement = _SELECT_ROW.where(*filter_conditions(scope, wanted))
    rows = work.listed(UserRow, statement, by=[col(User.login_key)], now=work.now)
    # Only what the program decides itself keeps the database from cutting the list.
    return rows if wanted.search is None else (row for row in rows if is_found(row, wanted.search))


def filter_conditions(scope: Scope, wanted: UserFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a `User` is in `scope` and fits every filter of `wanted`.

    They have the parameter NOW, and each can be looked up in an index of something that there is
    less of than people. Of a search some come that it does not find: `rules.is_found` decides.
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
    yield from people_conditions(wanted.people)
    if search := login_key(wanted.search or ""):
        name = col(User.first_name) + " " + col(User.last_name)
        yield or_(
            _contains(User.login_key, search),
            _contains(User.email_key, search),
            may_contain(name, canonical.key(wanted.search or "")),
        )


def people_conditions(people: PeopleFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a `User` fits every filter; they have the parameter NOW."""
    columns: tuple[tuple[Any, Sequence[Any]], ...] = (
        (col(User.login_key), people.logins),
        (col(User.email_key), people.emails),
        (col(User.type), people.types),
        (status_at(NOW), people.statuses),
        (col(User.origin), people.origins),
        (col(User.supervisor_id), people.supervisors),
    )
    for column, values in columns:
        if values:
            yield column.in_(values)
    for name, texts in ((User.first_name, people.first_names), (User.last_name, people.last_names)):
        if texts:
            yield is_one_of(name, texts)
    if people.departments:
        yield from department_conditions(Scope(tuple(people.departments)))
    if people.groups:
        members = select(GroupMember.user_id).where(col(GroupMember.group_id).in_(people.groups))
        yield col(User.id).in_(members)
    for field_id, texts in people.fields.items():
        yield exists().where(
            col(FieldValue.user_id) == col(User.id),
            col(FieldValue.field_id) == field_id,
            is_one_of(FieldValue.value, texts),
        )


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
    """Yield the conditions that people came in like that."""
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
