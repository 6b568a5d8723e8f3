"""Every way the db room can say no."""

from lmsctl.kit.errors import (
    Conflict,
    Misconfigured,
    NotFound,
    Rejected,
    SchemaMismatch,
    Unavailable,
)


class SchemaForeign(SchemaMismatch):
    """Another program's tables are there."""

    code = "schema_foreign"
    message = "The database holds no portal, but {count} other tables, among them '{example}'."
    hint = "Give lmsctl a database of its own."


class SpareUnwritable(Unavailable):
    """The copy in which a restore is prepared cannot be written."""

    code = "spare_unwritable"
    message = "The restore cannot be prepared in '{folder}': {reason}."
    hint = "Make room there, or name another folder in TMPDIR; nothing was changed."
    retryable = False


class RightsUnreadable(SchemaMismatch):
    """Somebody's rights are in a database that cannot be read as it is."""

    code = "rights_unreadable"
    message = "What '{login}' may do cannot be read from this database: {reason}."
    hint = "Run it without --as, as the operator."


class BackupExists(Conflict):
    """A file of that name is there already."""

    code = "backup_exists"
    message = "'{file}' exists already."
    hint = "Name another file, or replace it with --force."


class BackupUnwritable(Rejected):
    """The backup cannot be written."""

    code = "backup_unwritable"
    message = "The backup cannot be written to '{file}': {reason}."
    hint = "Name a file in a folder that you may write and that has room."


class BackupMissing(NotFound):
    """The file to restore from is not there."""

    code = "backup_missing"
    message = "There is no backup '{file}'."
    hint = "Check the name of the file."


class BackupUnsound(Rejected):
    """What was given, or made, is no backup that could be put back."""

    code = "backup_unsound"
    message = "'{file}' is not a sound backup of a portal: {reason}."
    hint = "Use another backup; nothing was changed."


class BackupRefused(Rejected):
    """The server does not take what the backup holds."""

    code = "backup_refused"
    message = "The server does not take this backup: {reason}."
    hint = (
        "Nothing was changed. Restore it into a server of the version it was made from or later,"
        " with the same roles."
    )


class BackupIsDatabase(Rejected):
    """Source and target are one file."""

    code = "backup_is_database"
    message = "'{file}' is the database itself."
    hint = "Name another file."


class ToolMissing(Misconfigured):
    """PostgreSQL's own program is needed and not there."""

    code = "tool_missing"
    message = "'{tool}' is not installed, or not on the PATH."
    hint = "Install PostgreSQL's client programs, of the server's version or later."


class ToolUnfit(Misconfigured):
    """PostgreSQL's own program is too old for what it has to read."""

    code = "tool_unfit"
    message = "'{tool}' is of PostgreSQL {found} and cannot read what {other} of {wanted} writes."
    hint = "Put the client programs of PostgreSQL {wanted} or later first on the PATH."


class ToolFailed(Unavailable):
    """PostgreSQL's own program did not succeed."""

    code = "tool_failed"
    message = "'{tool}' did not succeed: {reason}."
    hint = (
        "Nothing was changed. Check that its version fits the server and that you have its rights."
    )
    retryable = False


class NameShared(Conflict):
    """Two people are called alike, so that neither could be named."""

    code = "name_shared"
    message = "The database cannot be upgraded: '{one}' and '{other}' are both called '{name}'."
    hint = (
        "Give one of them another login or address with the version of lmsctl that made this"
        " database (lmsctl user edit), then upgrade again."
    )
