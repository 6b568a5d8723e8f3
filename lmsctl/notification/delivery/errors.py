"""The refusals of the delivery of mails."""

from lmsctl.kit.errors import Conflict, Misconfigured, NotFound, Unavailable, Usage


class TransportMissing(Misconfigured):
    """The configuration does not say how mails leave, or from whom they come."""

    code = "mail_transport_missing"
    message = "The configuration '{file}' does not say {what}."
    hint = "{advice} See 'lmsctl help config'."


class MailServerUnreachable(Unavailable):
    """The mail server does not answer, or not as one that takes mails now."""

    code = "mail_server_unreachable"
    message = "The mail server {server} cannot be used now: {reason}."
    hint = "Mails stay queued. Check transport in [mail] and the network, then run it again."


class MailServerUntrusted(Misconfigured):
    """The certificate of the mail server is not one that is trusted for its name."""

    code = "mail_server_untrusted"
    message = "The certificate of the mail server {server} is refused: {reason}."
    hint = "Name the server as its certificate does, or let SSL_CERT_FILE name your authority's."


class EncryptionMissing(Misconfigured):
    """The mail server offers no STARTTLS, without which nothing is sent over a network."""

    code = "mail_encryption_missing"
    message = "The mail server {server} offers no STARTTLS."
    hint = "Use smtps://, or ?tls=off in transport for a server in your own network."


class LoginRefused(Misconfigured):
    """The mail server does not let the configured account in."""

    code = "mail_login_refused"
    message = "The mail server {server} refuses the login of '{user}': {reason}."
    hint = "Check user and password-file in [mail]."


class PasswordMissing(Misconfigured):
    """There is an account at the mail server and no password, or the other way around."""

    code = "mail_password_missing"
    message = "[mail] has {given} without {missing}."
    hint = "Set both, or neither: lmsctl config set mail.{missing} VALUE"


class SenderRefused(Misconfigured):
    """The mail server does not take mails from the configured sender."""

    code = "mail_sender_refused"
    message = "The mail server {server} takes no mails from {sender}: {reason}."
    hint = "Check sender, user and transport in [mail]. The mails stay queued."


class FolderUnwritable(Misconfigured):
    """Files cannot be written into the folder for mails."""

    code = "mail_folder_unwritable"
    message = "Mails cannot be written into the folder '{folder}': {reason}."
    hint = "Make the folder writable, or name another in transport of [mail]."


class MailsUnnamed(Usage):
    """Raised when no mail is named, and not all are asked for."""

    code = "mails_unnamed"
    message = "No mail is named."
    hint = "Give the numbers of mails, or --all for those that failed."


class MailUnknown(NotFound):
    """Raised when no mail has that number; notices in accounts are not sent."""

    code = "mail_unknown"
    message = "There is no mail {number}."
    hint = "'lmsctl notification list --state failed' shows those that failed."


class MailNotFailed(Conflict):
    """Raised when a mail that was sent, or is about to be, is to be tried again."""

    code = "mail_not_failed"
    message = "The mail {number} has not failed: it is {state}."
    hint = "Only what failed is tried again: lmsctl notification list --state failed"
