"""The statements of the db room: on the database itself, not on the rows of the rooms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Executable, text
from sqlmodel import func, select

from lmsctl.kit import database
from lmsctl.kit.check import Check
from lmsctl.kit.database_errors import SchemaNowhere
from lmsctl.kit.driver import Connection
from lmsctl.kit.work import Work

# Any number will do, as long as nobody else who locks by number in this database uses it.
_UPGRADE_LOCK = 7_163_294_051
_LOCK_TIMEOUT_MILLISECONDS = 200
# Where PostgreSQL has the portal: several may share a database, each in a schema of its own.
PORTAL_SCHEMA = """
    coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.oid = to_regclass('alembic_version')), current_schema())
"""


@dataclass(frozen=True, slots=True)
class Breaches:
    """In how many places an invariant is broken, and the first of them."""

    count: int
    example: str | None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """One pair of columns of a reference; `number` tells references of one table apart."""

    child: str
    number: int
    child_column: str
    parent: str
    parent_column: str


@dataclass(frozen=True, slots=True)
class CountedTable:
    """A table whose ids PostgreSQL counts, its column and its sequence; all names are quoted."""

    table: str
    column: str
    sequence: str


def get_portal_schema(connection: Connection) -> str:
    """Return the name of PostgreSQL's schema for the portal; raises SchemaNowhere."""
    (name,) = database.execute(connection, f"SELECT {PORTAL_SCHEMA}").one()
    if name is None:
        raise SchemaNowhere
    return str(name)


def lock_schema(work: Work) -> None:
    """Let every other upgrade wait; on SQLite whoever writes is alone."""
    if not work.is_sqlite:
        work.run(text("SELECT pg_advisory_xact_lock(:key)"), key=_UPGRADE_LOCK)


def lock_everything(work: Work) -> None:
    """Lock PostgreSQL's schema and all its tables exclusively.

    It waits only for a moment, because whoever comes meanwhile waits behind us. Raises
    DatabaseLocked.
    """
    work.run(text(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT_MILLISECONDS}"))
    lock_schema(work)
    if names := _quoted_tables(work):
        work.run(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    work.run(text("SET LOCAL lock_timeout TO DEFAULT"))


def drop_statement(work: Work) -> str:
    """Return the statement that drops all of PostgreSQL's tables at once; empty without tables."""
    names = _quoted_tables(work)
    return f"DROP TABLE {names};\n" if names else ""


def list_settings(work: Work) -> list[str]:
    """Return the names of the settings that this PostgreSQL server knows."""
    return [str(name) for name in work.values(text("SELECT name FROM pg_settings"))]


def _quoted_tables(work: Work) -> str:
    sql = f"""
        SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name
        FROM pg_tables WHERE schemaname = {PORTAL_SCHEMA} ORDER BY 1
    """
    return ", ".join(work.values(text(sql)))


def find_version(work: Work) -> str | None:
    """Return the version of the schema; None when the database has none."""
    known = (
        "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
        if work.is_sqlite
        else "SELECT CAST(to_regclass('alembic_version') AS text)"
    )
    if work.value(text(known)) is None:
        return None
    found = work.value(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def list_tables(work: Work) -> list[str]:
    """Return the names of all tables but the one that holds the version."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"
        if work.is_sqlite
        else f"SELECT tablename AS name FROM pg_tables WHERE schemaname = {PORTAL_SCHEMA}"
    )
    return [
        str(name) for name in work.values(text(f"{sql} ORDER BY 1")) if name != "alembic_version"
    ]


def has_portal(work: Work) -> bool:
    """Say whether the portal's row is there; only for a current schema."""
    return work.value(text("SELECT id FROM portals WHERE id = 1")) is not None


def get_size(work: Work) -> int:
    """Return the size of the database in bytes."""
    sql = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if work.is_sqlite
        else "SELECT pg_database_size(current_database())"
    )
    return int(work.value(text(sql)))


def find_journal_mode(work: Work) -> str | None:
    """Return `wal` or `delete`; None on PostgreSQL."""
    return str(work.value(text("PRAGMA journal_mode"))) if work.is_sqlite else None


def get_server_version(work: Work) -> str:
    """Return the version of SQLite or of the PostgreSQL server."""
    sql = "SELECT sqlite_version()" if work.is_sqlite else "SHOW server_version"
    return str(work.value(text(sql)))


# Invariants --------------------------------------------------------------------------------------


def find_breaches(work: Work, check: Check) -> Breaches:
    """Return in how many places `check` does not hold, and the first of them."""
    found = check.statement.subquery("found")
    return _find_one(
        work,
        select(func.count().label("count"), func.min(found.c.example).label("example")).select_from(
            found
        ),
    )


def _find_one(work: Work, statement: Executable) -> Breaches:
    return work.one(Breaches, statement) or Breaches(0, None)


def list_damage(work: Work) -> list[str]:
    """Return what SQLite finds wrong with its file and with CHECK, UNIQUE and NOT NULL."""
    if not work.is_sqlite:
        return []
    lines = work.tuples(text("PRAGMA integrity_check"))
    return [str(line) for (line,) in lines if line != "ok"]


def list_orphans(work: Work) -> Iterator[tuple[str, Breaches]]:
    """Yield each reference (`users.department_id`) with its rows that lead nowhere.

    Rows with null in any column of a reference are left out, as SQL does.
    """
    for _, columns in groupby(list_foreign_keys(work), key=lambda key: (key.child, key.number)):
        keys = list(columns)
        first = keys[0]
        present = " AND ".join(f"c.{key.child_column} IS NOT NULL" for key in keys)
        equal = " AND ".join(f"p.{key.parent_column} = c.{key.child_column}" for key in keys)
        sql = f"""
            SELECT count(*) AS count, min(CAST(c.{first.child_column} AS TEXT)) AS example
            FROM {first.child} c
            WHERE {present} AND NOT EXISTS (SELECT 1 FROM {first.parent} p WHERE {equal})
        """
        yield f"{first.child}.{first.child_column}", _find_one(work, text(sql))


def stream_rows(work: Work, table: str, columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the raw values of `columns` in every row of `table`; holds one batch at a time."""
    return work.tuples(text(f"SELECT {', '.join(columns)} FROM {table}"))


def list_ids_ahead(work: Work) -> Iterator[tuple[str, Breaches]]:
    """Yield each table that PostgreSQL counts, with its highest id if its sequence is behind that.

    SQLite counts on from the ids that are there, and there is never a second portal.
    """
    if work.is_sqlite:
        return
    for item in work.all(CountedTable, text(_COUNTED_TABLES)):
        sql = f"""
            SELECT count(*) AS count, min(example) AS example FROM (
                SELECT CAST(max({item.column}) AS TEXT) AS example FROM {item.table}
                HAVING max({item.column}) >
                       coalesce(pg_sequence_last_value(CAST(:sequence AS regclass)), 0)) AS ahead
        """
        found = work.one(Breaches, text(sql), sequence=item.sequence)
        yield item.table, found or Breaches(0, None)


_COUNTED_TABLES = """
    WITH ours AS (
        SELECT CAST(CAST(attrelid AS regclass) AS text) AS name, attname FROM pg_attribute
        WHERE attidentity <> '' AND NOT attisdropped AND pg_table_is_visible(attrelid)
    )
    SELECT name AS "table", quote_ident(attname) AS "column",
           pg_get_serial_sequence(name, attname) AS sequence
    FROM ours WHERE name <> 'portals' ORDER BY 1
"""


def list_foreign_keys(work: Work) -> list[ForeignKey]:
    """Return every pair of columns of every reference, pairs of one reference together."""
    if work.is_sqlite:
        sql = """
            SELECT m.name AS child, f.id AS number, f."from" AS child_column,
                   f."table" AS parent, f."to" AS parent_column
            FROM sqlite_master m, pragma_foreign_key_list(m.name) f
            WHERE m.type = 'table' ORDER BY 1, 2, f.seq
        """
    else:
        sql = """
            SELECT CAST(CAST(k.conrelid AS regclass) AS text) AS child,
                   CAST(k.oid AS bigint) AS number, a.attname AS child_column,
                   CAST(CAST(k.confrelid AS regclass) AS text) AS parent, b.attname AS parent_column
            FROM pg_constraint k
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u(child, parent, at)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.child
            JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.parent
            WHERE k.contype = 'f' AND pg_table_is_visible(k.conrelid) ORDER BY 1, 2, u.at
        """
    return work.all(ForeignKey, text(sql))


# Outside of any transaction ----------------------------------------------------------------------


def vacuum(connection: Connection) -> None:
    """Give back unused space: SQLite writes its file anew, PostgreSQL frees it for new rows."""
    connection.maintain("VACUUM (ANALYZE)" if connection.dialect == "postgresql" else "VACUUM")


def make_single_file(connection: Connection) -> None:
    """Let a SQLite copy have no write-ahead log beside it."""
    database.execute(connection, "PRAGMA journal_mode=DELETE")
