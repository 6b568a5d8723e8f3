"""Mails to a real server: what its replies come to, and what cannot be done to a mail."""

from collections.abc import Iterator

import pytest

from lmsctl.notification.delivery.actions import server as server_sessions
from lmsctl.notification.delivery.rules import trying
from tests import mails
from tests.conftest import Portal
from tests.mails import MailServer

PEOPLE = ("ada@example.com", "ben@example.com", "cleo@example.com")
FIRST_WAIT = "2026-03-02T12:01:00Z"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Return a mail server that takes everything."""
    with mails.serving() as running:
        yield running


@pytest.fixture
def connected(portal: Portal, server: MailServer) -> Portal:
    """Return a portal with three mails that are due, which go to the server."""
    mails.queue(portal, *PEOPLE)
    mails.configure(portal, f"smtp://127.0.0.1:{server.port}")
    return portal


def test_all_go_through_one_connection(connected: Portal, server: MailServer) -> None:
    """Each in an envelope of its own, from the sender to the one address."""
    assert connected.ok("notification", "deliver", "-o", "id").out == "1\n2\n3\n"
    assert server.recipients == list(PEOPLE)
    assert {(mail.sender, len(mail.recipients)) for mail in server.taken} == {
        ("learning@example.com", 1)
    }
    assert server.connections == 1
    assert mails.rows(connected) == [(address, "sent", 1) for address in PEOPLE]


@pytest.mark.parametrize("stage", ["recipient", "data"])
def test_what_is_refused_for_good_fails_at_once(
    connected: Portal, server: MailServer, stage: str
) -> None:
    """The reply is kept, the status is 7, and the others leave by the same connection."""
    _answer(server, stage, "ben@example.com", "550 no such user")
    assert connected.run("notification", "deliver").status == 7
    assert server.recipients == ["ada@example.com", "cleo@example.com"]
    assert server.connections == 1
    assert mails.rows(connected, "state, tries, last_error, next_try_at IS NULL") == [
        ("sent", 1, None, True),
        ("failed", 1, "550 no such user", True),
        ("sent", 1, None, True),
    ]


@pytest.mark.parametrize("stage", ["recipient", "data"])
def test_what_is_not_taken_now_is_tried_again_later(
    connected: Portal, server: MailServer, stage: str
) -> None:
    """Not before its time, then ever less often, and in the end it is given up."""
    _answer(server, stage, "ben@example.com", "451 try again later")
    connected.ok("notification", "deliver")
    assert server.recipients == ["ada@example.com", "cleo@example.com"]
    (waiting,) = connected.ok("notification", "list", "--state", "retrying", "-o", "json").json
    assert (waiting["tries"], waiting["last_error"]) == (1, "451 try again later")
    assert waiting["next_try_at"] == FIRST_WAIT
    assert connected.ok("notification", "deliver", "-o", "id").out == ""
    moments = ["2026-03-02T12:00:00Z"]
    for _ in range(trying.MOST_TRIES - 1):
        (waiting,) = connected.ok("notification", "list", "--state", "retrying", "-o", "json").json
        moments.append(waiting["next_try_at"])
        connected.now = moments[-1]
        ran = connected.run("notification", "deliver")
    assert ran.status == 7
    assert moments == sorted(set(moments))
    assert moments[-1] < "2026-03-05"
    (lost,) = connected.ok("notification", "list", "--state", "gave_up", "-o", "json").json
    assert (lost["id"], lost["tries"], lost["next_try_at"]) == (2, trying.MOST_TRIES, None)


def test_a_mail_that_was_not_taken_leaves_at_its_next_try(
    connected: Portal, server: MailServer
) -> None:
    """And then nothing is left of the error."""
    _answer(server, "recipient", "ben@example.com", "450 busy")
    connected.ok("notification", "deliver")
    server.on_recipient = mails.MailServer.on_recipient
    connected.now = FIRST_WAIT
    assert connected.ok("notification", "deliver", "-o", "id").out == "2\n"
    assert mails.rows(connected, "state, tries, last_error")[1] == ("sent", 2, None)


def _answer(server: MailServer, stage: str, address: str, reply: str) -> None:
    """Let the server answer so when it hears of a recipient, or has read the mail to them."""
    setattr(server, f"on_{stage}", lambda _, given: reply if given == address else None)


def test_a_line_that_drops_before_the_reply_leaves_the_mail_to_be_sent_again(
    connected: Portal, server: MailServer
) -> None:
    """Nobody knows then whether it has left; both copies have one Message-ID and the same bytes."""
    server.on_data = lambda there, given: (
        mails.drop(there, given) if given == "ben@example.com" else None
    )
    connected.ok("notification", "deliver")
    assert server.recipients == list(PEOPLE)
    assert server.connections == 2
    assert mails.rows(connected, "state, tries")[1] == ("queued", 1)
    server.on_data = mails.MailServer.on_data
    connected.now = FIRST_WAIT
    connected.ok("notification", "deliver")
    assert server.recipients == [*PEOPLE, "ben@example.com"]
    assert server.taken[1].data == server.taken[3].data


def test_a_server_that_hangs_costs_its_mail_a_try(
    connected: Portal, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others leave by a new connection."""
    monkeypatch.setattr(server_sessions, "_COMMAND_PATIENCE", 0.3)
    wait = mails.hang(0.6)
    server.on_recipient = lambda there, given: (
        wait(there, given) if given == "ada@example.com" else None
    )
    connected.ok("notification", "deliver")
    assert mails.rows(connected, "state, tries, last_error") == [
        ("queued", 1, "it does not answer in time"),
        ("sent", 1, None),
        ("sent", 1, None),
    ]


def test_a_connection_that_was_closed_meanwhile_is_made_anew(
    connected: Portal, server: MailServer
) -> None:
    """Servers take so many mails by one connection only; no mail is to blame for that."""
    count = [0]

    def closing(there: object, given: str) -> str | None:
        count[0] += 1
        return mails.drop(there, given) if count[0] == 2 else None

    server.on_recipient = closing
    connected.ok("notification", "deliver")
    assert server.recipients == list(PEOPLE)
    assert mails.rows(connected) == [(address, "sent", 1) for address in PEOPLE]
    assert server.connections == 2


def test_without_a_server_no_mail_counts_as_tried(portal: Portal) -> None:
    """The status says that it is worth repeating; nothing is held."""
    mails.queue(portal, *PEOPLE)
    with mails.serving() as gone:
        port = gone.port
    mails.configure(portal, f"smtp://127.0.0.1:{port}")
    ran = portal.run("notification", "deliver", "-o", "json")
    assert (ran.status, ran.code, ran.error["retryable"]) == (11, "mail_server_unreachable", True)
    assert mails.rows(portal, "state, tries, lease") == [("queued", 0, None)] * 3
    (found,) = (one for one in portal.run("doctor", "-o", "json").json if one["check"] == "mail")
    assert (found["state"], "cannot be used now" in found["sentence"]) == ("failed", True)


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_queued(
    connected: Portal, server: MailServer
) -> None:
    """What was sent before stays sent, and the refusal says how many that are."""
    server.on_recipient = lambda _, given: (
        "421 closing down" if given != "ada@example.com" else None
    )
    connected.run("notification", "deliver")
    assert server.recipients == ["ada@example.com"]
    assert {state for _, state, _ in mails.rows(connected)} == {"sent", "queued"}
    assert mails.rows(connected, "lease") == [(None,)] * 3
