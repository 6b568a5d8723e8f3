"""Mails over encrypted lines: whom the program trusts, and who it says it is."""

from pathlib import Path
from typing import Any

import pytest

from tests import mails
from tests.conftest import Portal

PASSWORD = "correct horse"
LOGIN: dict[str, Any] = {"authenticator": mails.let_in("lms", PASSWORD)}
# The machine itself under a name that is not taken for it, so that encryption is asked for.
ELSEWHERE = "LOCALHOST"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> mails.Certificate:
    """Return a certificate for localhost."""
    return mails.certificate(tmp_path_factory.mktemp("tls"), "localhost")


def configure(portal: Portal, transport: str, password: str | None = PASSWORD) -> None:
    """Let mails leave by an account whose password is in a file; without one by none."""
    keys = {}
    if password is not None:
        file = portal.folder / "password"
        file.write_text(f"{password}\n")
        file.chmod(0o600)
        keys = {"user": "lms", "password_file": "password"}
    mails.configure(portal, transport, **keys)
    mails.queue(portal, "ada@example.com")


def test_mails_leave_by_starttls_with_a_login(
    portal: Portal, certificates: mails.Certificate
) -> None:
    """The server takes nothing without either."""
    how: dict[str, Any] = {
        "tls_context": certificates.context,
        "require_starttls": True,
        "auth_required": True,
    }
    with mails.serving(**how, **LOGIN) as server:
        configure(portal, f"smtp://{ELSEWHERE}:{server.port}")
        portal.ok("notification", "deliver", SSL_CERT_FILE=str(certificates.file))
        assert server.recipients == ["ada@example.com"]
        assert server.logins == ["lms"]


def test_mails_leave_by_tls_from_the_beginning(
    portal: Portal, certificates: mails.Certificate
) -> None:
    """With a login too; the transport is smtps."""
    how: dict[str, Any] = {"ssl_context": certificates.context, "auth_require_tls": False, **LOGIN}
    with mails.serving(**how) as server:
        configure(portal, f"smtps://localhost:{server.port}")
        portal.ok("notification", "deliver", SSL_CERT_FILE=str(certificates.file))
        assert server.recipients == ["ada@example.com"]
        assert server.logins == ["lms"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    portal: Portal, certificates: mails.Certificate, scheme: str
) -> None:
    """Neither mail nor password reaches that server, and `doctor` says the same."""
    how: dict[str, Any] = {"tls_context": certificates.context} if scheme == "smtp" else {}
    more: dict[str, Any] = {"ssl_context": certificates.context, "auth_require_tls": False}
    with mails.serving(**how, **(more if scheme == "smtps" else {}), **LOGIN) as server:
        configure(portal, f"{scheme}://{ELSEWHERE}:{server.port}")
        assert portal.refused("notification", "deliver") == "mail_server_untrusted"
        assert (server.taken, server.logins) == ([], [])
        assert _doctor_says(portal, "is refused")
    assert mails.rows(portal, "state, tries, lease") == [("queued", 0, None)]


def test_a_certificate_of_another_name_is_refused(portal: Portal, tmp_path: Path) -> None:
    """Even if its authority is trusted."""
    other = mails.certificate(tmp_path, "mail.example.org")
    with mails.serving(ssl_context=other.context) as server:
        configure(portal, f"smtps://localhost:{server.port}", None)
        variables = {"SSL_CERT_FILE": str(other.file)}
        ran = portal.run("notification", "deliver", "-o", "json", **variables)
        assert (ran.status, ran.code) == (10, "mail_server_untrusted")
        assert server.taken == []


def test_a_server_without_starttls_gets_nothing(portal: Portal) -> None:
    """The configuration can say that it is in one's own network."""
    with mails.serving() as server:
        configure(portal, f"smtp://{ELSEWHERE}:{server.port}", None)
        assert portal.refused("notification", "deliver") == "mail_encryption_missing"
        assert server.taken == []
        mails.configure(portal, f"smtp://{ELSEWHERE}:{server.port}?tls=off")
        portal.ok("notification", "deliver")
        assert server.recipients == ["ada@example.com"]


def test_a_wrong_password_is_told_without_showing_it(portal: Portal) -> None:
    """The mail stays queued, and the status is that of a wrong configuration."""
    with mails.serving(auth_require_tls=False, **LOGIN) as server:
        configure(portal, f"smtp://localhost:{server.port}", "wrong horse")
        ran = portal.run("notification", "deliver", "-o", "json")
        assert (ran.status, ran.code) == (10, "mail_login_refused")
        assert "wrong horse" not in ran.err
        assert _doctor_says(portal, "refuses the login of 'lms'")
    assert mails.rows(portal, "state, tries, lease") == [("queued", 0, None)]


def test_a_password_that_others_may_read_is_not_used(portal: Portal) -> None:
    """And an account without a password is as wrong as a password without an account."""
    configure(portal, "smtp://localhost:1")
    (portal.folder / "password").chmod(0o644)
    assert portal.refused("notification", "deliver") == "config_exposed"
    mails.configure(portal, "smtp://localhost:1", user="lms")
    assert portal.refused("notification", "deliver") == "mail_password_missing"
    mails.configure(portal, "smtp://localhost:1", password_file="password")
    assert portal.refused("notification", "deliver") == "mail_password_missing"


def test_a_sender_that_the_server_refuses_costs_no_mail_a_try(portal: Portal) -> None:
    """None of the mails is to blame, and all would fail."""
    with mails.serving() as server:
        server.on_sender = lambda _server, _address: "553 not yours"
        mails.configure(portal, f"smtp://localhost:{server.port}")
        mails.queue(portal, "ada@example.com", "ben@example.com")
        assert portal.refused("notification", "deliver") == "mail_sender_refused"
    assert mails.rows(portal, "state, tries, lease") == [("queued", 0, None)] * 2


def _doctor_says(portal: Portal, words: str) -> bool:
    found = portal.run("doctor", "-o", "json").json
    return any(one["check"] == "mail" and words in one["sentence"] for one in found)
