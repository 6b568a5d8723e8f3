"""What people put into names, titles and addresses: nothing of it becomes part of a mail."""

from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from lmsctl.kit.mail_settings import Sender
from lmsctl.notification.delivery.results import QueuedMail
from lmsctl.notification.delivery.rules import composing
from lmsctl.notification.delivery.rules.composing import Unsendable
from tests import mails
from tests.conftest import Portal

DUE = datetime(2026, 3, 1, 9, tzinfo=UTC)
SENDER = Sender('Ada "the\\boss", Ä', "learning@example.com")
HOSTILE = (
    "Evil\r\nBcc: all@example.com\r\n\r\nx",
    "Evil\nBcc: all@example.com",
    "Evil\rBcc: all@example.com",
    "Evil\0Bcc",
    "Evil\u2028Bcc: a@b\u2029\x85\x0b\x0c",
    "{0.__class__} {recipient} %s %(a)s $x ${x}",
    "a\u202etxt.exe\u2066b",
    "x" * 500,
    "Ä" * 500,
    " ".join(["word"] * 100),
    "=?utf-8?q?Bcc=3A?= =?x?",
    "<script>alert(1)</script><a href='x'>&amp;</a>\"",
    "--=_boundary\r\n.\r\nQUIT\r\n..",
    "\U0001f600 \u05d0\u05d1 e\u0301",
    "=3D=\t trailing \t",
    "From nobody\n.\n..dots",
    'http://x.example/"onclick=alert(1) https://ok.example/a?b=1&c=2.',
)


def composed(text: str, calendar: tuple[str, str] | None = None) -> EmailMessage:
    """Return a mail with `text` for a subject and a body, as a mail program reads it."""
    mail = QueuedMail(
        1, "invitation", "ada@example.com", text, f"Hello {text},\n\nbye", None,
        "<abc@lmsctl.invalid>", DUE, 0,
    )  # fmt: skip
    data = composing.compose(mail, SENDER, calendar).data
    assert data == composing.compose(mail, SENDER, calendar).data
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert data.isascii()
    return mails.read(data)


class _Tags(HTMLParser):
    """Notes the tags of a page with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def _words(text: str) -> str:
    """Return the words of a text without what no mail needs."""
    return " ".join(composing._clean(text).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_headers_stay_whole(text: str) -> None:
    """There are exactly those of the program, and the subject is the words in one line."""
    message = composed(text)
    assert message.keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
        "Content-Type",
    ]  # fmt: skip
    assert " ".join(message["Subject"].split()) == _words(text)
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (SENDER.name, SENDER.address)
    assert message["Date"].datetime == DUE


@pytest.mark.parametrize("text", HOSTILE)
def test_bodies_stay_whole(text: str) -> None:
    """Text and page say the same, and the page has no tag or attribute of the text's."""
    message = composed(text)
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    plain, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    assert _words(plain.get_content()) == _words(f"Hello {text}, bye")
    seen = _Tags()
    seen.feed(page.get_content())
    assert seen.tags <= {"html", "head", "meta", "body", "p", "br", "a"}
    assert seen.attributes <= {"charset", "dir", "href"}
    assert _words(seen.text.replace("\n", " ")) == _words(f"Hello {text}, bye")
    assert not {"\u202e", "\u2066", "\0"} & set(plain.get_content() + page.get_content())


def test_a_calendar_part_is_what_was_given() -> None:
    """With its method, whatever characters it has; the text parts come before it."""
    for text in ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "SUMMARY:Ä\r\nX:=3D  \r\n"):
        message = composed("x", (text, "REQUEST"))
        part = list(message.iter_parts())[-1]
        assert part.get_content_type() == "text/calendar"
        assert part.get_param("method") == "REQUEST"
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert payload.decode().removesuffix("\r\n") == text.removesuffix("\r\n")


# Addresses that some program would deliver to somebody else than they seem to name.
BYPASSES = (
    "=?utf-8?q?v=40evil.com=20=2c?=x@corp.com",
    "x@corp.com(@evil.com)",
    "(x@corp.com)v@evil.com",
    '"v@evil.com,"@corp.com',
    '"x"@corp.com',
    "v@evil.com@corp.com",
    "v%evil.com@corp.com",
    "evil.com!v@corp.com",
    "<v@evil.com>x@corp.com",
    "x@corp.com, v@evil.com",
    "x@corp.com\r\nRCPT TO:<v@evil.com>",
    "x@corp.com\0@evil.com",
    "x@corp.com>",
    "x@corp.com> SIZE=1",
    "x@[127.0.0.1]",
    "x@\u0441orp.com",
    "x@corp\uff0ecom",
    "x@CORP.com",
    "x@corp.com ",
    "-x@corp.com",
    "|x@corp.com",
    "Ada <x@corp.com>",
    "x\u200b@corp.com",
)


@pytest.mark.parametrize("stored", BYPASSES)
def test_an_address_that_can_be_read_differently_is_not_written_to(stored: str) -> None:
    """However it came into the rows."""
    with pytest.raises(Unsendable):
        composing.check_recipient(stored)


ADDRESSES = (
    "ada@example.com",
    "O'Brien+tag=1/x@example.com",
    "a.{0}&b@example.com",
    "Ada.UPPER@xn--bcher-kva.example",
    "büch.er@example.com",
)


def test_the_recipient_is_the_stored_address(portal: Portal) -> None:
    """To the letter, in the envelope and in the header; what is none fails alone."""
    unfit = [one for one in BYPASSES if "\0" not in one]
    mails.queue(portal, *unfit, *ADDRESSES)
    with mails.serving() as server:
        mails.configure(portal, f"smtp://localhost:{server.port}")
        assert portal.run("notification", "deliver").status == 7
    assert server.recipients == list(ADDRESSES)
    for mail, address in zip(server.taken, ADDRESSES, strict=True):
        assert f"\r\nTo: {address}\r\n".encode() in mail.data
    assert mails.rows(portal, "state") == [("failed",)] * len(unfit) + [("sent",)] * len(ADDRESSES)


def test_a_server_that_takes_ascii_alone_fails_only_what_needs_more(portal: Portal) -> None:
    """A domain is written in ASCII anyway; what stands before the @ cannot be."""
    mails.queue(portal, "büch.er@example.com", "ada@example.com")
    with mails.serving(is_international=False) as server:
        mails.configure(portal, f"smtp://localhost:{server.port}")
        assert portal.run("notification", "deliver").status == 7
    assert server.recipients == ["ada@example.com"]


def test_poison_costs_the_others_nothing(portal: Portal) -> None:
    """A damaged calendar entry, a Message-ID that is none: each fails by itself, with a reason."""
    mails.queue(portal, "ada@example.com", calendar="no entry at all")
    mails.queue(portal, "ben@example.com", "cleo@example.com")
    portal.sql("UPDATE notifications SET message_id = 'x' WHERE address = 'ben@example.com'")
    mails.configure(portal)
    assert portal.run("notification", "deliver").status == 7
    states = mails.rows(portal, "state, last_error IS NOT NULL")
    assert [(state, bool(told)) for state, told in states] == [
        ("failed", True),
        ("failed", True),
        ("sent", False),
    ]
