"""Connections to SQLite and PostgreSQL: opening, transactions, and what their errors mean."""
# ruff: noqa: D102 - what the two connections do is said once, by their protocol

import itertools
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote

from lmsctl.kit import database, dburl, secret
from lmsctl.kit.errors import Misconfigured, Refusal, SchemaMismatch, Unavailable

if TYPE_CHECKING:  # --help loads no database code.
    from sqlmodel import Session

T = TypeVar("T")


class DatabaseMissing(Unavailable):
    """The SQLite file is not there."""

    code = "database_missing"
    message = "There is no database at '{place}'."
    hint = "Make one with 'lmsctl init', or name another with --database-url or --context."
    retryable = False


class DatabaseUnreachable(Unavailable):
    """The database does not answer."""

    code = "database_unreachable"
    message = "The database cannot be reached: {reason}."
    hint = (
        "Check that it runs and that its address is right ('lmsctl config show'), then try again."
    )


class DatabaseRefuses(Misconfigured):
    """The server is there and does not let us in."""

    code = "database_refuses"
    message = "The database does not let us in: {reason}."
    hint = "Check the names and the password in its address ('lmsctl config show')."


class DatabaseLocked(Unavailable):
    """Somebody else holds the database for longer than we wait."""

    code = "database_locked"
    message = (
        "The database is busy: somebody else has been writing for more than {seconds} seconds."
    )
    hint = "Try again; a long import may be running."


class DatabaseLogUnsound(Unavailable):
    """Others use a log that this SQLite might damage."""

    code = "database_log_unsound"
    message = "Others use '{place}' with a log that the SQLite of this machine can damage."
    hint = "Try again when nobody else uses it, or install the package pysqlite3."


class DatabaseReadOnly(Unavailable):
    """The file or its folder may not be written."""

    code = "database_read_only"
    message = "The database at '{place}' cannot be written."
    hint = "Make the file and its folder writable for you, or use a copy."
    retryable = False


class DatabaseFull(Unavailable):
    """No room is left where the database lives."""

    code = "database_full"
    message = "There is no room left where the database lives."
    hint = "Free some space, then run the same command again."


class DatabaseDamaged(Unavailable):
    """The file is no SQLite database, or is broken."""

    code = "database_damaged"
    message = "'{place}' is not a readable database: {reason}."
    hint = "Check the address, or put a backup in its place ('lmsctl db restore')."
    retryable = False


class SchemaAbsent(SchemaMismatch):
    """The database is there and holds no portal."""

    code = "schema_absent"
    message = "The database holds no portal yet."
    hint = "Make one with 'lmsctl init'."


class SchemaNowhere(Misconfigured):
    """The server looks for tables in schemas that are not there."""

    code = "schema_nowhere"
    message = "None of the schemas in which the server looks for tables is there."
    hint = "Make the schema first (CREATE SCHEMA), or correct the search_path of the address."


class DatabaseIncomplete(Misconfigured):
    """There is a schema, and something in it is missing: damaged, or restored by half."""

    code = "database_incomplete"
    message = "The database lacks a part of its schema: {reason}."
    hint = "See what is missing with 'lmsctl db check', or put a backup in its place."


class RetryTransaction(Exception):  # noqa: N818 - a signal to the unit of work, never shown
    """Somebody else's transaction came between: the whole unit of work is to be done again."""


class ConstraintClash(RetryTransaction):
    """Two rows that exclude each other, or a reference to nothing.

    Somebody may have come between; if it is so again and again, `error` is what is true.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class AnswerLost(Exception):  # noqa: N818 - a signal to the unit of work, never shown
    """Whether a COMMIT was carried out is not known, because its answer did not come."""


class Connection(Protocol):
    """What the unit of work needs of a database; one class for SQLite, one for PostgreSQL."""

    dialect: str
    raw: Any
    patience: float
    failures: tuple[type[Exception], ...]

    @property
    def session(self) -> "Session":
        """SQLModel's session on this connection; it must be made before a transaction begins."""

    def begin_writing(self) -> None:
        """Start a transaction that may write; on SQLite it is the only one that may."""

    def begin_reading(self) -> None:
        """Start a transaction that sees one state of the database and writes nothing."""

    def transaction(self) -> str | None:
        """Return the name by which the server knows what this transaction has changed.

        None when nothing was changed; empty where no server remembers transactions.
        """

    def commit(self) -> None:
        """Make everything since the beginning durable; raises AnswerLost."""

    def reopen(self) -> None:
        """Connect anew; what belonged to the old connection is gone."""

    def rollback(self) -> None:
        """Undo everything since the beginning."""

    def guarded(self, act: Callable[[], T]) -> T:
        """Do something with the driver; its errors are raised as `refusal` says."""

    def refusal(self, error: Any) -> Exception:
        """Return what to raise instead of the driver's `error`; that itself when it is a bug."""

    def reset(self) -> None:
        """Undo every setting of others, and make those of a transaction of ours."""

    def maintain(self, sql: str) -> None:
        """Run a statement that is a transaction of its own, such as VACUUM."""

    def close(self) -> None:
        """Let go of the database; what was not committed is undone."""


def open_database(url: str, *, patience: float, create: bool = False) -> Connection:
    """Open the database at `url`, waiting at most `patience` seconds for locks.

    Raises UrlUnreadable, DatabaseMissing (SQLite, unless `create`), DatabaseUnreachable and
    DatabaseRefuses.
    """
    dburl.check_url(url)
    if url.startswith("sqlite"):
        return Sqlite(dburl.sqlite_path(url), patience=patience, create=create)
    return Postgresql(url, patience=patience)


class Sqlite:
    """One connection to a SQLite file, with transactions begun and ended by us alone."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, patience: float, create: bool) -> None:
        from lmsctl.kit import sqlite

        self._errors = sqlite.library
        self._log_is_sound = sqlite.log_is_sound()
        self.failures: tuple[type[Exception], ...] = (self._errors.Error,)
        self._path = path
        self._session: Session | None = None
        self._changes_before = 0
        self._has_schema = False
        self.patience = patience
        self._connect(create=create)

    def _connect(self, *, create: bool) -> None:
        sqlite3, path = self._errors, self._path
        # Path's own questions raise where we may not look, and of a name that is too long.
        if os.path.isdir(path):  # noqa: PTH112 - as above
            raise DatabaseDamaged(place=path, reason="it is a folder")
        if not create and not os.path.isfile(path):  # noqa: PTH113 - as above
            raise DatabaseMissing(place=path)
        try:
            self.raw = self._opened()
        except sqlite3.Error as error:
            raise self.refusal(error) from error
        try:
            self._look_at_file()
            if create or not self._log_is_sound:
                self._choose_journal()
            for pragma in ("foreign_keys=ON", "synchronous=FULL", "trusted_schema=OFF"):
                self.raw.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            self.raw.close()
            raise self.refusal(error) from error

    def _look_at_file(self) -> None:
        """Read the file for the first time; where nothing can be shared beside it, in another way.

        A write-ahead log has an index in memory that is shared by way of a file. Where there is no
        room for it we are alone; in a folder that nobody may write, the file is read as it is.
        """
        try:
            self._read_version()
        except self._errors.OperationalError as error:
            kind = _primary_name(error)
            has_log = os.path.exists(f"{self._path}-wal")  # noqa: PTH110 - as above
            if kind == "SQLITE_IOERR":
                self.raw.close()
                self.raw = self._opened()
                self.raw.execute("PRAGMA locking_mode=EXCLUSIVE")
            elif kind in {"SQLITE_CANTOPEN", "SQLITE_READONLY"} and not has_log:
                self.raw.close()
                self.raw = self._opened(is_unchanging=True)
            else:
                raise
            self._read_version()

    def _read_version(self) -> None:
        self._has_schema = self.raw.execute("PRAGMA schema_version").fetchone()[0] > 0

    def _opened(self, *, is_unchanging: bool = False) -> Any:
        connect = partial(self._errors.connect, isolation_level=None, timeout=self.patience)
        if is_unchanging:
            return connect(f"file:{quote(os.path.abspath(self._path))}?immutable=1", uri=True)  # noqa: PTH100 - as above
        return connect(self._path, uri=False)

    def _choose_journal(self) -> None:
        """Use the write-ahead log where it is sound, once nobody else has the file open.

        Where it is not, the log must not be used: raises DatabaseLogUnsound while others use it.
        """
        wanted = "wal" if self._log_is_sound else "delete"
        if self.raw.execute("PRAGMA journal_mode").fetchone()[0] in {wanted, "memory", "off"}:
            return
        self.raw.execute("PRAGMA busy_timeout=0")
        try:
            self.raw.execute(f"PRAGMA journal_mode={wanted}")
        except self._errors.OperationalError as error:
            if not self._log_is_sound:
                raise DatabaseLogUnsound(place=self._path) from error
        self.raw.execute(f"PRAGMA busy_timeout={int(self.patience * 1000)}")

    def reopen(self) -> None:
        self._session = None
        self.raw.close()
        self._connect(create=False)

    @property
    def session(self) -> "Session":
        if self._session is None:
            self._session = database.session_on(self)
        return self._session

    def begin_writing(self) -> None:
        _ = self.session  # Made before the transaction begins.
        if self._log_is_sound and self._has_schema:
            self._choose_journal()
        # SQLite's own waiting lets a newcomer overtake whoever has waited longest and sleeps ever
        # longer; short random pauses give every process the same chance.
        self.raw.execute("PRAGMA busy_timeout=0")
        try:
            self._patiently("BEGIN IMMEDIATE")
        except self._errors.Error as error:
            raise self.refusal(error) from error
        self.raw.execute(f"PRAGMA busy_timeout={int(self.patience * 1000)}")
        self._changes_before = self.raw.total_changes

    def begin_reading(self) -> None:
        _ = self.session
        self.guarded(lambda: self.raw.execute("BEGIN"))

    def transaction(self) -> str | None:
        return "" if self.raw.total_changes > self._changes_before else None

    def commit(self) -> None:
        try:
            self._patiently("COMMIT")
        except self._errors.Error as error:
            if _primary_name(error) in _NOT_COMMITTED:
                raise self.refusal(error) from error
            raise AnswerLost(f"{error} ({self._path})") from error

    def rollback(self) -> None:
        # What is left of a transaction is undone by whoever opens the file next.
        with suppress(self._errors.OperationalError, self._errors.ProgrammingError):
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")

    def reset(self) -> None:
        pass  # Nothing is set for a transaction alone.

    def maintain(self, sql: str) -> None:
        self.guarded(lambda: self.raw.execute(sql))

    def close(self) -> None:
        self._session = None
        self.raw.close()

    def _patiently(self, statement: str) -> None:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                self.raw.execute(statement)
            except self._errors.Error as error:
                if _primary_name(error) != "SQLITE_BUSY" or time.monotonic() >= deadline:
                    raise
                time.sleep(secret.pause(0.005))
            else:
                return

    def guarded(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except (self._errors.IntegrityError, self._errors.OperationalError) as error:
            refusal = self.refusal(error)
            if refusal is error:
                raise
            raise refusal from error
        except self._errors.DatabaseError as error:
            if type(error) is self._errors.DatabaseError:
                raise self.refusal(error) from error
            raise

    def refusal(self, error: Exception) -> Exception:
        if re.match("no such (table|column)", str(error)):
            return _missing(str(error))
        if _CLASH_OF_SQLITE.match(str(error)):
            return ConstraintClash(error)
        found = self._by_name().get(_primary_name(error))
        return found(error) if found else error

    def _by_name(self) -> Mapping[str, Callable[[Exception], Refusal]]:
        path = self._path

        def locked(_: Exception) -> Refusal:
            return DatabaseLocked(seconds=round(self.patience))

        def read_only(_: Exception) -> Refusal:
            return DatabaseReadOnly(place=path)

        def damaged(error: Exception) -> Refusal:
            return DatabaseDamaged(place=path, reason=error)

        def unreachable(error: Exception) -> Refusal:
            return DatabaseUnreachable(reason=f"{error} ({path})")

        return {
            "SQLITE_BUSY": locked,
            "SQLITE_LOCKED": locked,
            "SQLITE_READONLY": read_only,
            "SQLITE_PERM": read_only,
            "SQLITE_FULL": lambda _: DatabaseFull(),
            "SQLITE_NOTADB": damaged,
            "SQLITE_CORRUPT": damaged,
            # A journal that cannot be made beside the file is reported like a missing file.
            "SQLITE_CANTOPEN": read_only if os.path.exists(path) else unreachable,  # noqa: PTH110 - as above
            "SQLITE_IOERR": unreachable,
        }


def _missing(reason: str) -> Refusal:
    """Return what it means that a table is not there: without that of the version, no portal."""
    return SchemaAbsent() if _VERSION_TABLE in reason else DatabaseIncomplete(reason=reason)


_VERSION_TABLE = "alembic_version"
# Not every library of SQLite's tells which constraint was violated but in words.
_CLASH_OF_SQLITE = re.compile("(UNIQUE|FOREIGN KEY) constraint failed")
# A COMMIT that fails so has not happened. After any other failure, of a disk for example, the last
# write may have been the one that counts.
_NOT_COMMITTED = frozenset(
    {f"SQLITE_{kind}" for kind in ("BUSY", "LOCKED", "FULL", "READONLY", "CONSTRAINT")}
)


# What an error is called by its words, where a library says no more (sqlite.org, "Result Codes").
_BY_WORDS = {
    "database or disk is full": "SQLITE_FULL",
    "database is locked": "SQLITE_BUSY",
    "disk I/O error": "SQLITE_IOERR",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "unable to open database file": "SQLITE_CANTOPEN",
    "file is not a database": "SQLITE_NOTADB",
    "database disk image is malformed": "SQLITE_CORRUPT",
}


def _primary_name(error: Exception) -> str:
    """Return `SQLITE_READONLY` for `SQLITE_READONLY_DIRECTORY`: the kind without its detail."""
    said: str = getattr(error, "sqlite_errorname", "") or _BY_WORDS.get(str(error), "")
    return "_".join(said.split("_")[:2])


class Postgresql:
    """One connection to PostgreSQL, READ COMMITTED; transactions begin and end by us alone."""

    dialect = "postgresql"

    def __init__(self, url: str, *, patience: float) -> None:
        import logging

        import psycopg

        # What it has to say on its own would stand beside our words on standard error.
        logging.getLogger("psycopg").disabled = True
        self._errors = psycopg
        self.failures: tuple[type[Exception], ...] = (psycopg.Error,)
        self._numbers = itertools.count()
        self._level = "READ COMMITTED"
        self._url = url
        self._session: Session | None = None
        self.patience = patience
        self._connect()

    def _connect(self) -> None:
        psycopg, url, patience = self._errors, self._url, self.patience
        try:
            said = psycopg.conninfo.conninfo_to_dict(dburl.libpq_url(url)).get("options")
            theirs = "".join((said or os.environ.get("PGOPTIONS", "")).lower().split())
            if "default_transaction_isolation=serializable" in theirs:
                self._level = "SERIALIZABLE"
            # No options of ours: a pooler between us and the server takes none.
            self.raw = psycopg.connect(
                dburl.libpq_url(url),
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=max(2, round(patience)),
                application_name="lmsctl",
            )
        except psycopg.OperationalError as error:
            raise _connect_refusal(error) from error
        except (psycopg.Error, ValueError) as error:  # the latter for bytes that are no text
            raise dburl.UrlUnreadable(reason=_unquoted(_one_line(error))) from error

    @property
    def session(self) -> "Session":
        if self._session is None:
            self._session = database.session_on(self)
        return self._session

    def begin_writing(self) -> None:
        _ = self.session  # Made before the transaction begins.
        self._begin(f"ISOLATION LEVEL {self._level} READ WRITE")

    def begin_reading(self) -> None:
        _ = self.session
        self._begin("ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def _begin(self, how: str) -> None:
        # One round trip; what is set ends with the transaction, whoever has the connection next.
        self.guarded(lambda: self.raw.execute(f"BEGIN {how}; {self._settings}"))

    @property
    def _settings(self) -> str:
        return f"SET LOCAL timezone = 'UTC'; SET LOCAL lock_timeout = {round(self.patience * 1000)}"

    def reset(self) -> None:
        self.raw.execute(f"RESET ALL; {self._settings}")

    def maintain(self, sql: str) -> None:
        self.guarded(lambda: self.raw.execute(f"SET lock_timeout = {round(self.patience * 1000)}"))
        try:
            self.guarded(lambda: self.raw.execute(sql))
        finally:
            with suppress(self._errors.Error):
                self.raw.execute("RESET lock_timeout")

    def transaction(self) -> str | None:
        named = "SELECT CAST(pg_current_xact_id_if_assigned() AS text)"
        found: str | None = self.guarded(lambda: self.raw.execute(named)).fetchone()[0]
        return found

    def commit(self) -> None:
        try:
            answer = self.raw.execute("COMMIT").statusmessage
        except self._errors.Error as error:
            if self.raw.closed:
                raise AnswerLost(_one_line(error)) from error
            raise self.refusal(error) from error
        if answer != "COMMIT":
            message = f"the server answered {answer} to COMMIT"
            raise RuntimeError(message)

    def reopen(self) -> None:
        self._session = None
        self.raw.close()
        self._connect()

    def rollback(self) -> None:
        # Of a connection that is lost the server undoes everything by itself.
        if not self.raw.closed and self.raw.info.transaction_status:
            with suppress(self._errors.OperationalError):
                self.raw.execute("ROLLBACK")

    def close(self) -> None:
        self._session = None
        self.raw.close()

    def guarded(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except self._errors.Error as error:
            raise self.refusal(error) from error

    def refusal(self, error: Any) -> Exception:
        state = error.sqlstate or ""
        if state in _REPEATABLE:
            return RetryTransaction(state)
        if state in _CLASHES:
            return ConstraintClash(error)
        if state in _MISSING:
            return _missing(error.diag.message_primary or "")
        # The server ends a session for many reasons: somebody wants it, or it has waited too long.
        if state[:2] in {"08", "57"} or self.raw.closed:
            return DatabaseUnreachable(reason=_one_line(error))
        found: dict[str, Exception] = {
            "55P03": DatabaseLocked(seconds=round(self.patience)),
            "53100": DatabaseFull(),
            "25006": DatabaseReadOnly(place="the server"),
            "3F000": SchemaNowhere(),
            "42501": DatabaseReadOnly(place="the server"),
        }
        answer: Exception = found.get(state, error)
        return answer


# Serialization and deadlock.
_REPEATABLE = frozenset({"40001", "40P01"})
# Two who put in the same thing, or took away what another refers to.
_CLASHES = frozenset({"23505", "23503"})
# A table, a column.
_MISSING = frozenset({"42P01", "42703"})
# Before a connection stands there is no error code, only a sentence: of the client's library on an
# address it cannot make sense of, of the same on what came of its connecting, or of the server.
_CONNECTING = (
    "connection to server ",
    "connection timeout expired",
    "server closed the connection",
)
_NOT_LET_IN = (
    "FATAL:",
    "no password",
    "does not exist",
    "support SSL",
    "certificate",
    "method requirement",
    "channel binding",
)
# Some options of an address are looked at only while connecting.
_OF_AN_OPTION = "for connection option"
_FOR_NOW = (
    "starting up",
    "shutting down",
    "recovery",
    "not accepting connections",
    "not yet accepting",
    "too many ",
    "connection slots",
    "terminating connection",
)


def _connect_refusal(error: Exception) -> Refusal:
    text = _one_line(error)
    if _is_unresolved_for_now(error) or any(word in text for word in _FOR_NOW):
        return DatabaseUnreachable(reason=text)
    if any(word in text for word in _NOT_LET_IN):
        return DatabaseRefuses(reason=text)
    if _OF_AN_OPTION in text:
        return dburl.UrlUnreadable(reason=_unquoted(text.rpartition("failed: ")[2]))
    if any(word in text for word in _CONNECTING):
        return DatabaseUnreachable(reason=text)
    return dburl.UrlUnreadable(reason=_unquoted(text))


def _unquoted(reason: str) -> str:
    """Return a reason up to where it quotes the address, which may hold a secret."""
    return reason.partition('"')[0].strip(" :")


def _is_unresolved_for_now(error: Exception) -> bool:
    import socket

    cause = error.__cause__
    return isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN


def _one_line(error: object) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return dburl.scrubbed(lines[0] if lines else type(error).__name__).rstrip(".")
