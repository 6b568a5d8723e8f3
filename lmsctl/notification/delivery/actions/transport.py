"""The ways that mails leave by: what each can do, and finding the configured one."""

from pathlib import Path
from typing import Protocol

from lmsctl.kit import config
from lmsctl.kit.config import Config
from lmsctl.kit.mail_settings import FolderTransport, MailSettings, Sender
from lmsctl.notification.delivery.actions.folder import FolderWriter
from lmsctl.notification.delivery.actions.server import Account, ServerSession
from lmsctl.notification.delivery.errors import PasswordMissing, TransportMissing
from lmsctl.notification.delivery.results import Fault
from lmsctl.notification.delivery.rules.composing import Envelope


class Transport(Protocol):
    """A way that mails leave by; each takes as many as one wants after the other."""

    def open(self) -> None:
        """Be ready for mails; raises a refusal that says what is in the way."""

    def offer(self, envelope: Envelope) -> Fault | None:
        """Do what can be broken off without anything having left; returns what is wrong."""

    def hand_over(self, envelope: Envelope) -> Fault | None:
        """Let the mail that was offered leave; returns what is wrong."""

    def close(self) -> None:
        """Let go of whatever `open` took."""


def find(configuration: Config) -> tuple[Transport, Sender]:
    """Return the configured way, not open yet, and from whom mails come.

    Raises TransportMissing, PasswordMissing, ConfigUnreadable and ConfigExposed.
    """
    settings = configuration.mail
    if settings.transport is None:
        raise TransportMissing(
            file=configuration.path,
            what="how mails leave",
            advice="To try it: lmsctl config set mail.transport folder:outbox.",
        )
    if settings.sender is None:
        raise TransportMissing(
            file=configuration.path,
            what="from whom mails come",
            advice="Run: lmsctl config set mail.sender learning@example.com.",
        )
    if isinstance(settings.transport, FolderTransport):
        return FolderWriter(settings.transport.folder), settings.sender
    return ServerSession(settings.transport, _account(settings)), settings.sender


def _account(settings: MailSettings) -> Account | None:
    user, file = settings.user, settings.password_file
    if user is None and file is None:
        return None
    if user is None:
        raise PasswordMissing(given="password-file", missing="user")
    if file is None:
        raise PasswordMissing(given="user", missing="password-file")
    return Account(user, _password(file))


def _password(file: Path) -> str:
    text = config.read_text(file)
    config.check_private(file)
    return text.rstrip("\r\n")
