"""How Alembic runs a version: on the connection and in the transaction it is handed.

To have the next version written from the models, point LMSCTL_DATABASE_URL at a throw-away portal
of the present version and run `alembic revision --autogenerate`; then read what it wrote.
"""

import os

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from lmsctl.db import engine
from lmsctl.kit import driver


def run(connection: Connection) -> None:
    """Run what was asked for inside the transaction that `connection` is in."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
    context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    engine.load_models()
    present = driver.open_database(os.environ["LMSCTL_DATABASE_URL"], patience=10)
    run(present.session.connection())
    present.close()
