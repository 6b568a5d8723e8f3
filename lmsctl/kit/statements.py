"""What rooms make their statements from: the columns of a record, and changes of one row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Insert, Select, Update, inspect
from sqlmodel import SQLModel, col, insert, select, update

# How many values one statement may name: both databases count the parameters of a statement.
_TOGETHER = 5_000

T = TypeVar("T")


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


@lru_cache(maxsize=64)
def upsert_of(dialect: str, table: type[SQLModel], names: tuple[str, ...]) -> Insert:
    """Return the statement that sets the columns `names` of one row, which it makes if need be.

    The row is the one with the same primary key, whose columns are among `names`.
    """
    from sqlalchemy.dialects import postgresql, sqlite

    key = [column.name for column in inspect(table).primary_key]
    adding: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    changes = {name: adding.excluded[name] for name in names if name not in key}
    made: Insert = adding.on_conflict_do_update(index_elements=key, set_=changes)
    return made


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield `values`, however many, in parts that one statement may name."""
    for start in range(0, len(values), _TOGETHER):
        yield values[start : start + _TOGETHER]


def lock_of(table: type[SQLModel], numbers: Iterable[int], *, shared: bool) -> Select[Any]:
    """Return the statement that locks the rows with the ids `numbers`, in their order."""
    model: Any = table
    found: Select[Any] = select(model.id).where(col(model.id).in_(numbers)).order_by(col(model.id))
    return found.with_for_update(read=shared)
