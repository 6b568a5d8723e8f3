"""What a mail that arrived says: from which address it comes, and what it has for calendars.

Mails are hostile until shown otherwise, and libraries differ on headers: only a plain one is read.
"""

import codecs
import email
import re
from email.message import Message

from lmsctl.kit import address
from lmsctl.kit.canonical import excerpt
from lmsctl.kit.errors import Refusal
from lmsctl.notification.errors import AnswerMissing, AnswerNotTheirs, MailUnreadable

# More than an answer needs, with a history of mails under it.
MOST_BYTES = 10 * 2**20
_MOST_PARTS = 200
_MOST_CHARACTERS = 2**18
_TYPES = frozenset({"text/calendar", "application/ics"})
# A name, quoted or not, in front of an address between brackets; or an address alone.
_FROM = re.compile(
    r'\s*(?:"(?:[^"\\]|\\.)*"|[^<>",;()])*<(?P<named>[^<>\s]+)>\s*|\s*(?P<bare>[^<>"(),;:\s]+)\s*',
    re.DOTALL,
)
_FOLD = re.compile(r"\r?\n[ \t]")


def parse(data: bytes) -> Message:
    """Return a mail; raises MailUnreadable."""
    if len(data) > MOST_BYTES:
        raise MailUnreadable(reason=f"it is longer than {MOST_BYTES // 2**20} MiB")
    try:
        mail = email.message_from_bytes(data)
    except (RecursionError, ValueError, LookupError) as error:
        raise MailUnreadable(reason="its parts are broken") from error
    if not mail.keys():
        raise MailUnreadable(reason="it has no headers")
    return mail


def sender(mail: Message) -> str:
    """Return the one address that a mail is from; raises AnswerNotTheirs."""
    found = [str(value) for name, value in mail.raw_items() if name.lower() == "from"]
    if len(found) != 1:
        raise AnswerNotTheirs(reason=f"the mail has {len(found)} lines 'From'")
    text = found[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    parts = _FROM.fullmatch(_FOLD.sub(" ", text))
    if parts is None:
        raise AnswerNotTheirs(reason=f"'{excerpt(text)}' is not one address")
    return key_of(parts["named"] or parts["bare"])


def key_of(given: str) -> str:
    """Return the form under which an address is compared; raises AnswerNotTheirs."""
    try:
        return address.parse_email(given, sandbox=True).key
    except Refusal as error:
        raise AnswerNotTheirs(reason=f"'{excerpt(given)}' is not an address") from error


def calendars(mail: Message) -> list[str]:
    """Return the different texts that a mail has for calendars; raises AnswerMissing.

    Not those of mails that are attached to it: they are other people's.
    """
    left, seen, found = [mail], 0, list[str]()
    while left:
        part = left.pop()
        seen += 1
        if seen > _MOST_PARTS:
            raise AnswerMissing(reason=f"the mail has more than {_MOST_PARTS} parts")
        inner = part.get_payload()
        if isinstance(inner, list):
            if part.get_content_maintype() == "multipart":
                left += reversed([one for one in inner if isinstance(one, Message)])
        elif part.get_content_type() in _TYPES:
            found.append(_text(part))
    if not found:
        raise AnswerMissing(reason="nothing in the mail is for calendars")
    return list(dict.fromkeys(found))


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    if len(data) > _MOST_CHARACTERS:
        raise AnswerMissing(reason="what the mail has for calendars is too long")
    charset = str(part.get_param("charset") or "utf-8")
    for name in (charset, "utf-8"):
        try:
            if codecs.lookup(name)._is_text_encoding:  # noqa: SLF001 - others decode to bytes
                return data.decode(name)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")
