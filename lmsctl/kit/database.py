"""The database through SQLModel: sessions on an open connection, and what their errors mean.

It is long because every statement in text that has no expression, but for those in `db`, stands
here.
"""

import csv
import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from tempfile import TemporaryDirectory as TemporaryFolder
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, TextIO

from sqlalchemy import CursorResult, Engine, Executable, MetaData, Table, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable, DropTable
from sqlmodel import Session

from lmsctl.kit import signals, sqlite

if TYPE_CHECKING:
    from lmsctl.kit import driver

_COPIED_AT_ONCE = 65_536
_DIALECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "sqlite": ("sqlite://", {}),
    "postgresql": ("postgresql+psycopg://", {"use_native_hstore": False}),
}
_OWNER = "owner"
_lent = threading.local()


def session_on(connection: "driver.Connection") -> Session:
    """Return a session on an open connection, whose transactions are begun and ended by it alone.

    Must be made before a transaction begins, because SQLAlchemy looks around at first. What goes
    wrong in its statements is raised as `connection.refusal` says.
    """
    _lent.raw = connection.raw
    try:
        # SQLAlchemy and the drivers pass over a signal that comes while they get to know a server.
        with signals.delay_signals(once=True):
            bound = _engine(connection.dialect).connect()
    except DBAPIError as error:
        raise connection.refusal(error.orig) from error
    except connection.failures as error:
        raise connection.refusal(error) from error
    finally:
        _lent.raw = None
    bound.info[_OWNER] = connection
    # To SQLAlchemy this is a transaction, which somebody else begins and ends.
    bound.begin()
    return Session(bound, autoflush=False, expire_on_commit=False)


@functools.cache
def _engine(dialect: str) -> Engine:
    """Return the process's one engine for a kind of database, which knows compiled statements."""
    address, options = _DIALECTS[dialect]
    if dialect == "sqlite":
        options = {**options, "module": sqlite.library}
    engine = create_engine(
        address,
        creator=lambda: _lent.raw,
        poolclass=NullPool,
        hide_parameters=True,
        **options,
    )
    for end in ("do_commit", "do_rollback", "do_close", "do_terminate"):
        setattr(engine.dialect, end, _do_nothing)
    event.listen(engine, "handle_error", _translate)
    event.listen(engine, "do_execute", _capture)
    return engine


def _translate(context: ExceptionContext) -> None:
    # Whether the connection is of use is for its owner to find out.
    context.is_disconnect = False
    owner = context.connection.info.get(_OWNER) if context.connection else None
    if owner is not None and isinstance(context.original_exception, owner.failures):
        refusal = owner.refusal(context.original_exception)
        if refusal is not context.original_exception:
            raise refusal from context.original_exception


def map_tables() -> None:
    """Let SQLAlchemy map the tables that have been imported, which it does only once."""
    configure_mappers()


def _do_nothing(_: object) -> None:
    """Leave the end of a transaction, and of a connection, to whoever began it."""


_CAPTURED = "captured"


def _capture(_cursor: Any, statement: str, values: Any, context: Any) -> bool:
    """Give a statement, as its database would get it, to whoever asked for it instead."""
    captured = context.execution_options.get(_CAPTURED)
    if captured is None:
        return False
    captured.append((statement, values))
    return True


# What has no expression --------------------------------------------------------------------------

# How long others may keep us from emptying the write-ahead log before we leave it to them.
_LOG_PATIENCE_MS = 1_000
# In KiB: what SQLite may hold of a table and its indexes while it writes them anew, row by row.
_ROOM_TO_REWRITE = 65_536


def execute(
    connection: "driver.Connection", sql: str, **values: Any
) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement that has no expression, with `values` for its parameters `:name`."""
    return connection.session.connection().execute(text(sql), values)


def lock_table(connection: "driver.Connection", table: str) -> None:
    """Let nobody else lock or change rows of a table until this transaction ends.

    Whoever comes later waits in line. For a row that others share one could wait for ever, because
    PostgreSQL lets further ones share it meanwhile. SQLite's writer is alone anyway.
    """
    if connection.dialect != "sqlite":
        execute(connection, f"LOCK TABLE {table} IN EXCLUSIVE MODE")


def wait_in_line(connection: "driver.Connection") -> None:
    """Let a transaction that has just begun be alone with the portal as soon as it is its turn.

    Where transactions are serializable, what it sees is what was there after it had waited.
    """
    lock_table(connection, "portals")


def load(
    connection: "driver.Connection",
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Append rows, in the form in which SQLite keeps values, to a table as fast as can be."""
    names = ",".join(columns)
    if connection.dialect == "sqlite":
        sql = f"INSERT INTO {table} ({names}) VALUES ({','.join('?' * len(columns))})"
        connection.guarded(lambda: connection.raw.executemany(sql, rows))
        return

    def copy() -> None:
        statement = f"COPY {table} ({names}) FROM STDIN"
        with connection.raw.cursor() as cursor, cursor.copy(statement) as target:
            for row in rows:
                target.write_row(row)

    connection.guarded(copy)


# How many lines of CSV are written at a time.
_LINES_AT_ONCE = 1_000


def write_csv(
    connection: "driver.Connection",
    statement: Executable,
    values: Mapping[str, Any],
    out: TextIO,
    note: Callable[[int], None],
) -> None:
    """Write what a statement finds, which is cells of two columns or more, as lines of CSV.

    It is as fast as the database can, and holds few of them at a time. `note` is told how many more
    have been written.
    """
    bound = connection.session.connection()
    if connection.dialect == "sqlite":
        with bound.execute(statement, values) as result:
            rows: Any = result.cursor
            writer = csv.writer(out, lineterminator="\r\n")
            while some := connection.guarded(lambda: rows.fetchmany(_LINES_AT_ONCE)):
                writer.writerows(some)
                note(len(some))
        return
    captured: list[tuple[str, Any]] = []
    bound.execute(statement, values, execution_options={_CAPTURED: captured})
    ((sql, given),) = captured
    copying = f"COPY ({sql}) TO STDOUT (FORMAT CSV, ENCODING 'UTF8')"
    with connection.raw.cursor() as cursor, cursor.copy(copying, given) as lines:
        while some := connection.guarded(lambda: list(islice(lines, _LINES_AT_ONCE))):
            # The server ends lines with a line feed alone, which cells may hold too.
            ended = chain.from_iterable((line[:-1], b"\r\n") for line in some)
            out.write(b"".join(ended).decode())
            note(len(some))


SavedTables = Mapping[Table, IO[bytes]]


def begin_staging(connection: "driver.Connection") -> bool:
    """Begin the transaction with which temporary tables end; False where they outlast any.

    PostgreSQL's end with it, because behind a pooler the next one may be on another connection.
    """
    if connection.dialect == "sqlite":
        return False
    connection.begin_writing()
    return True


def create_staging_tables(connection: "driver.Connection", tables: Iterable[Table]) -> None:
    """Make the temporary tables `tables` anew and empty, without indexes."""
    if connection.dialect == "sqlite":
        # With the usual 2 MiB of cache the time for a row grows with the number of rows.
        execute(connection, "PRAGMA cache_size=-65536")
        _attach_staging(connection)
    else:
        execute(connection, "SET LOCAL default_statistics_target = 10")
    bound = connection.session.connection()
    for table in tables:
        placed = _placed(connection, table)
        bound.execute(DropTable(placed, if_exists=True))
        bound.execute(CreateTable(placed))


def _attach_staging(connection: "driver.Connection") -> None:
    """Give SQLite a file for temporary tables that nobody else can open, and that ends with us.

    Libraries may be built so that all that is temporary stays in memory, whatever is asked for. A
    transaction that has begun can attach nothing; then its temporary tables are what SQLite makes.
    """
    if connection.raw.in_transaction or _has_staging(connection):
        return
    with TemporaryFolder() as folder:
        place = f"{folder}/staging"
        execute(connection, "ATTACH :place AS staging", place=place)
        # Alone with it, SQLite keeps the journal open; then neither file needs its name any more.
        for setting in (
            "locking_mode=EXCLUSIVE",
            "journal_mode=PERSIST",
            "synchronous=OFF",
            "cache_size=-16384",
            "user_version=1",
            "user_version=2",
        ):
            execute(connection, f"PRAGMA staging.{setting}")


def _has_staging(connection: "driver.Connection") -> bool:
    found = execute(connection, "PRAGMA database_list").all()
    return any(name == "staging" for _, name, _ in found)


def _placed(connection: "driver.Connection", table: Table) -> Table:
    """Return a temporary table as it is made: on SQLite one in the file for them, if there is."""
    if connection.dialect != "sqlite" or not _has_staging(connection):
        return table
    return _in_staging(table)


@functools.lru_cache(maxsize=64)
def _in_staging(table: Table) -> Table:
    placed = table.to_metadata(MetaData(), schema="staging")
    placed._prefixes = []  # noqa: SLF001 - what is in a file of its own is not made as temporary
    return placed


def save_staging_tables(connection: "driver.Connection", tables: Iterable[Table]) -> SavedTables:
    """Copy temporary tables that end with this transaction to files that nobody else can open."""
    kept: dict[Table, IO[bytes]] = {}
    if connection.dialect == "sqlite":
        return kept
    for table in tables:
        kept[table] = TemporaryFile()  # noqa: SIM115 - it is closed when the unit of work ends
        _copy_out(connection, table.name, kept[table])
    return kept


def restore_staging_tables(connection: "driver.Connection", kept: SavedTables) -> None:
    """Make temporary tables what they were when they were kept."""
    if not kept:
        return
    create_staging_tables(connection, kept)
    for table, file in kept.items():
        file.seek(0)
        _copy_in(connection, table.name, file)
    index_staging_tables(connection, list(kept))


def _copy_out(connection: "driver.Connection", table: str, file: IO[bytes]) -> None:
    def copy() -> None:
        statement = f"COPY {table} TO STDOUT (FORMAT BINARY)"
        with connection.raw.cursor() as cursor, cursor.copy(statement) as source:
            for data in source:
                file.write(data)

    connection.guarded(copy)


def _copy_in(connection: "driver.Connection", table: str, file: IO[bytes]) -> None:
    def copy() -> None:
        statement = f"COPY {table} FROM STDIN (FORMAT BINARY)"
        with connection.raw.cursor() as cursor, cursor.copy(statement) as target:
            while data := file.read(_COPIED_AT_ONCE):
                target.write(data)

    connection.guarded(copy)


@contextmanager
def bulk_loading(connection: "driver.Connection") -> Iterator[None]:
    """Fill temporary tables in one go, without keeping anybody from the database itself."""
    if connection.dialect != "sqlite":
        yield
        return
    # Touching temporary tables alone takes no lock; without this every single row would be a
    # transaction of its own.
    execute(connection, "SAVEPOINT filling")
    yield
    execute(connection, "RELEASE filling")


def index_staging_tables(connection: "driver.Connection", tables: Sequence[Table]) -> None:
    """Make temporary tables that have been filled quick to search."""
    bound = connection.session.connection()
    for table in tables:
        for index in sorted(_placed(connection, table).indexes, key=lambda index: str(index.name)):
            index.create(bound)
    analyze_staging_tables(connection, tables)


def analyze_staging_tables(connection: "driver.Connection", tables: Iterable[Table]) -> None:
    """Let PostgreSQL's planner see what temporary tables hold; SQLite's does not ask."""
    if connection.dialect == "postgresql":
        for table in tables:
            execute(connection, f"ANALYZE {table.name}")


def transaction_status(connection: "driver.Connection", number: str | None) -> str | None:
    """Return what became of a transaction, as PostgreSQL says; None where it does not know."""
    asked = "SELECT pg_xact_status(CAST(:number AS xid8)) WHERE NOT pg_is_in_recovery()"
    found: str | None = execute(connection, asked, number=number).scalar()
    return found


def has_log(connection: "driver.Connection") -> bool:
    """Say whether a SQLite database has a write-ahead log."""
    return bool(execute(connection, "PRAGMA journal_mode").scalar() == "wal")


def has_mark(connection: "driver.Connection", mark: str) -> bool:
    """Say whether the audit log has a row of the transaction with this mark."""
    found = execute(connection, "SELECT 1 FROM audit_rows WHERE mark = :mark", mark=mark)
    return found.first() is not None


def secure_delete(connection: "driver.Connection") -> None:
    """Turn on PRAGMA secure_delete: SQLite overwrites what a row leaves when it moves or goes."""
    if connection.dialect == "sqlite":
        execute(connection, "PRAGMA secure_delete=ON")


def recreate_rows(connection: "driver.Connection", table: str) -> None:
    """Copy the rows of a SQLite table aside, delete them and insert them into clean pages.

    SQLite overwrites a deleted row, but not the copies that were left when pages split; pages that
    it gives up it overwrites whole.
    """
    if connection.dialect != "sqlite":
        return
    secure_delete(connection)
    size = execute(connection, "PRAGMA cache_size").scalar_one()
    execute(connection, f"PRAGMA cache_size={-_ROOM_TO_REWRITE}")
    execute(connection, f"CREATE TEMP TABLE kept AS SELECT * FROM {table}")
    execute(connection, f"DELETE FROM {table}")
    execute(connection, f"INSERT INTO {table} SELECT * FROM kept ORDER BY id")
    execute(connection, "DROP TABLE kept")
    execute(connection, f"PRAGMA cache_size={size}")


def truncate_log(connection: "driver.Connection") -> bool:
    """Run PRAGMA wal_checkpoint(TRUNCATE), which leaves SQLite's write-ahead log empty.

    Returns False when a reader still needs the log. Only outside of a transaction. Where there is
    no such log there is nothing to do.
    """
    if connection.dialect != "sqlite":
        return True
    execute(connection, f"PRAGMA busy_timeout={_LOG_PATIENCE_MS}")
    is_busy = execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    return not is_busy


def vacuum_full(connection: "driver.Connection", table: str) -> None:
    """Run VACUUM (FULL): PostgreSQL writes a table into new files, without what was deleted.

    Only outside of a transaction. SQLite is rewritten as a whole by its own VACUUM.
    """
    if connection.dialect == "postgresql":
        connection.maintain(f"VACUUM (FULL) {table}")
