"""The first of many rows in an order that people ask for: databases sort and cut."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, Integer, Label, Numeric, Select, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import and_, not_

from lmsctl.kit.answer import SortOrder
from lmsctl.kit.columns import Choice, Day, Moment, Truth
from lmsctl.kit.statements import Folded

_ORDERED_BY_VALUE = (Integer, Numeric, Date, Day, Moment, Truth)


class _Exact(FunctionElement[str]):
    """A text, ordered by its characters' numbers."""

    inherit_cache = True
    type = Text()


@compiles(_Exact, "sqlite")
def _exact_on_sqlite(element: _Exact, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(_Exact, "postgresql")
def _exact_on_postgresql(element: _Exact, compiler: SQLCompiler, **options: Any) -> str:
    return f'(({compiler.process(element.clauses, **options)}) COLLATE "C")'


class _IsAscii(FunctionElement[bool]):
    """Whether a text, if any, has ASCII characters alone. Like `_IsAmong` it has no type."""

    inherit_cache = True


@compiles(_IsAscii, "sqlite")
def _is_ascii_on_sqlite(element: _IsAscii, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"coalesce(length({text}) = length(CAST({text} AS BLOB)), 1)"


@compiles(_IsAscii, "postgresql")
def _is_ascii_on_postgresql(element: _IsAscii, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"coalesce(length({text}) = octet_length({text}), TRUE)"


class _Sorted(FunctionElement[Any]):
    """What few rows are sorted by: SQLite would read all of a table in the order of an index."""

    inherit_cache = True


@compiles(_Sorted, "sqlite")
def _sorted_on_sqlite(element: _Sorted, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(_Sorted, "postgresql")
def _sorted_on_postgresql(element: _Sorted, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


def first_of(
    statement: Select[Any], by: Sequence[Any], count: int, order: SortOrder
) -> list[Select[Any]] | None:
    """Return statements that together find the first `count` rows of `statement` in `order`.

    They may find others too. Rows that are alike are found in the order of `by`. The result is None
    when databases do not know how a column is shown.

    Texts are sorted without regard to case, in a way that databases only share for ASCII. Of rows
    whose texts are ASCII they find the first; all others are for the program to sort among them.
    """
    found = {str(label.key): label for label in statement.selected_columns}
    is_whole = not _may_lack_rows(statement)
    keys: list[ColumnElement[Any]] = []
    checks: list[ColumnElement[bool]] = []
    for name, is_descending in order:
        label = found[name]
        column = label.element if isinstance(label, Label) else label
        parts = _ordered(column)
        if parts is None:
            return None
        if len(parts) > 1 and not isinstance(column.type, Choice):
            checks.append(_IsAscii(column))
        if not (is_whole and getattr(column, "nullable", True) is False):
            parts = [column.is_(None), *parts]
        keys += [part.desc() for part in parts] if is_descending else parts
    # Rows that are alike in all these columns are ASCII together, so that `by` decides among them.
    first = statement.where(*checks).order_by(*keys, *by).limit(count)
    if not checks:
        return [first]
    return [first, statement.where(not_(and_(*checks))).order_by(*map(_Sorted, by))]


def _may_lack_rows(statement: Select[Any]) -> bool:
    """Say whether columns of a table may be nothing because there is no row of it."""
    joins = (
        part
        for source in statement.get_final_froms()
        for part in visitors.iterate(source)
        if part.__visit_name__ == "join"
    )
    return any(cast("Any", join).isouter or cast("Any", join).full for join in joins)


def _ordered(column: ColumnElement[Any]) -> list[ColumnElement[Any]] | None:
    """Return by what to order a column as it is shown; a text needs two, and must be ASCII."""
    if isinstance(column.type, _ORDERED_BY_VALUE):
        return [column]
    if isinstance(column.type, String | Choice):
        return [Folded(column), _Exact(column)]
    return None
