"""The database through SQLModel: sessions on an open connection, and what their errors mean."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import ExceptionContext
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

    return Session(_begun(engine.connect()), autoflush=False, expire_on_commit=False)


def _begun(bound: Connection) -> Connection:
    """Return `bound` in what it takes for a transaction, which somebody else begins and ends."""
    bound.begin()
    return bound
