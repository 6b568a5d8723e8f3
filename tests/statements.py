"""Counting what is said to the database, to see that it does not grow with the rows."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from unittest import mock

from sqlalchemy import Engine, bindparam, event, text

from lmsctl.kit import database, driver
from lmsctl.kit.columns import utc_text

if TYPE_CHECKING:
    # Importing it for real would put the files of the benchmark into memory.
    from tests.conftest import Portal


@contextlib.contextmanager
def recorded_statements() -> Iterator[list[str]]:
    """Yield the list to which each statement that this process runs inside is added.

    Rows that go in together count as one.
    """
    said: list[str] = []
    load = database.load

    def loading(connection: driver.Connection, table: str, *given: Any) -> None:
        said.append(f"load: {table}")
        load(connection, table, *given)

    def noted(*given: Any) -> None:
        said.append(f"execute: {given[2]}")

    event.listen(Engine, "before_cursor_execute", noted)
    try:
        with mock.patch.object(database, "load", loading):
            yield said
    finally:
        event.remove(Engine, "before_cursor_execute", noted)


def execute_text(connection: driver.Connection, sql: str, **values: Any) -> Any:
    """Run a statement with values as the database keeps them: SQLite knows no moments.

    `IN :names` takes a list.
    """
    if connection.dialect == "sqlite":
        values = {
            name: utc_text(value) if isinstance(value, datetime) else value
            for name, value in values.items()
        }
    lists: list[Any] = [
        bindparam(name, expanding=True) for name, value in values.items() if _is_list(value)
    ]
    return connection.session.connection().execute(text(sql).bindparams(*lists), values)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def statements_of(portal: Portal, *argv: str) -> list[str]:
    """Run a command line that must succeed and return the statements that it took."""
    with recorded_statements() as said:
        portal.ok(*argv)
    return said


def query_plans(portal: Portal, words: str, *argv: str) -> list[str]:
    """Run a command line that must succeed; return the steps of its statements with `words`.

    PostgreSQL plans as it does for large tables: it neither reads all of one nor sorts, if it can
    do without.
    """
    asked: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        if words in given[2]:
            asked.append((given[2], given[3]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        portal.ok(*argv)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    connection = driver.open_database(portal.url, patience=10)
    try:
        explain = "EXPLAIN QUERY PLAN" if portal.is_sqlite else "EXPLAIN"
        for what in () if portal.is_sqlite else ("seqscan", "bitmapscan", "sort"):
            connection.raw.execute(f"SET enable_{what} = off")
        return [
            str(row[-1])
            for sql, values in asked
            for row in connection.raw.execute(f"{explain} {sql}", values)
        ]
    finally:
        connection.close()


def full_scans(portal: Portal, *argv: str) -> list[str]:
    """Run a command line that must succeed; return each step that reads a whole table in SQLite."""
    said = [sql.partition(": ")[2] for sql in statements_of(portal, *argv)]
    connection = driver.open_database(portal.url, patience=10)
    try:
        return [
            step
            for sql in said
            if "SELECT" in sql
            for *_, step in connection.raw.execute(f"EXPLAIN QUERY PLAN {sql}", _nothing_for(sql))
            if step.startswith("SCAN")
        ]
    finally:
        connection.close()


def _nothing_for(sql: str) -> Any:
    """Return NULL for each parameter of a statement."""
    return [None] * sql.count("?") or defaultdict(lambda: None)
