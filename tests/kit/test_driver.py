"""Addresses of databases: which file, and which make no sense."""

from pathlib import Path

import pytest

from lmsctl.kit import database_errors, dburl, driver, sqlite
from lmsctl.kit.dburl import UrlUnreadable


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///portal.db", "portal.db"),
        ("sqlite:////var/lib/portal.db", "/var/lib/portal.db"),
        ("sqlite:///a%20b%25.db", "a b%.db"),
        ("sqlite:///ünï/x.db", "ünï/x.db"),
    ],
)
def test_three_slashes_are_relative_and_four_absolute(url: str, path: str) -> None:
    """As SQLAlchemy has it, so that the same address works with other tools."""
    assert dburl.sqlite_path(url) == Path(path)
    assert dburl.sqlite_path(dburl.sqlite_url(Path(path))) == Path(path)


@pytest.mark.parametrize("path", ["a%41.db", "what?.db", "a b.db", "100%"])
def test_the_address_of_a_file_leads_back_to_it(path: str) -> None:
    """Whatever its name holds."""
    assert dburl.sqlite_path(dburl.sqlite_url(Path(path))) == Path(path)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///",
        "sqlite://",
        "sqlite:portal.db",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=ro",
        "sqlite:///a%00b",
        "sqlite:///~nobody-of-that-name/x.db",
        "",
        "mysql://x",
        "http://[::1",
        "sqlite:///x.db\npostgresql://u:s3cret@host/db",
        "postgresql://host/db?sslmode=s3cret",
        "postgresql://host:s3cret/db",
    ],
)
def test_an_address_without_meaning_is_refused(url: str) -> None:
    """Never guessed at, and not repeated: it may be anything."""
    with pytest.raises(UrlUnreadable) as caught:
        driver.open_database(url, patience=1)
    assert not url or url not in caught.value.format_message()


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_the_log_is_used_only_where_sqlite_is_repaired(
    version: tuple[int, ...], is_safe: bool
) -> None:
    """Older ones can damage a file that many write."""
    assert sqlite.log_is_sound(version) == is_safe


def test_a_file_that_cannot_be_used_is_let_go_of(tmp_path: Path) -> None:
    """However often it is tried, no file stays open."""
    file = tmp_path / "portal.db"
    file.write_bytes(b"no database, and never was one\n" * 100)
    try:
        driver.open_database(dburl.sqlite_url(file), patience=1, create=True).begin_writing()
    except database_errors.DatabaseDamaged as refused:
        kept = refused  # with its traceback, which would hold a connection that nobody closed
    opened = [link.resolve() for link in Path("/proc/self/fd").iterdir()]
    assert kept
    assert file not in opened
