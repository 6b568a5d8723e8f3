"""The statement that writes people out as the cells of a file that the import takes back."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.orm import aliased
from sqlmodel import case, col, func, null, select, type_coerce

from lmsctl.department.model import Department
from lmsctl.group.model import Group, GroupMember
from lmsctl.kit.statements import NOW
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope, Visibility
from lmsctl.rights.store import is_person_visible
from lmsctl.user.fields.rules import FieldRule
from lmsctl.user.importing.store.rows import select_groups_in
from lmsctl.user.model import FieldValue, User, is_alive, status_at
from lmsctl.user.results import SupervisorMode
from lmsctl.user.rules import UserFilter
from lmsctl.user.store import filter_conditions


def list_rows(
    work: Work, scope: Scope, visible: Visibility, fields: Sequence[FieldRule], wanted: UserFilter
) -> Iterator[Sequence[Any]]:
    """Yield the people in `scope` as cells in the order of the import's columns, by login.

    `wanted.under` is a path of ids. Groups and supervisors out of sight are not named: such a
    supervisor's cell is blank, which the import leaves alone.
    """
    cells: dict[str, Any] = {
        "login": col(User.login),
        "first_name": col(User.first_name),
        "last_name": col(User.last_name),
        "email": col(User.email),
        "department": col(Department.full_name),
        "type": col(User.type),
        "status": status_at(NOW),
        "group": _groups_cell(visible),
        "add_to_group": null(),
        "supervisor": _supervisor_cell(visible),
        **{f"field_{rule.id}": _field_cell(rule) for rule in fields},
    }
    found = (
        select(*(cell.label(name) for name, cell in cells.items()))
        .select_from(User)
        .join(Department, col(Department.id) == col(User.department_id))
        .where(is_alive(NOW), *filter_conditions(scope, wanted))
        .order_by(col(User.login_key))
    )
    return work.tuples(found, now=work.now)


def _groups_cell(visible: Visibility) -> ColumnElement[str]:
    """Return an expression for the groups that a person is in, as a cell names them."""
    names = (
        select(func.replace(col(Group.name), "|", "||", type_=Text).label("name"))
        .select_from(GroupMember)
        .join(Group, col(Group.id) == col(GroupMember.group_id))
        .where(
            col(GroupMember.user_id) == col(User.id),
            col(Group.id).in_(select_groups_in(visible.groups)),
        )
        .order_by(col(Group.name_key))
        .correlate(User)
        .subquery("names")
    )
    return select(func.aggregate_strings(names.c.name, "|")).scalar_subquery()


def _supervisor_cell(visible: Visibility) -> ColumnElement[str]:
    """Return an expression for the supervisor of a person, as a cell names them."""
    boss: Any = aliased(User)
    login = (
        select(boss.login)
        .join(Department, col(Department.id) == boss.department_id)
        .where(
            boss.id == col(User.supervisor_id), is_person_visible(visible, Department.path, boss.id)
        )
        .correlate(User)
        .scalar_subquery()
    )
    mode = col(User.supervisor_mode)
    return case(
        (mode != SupervisorMode.OWN, type_coerce(mode, Text)),
        (col(User.supervisor_id).is_(None), SupervisorMode.NONE.value),
        else_=login,
    )


def _field_cell(rule: FieldRule) -> ColumnElement[str]:
    """Return an expression for what a person's custom field holds."""
    held = select(FieldValue.value).where(
        col(FieldValue.user_id) == col(User.id), col(FieldValue.field_id) == rule.id
    )
    return held.scalar_subquery()
