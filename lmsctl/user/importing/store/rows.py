"""The statements that understand rows of a file of people: whom they mean and what they change."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Update
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, exists, func, or_, select, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.staging import BETWEEN, RowRange
from lmsctl.bulk.store.tables import analyze, lock_referenced
from lmsctl.department.model import Department
from lmsctl.group.model import Group, GroupMember
from lmsctl.kit.statements import columns_of, insert_from, joined_text
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.fields.rules import FieldRule
from lmsctl.user.importing.rules.reading import KnownDepartment, KnownGroup
from lmsctl.user.importing.staging import (
    FIELDS,
    GROUPS,
    GROUPS_IN_SCOPE,
    IS_CONFIRMED,
    STAGED,
    SUPERVISORS,
    UNREAD_NAMES,
)
from lmsctl.user.model import FieldValue, User
from lmsctl.user.results import SupervisorMode

_row = STAGED.c
_named = SUPERVISORS.c
_HAS_GENERATED = select(exists().where(_row.is_generated))


def has_generated(work: Work) -> bool:
    """Say whether a row of the file has an address and no login."""
    return bool(work.value(_HAS_GENERATED))


# Who is meant ------------------------------------------------------------------------------------


def find_people(work: Work, rows: RowRange) -> bool:
    """Give each row the id of the person it means; say whether there are any."""
    staged = update(STAGED).where(rows.holds(_row.row_no))
    work.run(staged.where(_row.id.is_not(None)).values(id=None, changed=None))
    by_login = and_(~_row.is_generated, col(User.login_key) == _row.login_key)
    by_email = and_(_row.is_generated, col(User.email_key) == _row.email_key)
    found = sum(work.run(staged.where(meant).values(id=User.id)) for meant in (by_login, by_email))
    if found:
        analyze(work, STAGED)
    return found > 0


def lock_people(work: Work, rows: RowRange, *, has_people: bool, has_groups: bool) -> None:
    """Let nobody change the people of `rows`, nor the groups and departments they name.

    Groups are held before their people, as elsewhere.
    """
    if has_groups:
        lock_referenced(work, rows, Group, GROUPS.c.group_id)
    if has_people:
        lock_referenced(work, rows, User, _row.id, shared=False)
    lock_referenced(work, rows, Department, _row.department_id)


def clear_hidden(work: Work, rows: RowRange, scope: Scope) -> None:
    """Clear the person from rows that mean somebody out of `scope`."""
    hidden = (
        select(User.id)
        .join(Department, col(Department.id) == col(User.department_id))
        .where(~in_scope(scope, Department.path))
    )
    work.run(
        update(STAGED)
        .where(rows.holds(_row.row_no), _row.id.in_(hidden))
        .values(id=None, login_key=None)
    )


# Groups ------------------------------------------------------------------------------------------


def select_groups_in(scope: Scope) -> Select[Any]:
    """Return the statement that selects the ids of the groups in `scope`."""
    return (
        select(Group.id)
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(in_scope(scope, Department.path))
    )


def stage_group_scope(work: Work, scope: Scope) -> None:
    """Note which groups the actor may fill and empty."""
    work.run(delete_from(GROUPS_IN_SCOPE))
    work.run(insert_from(GROUPS_IN_SCOPE, select_groups_in(scope)))


# Supervisors -------------------------------------------------------------------------------------


def find_supervisors(work: Work, rows: RowRange, scope: Scope) -> None:
    """Find who is named as a supervisor: somebody who is there and visible, or a row of the file.

    Who supervises the person already may be named, visible or not.
    """
    named = update(SUPERVISORS).where(_named.mode == SupervisorMode.OWN, rows.holds(_named.row_no))
    by_login, by_email = (_visible_supervisor(scope, key) for key in ("login_key", "email_key"))
    found = func.coalesce(by_login, by_email)
    work.run(named.values(boss_row=None, from_row=None, boss_id=found))
    for called in (_row.login_key, _row.email_key):
        other = (
            select(
                called.label("key"),
                func.min(_row.row_no).label("row_no"),
                func.min(_row.id).label("id"),
            )
            .where(called.in_(select(_named.login_key)))
            .group_by(called)
            .subquery("other")
        )
        work.run(
            named.where(
                _named.boss_id.is_(None),
                _named.boss_row.is_(None),
                other.c.key == _named.login_key,
            ).values(boss_row=other.c.row_no, boss_id=other.c.id)
        )
    _find_rows_of_supervisors(work, named)


def _find_rows_of_supervisors(work: Work, named: Update) -> None:
    """Note from which rows of the file the supervisors are to come that are not there yet."""
    is_new = _named.boss_id.is_(None)
    work.run(named.where(is_new, _named.boss_row.is_not(None)).values(from_row=_named.boss_row))
    confirming = (
        select(_row.id, func.min(_row.row_no).label("row_no"))
        .where(IS_CONFIRMED)
        .group_by(_row.id)
        .subquery("confirming")
    )
    is_confirmed = confirming.c.id == _named.boss_id
    work.run(named.where(is_confirmed).values(from_row=confirming.c.row_no))
    unread = (
        select(UNREAD_NAMES.c.key, func.min(UNREAD_NAMES.c.row_no).label("row_no"))
        .group_by(UNREAD_NAMES.c.key)
        .subquery("unread")
    )
    is_unread = unread.c.key == _named.login_key
    work.run(
        named.where(is_new, _named.from_row.is_(None), is_unread).values(from_row=unread.c.row_no)
    )


def _visible_supervisor(scope: Scope, key: str) -> ColumnElement[int]:
    """Return an expression for the id of who has the name that a row gives by their `key`."""
    boss = aliased(User)
    is_in_scope = exists().where(
        col(Department.id) == col(boss.department_id), in_scope(scope, Department.path)
    )
    is_boss_already = (
        select(_row.row_no)
        .join(User, col(User.id) == _row.id)
        .where(_row.row_no == _named.row_no, col(User.supervisor_id) == col(boss.id))
        .correlate(SUPERVISORS, boss)
        .exists()
    )
    return (
        select(boss.id)
        .where(getattr(boss, key) == _named.login_key, or_(is_in_scope, is_boss_already))
        .correlate(SUPERVISORS)
        .scalar_subquery()
    )


# What changes ------------------------------------------------------------------------------------


def _adds_member(is_meant: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a row names a group, of those that fit, that its person is not in.

    `is_meant` is a condition on `GROUPS`.
    """
    is_member = exists().where(
        col(GroupMember.user_id) == _row.id, col(GroupMember.group_id) == GROUPS.c.group_id
    )
    return exists().where(
        GROUPS.c.row_no == _row.row_no,
        is_meant,
        GROUPS.c.group_id.is_not(None),
        ~is_member.correlate(STAGED, GROUPS),
    )


# Memberships in groups out of scope are nobody's business here.
_IS_MEMBER_ELSEWHERE = exists().where(
    col(GroupMember.user_id) == _row.id,
    col(GroupMember.group_id).in_(select(GROUPS_IN_SCOPE.c.id)),
    ~exists()
    .where(GROUPS.c.row_no == _row.row_no, GROUPS.c.group_id == col(GroupMember.group_id))
    .correlate(STAGED, GroupMember),
)
_GROUPS_DIFFER = and_(
    exists().where(GROUPS.c.row_no == _row.row_no, GROUPS.c.replaces),
    or_(_adds_member(GROUPS.c.replaces), _IS_MEMBER_ELSEWHERE),
)
_SUPERVISOR_DIFFERS = exists().where(
    _named.row_no == _row.row_no,
    or_(
        _named.mode != col(User.supervisor_mode),
        func.coalesce(_named.boss_id, 0) != func.coalesce(col(User.supervisor_id), 0),
    ),
)
# When a row about somebody who is there differs in which column.
_DIFFERENCES: dict[str, ColumnElement[bool]] = {
    "email": _row.email != func.coalesce(col(User.email), ""),
    "first_name": _row.first_name != col(User.first_name),
    "last_name": _row.last_name != col(User.last_name),
    "department": _row.department_id != col(User.department_id),
    "type": _row.type != col(User.type),
    "status": or_(_row.status != col(User.status), IS_CONFIRMED),
    "group": _GROUPS_DIFFER,
    "add_to_group": _adds_member(~GROUPS.c.replaces),
    "supervisor": _SUPERVISOR_DIFFERS,
}


def _field_differs(rule: FieldRule) -> ColumnElement[bool]:
    """Return the condition that a row changes a custom field of somebody who is there."""
    is_kept = and_(
        col(FieldValue.user_id) == _row.id, col(FieldValue.field_id) == FIELDS.c.field_id
    )
    differing = (
        select(FIELDS.c.row_no)
        .outerjoin(FieldValue, is_kept)
        .where(
            FIELDS.c.row_no == _row.row_no,
            FIELDS.c.field_id == rule.id,
            FIELDS.c.value != func.coalesce(col(FieldValue.value), ""),
        )
    )
    return differing.correlate(STAGED).exists()


def mark_changes(
    work: Work, rows: RowRange, columns: Collection[str], fields: Sequence[FieldRule]
) -> None:
    """Note for rows about people who are there which of `columns` and `fields` differ."""
    # Whom a row vouches for gets another status, whether or not it says so.
    asked = {*columns, "status"}
    different = {name: differs for name, differs in _DIFFERENCES.items() if name in asked}
    different |= {rule.name: _field_differs(rule) for rule in fields if rule.name in columns}
    parts = [case((differs, BETWEEN + name), else_="") for name, differs in different.items()]
    compared = (
        select(_row.row_no, joined_text(parts).label("changed"))
        .join(User, col(User.id) == _row.id)
        .where(rows.holds(_row.row_no))
        .subquery("compared")
    )
    work.run(
        update(STAGED)
        .where(compared.c.row_no == _row.row_no, compared.c.changed != "")
        .values(changed=func.substr(compared.c.changed, 2))
    )
    analyze(work, STAGED)


# What names may be written in cells --------------------------------------------------------------


def list_departments(work: Work, scope: Scope) -> list[KnownDepartment]:
    """Return the departments in scope."""
    listed = columns_of(KnownDepartment, Department)
    return work.all(KnownDepartment, select(*listed).where(in_scope(scope, Department.path)))


def list_groups(work: Work, scope: Scope) -> list[KnownGroup]:
    """Return the groups in scope."""
    listed = select(*columns_of(KnownGroup, Group))
    return work.all(KnownGroup, listed.where(col(Group.id).in_(select_groups_in(scope))))
