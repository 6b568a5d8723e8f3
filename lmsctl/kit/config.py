"""The configuration: which file, keys and connection; option > variable > file > default."""

import os
import stat
import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmsctl.kit import dburl, mail_settings
from lmsctl.kit.canonical import nearest
from lmsctl.kit.config_errors import (
    ConfigExposed,
    ConfigKeyUnknown,
    ConfigUnreadable,
    ConfigUntrusted,
    ConfigValueWrong,
    ContextUnknown,
    NoDatabaseNamed,
    PasswordOnCommandLine,
)
from lmsctl.kit.dburl import check_url, sqlite_path, sqlite_url
from lmsctl.kit.mail_settings import MailSettings

FILE_NAME = "lmsctl.toml"
DEFAULT_CONTEXT = "default"
PATIENCE_SECONDS = 20
FORMATS = ("auto", "table", "plain", "json", "jsonl", "csv", "id", "off")
COLORS = ("auto", "always", "never")
_LONGEST = 1_000_000

# The tables of the file; every other key of it is in KEYS.
TABLES = frozenset({"contexts", "mail"})
# Every key of the file: its type and what it is for. `lmsctl.toml.example` shows each one.
KEYS: Mapping[str, tuple[type, str]] = {
    "context": (str, "the connection used when none is named"),
    "output": (str, f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"),
    "time-zone": (str, "the zone for times without offset and for tables; the portal's if omitted"),
    "color": (str, "auto, always or never"),
}
CONTEXT_KEYS: Mapping[str, tuple[type, str]] = {
    "database-url": (str, "sqlite:///portal.db or postgresql://user@host/name"),
    "database-url-file": (str, "a file that holds the address, password included"),
    "lock-timeout": (int, "seconds to wait for somebody else's lock, 1 to 3600"),
}
MAIL_KEYS: Mapping[str, tuple[type, str]] = {
    "transport": (str, "folder:DIR, smtp://host:587 or smtps://host: where mails leave"),
    "sender": (str, "from whom mails come, such as Name <learning@example.com>"),
    "organizer-address": (str, "where calendar programs send the answers to invitations"),
    "user": (str, "the account at the mail server"),
    "password-file": (str, "a file that holds its password, readable by you alone"),
}

_LIMITS: Mapping[str, Container[object]] = {
    "output": FORMATS,
    "color": COLORS,
    "lock-timeout": range(1, 3601),
}


@dataclass(frozen=True, slots=True)
class Config:
    """The file as read: `path` is where it is, or where it would be written; values by key."""

    path: Path
    exists: bool
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def contexts(self) -> Mapping[str, Mapping[str, Any]]:
        """The connections by name."""
        contexts: Mapping[str, Mapping[str, Any]] = self.values.get("contexts", {})
        return contexts

    @property
    def mail(self) -> MailSettings:
        """What the table `[mail]` says."""
        return mail_settings.read(self.values.get("mail", {}), self.path.parent)

    @property
    def current(self) -> str:
        """The name of the connection used when none is named."""
        return str(self.values.get("context", DEFAULT_CONTEXT))


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How to reach the database: its address, seconds to wait for locks, where that was said."""

    url: str
    patience: float
    source: str


def find(named: str | None, environ: Mapping[str, str]) -> Config:
    """Return the configuration: `named`, else LMSCTL_CONFIG, else ./lmsctl.toml, else the user's.

    Raises ConfigUnreadable, ConfigUntrusted, ConfigExposed, ConfigKeyUnknown and ConfigValueWrong.
    """
    explicit = named or environ.get("LMSCTL_CONFIG")
    if explicit:
        return load(expand_home(explicit))
    here = Path(FILE_NAME)
    if _is_file(here):
        _check_trusted(here)
        return load(here)
    from platformdirs import user_config_path  # costs start-up time only where it is needed

    users = user_config_path("lmsctl") / FILE_NAME
    return load(users) if _is_file(users) else Config(path=here, exists=False)


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - Path's raises where we may not look


def load(path: Path) -> Config:
    """Read and check the file at `path`; raises like `find`."""
    values = _parsed(path, read_text(path))
    contexts = values.get("contexts", {})
    _check_keys(path, {key: values[key] for key in values if key not in TABLES}, KEYS, "")
    _check_mail(path, values.get("mail", {}))
    if not isinstance(contexts, dict):
        raise ConfigValueWrong(
            file=path, key="contexts", expected="tables such as [contexts.default]"
        )
    for name, context in contexts.items():
        if not isinstance(context, dict):
            raise ConfigValueWrong(file=path, key=f"contexts.{name}", expected="a table")
        _check_keys(path, context, CONTEXT_KEYS, f"contexts.{name}.")
        if dburl.may_hold_password(str(context.get("database-url", ""))):
            check_private(path)
    return Config(path=path, exists=True, values=values)


def _check_mail(path: Path, table: object) -> None:
    if not isinstance(table, dict):
        raise ConfigValueWrong(file=path, key="mail", expected="a table, [mail]")
    _check_keys(path, table, MAIL_KEYS, "mail.")
    for key, value in table.items():
        try:
            mail_settings.check(key, value)
        except mail_settings.Unfit as wrong:
            expected = mail_settings.EXPECTED[key]
            raise ConfigValueWrong(file=path, key=f"mail.{key}", expected=expected) from wrong


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigUnreadable(file=path, reason=str(error).rstrip(".")) from error
    except RecursionError as error:
        raise ConfigUnreadable(file=path, reason="its values are nested too deeply") from error
    except ValueError as error:
        raise ConfigUnreadable(file=path, reason="a number in it is too long") from error


def connection_settings(
    config: Config,
    environ: Mapping[str, str],
    *,
    url: str | None = None,
    context: str | None = None,
) -> ConnectionSettings:
    """Decide which database: `url` of the command line, variables, then `context` of the file.

    Raises UrlUnreadable, PasswordOnCommandLine, NoDatabaseNamed, ContextUnknown and ConfigExposed.
    """
    if url is not None:
        check_url(url)
        if dburl.may_hold_password(url):
            raise PasswordOnCommandLine(field="--database-url")
        return ConnectionSettings(url, PATIENCE_SECONDS, "--database-url")
    if context is None:
        if from_variable := environ.get("LMSCTL_DATABASE_URL"):
            return ConnectionSettings(from_variable, PATIENCE_SECONDS, "LMSCTL_DATABASE_URL")
        if file := environ.get("LMSCTL_DATABASE_URL_FILE"):
            return ConnectionSettings(
                _read_secret(Path(file)), PATIENCE_SECONDS, "LMSCTL_DATABASE_URL_FILE"
            )
    name = context or environ.get("LMSCTL_CONTEXT")
    return _from_context(config, name or config.current, is_named=name is not None)


def _from_context(config: Config, name: str, *, is_named: bool) -> ConnectionSettings:
    chosen = config.contexts.get(name)
    if chosen is None:
        if not is_named and not config.contexts:
            raise NoDatabaseNamed
        raise ContextUnknown(name=name, file=config.path, known=sorted(config.contexts) or "none")
    patience = float(chosen.get("lock-timeout", PATIENCE_SECONDS))
    if file := chosen.get("database-url-file"):
        return ConnectionSettings(
            _read_secret(config.path.parent / expand_home(file)), patience, name
        )
    if "database-url" not in chosen:
        raise NoDatabaseNamed
    return ConnectionSettings(resolve_url(config.path, str(chosen["database-url"])), patience, name)


def resolve_url(path: Path, url: str) -> str:
    """Read a relative SQLite path as relative to the file that names it, not to the caller."""
    if not url.startswith("sqlite:"):
        return url
    place = sqlite_path(url)
    return url if place.is_absolute() else sqlite_url(path.parent / place)


def read_text(path: Path) -> str:
    """Return what is in the file at `path`, as UTF-8; raises ConfigUnreadable."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LONGEST + 1)
    except OSError as error:
        raise ConfigUnreadable(file=path, reason=error.strerror) from error
    except ValueError as error:  # bytes that are no UTF-8, or a name that no file can have
        raise ConfigUnreadable(file=path, reason=str(error).rstrip(".")) from error
    if len(text) > _LONGEST:
        raise ConfigUnreadable(file=path, reason="it does not end after a million characters")
    return text


def expand_home(file: str) -> Path:
    """Return the path that `file` writes, `~` expanded; raises ConfigUnreadable."""
    try:
        return Path(file).expanduser()
    except RuntimeError as error:
        raise ConfigUnreadable(file=file, reason="nobody here has that home folder") from error


def _read_secret(path: Path) -> str:
    text = read_text(path).strip()
    if dburl.may_hold_password(text):
        check_private(path)
    return text


def check_private(path: Path) -> None:
    """Raise ConfigExposed when group or others may read the file at `path`."""
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        raise ConfigExposed(file=path)


def _check_trusted(path: Path) -> None:
    status = path.stat()
    if status.st_uid not in {0, os.getuid()} or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigUntrusted(file=path)


def _check_keys(
    path: Path, values: Mapping[str, Any], known: Mapping[str, tuple[type, str]], prefix: str
) -> None:
    for key, value in values.items():
        if key not in known:
            guess = nearest(key, known)
            advice = (
                f"Did you mean '{prefix}{guess}'?" if guess else f"Known keys: {', '.join(known)}."
            )
            raise ConfigKeyUnknown(file=path, key=prefix + key, advice=advice)
        expected = known[key][0]
        if type(value) is not expected:
            words = {str: "a text", int: "a whole number"}
            raise ConfigValueWrong(file=path, key=prefix + key, expected=words[expected])
        if key in _LIMITS and value not in _LIMITS[key]:
            raise ConfigValueWrong(file=path, key=prefix + key, expected=known[key][1])
