"""Whether rows are what their records say: every record that any test reads is looked at.

A statement's columns must have the types that the fields of its record name, and every value in it
too; a field may be empty only if its type says so.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Compiled, Executable

from lmsctl.kit.work import Work


@functools.cache
def _allowed(record: type) -> dict[str, tuple[type, ...]]:
    """Return the classes that each field of `record` may hold."""
    hints = typing.get_type_hints(record)
    names = [field.name for field in dataclasses.fields(typing.cast("Any", record)) if field.init]
    return {name: tuple(_classes(hints[name])) for name in names}


def _classes(hint: Any) -> Iterator[type]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        for part in typing.get_args(hint):
            yield from _classes(part)
    else:
        yield object if hint is Any else typing.get_origin(hint) or hint


def check_columns(record: type, statement: Executable) -> None:
    """Raise TypeError when a column of `statement` is not of the type of its field."""
    columns: Any = getattr(statement, "selected_columns", ())
    for column in columns:
        allowed = _allowed(record)[column.key]
        given = column.type.python_type
        if object not in allowed and given not in {*allowed, object}:
            message = f"{record.__name__}.{column.key} is {allowed}, its column gives {given}"
            raise TypeError(message)


def check_row(record: type, row: Sequence[Any]) -> None:
    """Raise TypeError when a value of `row` is of another type than its field."""
    for (name, allowed), value in zip(_allowed(record).items(), row, strict=True):
        if object not in allowed and type(value) not in allowed:
            message = f"{record.__name__}.{name} is {allowed}, and {type(value)} came"
            raise TypeError(message)


class _Checked:
    """A result whose rows are looked at as they come."""

    def __init__(self, record: type, result: Any) -> None:
        self._record = record
        self._result = result

    def first(self) -> Any:
        row = self._result.first()
        if row is not None:
            check_row(self._record, row)
        return row

    def __iter__(self) -> Iterator[Any]:
        for row in self._result:
            check_row(self._record, row)
            yield row

    def close(self) -> None:
        self._result.close()


_rows = Work._rows


@functools.lru_cache(maxsize=2_000)
def _check_columns_once(record: type, compiled: Compiled) -> None:
    """Check each statement once that is compiled: those that are alike share what comes of it."""
    assert isinstance(compiled.statement, Executable)
    check_columns(record, compiled.statement)


def checked_rows(work: Work, record: type, statement: Executable, *rest: Any) -> Any:
    """Do what `Work._rows` does, and look at what comes."""
    result = _rows(work, record, statement, *rest)
    _check_columns_once(record, result.context.compiled)
    return _Checked(record, result)
