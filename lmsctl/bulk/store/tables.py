"""The staging tables: making and filling them, and locking what their rows refer to."""

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlmodel import SQLModel, col, select

from lmsctl.bulk.staging import ERRORS, RowRange, Tables
from lmsctl.kit import database, locks
from lmsctl.kit.work import Work


def make_tables(work: Work, tables: Tables) -> None:
    """Make the staging tables `tables`, and the one of what is wrong, anew and empty."""
    work.stage([*tables, ERRORS])


def bulk_loading(work: Work) -> AbstractContextManager[None]:
    """Fill the staging tables in one go, without keeping anybody from the database itself."""
    return database.bulk_loading(work.connection)


def index_tables(work: Work, tables: Tables) -> None:
    """Make the staging tables quick to search; once, after the file has been read."""
    database.index_staging_tables(work.connection, [*tables, ERRORS])


def analyze(work: Work, *tables: Table) -> None:
    """Let the planner see what `tables` hold now.

    PostgreSQL counts temporary tables only when told to; with numbers from before a column was
    filled it compares every row with every other one.
    """
    database.analyze_staging_tables(work.connection, tables)


def lock_referenced(
    work: Work,
    rows: RowRange,
    table: type[SQLModel],
    column: ColumnElement[int],
    *,
    shared: bool = True,
) -> None:
    """Let nobody else change the rows of `table` whose ids stand in `column` of `rows`.

    What is not changed itself, but pointed to, may be shared with others who do the same.
    """
    staged: Any = column.table
    model: Any = table
    meant = select(column).where(rows.holds(staged.c.row_no))
    locks.lock_selected(work, select(model.id).where(col(model.id).in_(meant)), shared=shared)
