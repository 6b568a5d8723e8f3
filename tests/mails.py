"""Mails of tests: putting them into the outbox, and a real server that behaves as it is told."""

import contextlib
import email
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.conftest import Portal

SENDER = "Academy <learning@example.com>"
_INSERT = """
    INSERT INTO notifications (channel, kind, address, reason, subject, body, message_id, state,
        due_at, created_at, calendar)
    VALUES ('mail', 'invitation', :address, 'a test', :subject, :body, :message_id, 'queued',
        :due, :due, :calendar)
"""


def configure(portal: Portal, transport: str = "folder:outbox", **keys: str) -> None:
    """Write the portal's table `[mail]`."""
    lines = {"transport": transport, "sender": SENDER, **keys}
    text = "".join(f'{name.replace("_", "-")} = "{value}"\n' for name, value in lines.items())
    (portal.folder / "lmsctl.toml").write_text(f"[mail]\n{text}")


def queue(
    portal: Portal,
    *addresses: str,
    subject: str = "Welcome",
    body: str = "Hello,\n\nit begins.",
    due: str = "2026-03-01T09:00:00Z",
    calendar: str | None = None,
) -> None:
    """Put mails into the outbox, each with an id of its own."""
    start = portal.value("SELECT count(*) FROM notifications")
    for number, address in enumerate(addresses, start):
        portal.sql(
            _INSERT,
            address=address,
            subject=subject,
            body=body,
            message_id=f"<{number:032x}@lmsctl.invalid>",
            due=due,
            calendar=calendar,
        )


def rows(portal: Portal, columns: str = "address, state, tries") -> list[tuple[Any, ...]]:
    """Return columns of all mails, in the order in which they were queued."""
    return portal.sql(f"SELECT {columns} FROM notifications WHERE channel = 'mail' ORDER BY id")


def read(data: bytes) -> EmailMessage:
    """Return a mail as a mail program reads it; nothing of it may be wrong."""
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    for part in message.walk():
        assert not part.defects
    return message


def files(portal: Portal, folder: str = "outbox") -> list[Path]:
    """Return the files that hold mails, by name."""
    return sorted((portal.folder / folder).glob("*.eml"))


@dataclass(frozen=True)
class Taken:
    """One mail that a server took: the addresses of its envelope as they came, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


# What a test lets happen to one mail, by its recipient: a reply, or something that is done with the
# server's side of the connection.
Behavior = Callable[[Any, str], str | None]


def _obey(_server: Any, _address: str) -> None:
    """Take every mail."""


@dataclass
class MailServer:
    """A mail server that notes what it takes; `on_recipient` and `on_data` may answer otherwise."""

    host: str = "127.0.0.1"
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    on_sender: Behavior = _obey
    on_recipient: Behavior = _obey
    on_data: Behavior = _obey

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count a connection by its greeting."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a sender, or answer as the test says."""
        answer = self.on_sender(server, address)
        if answer is not None:
            return answer
        if session.auth_data is not None:
            self.logins.append(session.auth_data)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or answer as the test says."""
        answer = self.on_recipient(server, address)
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        """Take a mail, or answer as the test says; what is dropped afterwards was taken."""
        answer = self.on_data(server, envelope.rcpt_tos[0])
        if answer is not None and answer[0] in "45":
            return answer
        self.taken.append(
            Taken(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content)
        )
        return answer or "250 OK"

    @property
    def recipients(self) -> list[str]:
        """The recipients of the envelopes, in the order of the mails."""
        heard = [one for mail in self.taken for one in mail.recipients]
        # aiosmtpd keeps bytes beyond ASCII as halves of surrogate pairs.
        return [one.encode(errors="surrogateescape").decode() for one in heard]


def drop(server: Any, _: str) -> str:
    """Close the line, whatever was to be answered."""
    server.transport.close()
    return "250 nobody hears this"


def hang(seconds: float) -> Behavior:
    """Return what lets a server say nothing for so long."""

    def behave(server: Any, _: str) -> None:
        time.sleep(seconds)

    return behave


@contextlib.contextmanager
def serving(*, is_international: bool = True, port: int = 0, **how: Any) -> Iterator[MailServer]:
    """Run a mail server meanwhile; `how` is what aiosmtpd takes (TLS, login …)."""
    handler = MailServer()
    with socket.create_server((handler.host, port)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(
        handler, hostname=handler.host, port=handler.port, enable_SMTPUTF8=is_international, **how
    )
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def let_in(user: str, password: str) -> Callable[..., AuthResult]:
    """Return what lets one account log in, and nobody else."""

    def authenticate(*given: Any) -> AuthResult:
        said = given[-1]
        is_right = (said.login, said.password) == (user.encode(), password.encode())
        return AuthResult(success=is_right, handled=is_right, auth_data=user)

    return authenticate


@dataclass(frozen=True)
class Certificate:
    """The file of a certificate that signs itself, and what a server needs to use it."""

    file: Path
    context: ssl.SSLContext


def certificate(folder: Path, name: str) -> Certificate:
    """Return a new certificate for `name`."""
    key, cert = folder / f"{name}.key", folder / f"{name}.crt"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", str(key), "-out", str(cert), "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return Certificate(cert, context)
