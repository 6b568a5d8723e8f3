"""Connections to databases: what the unit of work needs of one, and opening it by its address."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lmsctl.kit import dburl
from lmsctl.kit.postgresql_connection import Postgresql
from lmsctl.kit.sqlite_connection import Sqlite

if TYPE_CHECKING:  # --help loads no database code.
    from sqlmodel import Session

T = TypeVar("T")


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

    def at_once(self) -> AbstractContextManager[None]:
        """Lend a transaction that may write, waits for nobody and may be lost in a power cut.

        Nothing that was committed before or is committed later goes with it. It is for what can be
        done again; raises DatabaseLocked when somebody is in the way.
        """

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
