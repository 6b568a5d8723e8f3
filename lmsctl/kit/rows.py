"""Reading and changing rows: statements in, records or numbers of rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar, cast

from lmsctl.kit import cell_statements, database, first, statements
from lmsctl.kit.driver import Connection

if TYPE_CHECKING:  # Command lines know what a unit of work is, and --help loads no database code.
    from sqlalchemy import CursorResult, Executable, Select, Table
    from sqlalchemy.engine.interfaces import CoreExecuteOptionsParameter
    from sqlmodel import Session, SQLModel

    from lmsctl.kit.answer import CsvWish, SortOrder

T = TypeVar("T")
U = TypeVar("U")

_MOST_APPENDED = 500
# Without it psycopg does not tell how many rows an INSERT … SELECT has made.
_COUNTING: CoreExecuteOptionsParameter = {"preserve_rowcount": True}
# How many rows a statement that streams holds at a time.
_STREAMING: CoreExecuteOptionsParameter = {"yield_per": 2_000}


@dataclass(slots=True)
class RowAccess:
    """What a unit of work can do to rows, on the connection whose transaction it is."""

    connection: Connection
    _appended: dict[type[SQLModel], list[dict[str, Any]]] = field(
        default_factory=dict, kw_only=True
    )
    _readers: set[CursorResult[Any]] = field(default_factory=set, kw_only=True)

    def one(self, record: type[T], statement: Executable, **values: Any) -> T | None:
        """Return the first row as a `record` (a dataclass with the columns' names), or None."""
        first = self._rows(record, statement, values).first()
        return None if first is None else _to_record(record, first)

    def pair(
        self, first: type[T], second: type[U], statement: Executable, **values: Any
    ) -> tuple[T, U] | None:
        """Return the first row as two records, of which it has the columns one after the other."""
        row = self.execute(statement, values).first()
        if row is None:
            return None
        leading: type = first
        cut = len(statements.names_of(leading))
        return _to_record(first, row[:cut]), _to_record(second, row[cut:])

    def all(self, record: type[T], statement: Executable, **values: Any) -> list[T]:
        """Return every row as a `record`; only for what is known to be short."""
        return [_to_record(record, row) for row in self._rows(record, statement, values)]

    def each(self, record: type[T], statement: Executable, **values: Any) -> Iterator[T]:
        """Yield rows as `record`s without ever holding them all."""
        yield from self._streamed(
            self._rows(record, statement, values, _STREAMING), lambda row: _to_record(record, row)
        )

    def tuples(self, statement: Executable, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield rows as they are, of as many columns as the statement has, never holding all."""
        yield from self._streamed(self.execute(statement, values, _STREAMING), tuple)

    def _streamed(self, rows: CursorResult[Any], make: Callable[[Sequence[Any]], T]) -> Iterator[T]:
        self._readers.add(rows)
        try:
            for found in rows:
                yield make(found)
        finally:
            self._readers.discard(rows)
            rows.close()

    def listed(
        self, record: type[T], statement: Select[Any], *, by: Sequence[Any], **values: Any
    ) -> LazyRows[T]:
        """Return the rows in the order of `by`, read when they are asked for, as far as wanted."""
        return LazyRows(self, record, statement, tuple(by), values)

    def value(self, statement: Executable, **values: Any) -> Any:
        """Return the first column of the first row, or None."""
        return self.execute(statement, values).scalar()

    def values(self, statement: Executable, **values: Any) -> list[Any]:
        """Return the first column of every row; only for short lists."""
        return list(self.execute(statement, values).scalars())

    def run(self, statement: Executable, **values: Any) -> int:
        """Run a change and return how many rows it touched."""
        return self.execute(statement, values, _COUNTING).rowcount

    def insert(self, table: type[SQLModel], **values: Any) -> int:
        """Insert one row and return its id."""
        return int(self.execute(statements.insert_of(table), values).scalar_one())

    def insert_many(self, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
        """Insert `rows`, which all have the same columns, in one go."""
        if rows:
            self.execute(statements.insert_many_of(table), rows)

    def append(self, table: type[SQLModel], **values: Any) -> None:
        """Insert one row when this unit of work ends, together with all others of its table.

        It is for rows that nobody reads or refers to before; all have the same columns.
        """
        rows = self._appended.setdefault(table, [])
        rows.append(values)
        if len(rows) >= _MOST_APPENDED:
            self.insert_appended()

    def insert_appended(self) -> None:
        """Insert what was appended until now."""
        appended, self._appended = self._appended, {}
        for table, rows in appended.items():
            self.insert_many(table, rows)

    def insert_once(self, table: type[SQLModel], source: statements.Source) -> int:
        """Insert a row, or each of a SELECT, unless one that excludes it is there; says how many.

        A SELECT needs a WHERE, and its columns the names of the table's.
        """
        return self.run(statements.insert_once_of(table, source))

    def delete_equal(self, table: type[SQLModel], values: Mapping[str, Any]) -> int:
        """Delete the rows with these values by column, None standing for NULL; says how many."""
        return self.run(statements.delete_equal_of(table, values))

    def upsert(
        self,
        table: type[SQLModel],
        key: Sequence[str],
        source: statements.Source,
    ) -> int:
        """Insert a row, or each of a SELECT, or change what has that `key`; says how many."""
        return self.run(statements.upsert_of(table, key, source))

    def update(self, table: type[SQLModel], id_: int, **values: Any) -> None:
        """Change columns of the row with the id `id_`, and count up its version if it has one.

        Raises RuntimeError when there is no such row: whoever changes one has locked it.
        """
        if self.run(statements.update_of(table, id_, values)) != 1:
            message = f"no {table.__name__} with id {id_}"
            raise RuntimeError(message)

    def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append rows, in the form in which SQLite keeps values, as fast as the database can."""
        database.load(self.connection, table.name, columns, rows)

    @property
    def session(self) -> Session:
        """The session of this unit; its transaction begins and ends with the unit alone."""
        return self.connection.session

    def execute(
        self,
        statement: Executable,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        options: CoreExecuteOptionsParameter | None = None,
    ) -> CursorResult[Any]:
        """Run one statement, with `values` for its parameters by their names."""
        bound = self.session.connection()
        return bound.execute(statement, values, execution_options=options)

    def _rows(
        self,
        record: type,
        statement: Executable,
        values: Mapping[str, Any],
        options: CoreExecuteOptionsParameter | None = None,
    ) -> CursorResult[Any]:
        result = self.execute(statement, values, options)
        given, wanted = tuple(result.keys()), statements.names_of(record)
        if given != wanted:
            message = f"{record.__name__} wants {wanted}, the statement gives {given}"
            raise TypeError(message)
        return result


@dataclass(frozen=True, slots=True)
class LazyRows(Generic[T]):
    """What a statement finds, in the order of `by`: read as it is shown, and as far as it is."""

    source: RowAccess
    record: type[T]
    statement: Select[Any]
    by: tuple[Any, ...]
    values: Mapping[str, Any]

    def __iter__(self) -> Iterator[T]:
        return self._each(self.statement.order_by(*self.by))

    def first(self, count: int, order: SortOrder) -> Iterable[T]:
        """Return some of the rows, the first `count` in `order` among them."""
        parts = first.first_of(self.statement, self.by, count, order)
        if parts is None:
            return self
        return chain.from_iterable(map(self._each, parts))

    def write_csv(self, out: TextIO, sheet: CsvWish) -> bool:
        """Write the rows as lines of CSV, or return False when databases cannot."""
        ordered = self.statement.order_by(*self.by).limit(sheet.first)
        cells = cell_statements.select_cells(ordered, sheet.columns, is_raw=sheet.is_raw)
        if cells is None or len(sheet.columns) == 1:  # alone, what is absent has quotes
            return False
        database.write_csv(self.source.connection, cells, self.values, out, sheet.note)
        return True

    def _each(self, statement: Select[Any]) -> Iterator[T]:
        return self.source.each(self.record, statement, **self.values)


def _to_record(record: type[T], row: Sequence[Any]) -> T:
    return cast("Callable[..., T]", record)(*row)
