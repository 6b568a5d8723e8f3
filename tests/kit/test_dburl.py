"""Addresses of databases: whose password, and never shown."""

import pytest

from lmsctl.kit import dburl

NONE = "postgresql://anna@host/db?passfile=/x&host=/run/x"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://anna:s3cret@host/db", "postgresql://anna:***@host/db"),
        ("postgresql+psycopg://anna:s3cret@host/db", "postgresql+psycopg://anna:***@host/db"),
        ("postgresql://anna:p%40ss:w@host:5432/db", "postgresql://anna:***@host:5432/db"),
        ("postgresql://anna:s3 cret@host/db", "postgresql://anna:***@host/db"),
        ("postgresql://:s3cret@a:1,[::1]:2/db", "postgresql://:***@a:1,[::1]:2/db"),
        ("postgresql://host/db?password=s3cret&x=1", "postgresql://host/db?password=***&x=1"),
        ("postgresql://host/db?password=s3 cret", "postgresql://host/db?password=***"),
        ("postgresql://host/db?%70assword=s3cret", "postgresql://host/db?%70assword=***"),
        ("postgresql://host?x=1&PASSWORD=s3cret", "postgresql://host?x=1&PASSWORD=***"),
        ("postgresql://host/db?sslpassword=s3cret", "postgresql://host/db?sslpassword=***"),
    ],
)
def test_a_password_is_seen_and_not_shown(url: str, shown: str) -> None:
    """Wherever it stands in the address, and however it is written."""
    assert dburl.fault(url) is None
    assert dburl.may_hold_password(url)
    assert dburl.without_password(url) == shown
    assert not dburl.may_hold_password(shown.replace("***", ""))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna@host:5432/db",
        "postgresql://anna:@/db?host=/run/x",
        "postgresql://host:5432/a%40b",
        "sqlite:////srv/a:b@c.db",
        "sqlite:////srv/password=x.db",
        NONE,
    ],
)
def test_an_address_without_password_is_shown_whole(url: str) -> None:
    """A colon or an at sign alone is none."""
    assert dburl.fault(url) is None
    assert not dburl.may_hold_password(url)
    assert dburl.without_password(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "s3cret",
        "root:$6$s3cret:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::",
        "host=db password=s3cret",
        "mysql://anna:s3cret@host/db",
        "postgresql://anna:s3@cret@host/db",
        "postgresql://anna:s3/cret@host/db",
        "postgresql://anna:12/s3cret@host/db",
        "postgresql://anna:12?s3cret@host/db",
        "postgresql://anna:s3#cret@host/db",
        "postgresql://anna:s3%cret@host/db",
        "postgresql://anna:s3cret@[::1",
        "postgresql://host:s3cret/db",
        "sqlite:///x.db\npostgresql://anna:s3cret@host/db",
    ],
)
def test_what_is_not_understood_is_not_shown(text: str) -> None:
    """Neither whole nor in part, nor in the reason."""
    reason = dburl.fault(text)
    assert reason is not None
    shown = dburl.without_password(text) + reason
    assert not any(part in shown for part in ("s3", "cret", "root", "anna"))


@pytest.mark.parametrize(
    "text",
    [
        "mysql://anna:s3cret@host/db",
        "postgresql://anna:s3@cret@host/db",
        "host=db password=s3cret",
        "host=db %70assword=s3cret",
    ],
)
def test_what_is_not_understood_may_hold_a_password(text: str) -> None:
    """So the file that it stands in is to be its owner's alone."""
    assert dburl.fault(text) is not None
    assert dburl.may_hold_password(text)
    assert not dburl.may_hold_password("portal.db")


def test_a_long_address_is_judged_at_once() -> None:
    """However it ends."""
    assert dburl.fault("postgresql://" + "a," * 50_000 + "@@") is not None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("in 'postgresql://u:s3 cret@h/d'", "in 'postgresql://u:***@h/d'"),
        ("at h/d?%70assword=s3cret&x=1", "at h/d?%70assword=***&x=1"),
        ("host=h password=s3cret user=u", "host=h password=*** user=u"),
    ],
)
def test_a_text_is_cleaned_of_passwords(text: str, shown: str) -> None:
    """As tracebacks are before they are kept."""
    assert dburl.scrubbed(text) == shown
