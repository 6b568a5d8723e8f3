"""The statements that find rows with wrong custom fields, groups or supervisors."""

from typing import Any

from sqlalchemy import Select, Text
from sqlmodel import and_, case, cast, col, exists, func, or_, select, true

from lmsctl.bulk.errors import RowRepeated
from lmsctl.bulk.staging import ERRORS, RowRange, is_good
from lmsctl.bulk.store.faults import SqlText, allow_damaged, note_fault
from lmsctl.group.model import Group
from lmsctl.kit.work import Work
from lmsctl.user.errors import SupervisorIsSelf, UserUnknown
from lmsctl.user.fields.errors import FieldMissing, FieldValueTaken
from lmsctl.user.importing.errors import MembershipUnknown, SupervisorRowFailed
from lmsctl.user.importing.staging import (
    FIELDS,
    GROUPS,
    GROUPS_IN_SCOPE,
    KEY,
    ROWS,
    STAGED,
    SUPERVISORS,
)
from lmsctl.user.model import CustomField, FieldValue, User
from lmsctl.user.results import SupervisorMode
from lmsctl.user.store.pending import fail_not_confirmed

_row, _value, _group, _named = STAGED.c, FIELDS.c, GROUPS.c, SUPERVISORS.c


# Custom fields -----------------------------------------------------------------------------------


def fail_required_fields(work: Work, rows: RowRange) -> None:
    """Note new people without a value in a required custom field."""
    name = col(CustomField.name)
    is_filled = exists().where(_value.row_no == _row.row_no, _value.field_id == col(CustomField.id))
    # A column alone is taken for a relationship that is joined.
    missing = ROWS.join(CustomField, true()).where(
        col(CustomField.is_required), _row.id.is_(None), _row.login_key.is_not(None), ~is_filled
    )
    note_fault(work, rows, FieldMissing, missing, name, name=name)


def fail_taken_values(work: Work, rows: RowRange, *, is_first: bool) -> None:
    """Note values of unique fields that somebody else has, and in the first pass another row."""
    name = col(CustomField.name)
    given = ROWS.join(FIELDS, _value.row_no == _row.row_no).join(
        CustomField, col(CustomField.id) == _value.field_id
    )
    is_same = and_(
        col(FieldValue.field_id) == _value.field_id,
        col(FieldValue.unique_key) == _value.unique_key,
    )
    taken = given.join(FieldValue, is_same).where(
        _row.login_key.is_not(None), or_(_row.id.is_(None), _row.id != col(FieldValue.user_id))
    )
    note_fault(work, rows, FieldValueTaken, taken, name, name=name, value=_value.value)
    if not is_first:
        return
    twice = (
        select(
            _value.field_id,
            _value.unique_key,
            func.min(_value.row_no).label("one"),
            func.max(_value.row_no).label("other"),
        )
        .where(_value.unique_key.is_not(None))
        .group_by(_value.field_id, _value.unique_key)
        .having(func.count() > 1)
        .subquery("twice")
    )
    repeated = given.join(
        twice,
        and_(twice.c.field_id == _value.field_id, twice.c.unique_key == _value.unique_key),
    )
    other = case((_row.row_no == twice.c.one, twice.c.other), else_=twice.c.one)
    advice = "Two people cannot share it: correct or empty one of the two cells."
    note_fault(work, rows, RowRepeated, repeated, name, other=other, what=name, advice=advice)


# Groups ------------------------------------------------------------------------------------------


def fail_lost_groups(work: Work, rows: RowRange) -> None:
    """Note rows whose group has gone, or out of scope, since the file was read."""
    lost = ROWS.join(GROUPS, _group.row_no == _row.row_no).where(
        _group.group_id.is_not(None),
        _group.group_id.not_in(select(GROUPS_IN_SCOPE.c.id)),
    )
    heading = case((_group.replaces, "Group"), else_="Add to group")
    name = select(Group.name).where(col(Group.id) == _group.group_id).scalar_subquery()
    given = func.coalesce(name, cast(_group.group_id, Text))
    note_fault(work, rows, MembershipUnknown, lost, heading, given=given)


# Supervisors -------------------------------------------------------------------------------------

_SUPERVISED: Select[Any] = ROWS.join(SUPERVISORS, _named.row_no == _row.row_no).where(
    _named.mode == SupervisorMode.OWN
)


def fail_supervisors(work: Work, rows: RowRange) -> None:
    """Note supervisors who are unknown, or the person themselves."""
    named = exists().where(
        _named.row_no == _row.row_no,
        or_(_named.boss_id.is_not(None), _named.from_row.is_not(None)),
    )
    allow_damaged(work, rows, STAGED, ["Supervisor"], named)
    unknown = _SUPERVISED.where(_named.boss_id.is_(None), _named.from_row.is_(None))
    note_fault(work, rows, UserUnknown, unknown, "Supervisor", given=_named.given)
    waiting = _SUPERVISED.join(User, col(User.id) == _named.boss_id).where(
        _named.from_row.is_(None)
    )
    fail_not_confirmed(work, rows, waiting, "Supervisor", "named as a supervisor")
    own = _SUPERVISED.where(or_(_named.boss_row == _row.row_no, _named.boss_id == _row.id))
    note_fault(work, rows, SupervisorIsSelf, own, "Supervisor", login=KEY)


def fail_without_supervisor(work: Work, rows: RowRange) -> None:
    """Note good rows whose supervisor would come from a row that fails, however far up the line."""
    # Each row has one supervisor, so that it stands behind one cause, and a circle has none.
    broken = select(ERRORS.c.row_no, ERRORS.c.row_no.label("cause")).distinct()
    line = broken.cte("broken", recursive=True)
    behind = (
        select(_named.row_no, line.c.cause)
        .join(line, line.c.row_no == _named.from_row)
        .where(~exists().where(ERRORS.c.row_no == _named.row_no))
    )
    line = line.union(behind)
    orphaned = _SUPERVISED.join(line, line.c.row_no == _row.row_no).where(is_good(STAGED))
    cause = line.c.cause
    shown: dict[str, SqlText] = {
        "given": _named.given,
        "other": _named.from_row,
        "cause": cause,
    }
    note_fault(work, rows, SupervisorRowFailed, orphaned, "Supervisor", cause_row=cause, **shown)
