"""The statements that write what rows of a file of people want."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Subquery
from sqlalchemy.orm import aliased
from sqlmodel import (
    and_,
    case,
    col,
    exists,
    false,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlmodel import delete as delete_from

from lmsctl.bulk.staging import RowRange, changes, good, is_good
from lmsctl.group.model import GroupMember
from lmsctl.kit.statements import columns_of, insert_from, value_for
from lmsctl.kit.work import Work
from lmsctl.user.importing.staging import (
    ADDITIONS,
    FIELDS,
    GROUPS,
    GROUPS_IN_SCOPE,
    MOVES,
    STAGED,
    SUPERVISORS,
)
from lmsctl.user.model import FieldValue, User, UserName
from lmsctl.user.results import SupervisorMode, UserOrigin, UserStatus, UserType
from lmsctl.user.store import take_names

_row = STAGED.c
_AWAY = (UserStatus.INACTIVE, UserStatus.ENDED)
_IS_NEW, _IS_CHANGED = _row.id.is_(None), _row.changed.is_not(None)


# People ------------------------------------------------------------------------------------------


def stage_moves(work: Work, rows: RowRange) -> None:
    """Remember in which department people are who are about to be moved."""
    moved = (
        select(_row.row_no, col(User.department_id))
        .join(User, col(User.id) == _row.id)
        .where(changes(STAGED, "department"), good(STAGED, rows))
    )
    work.run(insert_from(MOVES, moved))


def change_people(work: Work, rows: RowRange) -> None:
    """Bring people who are there into the state that their rows want."""
    status = col(User.status)
    kept = ("first_name", "last_name", "type", "department_id")
    has_no_email = _row.email == ""
    is_other = _row.status != status
    goes_away = and_(status == UserStatus.ACTIVE, _row.status.in_(_AWAY))
    work.run(
        update(User)
        .where(_row.id == col(User.id), _IS_CHANGED, good(STAGED, rows))
        .values(
            **{name: func.coalesce(_row[name], col(getattr(User, name))) for name in kept},
            email=case((has_no_email, null()), else_=func.coalesce(_row.email, User.email)),
            email_key=case(
                (has_no_email, null()), else_=func.coalesce(_row.email_key, User.email_key)
            ),
            status=case(
                (status == UserStatus.PENDING, value_for(status, UserStatus.ACTIVE)),
                else_=func.coalesce(_row.status, status),
            ),
            expires_at=None,
            away_at=case(
                (goes_away, value_for(col(User.away_at), work.now)), else_=col(User.away_at)
            ),
            due_status=case((is_other, null()), else_=col(User.due_status)),
            due_at=case((is_other, null()), else_=col(User.due_at)),
            version=col(User.version) + 1,
        )
    )
    readdressed = select(_row.id).where(changes(STAGED, "email"), good(STAGED, rows))
    if work.run(delete_from(UserName).where(col(UserName.user_id).in_(readdressed))):
        take_names(work, col(User.id).in_(readdressed))


@dataclass(frozen=True, slots=True)
class EndedUser:
    """Somebody whose account ends by their row."""

    user_id: int


def ended_ids(work: Work, rows: RowRange) -> Iterator[int]:
    """Yield the ids of the people whom `rows` make inactive or end, after they have."""
    found = work.each(
        EndedUser,
        select(_row.id.label("user_id"))
        .where(changes(STAGED, "status"), _row.status.in_(_AWAY), good(STAGED, rows))
        .order_by(_row.row_no),
    )
    return (one.user_id for one in found)


def add_people(work: Work, rows: RowRange, *, root_id: int, run: int) -> None:
    """Insert the new people, in the order of their rows."""
    same = ("login", "login_key", "email_key", "first_name", "last_name")
    usual = {"type": UserType.STAFF, "status": UserStatus.ACTIVE, "department_id": root_id}
    given = {
        "supervisor_mode": SupervisorMode.INHERITED,
        "origin": UserOrigin.IMPORT,
        "origin_detail": str(run),
        "created_at": work.now,
    }
    cells: list[Any] = [_row[name] for name in same]
    cells.append(func.nullif(_row.email, "").label("email"))
    cells += [func.coalesce(_row[k], value_for(_row[k], v)).label(k) for k, v in usual.items()]
    cells += [value_for(col(getattr(User, k)), v).label(k) for k, v in given.items()]
    new = select(*cells).where(_IS_NEW, good(STAGED, rows)).order_by(_row.row_no)
    work.run(insert_from(User, new))
    keys = select(_row.login_key).where(_IS_NEW, good(STAGED, rows))
    take_names(work, col(User.login_key).in_(keys))


def _select_people(is_meant: ColumnElement[bool]) -> Subquery:
    """Return the good rows that make or change somebody, each with that person's id.

    `is_meant` is a condition on `STAGED`.
    """
    found: CompoundSelect[Any] = union_all(
        select(_row.row_no, _row.id.label("user_id")).where(_IS_CHANGED, is_meant, is_good(STAGED)),
        select(_row.row_no, col(User.id).label("user_id"))
        .select_from(STAGED)
        .join(User, col(User.login_key) == _row.login_key)
        .where(_IS_NEW, is_meant, is_good(STAGED)),
    )
    return found.subquery("people")


# What they have ----------------------------------------------------------------------------------


def set_fields(work: Work, rows: RowRange) -> None:
    """Write the custom fields; an empty value takes away the one that is there."""
    people = _select_people(rows.holds(_row.row_no))
    values = select(people.c.user_id, FIELDS.c.field_id, FIELDS.c.value, FIELDS.c.unique_key).where(
        FIELDS.c.row_no == people.c.row_no
    )
    work.upsert(FieldValue, ("user_id", "field_id"), values.where(FIELDS.c.value != ""))
    cleared = select(people.c.user_id, FIELDS.c.field_id).where(
        FIELDS.c.row_no == people.c.row_no, FIELDS.c.value == ""
    )
    pair = tuple_(col(FieldValue.user_id), col(FieldValue.field_id))
    work.run(delete_from(FieldValue).where(pair.in_(cleared)))


def leave_groups(work: Work, rows: RowRange) -> None:
    """Take people out of groups that their rows do not name."""
    member: Any = aliased(GroupMember)
    named = exists().where(GROUPS.c.row_no == _row.row_no)
    left = (
        select(member.group_id, member.user_id)
        .select_from(STAGED)
        .join(member, member.user_id == _row.id)
        .where(
            _IS_CHANGED,
            good(STAGED, rows),
            member.group_id.in_(select(GROUPS_IN_SCOPE.c.id)),
            named.where(GROUPS.c.replaces),
            ~named.where(GROUPS.c.group_id == member.group_id),
        )
    )
    pair = tuple_(col(GroupMember.group_id), col(GroupMember.user_id))
    work.run(delete_from(GroupMember).where(pair.in_(left)))


def _names_group(people: Subquery) -> ColumnElement[bool]:
    """Return the condition that a row of `GROUPS` is one of `people` and names a group."""
    return and_(GROUPS.c.row_no == people.c.row_no, GROUPS.c.group_id.is_not(None))


def stage_additions(work: Work, rows: RowRange) -> None:
    """Remember who is about to be put into which groups that they are not in."""
    people = _select_people(rows.holds(_row.row_no))
    is_member = exists().where(
        col(GroupMember.group_id) == GROUPS.c.group_id,
        col(GroupMember.user_id) == people.c.user_id,
    )
    added = (
        select(people.c.row_no, GROUPS.c.group_id, people.c.user_id)
        .distinct()
        .where(_names_group(people), ~is_member)
    )
    work.run(insert_from(ADDITIONS, added))


def join_groups(work: Work, rows: RowRange) -> None:
    """Put people into the groups that their rows name."""
    people = _select_people(rows.holds(_row.row_no))
    joining = select(GROUPS.c.group_id, people.c.user_id).distinct().where(_names_group(people))
    work.insert_once(GroupMember, joining)


def set_supervisors(work: Work, rows: RowRange) -> None:
    """Set the supervisors of the people of `rows`, and of earlier ones who wait for one of them."""
    named, others = SUPERVISORS.c, SUPERVISORS.alias("others")
    making = others.c
    is_made_now = exists().where(making.row_no == _row.row_no, rows.holds(making.boss_row))
    people = _select_people(
        or_(rows.holds(_row.row_no), and_(_row.row_no < rows.first, is_made_now))
    )
    bosses = (
        select(making.row_no, func.coalesce(making.boss_id, col(User.id)).label("boss_id"))
        .select_from(others)
        .outerjoin(STAGED, _row.row_no == making.boss_row)
        .outerjoin(User, col(User.login_key) == _row.login_key)
        .subquery("bosses")
    )
    work.run(
        update(User)
        .where(
            people.c.row_no == named.row_no,
            bosses.c.row_no == named.row_no,
            people.c.user_id == col(User.id),
            or_(named.mode != SupervisorMode.OWN, bosses.c.boss_id.is_not(None)),
        )
        .values(supervisor_mode=named.mode, supervisor_id=bosses.c.boss_id)
    )


# Who is to be told -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """Somebody who is new, or was moved, got another type or became active by their row.

    `left_id` is the department that somebody who was moved was in before.
    """

    user_id: int
    login: str
    email: str | None
    status: UserStatus
    is_new: bool
    left_id: int | None
    is_retyped: bool
    is_awake: bool


def list_imported(work: Work, rows: RowRange) -> Iterator[ImportedPerson]:
    """Yield who arrived anywhere by `rows`, in their order."""
    people = _select_people(rows.holds(_row.row_no))
    is_retyped, is_restated = changes(STAGED, "type"), changes(STAGED, "status")
    is_awake = and_(is_restated, col(User.status) == UserStatus.ACTIVE)
    told = columns_of(
        ImportedPerson,
        User,
        user_id=col(User.id),
        is_new=_IS_NEW,
        left_id=MOVES.c.department_id,
        is_retyped=func.coalesce(is_retyped, false()),
        is_awake=func.coalesce(is_awake, false()),
    )
    return work.each(
        ImportedPerson,
        select(*told)
        .select_from(people)
        .join(STAGED, _row.row_no == people.c.row_no)
        .join(User, col(User.id) == people.c.user_id)
        .outerjoin(MOVES, MOVES.c.row_no == people.c.row_no)
        .where(or_(_IS_NEW, is_restated, changes(STAGED, "department"), is_retyped))
        .order_by(people.c.row_no),
    )


@dataclass(frozen=True, slots=True)
class AddedMember:
    """Somebody who was put into a group by their row."""

    group_id: int
    user_id: int


def list_added(work: Work, rows: RowRange) -> Iterator[AddedMember]:
    """Yield who was put into which groups by `rows`."""
    return work.each(
        AddedMember,
        select(*columns_of(AddedMember, ADDITIONS.c))
        .where(rows.holds(ADDITIONS.c.row_no))
        .order_by(ADDITIONS.c.row_no, ADDITIONS.c.group_id),
    )
