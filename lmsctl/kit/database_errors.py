"""What a database can refuse, and the signals it gives the unit of work."""

from lmsctl.kit.errors import Misconfigured, Refusal, SchemaMismatch, Unavailable


class DatabaseMissing(Unavailable):
    """The SQLite file is not there."""

    code = "database_missing"
    message = "There is no database at '{place}'."
    hint = "Make one with 'lmsctl init', or name another with --database-url or --context."
    retryable = False


class DatabaseUnreachable(Unavailable):
    """The database does not answer."""

    code = "database_unreachable"
    message = "The database cannot be reached: {reason}."
    hint = (
        "Check that it runs and that its address is right ('lmsctl config show'), then try again."
    )


class DatabaseRefuses(Misconfigured):
    """The server is there and does not let us in."""

    code = "database_refuses"
    message = "Access to the database was denied: {reason}."
    hint = "Check the names and the password in its address ('lmsctl config show')."


class DatabaseLocked(Unavailable):
    """Somebody else holds the database for longer than we wait."""

    code = "database_locked"
    message = (
        "The database is busy: somebody else has been writing for more than {seconds} seconds."
    )
    hint = "Try again; a long import may be running."


class DatabaseLogUnsound(Unavailable):
    """Others use a log that this SQLite might damage."""

    code = "database_log_unsound"
    message = "Others use '{place}' with a log that the SQLite of this machine can damage."
    hint = "Try again when nobody else uses it, or install the package pysqlite3."


class DatabaseReadOnly(Unavailable):
    """The file or its folder may not be written."""

    code = "database_read_only"
    message = "The database at '{place}' cannot be written."
    hint = "Make the file and its folder writable for you, or use a copy."
    retryable = False


class DatabaseFull(Unavailable):
    """No room is left where the database lives."""

    code = "database_full"
    message = "There is no room left where the database lives."
    hint = "Free some space, then run the same command again."


class DatabaseDamaged(Unavailable):
    """The file is no SQLite database, or is broken."""

    code = "database_damaged"
    message = "'{place}' is not a readable database: {reason}."
    hint = "Check the address, or put a backup in its place ('lmsctl db restore')."
    retryable = False


class SchemaAbsent(SchemaMismatch):
    """The database is there and holds no portal."""

    code = "schema_absent"
    message = "The database holds no portal yet."
    hint = "Make one with 'lmsctl init'."


class SchemaNowhere(Misconfigured):
    """The server looks for tables in schemas that are not there."""

    code = "schema_nowhere"
    message = "None of the schemas in which the server looks for tables is there."
    hint = "Make the schema first (CREATE SCHEMA), or correct the search_path of the address."


class DatabaseIncomplete(Misconfigured):
    """There is a schema, and something in it is missing: damaged, or restored by half."""

    code = "database_incomplete"
    message = "The database lacks a part of its schema: {reason}."
    hint = "See what is missing with 'lmsctl db check', or put a backup in its place."


class RetryTransaction(Exception):  # noqa: N818 - a signal to the unit of work, never shown
    """Somebody else's transaction came between: the whole unit of work is to be done again."""


class ConstraintClash(RetryTransaction):
    """Two rows that exclude each other, or a reference to nothing.

    Somebody may have come between; if it is so again and again, `error` is what is true.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class AnswerLost(Exception):  # noqa: N818 - a signal to the unit of work, never shown
    """Whether a COMMIT was carried out is not known, because its answer did not come."""


def missing_table(reason: str) -> Refusal:
    """Return what it means that a table is not there: without that of the version, no portal."""
    return SchemaAbsent() if _VERSION_TABLE in reason else DatabaseIncomplete(reason=reason)


_VERSION_TABLE = "alembic_version"
