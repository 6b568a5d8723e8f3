"""Running the migrations, as far as a version, on a connection that is in a transaction."""

from sqlalchemy import Connection

_MIGRATIONS = "lmsctl.db:migrations"


def migrate(bound: Connection, version: str) -> None:
    """Bring the schema that `bound` sees to `version`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _MIGRATIONS)
    config.attributes["connection"] = bound
    command.upgrade(config, version)
