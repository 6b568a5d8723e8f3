"""The command line of the configuration room."""

import platform
from typing import Annotated, Any

import typer

import lmsctl
from lmsctl.configuration import actions, rules
from lmsctl.configuration.results import Context, Setting, Version
from lmsctl.kit import options, schema
from lmsctl.kit.answer import Done, Listing, Text
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb

config_app = options.noun("config", "The configuration file and the values in effect.")
context_app = options.noun("context", "The connections of the configuration file.")
version_app = options.single("version", "Show the version of the program.")

Key = Annotated[
    str, typer.Argument(metavar="KEY", help="Such as output or contexts.test.lock-timeout.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a connection.")]


# config ------------------------------------------------------------------------------------------


@verb(config_app, examples=("lmsctl config show", "lmsctl config show --context test"))
def show(env: Environment) -> Listing[Setting]:
    """Show the value of every key that is in effect and where it was said, passwords masked."""
    return Listing(Setting, actions.effective(env), things="settings")


@verb(config_app, examples=("lmsctl config get time-zone", "lmsctl config get database-url -o id"))
def get(env: Environment, key: Key) -> Any:
    """Show the value of one key that is in effect, and where it was said."""
    return actions.get(env, key)


@verb(
    config_app,
    "set",
    examples=("lmsctl config set output json", "lmsctl config set contexts.test.lock-timeout 60"),
)
def set_(
    env: Environment,
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value.")],
) -> Any:
    """Write a key into the configuration file.

    The address and the lock timeout belong to a connection: the one in use, unless KEY names
    another. The file is written anew; comments in it are not kept.
    """
    setting, is_changed = actions.set_value(env, key, value)
    sentence = f"Set {key} in {setting.source}." if is_changed else f"{key} is {value} already."
    return Done(setting, sentence, is_changed=is_changed)


@verb(config_app, examples=("lmsctl config unset output",))
def unset(env: Environment, key: Key) -> Any:
    """Take a key out of the configuration file, so that its default holds again."""
    setting, is_changed = actions.unset(env, key)
    sentence = f"Took {key} out of {env.config.path}." if is_changed else f"{key} was not set."
    return Done(setting, sentence, is_changed=is_changed)


@verb(config_app, examples=("lmsctl config path -o id",))
def path(env: Environment) -> Any:
    """Show where the configuration file is, or would be written."""
    return actions.place(env)


# context -----------------------------------------------------------------------------------------


@verb(context_app, "list", examples=("lmsctl context list",))
def list_(env: Environment) -> Listing[Context]:
    """List the connections, passwords masked."""
    return Listing(
        Context,
        actions.contexts(env.config),
        things="connections",
        first="lmsctl context add NAME --url URL",
    )


@verb(context_app, examples=("lmsctl context use test",))
def use(env: Environment, name: Name) -> Any:
    """Use this connection from now on when none is named."""
    context, is_changed = actions.use(env, name)
    sentence = f"Using '{name}' from now on." if is_changed else f"'{name}' is in use already."
    return Done(context, sentence, is_changed=is_changed)


@verb(
    context_app,
    examples=(
        "lmsctl context add test --url sqlite:///test.db",
        "lmsctl context add live --url-file ~/.lmsctl-live --lock-timeout 60",
    ),
)
def add(
    env: Environment,
    name: Name,
    url: Annotated[
        str | None, typer.Option("--url", help="The address, without a password.")
    ] = None,
    url_file: Annotated[
        str | None,
        typer.Option("--url-file", help="A file that holds the address, password included."),
    ] = None,
    lock_timeout: Annotated[
        int | None,
        typer.Option(
            "--lock-timeout",
            metavar="N",
            help=f"Seconds to wait for others, up to {rules.LOCK_TIMEOUTS[-1]}.",
        ),
    ] = None,
) -> Any:
    """Add a connection to the configuration file; the first one is also the one in use."""
    context = actions.add(env, name, url=url, url_file=url_file, lock_timeout=lock_timeout)
    return Done(context, f"Added the context '{name}'.")


@verb(context_app, examples=("lmsctl context remove test",))
def remove(env: Environment, name: Name) -> Any:
    """Remove a connection from the configuration file; the database stays as it is."""
    return Done(actions.remove(env, name), f"Removed the context '{name}'.")


# About the program -------------------------------------------------------------------------------


@verb(version_app, "version", examples=("lmsctl version", "lmsctl version -o json"))
def version(env: Environment) -> Any:
    """Show the version of the program; with -o json also of what it stands on."""
    if env.output in {"json", "jsonl", "csv"}:
        from lmsctl.kit.sqlite import library as sqlite3

        return Version(
            lmsctl.__version__, schema.VERSION, platform.python_version(), sqlite3.sqlite_version
        )
    return Text(f"lmsctl {lmsctl.__version__}")
