"""Addresses of databases as texts: what can be made sense of, and what may be shown of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lmsctl.kit.errors import Misconfigured

_SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret"})
_FILES = frozenset({"passfile", "servicefile", "sslcert", "sslkey", "sslrootcert", "sslcrl"})
_HOST = r"(?:[^:/?#@\[\]\s,]*|\[[^/?#@\[\]\s]*\])(?::\d*)?"
_POSTGRESQL = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://"
    r"(?:(?P<user>[^:/?#@]*)(?::(?P<password>[^/?#@]*))?@)?"
    rf"{_HOST}(?:,{_HOST})*"
    r"(?:/[^/?#@]*)?"
    r"(?:\?(?P<query>[^?#@]*))?"
)
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

NOT_SHOWN = "(not understood, so not shown)"


class UrlUnreadable(Misconfigured):
    """The address of the database has no meaning for us."""

    code = "database_url_unreadable"
    message = "The database address is not understood: {reason}."
    hint = "Write sqlite:///portal.db, sqlite:////var/lib/portal.db or postgresql://user@host/name."


def fault(url: str) -> str | None:
    """Return why `url` is no address of a database, in words that hold nothing of it; else None."""
    if _CONTROL.search(url):
        return "it has several lines, or control characters"
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme == "sqlite":
        return None
    if scheme not in {"postgresql", "postgres"}:
        return "it begins with neither sqlite nor postgresql"
    return _fault_of_postgresql(url)


def _fault_of_postgresql(url: str) -> str | None:
    parts = _POSTGRESQL.fullmatch(url)
    if parts is None:
        return "a port is a number, and in a name or password @ is written %40, / %2F, # %23, ? %3F"
    if _BROKEN_PERCENT.search(url):
        return "a % is not followed by two hexadecimal digits; itself it is written %25"
    if "replication" in map(_name, (parts["query"] or "").split("&")):
        return "its option replication is for other programs"
    return None


def without_password(url: str) -> str:
    """Return `url` as it may be shown: its passwords as `***`, nothing if it makes no sense."""
    if fault(url) is not None:
        return NOT_SHOWN
    parts = _POSTGRESQL.fullmatch(url)
    if parts is None:
        return url
    if parts["query"]:
        shown = "&".join(map(_without_value, parts["query"].split("&")))
        url = url[: parts.start("query")] + shown
    if parts["password"]:
        url = f"{url[: parts.start('password')]}***{url[parts.end('password') :]}"
    return url


def _without_value(parameter: str) -> str:
    name, _, value = parameter.partition("=")
    return f"{name}=***" if value and _is_secret(name) else parameter


def _is_secret(name: str) -> bool:
    return _name(name) in _SECRETS


def _name(parameter: str) -> str:
    return unquote(parameter.partition("=")[0]).strip().casefold()


def may_hold_password(url: str) -> bool:
    """Say whether `url` carries a password, or, if it makes no sense, what looks like one."""
    if fault(url) is not None:
        return "@" in url or "passw" in unquote(url).casefold()
    return without_password(url) != url


def files(url: str) -> Iterator[str]:
    """Yield the files that `url` names besides a database: passwords, keys, certificates."""
    parts = _POSTGRESQL.fullmatch(url)
    for parameter in (parts["query"] or "").split("&") if parts else ():
        name, _, value = parameter.partition("=")
        if unquote(name).strip().casefold() in _FILES and value:
            yield unquote(value)


_IN_TEXT = re.compile(r"(?<=//)([^/:@\s]*:)[^\n/]+(?=@)|(?<![\w%])([\w%]+=)[^&\s]+")


def scrubbed(text: str) -> str:
    """Return `text`, such as a traceback, with what looks like a password in it as `***`."""

    def masked(match: re.Match[str]) -> str:
        if match[1] is not None:
            return f"{match[1]}***"
        return f"{match[2]}***" if _is_secret(match[2][:-1]) else match[0]

    return _IN_TEXT.sub(masked, text)


def check_url(url: str) -> None:
    """Raise UrlUnreadable when `url` is no address of a database."""
    reason = fault(url)
    if reason is not None:
        raise UrlUnreadable(reason=reason)


def sqlite_path(url: str) -> Path:
    """Return the file a `sqlite:///…` address names: three slashes relative, four absolute."""
    check_url(url)
    prefix, rest = url[:10], url[10:]
    file = unquote(rest)
    if not prefix.endswith(":///") or not rest or rest == ":memory:" or "?" in rest or "\0" in file:
        raise UrlUnreadable(reason="it names no file")
    try:
        return Path(file).expanduser()
    except RuntimeError as error:
        raise UrlUnreadable(reason="nobody here has that home folder") from error


def sqlite_url(path: Path) -> str:
    """Return the address that names the file at `path`: `sqlite_path` undone."""
    return "sqlite:///" + str(path).replace("%", "%25").replace("?", "%3F")


def libpq_url(url: str) -> str:
    """Return the address of a PostgreSQL database as PostgreSQL's own library writes it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", url)
