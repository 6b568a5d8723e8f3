"""What rooms make their statements from: columns of a record, changes of rows, long lists."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Insert, Select, Text, Update, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel, col, insert, update


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


# Inserting what may be there ---------------------------------------------------------------------


_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once_of(dialect: str, table: type[SQLModel], values: Mapping[str, Any]) -> Insert:
    """Return the statement that inserts one row unless one that excludes it is there."""
    made: Insert = _INSERTS[dialect](table).inline().values(values).on_conflict_do_nothing()
    return made


def upsert_of(
    dialect: str,
    table: type[SQLModel],
    key: Sequence[str],
    source: "Select[*tuple[Any, ...]] | Mapping[str, Any]",
) -> Insert:
    """Return the statement that inserts `source`, or changes the rows that have its `key` already.

    `source` is the values of one row, or a SELECT with a WHERE whose columns are labeled with the
    table's names.
    """
    made = _INSERTS[dialect](table)
    if isinstance(source, Mapping):
        names: Iterable[str] = source.keys()
        made = made.inline().values(source)
    else:
        names = [str(column.key) for column in source.selected_columns]
        made = made.from_select(names, source, include_defaults=False)
    changed = {name: made.excluded[name] for name in names if name not in key}
    upserting: Insert = made.on_conflict_do_update(index_elements=key, set_=changed)
    return upserting


def value_for(column: Any, value: Any) -> ColumnElement[Any]:
    """Return `value` as an expression of the type of `column`, to be put into it by a SELECT."""
    return literal(value, column.type)


# Long lists --------------------------------------------------------------------------------------


class _Numbers(TypeDecorator[Collection[int]]):
    """Whole numbers as one value: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return how this database is given numbers."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(BigInteger))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        """Return what the driver is given."""
        listed = list(value or ())
        return listed if dialect.name == "postgresql" else json.dumps(listed)


class _Among(FunctionElement[bool]):
    """Whether a column is one of many numbers, which are a single value."""

    # It has no type on purpose: SQLAlchemy writes `= 1` behind a truth, and SQLite uses no index.
    name = "among"
    inherit_cache = True


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({numbers})"


def among(column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `numbers`, however many there are.

    `in_` makes a parameter of each, and databases take some ten thousand of these only. A number
    alone is compared with, so that databases know which unique index finds its one row.
    """
    if len(numbers) == 1:
        return col(column) == next(iter(numbers))
    return _Among(col(column), literal(numbers, _Numbers()))
