"""A connection to a SQLite file: opening it, its transactions, and what its errors mean."""
# ruff: noqa: D102 - what a connection does is said once, by the protocol in `driver.py`

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from lmsctl.kit import database, secret
from lmsctl.kit.database_errors import (
    AnswerLost,
    ConstraintClash,
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseLogUnsound,
    DatabaseMissing,
    DatabaseReadOnly,
    DatabaseUnreachable,
    missing_table,
)
from lmsctl.kit.errors import Refusal

if TYPE_CHECKING:  # --help loads no database code.
    from sqlmodel import Session

T = TypeVar("T")


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

    @contextmanager
    def at_once(self) -> Iterator[None]:
        _ = self.session
        patience, self.patience = self.patience, 0
        try:
            # With a write-ahead log only what is synced next makes it durable.
            self.raw.execute("PRAGMA synchronous=NORMAL")
            self.begin_writing()
            yield
        finally:
            self.rollback()
            self.patience = patience
            self.raw.execute("PRAGMA synchronous=FULL")
            self.raw.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")

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
            return missing_table(str(error))
        if _CLASH.match(str(error)):
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


# Not every library of SQLite's tells which constraint was violated but in words.
_CLASH = re.compile("(UNIQUE|FOREIGN KEY) constraint failed")

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
