"""How Alembic runs a version: on the one connection and in the one transaction it is handed.

To write the next version by hand of the models, point LMSCTL_DATABASE_URL at a throw-away portal of
the present version and run `alembic revision --autogenerate`.
"""

import os

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from lmsctl.db import engine


def run(connection: Connection) -> None:
    """Run what was asked for inside the transaction that `connection` is in."""
    context.configure(
        connection=connection, target_metadata=SQLModel.metadata, compare_type=True
    )
    context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    engine.load_models()
    with engine.transaction(os.environ["LMSCTL_DATABASE_URL"], patience=10) as opened:
        run(opened)
