"""What rooms make their statements from: the columns of a record, and changes of one row."""

from dataclasses import fields
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Insert, Update
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
