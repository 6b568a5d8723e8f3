"""The files that no command may write over: configuration, databases, secrets."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from lmsctl.kit import dburl, output_files
from lmsctl.kit.config import FILE_NAME, Config, expand_home, read_text, resolve_url
from lmsctl.kit.dburl import sqlite_path
from lmsctl.kit.errors import Refusal

CONFIGURATION = "the configuration file"
_OF_CONNECTION = "a file that connections to the database need"

# What PostgreSQL's library reads by itself: from where variables say, else in the home folder.
_LIBRARY_READS: Mapping[str, str] = {
    "PGPASSFILE": ".pgpass",
    "PGSERVICEFILE": ".pg_service.conf",
    "PGSSLCERT": ".postgresql/postgresql.crt",
    "PGSSLKEY": ".postgresql/postgresql.key",
    "PGSSLROOTCERT": ".postgresql/root.crt",
    "PGSSLCRL": ".postgresql/root.crl",
}


def protected_files(
    config: Config, environ: Mapping[str, str], url: str | None = None
) -> Iterator[tuple[Path, str]]:
    """Yield the files that no command may write over, each with what it is.

    They are the configuration and all the databases and secrets it and the variables name.
    """
    yield config.path, CONFIGURATION
    yield Path(FILE_NAME), CONFIGURATION
    if file := environ.get("LMSCTL_CONFIG"):
        with suppress(Refusal):
            yield expand_home(file), CONFIGURATION
    yield from _files_of_postgresql(environ)
    yield from _files_of_database(url or "")
    yield from _files_of_database(environ.get("LMSCTL_DATABASE_URL", ""))
    if file := environ.get("LMSCTL_DATABASE_URL_FILE"):
        yield from _files_of_secret(Path(file))
    yield from files_of_config(config)


def files_of_config(config: Config) -> Iterator[tuple[Path, str]]:
    """Yield the databases and secrets that the configuration names."""
    yield from _files_of_mail(config)
    for context in config.contexts.values():
        yield from _files_of_database(context.get("database-url", ""), config.path)
        if file := context.get("database-url-file"):
            with suppress(Refusal):
                yield from _files_of_secret(config.path.parent / expand_home(file))


def _files_of_mail(config: Config) -> Iterator[tuple[Path, str]]:
    """Yield the file with the password of the mail server."""
    if file := config.mail.password_file:
        yield file, "the file with the password of the mail server"


def _files_of_secret(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield a file that holds an address, and the files of the database at that address."""
    yield path, "a file with the address of a database"
    with suppress(Refusal):
        yield from _files_of_database(read_text(path).strip())


def _files_of_postgresql(environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield the files that PostgreSQL's library reads without being told."""
    home = Path(environ.get("HOME") or "/")
    for variable, usual in _LIBRARY_READS.items():
        yield Path(environ.get(variable) or home / usual), _OF_CONNECTION


def _files_of_database(url: str, beside: Path | None = None) -> Iterator[tuple[Path, str]]:
    """Yield the files of the database at `url`; relative paths start where `beside` lies."""
    with suppress(Refusal):
        if url.startswith("sqlite"):
            place = sqlite_path(resolve_url(beside, url) if beside else url)
            yield from ((file, "the database") for file in output_files.database_files(place))
    yield from ((Path(file), _OF_CONNECTION) for file in dburl.files(url))
