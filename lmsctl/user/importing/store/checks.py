"""The statements that find rows of a file of people with wrong names, departments or statuses."""

from collections.abc import Collection
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Text
from sqlmodel import and_, case, col, exists, func, or_, select, type_coerce

from lmsctl.bulk.errors import RowRepeated
from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.faults import allow_damaged, note_fault, note_repeated
from lmsctl.department.errors import DepartmentUnknown
from lmsctl.department.model import Department
from lmsctl.kit.work import Work
from lmsctl.rights.model import Grant, Role
from lmsctl.rights.rules import OWNER, Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.errors import (
    EmailTaken,
    LoginTaken,
    OwnerProtected,
    StatusWrong,
    UserUnknown,
)
from lmsctl.user.importing.errors import DepartmentNeeded, NameMissing, PendingNotGiven
from lmsctl.user.importing.staging import KEY, ROWS, STAGED
from lmsctl.user.importing.store.rows import clear_hidden
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus
from lmsctl.user.store.pending import fail_not_confirmed

_row = STAGED.c
_EXISTING: Select[Any] = ROWS.join(User, col(User.id) == _row.id)
_NEW: Select[Any] = ROWS.where(_row.id.is_(None), _row.login_key.is_not(None))


# Whom rows mean, and where -----------------------------------------------------------------------


def allow_known_logins(work: Work, rows: RowRange) -> None:
    """Take back that a login looks damaged where somebody is called so."""
    allow_damaged(work, rows, STAGED, ["Login"], _row.id.is_not(None))


def fail_out_of_scope(work: Work, rows: RowRange, scope: Scope) -> None:
    """Note rows about people whom the actor may not change, and say nothing else about them."""
    hidden = _EXISTING.join(Department, col(Department.id) == col(User.department_id)).where(
        ~in_scope(scope, Department.path)
    )
    named_by = case((~_row.is_generated, "Login"), else_="Email")
    note_fault(work, rows, UserUnknown, hidden, named_by, given=KEY)
    clear_hidden(work, rows, scope)


def fail_lost_departments(work: Work, rows: RowRange, scope: Scope) -> None:
    """Note rows whose department has gone, or out of scope, since the file was read."""
    known = select(Department.id).where(in_scope(scope, Department.path))
    lost = ROWS.where(_row.department_id.is_not(None), _row.department_id.not_in(known))
    note_fault(work, rows, DepartmentUnknown, lost, "Department", given=_row.department_id)


def fail_incomplete(work: Work, rows: RowRange, *, may_use_root: bool) -> None:
    """Note new people without what every person needs."""
    for name, heading, what in (
        (_row.first_name, "First name", "first name"),
        (_row.last_name, "Last name", "last name"),
    ):
        note_fault(work, rows, NameMissing, _NEW.where(name.is_(None)), heading, what=what)
    if not may_use_root:
        homeless = _NEW.where(_row.department_id.is_(None))
        note_fault(work, rows, DepartmentNeeded, homeless, "Department")


# What people are called --------------------------------------------------------------------------

_HAS_EMAIL = _row.email_key.is_not(None)
_TWO_LOGINS = "Keep one row if both mean one person; two people need two logins."
_TWO_ADDRESSES = (
    "Keep one row if both mean one person; of two people one needs another address, or a login in "
    "the column Login and no address."
)
_IS_LIKE_ADDRESS = and_(~_row.is_generated, _row.login_key.contains("@"))


def fail_repeated_people(work: Work, rows: RowRange, *, has_people: bool) -> None:
    """Note rows of the file that mean the same person, or give two people one address."""
    has_login = ~_row.is_generated
    note = partial(note_repeated, work, rows)
    note(_row.login_key, has_login, heading="Login", what="login", advice=_TWO_LOGINS)
    note(_row.email_key, _HAS_EMAIL, heading="Email", what="email", advice=_TWO_ADDRESSES)
    if has_people:
        # One row says the login of a person, another one their address.
        found = _row.id.is_not(None)
        note(
            _row.id,
            found,
            heading="Login",
            what="person",
            advice="Keep one of the two rows.",
            is_among_good=True,
        )
    if work.value(select(exists().where(_IS_LIKE_ADDRESS))):
        _fail_crossed(work, rows)


def _fail_crossed(work: Work, rows: RowRange) -> None:
    """Note rows of which one gives as a login what the other gives as an address."""
    logins = (_row.login_key, _IS_LIKE_ADDRESS)
    emails = (_row.email_key, _HAS_EMAIL)
    for heading, mine, other in (("Login", logins, emails), ("Email", emails, logins)):
        giving, taking = _calling(*mine), _first_calling(*other)
        crossed = select(giving.c.row_no).join(
            taking, and_(taking.c.key == giving.c.key, taking.c.row_no != giving.c.row_no)
        )
        note_fault(
            work,
            rows,
            RowRepeated,
            crossed,
            heading,
            other=taking.c.row_no,
            what="login or address",
            advice="Keep one row if both mean one person; if not, change one of the two cells.",
        )


def _calling(key: ColumnElement[str], condition: ColumnElement[bool]) -> Subquery:
    """Return the rows that fit, with what they call their people."""
    return select(_row.row_no, key.label("key")).where(condition).subquery("giving")


def _first_calling(key: ColumnElement[str], condition: ColumnElement[bool]) -> Subquery:
    """Return what rows that fit call their people, with the first row that does."""
    first = select(key.label("key"), func.min(_row.row_no).label("row_no"))
    return first.where(condition).group_by(key).subquery("taking")


def fail_taken_names(work: Work, rows: RowRange, present: Collection[str]) -> None:
    """Note rows whose login or address, if the file has these columns, names somebody else."""
    if "email" in present:
        _fail_taken_addresses(work, rows)
    if "login" in present:
        _fail_taken_logins(work, rows)


def _fail_taken_addresses(work: Work, rows: RowRange) -> None:
    """Note addresses that are somebody else's login or address."""
    is_other = or_(_row.id.is_(None), _row.id != col(User.id))
    for key in (col(User.email_key), col(User.login_key)):
        taken = ROWS.join(User, key == _row.email_key).where(_row.login_key.is_not(None), is_other)
        note_fault(work, rows, EmailTaken, taken, "Email", email=_row.email)


def _fail_taken_logins(work: Work, rows: RowRange) -> None:
    """Note logins of new people that are somebody else's address."""
    taken = ROWS.join(User, col(User.email_key) == _row.login_key).where(
        _IS_LIKE_ADDRESS, _row.id.is_(None)
    )
    note_fault(work, rows, LoginTaken, taken, "Login", login=_row.login)


# Statuses ----------------------------------------------------------------------------------------

_AWAY = (UserStatus.INACTIVE, UserStatus.ENDED)
_DONE: ColumnElement[str] = case(
    (_row.status == UserStatus.INACTIVE, "deactivated"), else_=type_coerce(_row.status, Text)
)


def fail_new_pending(work: Work, rows: RowRange) -> None:
    """Note new people who are to be pending."""
    pending = _NEW.where(_row.status == UserStatus.PENDING)
    note_fault(work, rows, PendingNotGiven, pending, "Status", name=KEY)


def fail_status(work: Work, rows: RowRange) -> None:
    """Note changes of status that no administrator could make either."""
    login, status = col(User.login), col(User.status)
    begun = _EXISTING.where(_row.status == UserStatus.PENDING, status != UserStatus.PENDING)
    note_fault(work, rows, PendingNotGiven, begun, "Status", name=login)
    over = _EXISTING.where(_row.status == UserStatus.INACTIVE, status == UserStatus.ENDED)
    note_fault(work, rows, StatusWrong, over, "Status", login=login, status=status, done=_DONE)
    is_owner = (
        select(Grant.id)
        .join(Role, col(Role.id) == col(Grant.role_id))
        .where(col(Grant.user_id) == col(User.id), col(Role.is_builtin), col(Role.name) == OWNER)
        .exists()
    )
    owners = _EXISTING.where(_row.status.in_(_AWAY), status == UserStatus.ACTIVE, is_owner)
    note_fault(work, rows, OwnerProtected, owners, "Status", login=login, done=_DONE)


def fail_changed_pending(work: Work, rows: RowRange) -> None:
    """Note changes of people who wait, in rows that do not vouch for them: they say `pending`."""
    left = _EXISTING.where(_row.changed.is_not(None), _row.status == UserStatus.PENDING)
    fail_not_confirmed(work, rows, left, "Status", "changed by a row that leaves them pending")


def fail_ended_pending(work: Work, rows: RowRange) -> None:
    """Note rows that would end who has not begun."""
    ended = _EXISTING.where(_row.status.in_(_AWAY))
    fail_not_confirmed(work, rows, ended, "Status", _DONE)
