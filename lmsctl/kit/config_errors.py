"""Every way the configuration can be refused."""

from lmsctl.kit.errors import Conflict, Misconfigured, NotFound, Usage


class ConfigUnreadable(Misconfigured):
    """The file is not there, not readable, or not TOML."""

    code = "config_unreadable"
    message = "The configuration '{file}' cannot be read: {reason}."
    hint = "Fix the file, or name another with --config."


class ConfigKeyUnknown(Misconfigured):
    """A key nobody knows."""

    code = "config_key_unknown"
    message = "The configuration '{file}' has the unknown key '{key}'."
    hint = "{advice}"


class ConfigValueWrong(Misconfigured):
    """A known key with a value of the wrong type or range."""

    code = "config_value_wrong"
    message = "In the configuration '{file}' the key '{key}' must be: {expected}."
    hint = "Correct it in the file."


class ConfigUntrusted(Misconfigured):
    """The file in the current folder could have been planted by somebody else."""

    code = "config_untrusted"
    message = "The configuration '{file}' belongs to somebody else, or others may write it."
    hint = (
        "If it is yours: chown it and 'chmod go-w {file}'. Otherwise name your own with --config."
    )


class ConfigExposed(Misconfigured):
    """A password lies where others can read it."""

    code = "config_exposed"
    message = "'{file}' holds a password, or what looks like one, and others may read it."
    hint = "Run: chmod 600 {file}"


class PasswordOnCommandLine(Usage):
    """A password in an option is visible to everybody in the process list."""

    code = "password_on_command_line"
    message = "A password in --database-url can be read by everybody on this machine."
    hint = "Put the address into LMSCTL_DATABASE_URL, or a file named by LMSCTL_DATABASE_URL_FILE."


class NoDatabaseNamed(Misconfigured):
    """Neither option, variable nor file says which database."""

    code = "no_database_named"
    message = "No database is configured."
    hint = "Make one here with 'lmsctl init', or name it by --database-url or LMSCTL_DATABASE_URL."


class ContextUnknown(NotFound):
    """No connection of that name."""

    code = "context_unknown"
    message = "There is no context '{name}' in {file}."
    hint = "Known contexts: {known}. Add one with 'lmsctl context add'."


class ContextExists(Conflict):
    """A connection of that name is there already."""

    code = "context_exists"
    message = "The context '{name}' exists already."
    hint = "Choose another name, or remove it first with 'lmsctl context remove {name}'."
