"""What rooms make their statements from: columns of a record, changes of a row, long lists."""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Insert, Label, Text, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import SQLModel, col, insert, literal, select, update
from sqlmodel import cast as sql_cast

from lmsctl.kit.columns import Json

# How many numbers a statement may hold as a parameter each.
_FEW = 500


@lru_cache(maxsize=512)
def names_of(record: type) -> tuple[str, ...]:
    """Return the names of the fields of the dataclass `record`, in their order."""
    return tuple(field.name for field in fields(cast("Any", record)))


def columns_of(record: type, model: Any, **others: Any) -> tuple[Any, ...]:
    """Return what to select for each field of the dataclass `record`, labeled with its name.

    That is the expression of that name in `others`, else the column of that name of `model`, a
    table class or an alias of one. Raises AttributeError for a field that has neither, and for an
    expression that has no field.
    """
    wanted = names_of(record)
    unknown = others.keys() - set(wanted)
    if unknown:
        message = f"{record.__name__} has no field {', '.join(sorted(unknown))}"
        raise AttributeError(message)
    return tuple(
        (others[name] if name in others else col(getattr(model, name))).label(name)
        for name in wanted
    )


def example(*parts: Any) -> Label[str]:
    """Return the column `example` of a check: words and columns, one after the other as text."""
    first, *others = (
        literal(part, Text) if isinstance(part, str) else sql_cast(part, Text) for part in parts
    )
    return sum(others, first).label("example")


@lru_cache(maxsize=64)
def insert_of(table: type[SQLModel]) -> Insert:
    """Return the statement that inserts one row and returns its id."""
    model: Any = table
    return insert(model).returning(col(model.id))


def insert_many_of(table: type[SQLModel]) -> Insert:
    """Return the statement that inserts rows."""
    return insert(table)


def update_of(table: type[SQLModel], number: int, values: dict[str, Any]) -> Update:
    """Return the statement that changes the row with the id `number`, and counts up its version.

    Tables without versions just change.
    """
    model: Any = table
    if hasattr(model, "version"):
        values = {**values, "version": col(model.version) + 1}
    return update(model).where(col(model.id) == number).values(values)


# What the two databases write differently --------------------------------------------------------


def insert_new_of(table: type[SQLModel]) -> Insert:
    """Return the statement that inserts rows, and leaves out those that a unique index excludes."""
    # PostgreSQL's construct, which the compiler of SQLite takes too.
    return postgresql.insert(table).on_conflict_do_nothing().inline()


class _Elements(FunctionElement[Any]):
    """The elements of a list that is one parameter, as rows with the one column `value`."""

    name = "elements"
    inherit_cache = True


@compiles(_Elements)
def _on_sqlite(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Elements, "postgresql")
def _on_postgresql(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json))"


def among(column: Any, numbers: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `numbers`, however many these are.

    A database limits how many parameters a statement has, so a long list is one of them.
    """
    if len(numbers) <= _FEW:
        return col(column).in_(numbers)
    rows = _Elements(literal(list(numbers), Json)).table_valued("value")
    return col(column).in_(select(sql_cast(rows.c.value, BigInteger)))
