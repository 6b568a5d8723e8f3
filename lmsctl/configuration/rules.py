"""What the keys of the configuration take, decided about values given on a command line."""

from collections.abc import Callable, Mapping
from pathlib import Path

from lmsctl.configuration.errors import KeyValueRefused, KeyValueWrong, PasswordInArgument
from lmsctl.kit import config, dburl, mail_settings, zones
from lmsctl.kit.address import parse_email
from lmsctl.kit.config import Config
from lmsctl.kit.config_errors import ContextUnknown

LOCK_TIMEOUTS = range(1, 3601)
_SECONDS = "a number of seconds from 1 to 3600"


def check_context(written: Config, name: str) -> None:
    """Raise ContextUnknown unless the configuration has a connection of that name."""
    if name not in written.contexts:
        known = sorted(written.contexts) or "none"
        raise ContextUnknown(name=name, file=written.path, known=known)


def checked_value(written: Config, name: str, key: str, text: str) -> str | int:
    """Return what is to stand in the file for the key `name`, called `key` where it was given.

    Raises KeyValueWrong, KeyValueRefused, PasswordInArgument, ContextUnknown, UrlUnreadable,
    ZoneUnknown and EmailInvalid.
    """
    return _CHECKS[name](written, key, text)


def _checked_context(written: Config, _key: str, text: str) -> str:
    check_context(written, text)
    return text


def _one_of(words: tuple[str, ...]) -> Callable[[Config, str, str], str]:
    def check(_written: Config, key: str, text: str) -> str:
        if text not in words:
            raise KeyValueWrong(key=key, value=text, expected=words)
        return text

    return check


def _checked_zone(_written: Config, _key: str, text: str) -> str:
    return zones.by_name(text).key


def _checked_url(written: Config, _key: str, text: str) -> str:
    dburl.check_url(text)
    if dburl.may_hold_password(text):
        raise PasswordInArgument(instead="database-url-file")
    return from_here(written, text)


def from_here(written: Config, url: str) -> str:
    """Return `url` as it must stand in the file: a relative path there begins at the file."""
    if not url.startswith("sqlite"):
        return url
    path = dburl.sqlite_path(url)
    is_beside = written.path.absolute().parent == Path.cwd()
    return url if path.is_absolute() or is_beside else f"sqlite:///{path.absolute()}"


def checked_file(_written: Config, _key: str, text: str) -> str:
    """Return the path of a file, so that it means the same wherever the configuration lies."""
    return str(Path(text).expanduser().absolute())


def _checked_timeout(_written: Config, key: str, text: str) -> int:
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise KeyValueWrong(key=key, value=text, expected=_SECONDS)
    return check_timeout(key, int(text))


def check_timeout(key: str, seconds: int) -> int:
    """Return how long to wait for others; raises KeyValueRefused."""
    if seconds not in LOCK_TIMEOUTS:
        raise KeyValueRefused(key=key, value=seconds, expected=_SECONDS, field=key)
    return seconds


def _checked_mail(_written: Config, key: str, text: str) -> str:
    name = key.removeprefix("mail.")
    try:
        mail_settings.check(name, text)
    except mail_settings.Unfit as wrong:
        shown = mail_settings.shown(text)
        raise KeyValueWrong(key=key, value=shown, expected=mail_settings.EXPECTED[name]) from wrong
    return text


def _checked_transport(written: Config, key: str, text: str) -> str:
    text = _checked_mail(written, key, text)
    folder = written.path.absolute().parent
    if not text.startswith(mail_settings.FOLDER) or folder == Path.cwd():
        return text
    return mail_settings.FOLDER + checked_file(written, key, text.removeprefix("folder:"))


def _checked_sender(written: Config, key: str, text: str) -> str:
    text = _checked_mail(written, key, text)
    sender = mail_settings.read({"sender": text}, Path()).sender
    assert sender is not None
    parse_email(sender.address, sandbox=True)
    return text


def _checked_address(_written: Config, _key: str, text: str) -> str:
    return parse_email(text, sandbox=True).address


_CHECKS: Mapping[str, Callable[[Config, str, str], str | int]] = {
    "context": _checked_context,
    "output": _one_of(config.FORMATS),
    "time-zone": _checked_zone,
    "color": _one_of(config.COLORS),
    "database-url": _checked_url,
    "database-url-file": checked_file,
    "lock-timeout": _checked_timeout,
    "transport": _checked_transport,
    "sender": _checked_sender,
    "organizer-address": _checked_address,
    "user": _checked_mail,
    "password-file": checked_file,
}
