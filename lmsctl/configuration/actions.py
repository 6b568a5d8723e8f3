"""Reading and changing the configuration file, and saying which of its values hold now."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lmsctl.configuration import rules
from lmsctl.configuration.errors import (
    AddressNeeded,
    ContextNameWrong,
    KeyUnknown,
    PasswordInArgument,
)
from lmsctl.configuration.results import ConfigPlace, Context, Setting, Value
from lmsctl.kit import config, config_writing, dburl
from lmsctl.kit.canonical import nearest
from lmsctl.kit.config import CONTEXT_KEYS, DEFAULT_CONTEXT, KEYS, MAIL_KEYS, Config
from lmsctl.kit.config_errors import ContextExists, NoDatabaseNamed
from lmsctl.kit.environment import Environment

_OTHER_ADDRESS = {"database-url": "database-url-file", "database-url-file": "database-url"}
_NAME = re.compile(r"[A-Za-z0-9_-]+")

# What is said by option, then variable, then the file; the last is what holds when nobody says it.
_SAID_BY: Mapping[str, tuple[str, str, str | None, str | None]] = {
    "context": ("context", "--context", "LMSCTL_CONTEXT", DEFAULT_CONTEXT),
    "output": ("output", "--output", "LMSCTL_OUTPUT", "auto"),
    "time-zone": ("tz", "--tz", "LMSCTL_TZ", None),
    "color": ("color", "--color", None, "auto"),
}


# What holds now ----------------------------------------------------------------------------------


def effective(env: Environment) -> Iterator[Setting]:
    """Yield every key with the value in effect and where that was said, passwords masked."""
    for key in KEYS:
        yield _effective(env, key)
    yield from _connection(env)
    written = env.config.values.get("mail", {})
    for key in MAIL_KEYS:
        value = written.get(key)
        source = "default" if value is None else str(env.config.path)
        yield Setting(f"mail.{key}", value, source)


def _effective(env: Environment, key: str) -> Setting:
    field, option, variable, default = _SAID_BY[key]
    if (given := getattr(env.options, field)) is not None:
        return Setting(key, str(given), option)
    if variable and (given := env.environ.get(variable)):
        return Setting(key, given, variable)
    if key in env.config.values:
        return Setting(key, str(env.config.values[key]), str(env.config.path))
    return Setting(key, default, "default")


def _connection(env: Environment) -> Iterator[Setting]:
    try:
        target = env.connection_settings
    except NoDatabaseNamed:
        yield Setting("database-url", None, "default")
        return
    is_from_file = target.source in env.config.contexts
    source = str(env.config.path) if is_from_file else target.source
    yield Setting("database-url", dburl.without_password(target.url), source)
    is_said = is_from_file and "lock-timeout" in env.config.contexts[target.source]
    yield Setting("lock-timeout", f"{target.patience:.0f}", source if is_said else "default")


def get(env: Environment, key: str) -> Value:
    """Return the value of one key: in effect now, or of one context. Raises KeyUnknown."""
    for setting in effective(env):
        if setting.key == key:
            return Value(setting.key, setting.value, setting.source)
    *_, context, name = _place(env.config, key)
    value = env.config.contexts.get(context, {}).get(name)
    if value is None:
        return Value(key, None, "default")
    shown = dburl.without_password(value) if name == "database-url" else str(value)
    return Value(key, shown, str(env.config.path))


def place(env: Environment) -> ConfigPlace:
    """Return where the file is, or would be written."""
    return ConfigPlace(str(env.config.path), env.config.exists)


# Changing the file -------------------------------------------------------------------------------


def set_value(env: Environment, key: str, text: str) -> tuple[Setting, bool]:
    """Write one key into the file; return it, and whether the file changed.

    Raises KeyUnknown, KeyValueWrong, PasswordInArgument, ContextUnknown, UrlUnreadable,
    ZoneUnknown and EmailInvalid.
    """
    *tables, name = _place(env.config, key)
    value = rules.checked_value(env.config, name, key, text)
    values = _copy(env.config)
    table = values
    for step in tables:
        table = table.setdefault(step, {})
    before = dict(table)
    table[name] = value
    # Of the two ways to give an address the file's would win without a word.
    table.pop(_OTHER_ADDRESS.get(name, ""), None)
    is_changed = before != table
    if is_changed:
        _written(env, values)
    return Setting(key, str(value), str(env.config.path)), is_changed


def unset(env: Environment, key: str) -> tuple[Setting, bool]:
    """Take one key out of the file; return what holds now, and whether the file changed."""
    *tables, name = _place(env.config, key)
    values = _copy(env.config)
    table = values
    for step in tables:
        table = table.get(step, {})
    is_changed = table.pop(name, None) is not None
    if is_changed:
        _written(env, values)
    left = get(env, key)
    return Setting(key, left.value, left.source), is_changed


def _place(written: Config, key: str) -> tuple[str, ...]:
    """Return the tables of the file that lead to `key`, and its name in the last of them."""
    if key in KEYS:
        return (key,)
    if key in CONTEXT_KEYS:
        return ("contexts", written.current, key)
    head, _, rest = key.partition(".")
    if head == "mail" and rest in MAIL_KEYS:
        return ("mail", rest)
    context, _, name = rest.rpartition(".")
    if head == "contexts" and name in CONTEXT_KEYS:
        rules.check_context(written, context)
        return ("contexts", context, name)
    known = [*KEYS, *CONTEXT_KEYS, *(f"mail.{name}" for name in MAIL_KEYS)]
    guess = nearest(key, known)
    advice = f"Did you mean '{guess}'?" if guess else f"Keys: {', '.join(known)}."
    raise KeyUnknown(key=key, advice=advice)


def _copy(written: Config) -> dict[str, Any]:
    return copy.deepcopy(dict(written.values))


def _written(env: Environment, values: dict[str, Any]) -> Config:
    """Save `values`, or in a rehearsal return what would have been saved."""
    if env.options.dry_run:
        return Config(env.config.path, exists=env.config.exists, values=values)
    env.warn_if_interrupted("See what the configuration says now with 'lmsctl config show'.")
    env.use(config_writing.save(env.config, values))
    return env.config


# Contexts ----------------------------------------------------------------------------------------


def contexts(written: Config) -> Iterator[Context]:
    """Yield every connection of the file by name, passwords masked."""
    for name in sorted(written.contexts):
        yield _context(written, name)


def _context(written: Config, name: str) -> Context:
    chosen = written.contexts[name]
    url = chosen.get("database-url")
    return Context(
        name,
        None if url is None else dburl.without_password(str(url)),
        chosen.get("database-url-file"),
        int(chosen.get("lock-timeout", config.PATIENCE_SECONDS)),
        name == written.current,
    )


def use(env: Environment, name: str) -> tuple[Context, bool]:
    """Make `name` the connection that is used when none is named. Raises ContextUnknown."""
    rules.check_context(env.config, name)
    is_changed = env.config.current != name
    written = _written(env, {**_copy(env.config), "context": name}) if is_changed else env.config
    return _context(written, name), is_changed


def add(
    env: Environment, name: str, *, url: str | None, url_file: str | None, lock_timeout: int | None
) -> Context:
    """Add a connection; the first one is also the one in use.

    Raises ContextExists, ContextNameWrong, AddressNeeded, KeyValueRefused, PasswordInArgument
    and UrlUnreadable.
    """
    if not _NAME.fullmatch(name):
        raise ContextNameWrong(name=name)
    new = _address(env.config, name, url, url_file)
    if name in env.config.contexts:
        raise ContextExists(name=name)
    if lock_timeout is not None:
        new["lock-timeout"] = rules.check_timeout("--lock-timeout", lock_timeout)
    values = _copy(env.config)
    if not env.config.contexts:
        values["context"] = name
    values.setdefault("contexts", {})[name] = new
    return _context(_written(env, values), name)


def _address(
    written: Config, name: str, url: str | None, url_file: str | None
) -> dict[str, str | int]:
    if url is not None and url_file is None:
        dburl.check_url(url)
        if dburl.may_hold_password(url):
            raise PasswordInArgument(instead="--url-file")
        return {"database-url": rules.from_here(written, url)}
    if url_file is not None and url is None:
        return {"database-url-file": rules.checked_file(written, name, url_file)}
    raise AddressNeeded


def remove(env: Environment, name: str) -> Context:
    """Remove a connection from the file; the database stays. Raises ContextUnknown."""
    rules.check_context(env.config, name)
    gone = _context(env.config, name)
    values = _copy(env.config)
    del values["contexts"][name]
    if values.get("context") == name:
        del values["context"]
    _written(env, values)
    return gone
