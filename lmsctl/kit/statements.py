"""What rooms make their statements from: columns of records, long lists, changes of rows.

It is long because each construct stands with its form for SQLite and for PostgreSQL.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any, Self, cast

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Delete,
    Insert,
    Label,
    LargeBinary,
    Select,
    Text,
    Update,
    bindparam,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel, case, col, delete, func, insert, literal, not_, select, update
from sqlmodel import cast as sql_cast

from lmsctl.kit.columns import Moment

# The moment of the unit of work: whoever runs a statement with it gives it `now=work.now`.
NOW = bindparam("now", type_=Moment)
# Another moment, as a rule a later one.
AT = bindparam("at", type_=Moment)


@lru_cache(maxsize=512)
def names_of(record: type) -> tuple[str, ...]:
    """Return the names of the fields with which the dataclass `record` is made, in their order."""
    return tuple(field.name for field in fields(cast("Any", record)) if field.init)


def columns_of(record: type, model: Any, **others: Any) -> tuple[Any, ...]:
    """Return what to select for each field of the dataclass `record`, labeled with its name.

    This is how stores read rows: as records of what a verb needs, and never as objects of the table
    classes, which a session would keep and write back.

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


def joined_text(parts: Iterable[ColumnElement[str]]) -> ColumnElement[str]:
    """Return the texts `parts`, of which none is NULL, one after the other."""
    return sum(parts, cast("ColumnElement[str]", literal("", Text)))


def value_for(column: Any, value: Any) -> ColumnElement[Any]:
    """Return `value` as an expression of the type of `column`, to be put into it by a SELECT."""
    return literal(value, column.type)


# Changes of rows ---------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def insert_of(table: type[SQLModel]) -> Insert:
    """Return the statement that inserts one row and returns its id."""
    model: Any = table
    return insert(model).returning(col(model.id))


@lru_cache(maxsize=64)
def insert_many_of(table: type[SQLModel]) -> Insert:
    """Return the statement that inserts rows."""
    return insert(table)


def update_of(table: type[SQLModel], id_: int, values: dict[str, Any]) -> Update:
    """Return the statement that changes the row with the id `id_`, and counts up its version.

    Tables without versions just change.
    """
    model: Any = table
    if hasattr(model, "version"):
        values = {**values, "version": col(model.version) + 1}
    return update(model).where(col(model.id) == id_).values(values)


def lock_of(table: type[SQLModel], ids: Collection[int], *, shared: bool) -> Any:
    """Return the statement that locks the rows with these ids, in their order."""
    model: Any = table
    found = select(model.id).where(among(model.id, ids)).order_by(col(model.id))
    return found.with_for_update(read=shared)


def insert_from(table: Any, source: Select[*tuple[Any, ...]]) -> Insert:
    """Return the statement that inserts `source` into a table or staging table.

    The columns of the SELECT are labeled with the names of the table's.
    """
    names = [str(column.key) for column in source.selected_columns]
    return insert(table).from_select(names, source, include_defaults=False)


# Inserting what may be there ---------------------------------------------------------------------

Source = Select[*tuple[Any, ...]] | Mapping[str, Any]


def insert_once_of(table: type[SQLModel], source: Source) -> Insert:
    """Return the statement that inserts `source`, without what a unique index excludes.

    `source` is the values of one row, or a SELECT with a WHERE (else SQLite takes the words for a
    part of a join) whose columns are labeled with the table's names.
    """
    return _filled(table, source)[0].on_conflict_do_nothing().for_both()


def delete_equal_of(table: type[SQLModel], values: Mapping[str, Any]) -> Delete:
    """Return the DELETE of the rows with these values by column, None standing for NULL."""
    # SQLAlchemy compares with None by IS NULL.
    fits = (col(getattr(table, name)) == value for name, value in values.items())
    return delete(table).where(*fits)


def upsert_of(table: type[SQLModel], key: Sequence[str], source: Source) -> Insert:
    """Return the statement that inserts `source`, or changes the rows that have its `key` already.

    `source` is as for `insert_once_of`.
    """
    made, names = _filled(table, source)
    changed = {name: made.excluded[name] for name in names if name not in key}
    return made.on_conflict_do_update(index_elements=key, set_=changed).for_both()


class _Insert(sqlite.Insert):
    """SQLite's INSERT … ON CONFLICT, for both databases.

    PostgreSQL's compiler takes it once it hears that no constraint is named. Its own construct does
    for both as well, but with it every command on SQLite loads what SQLAlchemy has for PostgreSQL.
    """

    inherit_cache = True

    def for_both(self) -> Self:
        """Return the statement, whose clause for conflicts names no constraint."""
        clause: Any = self._post_values_clause
        clause.constraint_target = None
        return self


def _filled(table: type[SQLModel], source: Source) -> tuple[_Insert, Iterable[str]]:
    made = _Insert(cast("Any", table))
    if isinstance(source, Mapping):
        return made.inline().values(source), source.keys()
    names = [str(column.key) for column in source.selected_columns]
    return made.from_select(names, source, include_defaults=False), names


# Lists of any length -----------------------------------------------------------------------------


class _ListOf(TypeDecorator[Collection[Any]]):
    """A list as one parameter: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return how this database takes a list."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.item))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """Return what the driver is given; a list must be there."""
        listed = list(value or ())
        if dialect.name == "postgresql":
            return listed
        encode = self.item.dialect_impl(dialect).bind_processor(dialect)
        return json.dumps([encode(one) for one in listed] if encode else listed)


class _IsAmong(FunctionElement[bool]):
    """Whether the first argument is in the list that is the second.

    It has no type: of a truth SQLAlchemy asks SQLite `(…) = 1`, for which no index is used.
    """

    inherit_cache = True


@compiles(_IsAmong, "sqlite")
def _is_among_on_sqlite(element: _IsAmong, compiler: SQLCompiler, **options: Any) -> str:
    column, listed = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({listed})))"


@compiles(_IsAmong, "postgresql")
def _is_among_on_postgresql(element: _IsAmong, compiler: SQLCompiler, **options: Any) -> str:
    column, listed = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} = ANY ({listed}))"


def among(column: Any, listed: Collection[Any] | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that `column` is in `listed`, a list or the parameter for one.

    However long the list is, it is one parameter; `in_` makes one of each of its values, of which
    databases take so many only. A value alone is compared with, so that databases know which unique
    index finds its one row.
    """
    found = col(column)
    kind = _ListOf(cast("Any", found).type)
    if isinstance(listed, BindParameter):
        return _IsAmong(found, bindparam(listed.key, type_=kind))
    if len(listed) == 1:
        is_it: ColumnElement[bool] = found == next(iter(listed))
        return is_it
    return _IsAmong(found, bindparam(None, listed, type_=kind))


# Texts that people look for -----------------------------------------------------------------------


class Folded(FunctionElement[str]):
    """A text with its ASCII letters in lower case, ordered by its characters' numbers."""

    inherit_cache = True
    type = Text()


@compiles(Folded, "sqlite")
def _folded_on_sqlite(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(Folded, "postgresql")
def _folded_on_postgresql(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'


def is_one_of(column: Any, texts: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `texts`, as written or in another case.

    Databases level ASCII letters; of others the usual ways to write a word are compared with.
    """
    written = {way for text in texts for way in (text, text.lower(), text.upper(), text.title())}
    return Folded(col(column)).in_({_in_ascii_lower(way) for way in written})


def _in_ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


class _MayContain(FunctionElement[bool]):
    """Whether the first argument may contain the text that is the second, in whatever case."""

    inherit_cache = True


@compiles(_MayContain, "sqlite")
def _may_contain_on_sqlite(element: _MayContain, compiler: SQLCompiler, **options: Any) -> str:
    column, wanted = (compiler.process(clause, **options) for clause in element.clauses)
    is_beyond_ascii = f"length({column}) < length(CAST({column} AS BLOB))"
    return f"(instr(lower({column}), {wanted}) > 0 OR {is_beyond_ascii})"


@compiles(_MayContain, "postgresql")
def _may_contain_on_postgresql(element: _MayContain, compiler: SQLCompiler, **options: Any) -> str:
    column, wanted = (compiler.process(clause, **options) for clause in element.clauses)
    # Elsewhere than in "C", lower-casing depends on the language of the server.
    is_there = f'strpos(lower({column} COLLATE "C"), {wanted}) > 0'
    return f"({is_there} OR length({column}) < octet_length({column}))"


def may_contain(column: Any, key: str) -> FunctionElement[bool]:
    """Return a condition that leaves out most texts whose form for comparing lacks `key`.

    It leaves out none that contains it: those that are not ASCII it takes all, for the program to
    decide, because databases fold letters in other ways than `canonical.key`.
    """
    text = column if isinstance(column, ColumnElement) else col(column)
    return _MayContain(text, literal(key, Text))


# Days --------------------------------------------------------------------------------------------


def counts_by_day(
    moment: Any, begins: Sequence[datetime], is_seen: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Return the columns of a CountOfDay by day; who asks adds FROM and which rows are meant.

    `begins` is when each day begins; what happened before the first one belongs to none, and the
    rows are of the others alone.
    """
    days = [(moment >= begin, place) for place, begin in enumerate(begins)]
    return (
        select(
            case(*reversed(days)).label("day"),
            func.count(case((is_seen, 1))).label("seen"),
            func.count(case((not_(is_seen), 1))).label("hidden"),
        )
        .where(moment >= begins[0])
        # By its name: on PostgreSQL two texts with parameters of their own are two expressions.
        .group_by("day")
    )


# Moments as text ----------------------------------------------------------------------------------


class _MomentText(FunctionElement[str]):
    """A moment as the text that people are shown in UTC."""

    inherit_cache = True
    type = Text()


@compiles(_MomentText, "sqlite")
def _moment_text_on_sqlite(element: _MomentText, compiler: SQLCompiler, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(_MomentText, "postgresql")
def _moment_text_on_postgresql(element: _MomentText, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def moment_text(column: Any) -> FunctionElement[str]:
    """Return the moment in `column` as `2026-03-01T09:00:00Z`."""
    return _MomentText(column if isinstance(column, ColumnElement) else col(column))


# Texts as they are kept ---------------------------------------------------------------------------


class _Octets(FunctionElement[bytes]):
    """A text as the bytes that are kept, also where they are no text at all."""

    inherit_cache = True
    type = LargeBinary()


@compiles(_Octets, "sqlite")
def _octets_on_sqlite(element: _Octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


@compiles(_Octets, "postgresql")
def _octets_on_postgresql(element: _Octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"convert_to({compiler.process(element.clauses, **options)}, 'UTF8')"


def octets(column: Any) -> FunctionElement[bytes]:
    """Return the text in `column` as its bytes in UTF-8, or whatever bytes are there instead."""
    return _Octets(col(column))


class _MomentOctets(FunctionElement[bytes]):
    """A moment as bytes that differ when the moment differs by the least that can be kept."""

    inherit_cache = True
    type = LargeBinary()


@compiles(_MomentOctets, "sqlite")
def _moment_octets_on_sqlite(element: _MomentOctets, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


@compiles(_MomentOctets, "postgresql")
def _moment_octets_on_postgresql(
    element: _MomentOctets, compiler: SQLCompiler, **options: Any
) -> str:
    moment = compiler.process(element.clauses, **options)
    micros = f"CAST(EXTRACT(EPOCH FROM {moment}) * 1000000 AS BIGINT)"
    return f"convert_to(CAST(CASE WHEN isfinite({moment}) THEN {micros} END AS TEXT), 'UTF8')"


def moment_octets(column: Any) -> FunctionElement[bytes]:
    """Return the moment in `column` as bytes, to the microsecond; on SQLite those of its text."""
    return _MomentOctets(col(column))


# Chance ------------------------------------------------------------------------------------------


class RandomIdentifier(FunctionElement[str]):
    """32 hexadecimal digits that never come twice: others in each row."""

    inherit_cache = True
    type = Text()


@compiles(RandomIdentifier, "sqlite")
def _random_identifier_on_sqlite(*_: Any, **__: Any) -> str:
    return "lower(hex(randomblob(16)))"


@compiles(RandomIdentifier, "postgresql")
def _random_identifier_on_postgresql(*_: Any, **__: Any) -> str:
    return "replace(CAST(gen_random_uuid() AS TEXT), '-', '')"
