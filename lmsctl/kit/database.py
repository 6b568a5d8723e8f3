"""The database through SQLModel: sessions on an open connection, and what their errors mean."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

if TYPE_CHECKING:
    from lmsctl.kit import driver

# How many rows a statement that streams holds at a time.
FETCH = 2_000
_DIALECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "sqlite": ("sqlite://", {}),
    "postgresql": ("postgresql+psycopg://", {"use_native_hstore": False}),
}


def session_on(connection: "driver.Connection") -> Session:
    """Return a session on an open connection, whose transactions are begun and ended by it alone.

    Must be made before a transaction begins, because SQLAlchemy rolls back once it has looked
    around. What goes wrong in its statements is raised as `connection.refusal` says.
    """
    address, options = _DIALECTS[connection.dialect]
    engine = create_engine(
        address,
        creator=lambda: connection.raw,
        poolclass=StaticPool,
        hide_parameters=True,
        **options,
    )

    @event.listens_for(engine, "handle_error")
    def translate(context: ExceptionContext) -> None:
        # Whether the connection is of use is for its owner to find out.
        context.is_disconnect = False
        if isinstance(context.original_exception, connection.failures):
            refusal = connection.refusal(context.original_exception)
            if refusal is not context.original_exception:
                raise refusal from context.original_exception

    bound = _connected(engine, connection)
    # To SQLAlchemy this is a transaction, which somebody else begins and ends.
    for end in ("do_commit", "do_rollback"):
        setattr(engine.dialect, end, _do_nothing)
    bound.begin()
    return Session(bound, autoflush=False, expire_on_commit=False)


def _connected(engine: Engine, connection: "driver.Connection") -> Connection:
    try:
        return engine.connect()
    except DBAPIError as error:
        raise connection.refusal(error.orig) from error
    except connection.failures as error:
        raise connection.refusal(error) from error


def _do_nothing(_: object) -> None:
    """Leave the end of a transaction to whoever began it."""
