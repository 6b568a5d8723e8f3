"""The tables in which a file of people is examined, and what is asked of their rows everywhere."""

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, Select, Text
from sqlmodel import case, col, exists, func, select

from lmsctl.bulk import staging
from lmsctl.kit.columns import Choice, Truth
from lmsctl.user.model import User
from lmsctl.user.results import SupervisorMode, UserStatus, UserType

# Nobody can say whom a row without `login_key` means. A new person whose row has no login is called
# like the local part of the address for the time being (`is_generated`); everybody else who has
# that login goes first.
STAGED = staging.rows(
    Column("login", Text),
    Column("login_key", Text),
    Column("is_generated", Truth),
    Column("email", Text),
    Column("email_key", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("type", Choice(UserType)),
    Column("status", Choice(UserStatus)),
    Column("department_id", BigInteger),
    Index("staged_by_login", "login_key"),
    Index("staged_by_email", "email_key"),
)
FIELDS = staging.table(
    "staged_fields",
    Column("row_no", Integer),
    Column("field_id", BigInteger),
    Column("value", Text),
    Column("unique_key", Text),
    Index("staged_fields_by_row", "row_no", "field_id"),
)
# `group_id` is NULL for "no groups". `replaces` tells that the row names all groups of the person.
GROUPS = staging.table(
    "staged_groups",
    Column("row_no", Integer),
    Column("group_id", BigInteger),
    Column("replaces", Truth),
    Index("staged_groups_by_row", "row_no", "group_id"),
)
# `boss_id` is the supervisor, or `boss_row` the row that will make them. `from_row` is the row that
# must be taken for that: it makes or confirms the supervisor, or cannot be read.
SUPERVISORS = staging.table(
    "staged_supervisors",
    Column("row_no", Integer, primary_key=True, autoincrement=False),
    Column("mode", Choice(SupervisorMode)),
    Column("login_key", Text),
    Column("given", Text),
    Column("boss_id", BigInteger),
    Column("boss_row", Integer),
    Column("from_row", Integer),
)
# What rows may call their people whose login or address, or who themselves, cannot be read.
UNREAD_NAMES = staging.table(
    "staged_unread_names",
    Column("row_no", Integer),
    Column("key", Text),
    Index("staged_unread_names_by_key", "key"),
)
# Which rows vouch for the person they mean, who waits for confirmation.
CONFIRMATIONS = staging.table(
    "staged_confirmations",
    Column("row_no", Integer, primary_key=True, autoincrement=False),
)
# The groups that the actor may fill and empty.
GROUPS_IN_SCOPE = staging.table("staged_scope", Column("id", BigInteger))
# Where people were before they were moved, and which groups they were not in before.
MOVES = staging.table(
    "staged_moves",
    Column("row_no", Integer, primary_key=True, autoincrement=False),
    Column("department_id", BigInteger),
)
ADDITIONS = staging.table(
    "staged_additions",
    Column("row_no", Integer),
    Column("group_id", BigInteger),
    Column("user_id", BigInteger),
)
# The made-up logins that are taken, without the digits at their ends, and those that replace them.
CLASHES = staging.table(
    "staged_clashes",
    Column("row_no", Integer, primary_key=True, autoincrement=False),
    Column("stem", Text),
)
LOGINS = staging.table(
    "staged_logins",
    Column("row_no", Integer, primary_key=True, autoincrement=False),
    Column("login", Text),
    Column("login_key", Text),
)
TABLES = (
    STAGED,
    FIELDS,
    GROUPS,
    SUPERVISORS,
    UNREAD_NAMES,
    CONFIRMATIONS,
    GROUPS_IN_SCOPE,
    MOVES,
    ADDITIONS,
    CLASHES,
    LOGINS,
)

_row = STAGED.c
# The numbers of the rows, to be joined with what else is asked for, and narrowed.
ROWS: Select[Any] = select(_row.row_no).select_from(STAGED)
KEY: ColumnElement[str] = func.coalesce(case((~_row.is_generated, _row.login)), _row.email)
NUMBER: ColumnElement[int] = (
    select(User.id).where(col(User.login_key) == _row.login_key).scalar_subquery()
)
IS_CONFIRMED: ColumnElement[bool] = exists().where(CONFIRMATIONS.c.row_no == _row.row_no)
