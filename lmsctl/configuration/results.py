"""What the configuration room answers with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A key, the value in effect, and where that was said; passwords are masked."""

    KEY = "key"

    key: str
    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Value:
    """One setting, asked for by its key."""

    KEY = "value"

    key: str
    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class ConfigPlace:
    """The configuration file: where it is, or would be written."""

    KEY = "path"

    path: str
    exists: bool


@dataclass(frozen=True, slots=True)
class Context:
    """One connection; either the address or the file that holds it, `lock_timeout` in seconds."""

    KEY = "name"
    LEAST_IMPORTANT = ("lock_timeout", "database_url_file")

    name: str
    database_url: str | None
    database_url_file: str | None
    lock_timeout: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Version:
    """The program, the schema it needs, and what it stands on."""

    KEY = "lmsctl"

    lmsctl: str
    schema: str
    python: str
    sqlite: str
