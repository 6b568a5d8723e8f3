"""Mails to a server: one connection for many, and what its replies mean (RFC 5321)."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from lmsctl.kit.errors import Refusal
from lmsctl.kit.mail_settings import ServerTransport
from lmsctl.notification.delivery.errors import (
    EncryptionMissing,
    LoginRefused,
    MailServerUnreachable,
    MailServerUntrusted,
    SenderRefused,
)
from lmsctl.notification.delivery.results import Fault
from lmsctl.notification.delivery.rules.composing import Envelope

# In seconds. A server looks through a mail before it takes it (RFC 5321, 4.5.3.2.6).
_CONNECT_PATIENCE = 15.0
_COMMAND_PATIENCE = 30.0
_TAKING_PATIENCE = 300.0
_CLOSING_PATIENCE = 5.0

_DONE = range(200, 300)
_GO_ON = 354
_LATER = range(400, 500)
_CLOSING = 421
_TOO_LARGE = 552
_NEVER = range(500, 600)
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in at the server."""

    user: str
    password: str

    def __repr__(self) -> str:
        """Return it without the password, which no traceback may show."""
        return f"Account({self.user!r})"


class _Lost(Exception):  # noqa: N818 - whether it is an error depends on when it comes
    """Raised when the connection is of no more use; it says why."""


class ServerSession:
    """A connection to a mail server, made anew when it was lost."""

    def __init__(self, transport: ServerTransport, account: Account | None) -> None:
        self._transport = transport
        self._account = account
        self._connection: smtplib.SMTP | None = None
        self._is_used = False

    # Connecting ----------------------------------------------------------------------------------

    def open(self) -> None:
        """Connect, encrypt and log in.

        Raises MailServerUnreachable, MailServerUntrusted, EncryptionMissing and LoginRefused.
        """
        if self._connection is not None:
            return
        try:
            self._connect()
        except BaseException:
            self._drop()
            raise

    def _connect(self) -> None:
        try:
            connection = self._connected()
            self._connection = connection
            self._is_used = False
            if connection.sock is not None:
                connection.sock.settimeout(_COMMAND_PATIENCE)
            self._greet(connection)
            self._log_in(connection)
        except ssl.SSLCertVerificationError as error:
            raise MailServerUntrusted(
                server=self._transport, reason=error.verify_message.rstrip(".")
            ) from error
        except smtplib.SMTPResponseException as error:
            reason = _reason(error.smtp_code, error.smtp_error)
            raise self._unreachable(reason) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._unreachable(_in_words(error)) from error

    def _connected(self) -> smtplib.SMTP:
        where, patience = (self._transport.host, self._transport.port), _CONNECT_PATIENCE
        if self._transport.is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(*where, timeout=patience, context=context)
        return smtplib.SMTP(*where, timeout=patience)

    def _greet(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if not self._transport.is_starttls:
            return
        if not connection.has_extn("starttls"):
            raise EncryptionMissing(server=self._transport)
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()

    def _log_in(self, connection: smtplib.SMTP) -> None:
        account = self._account
        if account is None:
            return
        try:
            connection.login(account.user, account.password)
        except smtplib.SMTPNotSupportedError as error:
            raise self._login_refused("it offers no login") from error
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code in _LATER:
                raise
            raise self._login_refused(_reason(error.smtp_code, error.smtp_error)) from error
        except UnicodeEncodeError as error:
            raise self._login_refused("its way to log in takes ASCII alone") from error

    def _login_refused(self, reason: str) -> Refusal:
        assert self._account is not None
        return LoginRefused(server=self._transport, user=self._account.user, reason=reason)

    def _unreachable(self, reason: str) -> Refusal:
        return MailServerUnreachable(server=self._transport, reason=reason)

    # Sending -------------------------------------------------------------------------------------

    def offer(self, envelope: Envelope) -> Fault | None:
        """Tell sender and recipient and ask to send the text; returns what is wrong with the mail.

        A connection that the server has closed meanwhile is made anew once. Raises like `open`, and
        SenderRefused.
        """
        self.open()
        try:
            return self._offer(envelope)
        except _Lost as lost:
            is_stale = self._is_used
            self._drop()
            if not is_stale:
                return Fault(str(lost), is_final=False)
        self.open()
        try:
            return self._offer(envelope)
        except _Lost as lost:
            self._drop()
            return Fault(str(lost), is_final=False)

    def _offer(self, envelope: Envelope) -> Fault | None:
        assert self._connection is not None
        options = ""
        if envelope.is_international:
            if not self._connection.has_extn("smtputf8"):
                reason = "the server takes no address beyond ASCII (SMTPUTF8)"
                return Fault(reason, is_final=True)
            options = " SMTPUTF8 BODY=8BITMIME"
            self._connection.command_encoding = "utf-8"
        # Not smtplib's `mail` and `rcpt`, which read an address before they send it.
        fault = self._told(f"MAIL FROM:<{envelope.sender}>{options}", envelope)
        fault = fault or self._told(f"RCPT TO:<{envelope.recipient}>", envelope)
        if fault is None:
            fault = _fault(*self._asked("DATA"), expected=range(_GO_ON, _GO_ON + 1))
        if fault is not None:
            self._reset()
        return fault

    def _told(self, command: str, envelope: Envelope) -> Fault | None:
        code, text = self._asked(command)
        is_about_sender = command.startswith("MAIL") and not envelope.is_international
        if is_about_sender and code in _NEVER and code != _TOO_LARGE:
            self._reset()
            raise SenderRefused(
                server=self._transport, sender=envelope.sender, reason=_reason(code, text)
            )
        return _fault(code, text, expected=_DONE)

    def hand_over(self, envelope: Envelope) -> Fault | None:
        """Send the text of the mail that was offered; returns what is wrong.

        If the connection is lost before the reply, nobody knows whether the mail has left.
        """
        assert self._connection is not None and self._connection.sock is not None  # noqa: PT018 - one is part of the other
        self._is_used = True
        try:
            self._connection.sock.settimeout(_TAKING_PATIENCE)
            self._connection.send(_dotted(envelope.data))
            fault = _fault(*self._answered(self._connection.getreply), expected=_DONE)
            self._connection.sock.settimeout(_COMMAND_PATIENCE)
        except (_Lost, OSError, smtplib.SMTPException) as error:
            self._drop()
            reason = str(error) if isinstance(error, _Lost) else _in_words(error)
            return Fault(reason, is_final=False)
        return fault

    def _asked(self, command: str) -> tuple[int, bytes]:
        connection = self._connection
        assert connection is not None
        return self._answered(lambda: connection.docmd(command))

    def _answered(self, ask: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        try:
            code, text = ask()
        except (OSError, smtplib.SMTPException) as error:
            raise _Lost(_in_words(error)) from error
        if code == _CLOSING or code < min(_DONE):
            raise _Lost(_reason(code, text))
        return code, text

    def _reset(self) -> None:
        try:
            self._asked("RSET")
        except _Lost:
            self._drop()

    # Ending --------------------------------------------------------------------------------------

    def close(self) -> None:
        """Say goodbye, without waiting for long."""
        if self._connection is not None and self._connection.sock is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.sock.settimeout(_CLOSING_PATIENCE)
                self._connection.quit()
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _dotted(data: bytes) -> bytes:
    """Return lines that end in CR LF as they travel after DATA, with the end (RFC 5321, 4.5.2)."""
    start = b"." if data.startswith(b".") else b""
    return start + data.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _fault(code: int, text: bytes, *, expected: range) -> Fault | None:
    if code in expected:
        return None
    return Fault(_reason(code, text), is_final=code in _NEVER)


def _reason(code: int, text: bytes | str) -> str:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return " ".join(f"{code if code > 0 else ''} {said}".split())[:_LONGEST_REASON].rstrip(".")


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "it does not answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it has closed the connection"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.rstrip(".").lower()
    return " ".join(str(error).split())[:_LONGEST_REASON].rstrip(".") or type(error).__name__
