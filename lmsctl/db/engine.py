"""SQLAlchemy's view of the database, for the schema alone: everything else speaks to the driver."""

import contextlib
import errno
import os
from collections.abc import Iterator

import sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from lmsctl.kit import dburl, discover, driver


def load_models() -> None:
    """Import the model of every room, so that the metadata knows every table."""
    for module in discover.modules("model"):
        vars(module)  # a module that loads late is not run before something is taken from it


@contextlib.contextmanager
def lent(connection: driver.Connection) -> Iterator[sqlalchemy.Connection]:
    """Lend the driver's open connection to SQLAlchemy, which then neither begins nor commits.

    Must be entered before the transaction begins, because SQLAlchemy rolls back once it has looked
    around.
    """
    dialect = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}[connection.dialect]
    engine = sqlalchemy.create_engine(
        dialect, creator=lambda: connection.raw, poolclass=StaticPool, hide_parameters=True
    )
    with translated(connection):
        bound = engine.connect()
    # The connection may be lost meanwhile, and another one have taken its place.
    for end in ("do_commit", "do_rollback"):
        setattr(engine.dialect, end, lambda _raw: None)
    # To SQLAlchemy and Alembic this is a transaction that somebody else will end.
    with bound, bound.begin():
        yield bound


@contextlib.contextmanager
def translated(connection: driver.Connection) -> Iterator[None]:
    """Turn what SQLAlchemy raises into what the driver would have raised."""
    try:
        yield
    except DBAPIError as error:
        raise connection.refusal(error.orig) from error
    except connection.failures as error:
        raise connection.refusal(error) from error


def make_private_file(url: str) -> None:
    """Create a missing SQLite file, readable by its owner only, because people's data go into it.

    Raises DatabaseReadOnly and DatabaseUnreachable; does nothing for other addresses.
    """
    if not url.startswith("sqlite"):
        return
    path = dburl.sqlite_path(url)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise driver.DatabaseReadOnly(place=path) from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise driver.DatabaseFull from error
        raise driver.DatabaseUnreachable(reason=f"{error.strerror} ({path})") from error
