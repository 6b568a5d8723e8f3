"""A mail as it travels: headers, text, HTML and an entry for calendar programs (RFC 5322, 2045).

Whatever a name or a title holds, no header gains a line and no tag begins in it. The same message
makes the same bytes, however often it is sent.
"""

import binascii
import re
from base64 import encodebytes
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from html import escape

from lmsctl.kit import address, secret
from lmsctl.kit.errors import Refusal
from lmsctl.kit.mail_settings import Sender
from lmsctl.notification.delivery.results import QueuedMail

_END = "\r\n"
# RFC 5322, 2.1.1: no line may have more, its end aside; folded ones have at most 78.
_LONGEST_LINE = 998
_FOLDED_LINE = 76
_LONGEST_WORD = 60
_MESSAGE_ID = re.compile(r"<[!#-;=?-~]+@[A-Za-z0-9.-]+>")
# What turns the direction of other people's text around, and controls that no text needs.
_UNFIT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_LINK = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]])")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")


class Unsendable(Exception):  # noqa: N818 - it becomes what is told of one mail
    """Raised for a mail that can never be sent; it says why, in one line."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail in its envelope: from where, to which one address, and its bytes.

    `is_international` says that an address has characters beyond ASCII, which not all servers take.
    """

    sender: str
    recipient: str
    message_id: str
    data: bytes
    is_international: bool


def compose(mail: QueuedMail, sender: Sender, calendar: tuple[str, str] | None) -> Envelope:
    """Return a mail as it is sent; `calendar` is text and method of its entry, if it has one.

    Raises Unsendable.
    """
    recipient = check_recipient(mail.recipient)
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise Unsendable("its Message-ID is not one")
    text = _clean(mail.body)
    parts = [_part("text/plain", text), _part("text/html", html(text))]
    if calendar is not None:
        entry, method = calendar
        parts.append(_part(f"text/calendar; method={method}", entry))
    # Of random ids; what somebody writes into a body cannot be one by chance or by guess.
    boundary = f"=_{secret.fingerprint(mail.message_id)[:32]}"
    headers = {
        "From": _from(sender),
        "To": recipient,
        "Subject": _header("Subject", " ".join(_clean(mail.subject).split())),
        "Date": _date(mail.due_at),
        "Message-ID": mail.message_id,
        # RFC 3834: nobody's absence note answers it.
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative;{_END} boundary="{boundary}"',
    }
    lines = [
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        *(line for part in parts for line in (f"--{boundary}", part)),
        f"--{boundary}--",
        "",
    ]
    is_international = not (recipient + sender.address).isascii()
    data = _END.join(lines).encode()
    return Envelope(sender.address, recipient, mail.message_id, data, is_international)


def check_recipient(stored: str | None) -> str:
    """Return the stored address if it is one that no server reads differently, else Unsendable."""
    if not stored:
        raise Unsendable("the person has no address any more")
    try:
        read = address.written(stored)
    except Refusal as refusal:
        raise Unsendable(refusal.format_message().rstrip(".")) from refusal
    if read != stored:
        raise Unsendable(f"'{stored}' is not how an address is stored")
    return stored


def html(text: str) -> str:
    """Return text as a page: blank lines part paragraphs, addresses of pages become links."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    shown = "\n".join(f'<p dir="auto">{_lines_of_html(one)}</p>' for one in paragraphs)
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>\n'
        f"<body>\n{shown}\n</body></html>\n"
    )


def _lines_of_html(paragraph: str) -> str:
    return "<br>\n".join("".join(_linked(line)) for line in paragraph.split("\n"))


def _linked(line: str) -> Iterator[str]:
    for number, piece in enumerate(_LINK.split(line)):
        shown = escape(piece)
        yield f'<a href="{shown}">{shown}</a>' if number % 2 else shown


def _clean(text: str) -> str:
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _date(moment: datetime) -> str:
    return format_datetime(moment)


def _from(sender: Sender) -> str:
    if not sender.name:
        return sender.address
    name = sender.name
    if not name.isascii():
        name = _header("From", name)
    elif not _PLAIN_NAME.fullmatch(name):
        name = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{name} <{sender.address}>"


def _header(name: str, text: str) -> str:
    """Return text for a header, folded, in encoded words (RFC 2047) unless it is plain."""
    is_plain = text.isascii() and "=?" not in text
    if is_plain and len(name) + len(text) + 2 <= _FOLDED_LINE:
        return text
    if is_plain and max(map(len, text.split(" "))) <= _LONGEST_WORD:
        return _folded(name, text)
    return Header(text, "utf-8", _FOLDED_LINE, name).encode(linesep=_END)


def _folded(name: str, text: str) -> str:
    lines = [""]
    room = _FOLDED_LINE - len(name) - 2
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
            room = _FOLDED_LINE - 1
        lines[-1] += f" {word}" if lines[-1] else word
    return f"{_END} ".join(lines)


def _part(kind: str, text: str) -> str:
    """Return one part: as it is where everybody can read it so, else in an encoding."""
    lines = text.replace(_END, "\n").removesuffix("\n").split("\n")
    if text.isascii() and max(map(len, lines)) <= _LONGEST_LINE:
        encoding, body = "7bit", _END.join(lines)
    elif kind.startswith("text/calendar"):
        encoding = "base64"
        body = encodebytes(text.encode()).decode().rstrip("\n").replace("\n", _END)
    else:
        encoding = "quoted-printable"
        # What it breaks lines with is what it finds in the text.
        encoded = binascii.b2a_qp(f"{_END.join(lines)}{_END}".encode(), istext=True)
        body = encoded.decode().removesuffix(_END)
    headers = (
        f"Content-Type: {kind}; charset=utf-8",
        f"Content-Transfer-Encoding: {encoding}",
    )
    return _END.join([*headers, "", body])
