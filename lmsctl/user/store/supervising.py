"""The statement that finds the active supervisors of many people at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, func, select

from lmsctl.department.model import Department, DepartmentSupervisor
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.user.model import User, status_at
from lmsctl.user.results import SupervisorMode, UserStatus


@dataclass(frozen=True, slots=True)
class SupervisedPerson:
    """One person with their supervisor, who is active; `address` is the supervisor's."""

    user_id: int
    login: str
    name: str
    supervisor_id: int
    address: str | None


_boss: Any = aliased(User)
_home: Any = aliased(Department)


def _inherited_id() -> ColumnElement[int | None]:
    """Return whom `User` in `_home` inherits: of the department, or of the nearest one above it.

    That is the nearest that has a supervisor other than the person, as in
    `find_inherited_supervisor`.
    """
    return (
        select(DepartmentSupervisor.user_id)
        .join(Department, col(Department.id) == col(DepartmentSupervisor.department_id))
        .where(
            col(_home.path).like(col(Department.path) + "%"),
            col(DepartmentSupervisor.user_id) != col(User.id),
        )
        .order_by(func.length(col(Department.path)).desc())
        .limit(1)
        .correlate(User, _home)
        .scalar_subquery()
    )


def list_supervised(work: Work, user_ids: Sequence[int]) -> list[SupervisedPerson]:
    """Return those of the people who have an active supervisor, own or inherited, by login."""
    supervisor_id = case(
        (col(User.supervisor_mode) == SupervisorMode.OWN, col(User.supervisor_id)),
        (col(User.supervisor_mode) == SupervisorMode.INHERITED, _inherited_id()),
    )
    return work.all(
        SupervisedPerson,
        select(
            *columns_of(
                SupervisedPerson,
                User,
                user_id=col(User.id),
                name=type_coerce(col(User.first_name) + " " + col(User.last_name), Text),
                supervisor_id=col(_boss.id),
                address=col(_boss.email),
            )
        )
        .select_from(User)
        .join(_home, col(_home.id) == col(User.department_id))
        .join(
            _boss,
            and_(col(_boss.id) == supervisor_id, status_at(NOW, _boss) == UserStatus.ACTIVE),
        )
        .where(among(User.id, user_ids))
        .order_by(col(User.login_key)),
        now=work.now,
    )
