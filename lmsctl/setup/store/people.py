"""What a portal holds of people, read as a stream; nobody who waits for confirmation is in it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from lmsctl.department.model import Department
from lmsctl.group.model import Group, GroupMember
from lmsctl.kit.statements import NOW
from lmsctl.kit.work import Work
from lmsctl.rights.model import Grant, GrantDepartment, Role
from lmsctl.setup.rules.kinds import role_key
from lmsctl.setup.rules.things import SetupThing
from lmsctl.setup.store.parts import rows
from lmsctl.user.model import CustomField, FieldValue, User, is_alive, status_at
from lmsctl.user.results import SupervisorMode, UserStatus


def members(work: Work) -> Mapping[int, list[str]]:
    """Return the logins of who is in each group, by its number."""
    found: dict[int, list[str]] = defaultdict(list)
    for group, login in work.tuples(
        select(Group.id, User.login)
        .join(GroupMember, col(GroupMember.group_id) == col(Group.id))
        .join(User, col(User.id) == col(GroupMember.user_id))
        .where(col(User.expires_at).is_(None))
    ):
        found[group].append(login)
    return found


def list_people(work: Work, *, with_people: bool) -> Iterator[SetupThing]:
    """Yield everybody in the order of their logins; nobody unless `with_people`."""
    if not with_people:
        return
    roles = _roles(work)
    values = _Following(
        work.tuples(
            select(User.login_key, CustomField.name, FieldValue.value)
            .join(FieldValue, col(FieldValue.user_id) == col(User.id))
            .join(CustomField, col(CustomField.id) == col(FieldValue.field_id))
            .order_by(col(User.login_key), col(CustomField.name_key))
        )
    )
    boss = aliased(User)
    for row in work.tuples(
        rows(
            User.id,
            User.login_key,
            User.login,
            User.first_name,
            User.last_name,
            User.email,
            Department.full_name,
            User.type,
            status_at(NOW),
            User.supervisor_mode,
            boss.login,
        )
        .join(Department, col(Department.id) == col(User.department_id))
        .outerjoin(boss, col(boss.id) == col(User.supervisor_id))
        .where(is_alive(NOW), status_at(NOW) != UserStatus.PENDING)
        .order_by(col(User.login_key)),
        now=work.now,
    ):
        id_, key, login, first, last, email, department, type_, status, mode, supervisor = row
        yield SetupThing(
            "user",
            login,
            {
                "first-name": first,
                "last-name": last,
                "email": email,
                "department": department,
                "type": type_,
                "status": UserStatus(status),
                "supervisor": supervisor if mode is SupervisorMode.OWN and supervisor else mode,
                "roles": tuple(sorted(roles.get(id_, ()), key=role_key)),
                "fields": tuple(values.of(key)),
            },
        )


def _roles(work: Work) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for user, role, department in work.tuples(
        select(Grant.user_id, Role.name, Department.full_name)
        .join(Role, col(Role.id) == col(Grant.role_id))
        .outerjoin(GrantDepartment, col(GrantDepartment.grant_id) == col(Grant.id))
        .outerjoin(Department, col(Department.id) == col(GrantDepartment.department_id))
    ):
        found[user].append(role if department is None else f"{role}: {department}")
    return found


class _Following:
    """Rows in the order of their first column, handed out to whom it names."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield name and value of the rows of `key`; keys rise from call to call."""
        while self._next is not None and self._next[0] < key:
            self._next = next(self._groups, None)
        if self._next is not None and self._next[0] == key:
            for _, name, value in self._next[1]:
                yield name, value
