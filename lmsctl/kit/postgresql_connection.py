"""A connection to PostgreSQL: opening it, its transactions, and what its errors mean."""
# ruff: noqa: D102 - what a connection does is said once, by the protocol in `driver.py`

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from lmsctl.kit import database, dburl
from lmsctl.kit.database_errors import (
    AnswerLost,
    ConstraintClash,
    DatabaseFull,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseRefuses,
    DatabaseUnreachable,
    RetryTransaction,
    SchemaNowhere,
    missing_table,
)
from lmsctl.kit.errors import Refusal

if TYPE_CHECKING:  # --help loads no database code.
    from sqlmodel import Session

T = TypeVar("T")


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

    @contextmanager
    def at_once(self) -> Iterator[None]:
        _ = self.session
        settings = "SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = 1"
        how = f"ISOLATION LEVEL {self._level} READ WRITE"
        self.guarded(lambda: self.raw.execute(f"BEGIN {how}; {self._settings}; {settings}"))
        try:
            yield
        finally:
            self.rollback()

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
            return missing_table(error.diag.message_primary or "")
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
