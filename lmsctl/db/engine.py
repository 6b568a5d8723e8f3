"""SQLAlchemy's view of the database, for the schema alone: everything else speaks to the driver."""

import contextlib
import importlib.util
import os
import pkgutil
from collections.abc import Iterator
from typing import Any

import sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

import lmsctl
from lmsctl.kit import driver

# Any number will do, as long as nobody else who locks by number in this database uses it.
_UPGRADE_LOCK = 7_163_294_051


def load_models() -> None:
    """Import the model of every room, so that the metadata knows every table."""
    for room in pkgutil.iter_modules(lmsctl.__path__):
        if room.ispkg and importlib.util.find_spec(f"lmsctl.{room.name}.model"):
            importlib.import_module(f"lmsctl.{room.name}.model")


@contextlib.contextmanager
def transaction(url: str, *, patience: float) -> Iterator[sqlalchemy.Connection]:
    """Open the database at `url`, made when it is a missing SQLite file, in one transaction.

    Leaving commits; raising undoes everything, the making of tables included. Nobody else writes
    meanwhile: SQLite has one writer, and on PostgreSQL an advisory lock is held. `patience` is in
    seconds. Raises the refusals of the driver.
    """
    _make_private_file(url)
    connection = driver.open_database(url, patience=patience, create=True)
    try:
        with _bound(connection) as bound:
            connection.begin_writing()
            if connection.dialect == "postgresql":
                connection.execute(
                    "SELECT pg_advisory_xact_lock(:key)", {"key": _UPGRADE_LOCK}
                )
            yield bound
            connection.commit()
    except DBAPIError as error:
        # Only the driver knows what its errors mean.
        raise connection._refusal(error.orig) from error  # type: ignore[attr-defined]  # noqa: SLF001
    finally:
        connection.close()


@contextlib.contextmanager
def _bound(connection: driver.Connection) -> Iterator[sqlalchemy.Connection]:
    """Lend the driver's open connection to SQLAlchemy, which neither begins nor commits on it."""
    dialect = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}[
        connection.dialect
    ]
    engine = sqlalchemy.create_engine(
        dialect,
        creator=lambda: connection.raw,
        poolclass=StaticPool,
        hide_parameters=True,
    )
    bound = engine.connect()
    try:
        # To SQLAlchemy and Alembic this is a transaction that somebody else will end.
        with bound.begin():
            yield bound
    finally:
        bound.close()


def _make_private_file(url: str) -> None:
    """Create the SQLite file readable by its owner only, because people's data go into it."""
    if not url.startswith("sqlite"):
        return
    path = driver.sqlite_path(url)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except PermissionError as error:
        raise driver.DatabaseReadOnly(place=path) from error
    except OSError as error:
        raise driver.DatabaseUnreachable(reason=f"{error.strerror} ({path})") from error
