"""The tables beside the data in which a file is examined: what they look like, and their names.

A room declares the rows of its files by `rows`, and what a row needs beside it by `table`. They
last as long as the unit of work, and nobody else sees them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem
from sqlmodel import exists, literal

from lmsctl.kit.columns import Truth

# No name of a column can hold it, whatever people call their custom fields.
BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class RowRange:
    """A range of rows of the file, both ends included."""

    first: int
    last: int

    def holds(self, row_no: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that a row with the number `row_no` is in the range."""
        return row_no.between(self.first, self.last)


def table(name: str, *parts: SchemaItem) -> Table:
    """Return a staging table with these columns and indexes.

    Indexes are made once the file has been read. What is put into it in bulk is in the form in
    which SQLite keeps values: a moment as UTC text, a truth as 0 or 1.
    """
    return Table(name, MetaData(), *parts, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


def rows(*parts: SchemaItem) -> Table:
    """Return the staging table `staged`: a row for each row of the file, with these columns.

    `row_no` and `line_no` come before them. Once a row is understood, `id` is the thing it means
    (NULL: it makes a new one), `changed` the names of the columns that differ, with `BETWEEN`
    between them (NULL: none), and `note` a remark. `is_done` tells that an earlier run has taken
    the row, so that this one leaves it alone.
    """
    return table(
        "staged",
        Column("row_no", Integer, autoincrement=False, nullable=False),
        Column("line_no", Integer, nullable=False),
        Column("id", BigInteger),
        Column("changed", Text),
        Column("note", Text),
        Column("is_done", Truth),
        *parts,
        # SQLite finds a row by the number it has anyway; PostgreSQL fills a table faster first.
        PrimaryKeyConstraint("row_no").ddl_if(dialect="sqlite"),
        Index("staged_by_row", "row_no", unique=True).ddl_if(dialect="postgresql"),
    )


# What is wrong with which row; `cause_row` is the row without whose fault it would be good.
ERRORS = table(
    "staged_errors",
    Column("row_no", Integer, nullable=False),
    Column("heading", Text),
    Column("code", Text),
    Column("message", Text),
    Column("hint", Text),
    Column("cause_row", Integer),
    Index("staged_errors_by_row", "row_no"),
)

IN_ORDER = (ERRORS.c.row_no, ERRORS.c.heading, ERRORS.c.message)
CAUSES_FIRST = (ERRORS.c.cause_row.is_not(None), *IN_ORDER)

# The staging tables of one kind of file, the first of which is that of its rows.
Tables = Sequence[Table]


def is_good(staged: FromClause) -> ColumnElement[bool]:
    """Return the condition that nothing is wrong with a row of `staged`."""
    return ~exists().where(ERRORS.c.row_no == staged.c.row_no)


def good(staged: Table, rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that a row of `staged` is in `rows`, good, and not dealt with yet."""
    return is_good(staged) & rows.holds(staged.c.row_no) & staged.c.is_done.is_(None)


def changes(staged: Table, column: str) -> ColumnElement[bool]:
    """Return the condition under which a row of `staged` changes `column`."""
    listed = literal(BETWEEN, Text) + staged.c.changed + BETWEEN
    return listed.contains(f"{BETWEEN}{column}{BETWEEN}", autoescape=True)


def listed_changes(changed: str | None) -> str:
    """Return the names in `changed` with commas between them, those with commas in quotes."""
    names = changed.split(BETWEEN) if changed else []
    return ",".join(f'"{name}"' if "," in name else name for name in names)
