"""What the table `[mail]` of the configuration says: how mails leave, and from whom they come."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lmsctl.kit import address
from lmsctl.kit.errors import Refusal

# RFC 6409 and RFC 8314: where servers take mails from those who send them.
_PORTS = {"smtp": 587, "smtps": 465}
_SERVER = re.compile(
    r"(?P<scheme>smtps?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?/?(?:\?tls=(?P<tls>on|off))?"
)
_THIS_MACHINE = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1")
_SENDER = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<address>[^<>]*)>")
_LONGEST_NAME = 100

FOLDER = "folder:"
# What the keys take, in words that follow "must be:".
EXPECTED: Mapping[str, str] = {
    "transport": "folder:DIR, smtp://host:587 or smtps://host, without a user or a password",
    "sender": "an address such as learning@example.com, or Name <learning@example.com>",
    "organizer-address": "an address such as learning@example.com",
    "user": "a text in one line",
    "password-file": "the name of a file",
}


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """Mails become files in `folder`."""

    folder: Path

    def __str__(self) -> str:
        """Return it as it is spoken of."""
        return f"the folder '{self.folder}'"


@dataclass(frozen=True, slots=True)
class ServerTransport:
    """Mails go to a server: over TLS from the beginning, after STARTTLS, or in the clear."""

    host: str
    port: int
    is_tls: bool
    is_starttls: bool

    def __str__(self) -> str:
        """Return it as it is spoken of."""
        return f"{'smtps' if self.is_tls else 'smtp'}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom mails come: an address and, before it, a name or nothing."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mails leave; `organizer_address` is where calendar programs send their answers.

    Nothing is there that the configuration does not say. `password_file` is not looked at yet.
    """

    transport: FolderTransport | ServerTransport | None = None
    sender: Sender | None = None
    organizer_address: str | None = None
    user: str | None = None
    password_file: Path | None = None


class Unfit(ValueError):  # noqa: N818 - it becomes a refusal that names the key
    """Raised for a value that a key does not take."""


def read(table: Mapping[str, Any], home: Path) -> MailSettings:
    """Return what a table says whose values were checked; relative paths begin at `home`."""
    made: Mapping[str, Any] = {
        key.replace("-", "_"): _READERS[key](value, home) for key, value in table.items()
    }
    return MailSettings(**made)


def check(key: str, value: str) -> None:
    """Raise Unfit unless `value` is one that `key` takes."""
    _READERS[key](value, Path())


def shown(value: str) -> str:
    """Return a wrong value as it may be shown: without what may be a password."""
    return re.sub(r"//[^/]*@", "//***@", value)


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise Unfit
    return text


def _transport(text: str, home: Path) -> FolderTransport | ServerTransport:
    if text.startswith(FOLDER):
        return FolderTransport(_path(text.removeprefix(FOLDER), home))
    parts = _SERVER.fullmatch(text)
    if parts is None:
        raise Unfit
    host, scheme = parts["host"].strip("[]"), parts["scheme"]
    port = int(parts["port"] or _PORTS[scheme])
    if not 0 < port < 2**16 or (scheme == "smtps" and parts["tls"]):
        raise Unfit
    # What stays on this machine nobody else can read, and its server rarely has a certificate.
    is_open = parts["tls"] == "off" or (not parts["tls"] and _THIS_MACHINE.fullmatch(host))
    return ServerTransport(host, port, scheme == "smtps", scheme == "smtp" and not is_open)


def _path(text: str, home: Path) -> Path:
    try:
        return home / Path(_one_line(text)).expanduser()
    except RuntimeError as error:  # nobody has that home folder
        raise Unfit from error


def _sender(text: str, _home: Path) -> Sender:
    parts = _SENDER.fullmatch(_one_line(text).strip())
    if parts is None:
        return Sender("", _address(text))
    name = parts["name"].strip().removeprefix('"').removesuffix('"')
    if len(name) > _LONGEST_NAME:
        raise Unfit
    return Sender(name, _address(parts["address"]))


def _address(text: str, _home: Path | None = None) -> str:
    try:
        return address.written(text)
    except Refusal as wrong:
        raise Unfit from wrong


_READERS: Mapping[str, Callable[[str, Path], Any]] = {
    "transport": _transport,
    "sender": _sender,
    "organizer-address": _address,
    "user": lambda text, _: _one_line(text),
    "password-file": _path,
}
