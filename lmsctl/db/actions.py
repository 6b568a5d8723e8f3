"""What can be done to the database as a whole."""

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lmsctl.db import engine
from lmsctl.db.errors import SchemaForeign, SchemaNewer
from lmsctl.kit import schema

_VERSION_TABLE = "alembic_version"


def upgrade(url: str, *, patience: float) -> tuple[str | None, str]:
    """Bring the database at `url` to this program's schema; return its version before and now.

    A missing SQLite file is made, readable by its owner only. All steps are one transaction: after
    a kill the old schema is there, whole. Two upgrades at once do it once. `patience` is how many
    seconds to wait for others. Raises SchemaNewer, SchemaForeign and the refusals of the driver.
    """
    config = Config()
    config.set_main_option("script_location", "lmsctl.db:migrations")
    with engine.transaction(url, patience=patience) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        _check_ours(connection, before, ScriptDirectory.from_config(config))
        if before != schema.VERSION:
            config.attributes["connection"] = connection
            command.upgrade(config, schema.VERSION)
    return before, schema.VERSION


def _check_ours(
    connection: sqlalchemy.Connection, version: str | None, known: ScriptDirectory
) -> None:
    if version is None:
        tables = set(sqlalchemy.inspect(connection).get_table_names()) - {
            _VERSION_TABLE
        }
        if tables:
            raise SchemaForeign(count=len(tables), example=min(tables))
    elif version not in {script.revision for script in known.walk_revisions()}:
        raise SchemaNewer(found=version, known=schema.VERSION)
