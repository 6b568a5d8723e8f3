"""Workers side by side, ended at any instant: no mail is lost, and copies come of kills alone."""

import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from lmsctl.kit import secret
from lmsctl.notification.delivery.actions.delivering import DeliveryRun
from lmsctl.notification.delivery.results import QueuedMail
from lmsctl.notification.delivery.rules import trying
from tests import mails
from tests.conftest import Portal
from tests.mails import MailServer

# Longer than a worker has a mail to itself, and long before any is tried again by itself.
AN_HOUR_LATER = "2036-01-01T00:00:00Z"
_PATIENCE = 600
_COMMAND = ("notification", "deliver", "-o", "off")


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Return a mail server that refuses people whose names begin with `poison`."""
    with mails.serving() as running:
        running.on_recipient = lambda _, address: (
            "550 no such user" if address.startswith("poison") else None
        )
        yield running


def fill(portal: Portal, server: MailServer, count: int) -> list[str]:
    """Queue mails, one in ten of them poison; returns the addresses of the others."""
    names = [f"{'poison' if number % 10 == 3 else 'p'}{number}" for number in range(count)]
    addresses = [f"{name}@example.com" for name in names]
    mails.queue(portal, *addresses)
    mails.configure(portal, f"smtp://127.0.0.1:{server.port}")
    portal.now = None
    return [one for one in addresses if not one.startswith("poison")]


def storm(portal: Portal, server: MailServer, *, workers: int, kills: int) -> int:
    """Let workers send, and kill one after the other at any instant; returns how many were killed.

    For each that is killed or has ended another one starts.
    """
    chance = secret.foreseen(7)
    running = [portal.start(*_COMMAND) for _ in range(workers)]
    killed = 0
    until = time.monotonic() + _PATIENCE
    while killed < kills and time.monotonic() < until:
        before = len(server.taken)
        few = chance.randint(0, 6)
        soon = time.monotonic() + 2
        while len(server.taken) < before + few and time.monotonic() < soon:
            time.sleep(0.001)
        time.sleep(chance.random() / 200)
        victim = running.pop(chance.randrange(len(running)))
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        if victim.returncode != -signal.SIGKILL:
            break  # It had nothing left to do.
        killed += 1
        running.append(portal.start(*_COMMAND))
    for one in running:
        _, err = one.communicate(timeout=_PATIENCE)
        assert one.returncode in {0, 7}, err
    return killed


def check(portal: Portal, server: MailServer, wanted: list[str], kills: int) -> None:
    """See that everybody has got their mail, and nobody more copies than there were kills."""
    portal.now = AN_HOUR_LATER
    assert portal.run(*_COMMAND).status in {0, 7}
    times = Counter(server.recipients)
    assert set(times) == set(wanted)
    assert times.total() - len(wanted) <= kills
    ids = {mails.read(mail.data)["Message-ID"] for mail in server.taken}
    assert len(ids) == len(wanted)
    states = dict(portal.sql("SELECT state, count(*) FROM notifications GROUP BY state"))
    assert states["sent"] == len(wanted)
    assert states.keys() == {"sent", "failed"}


@pytest.mark.parametrize(
    ("count", "workers", "kills"),
    [(60, 2, 6), pytest.param(5_000, 4, 200, marks=pytest.mark.heavy)],
)
def test_kills_lose_no_mail_and_each_makes_one_copy_at_most(
    portal: Portal, server: MailServer, count: int, workers: int, kills: int
) -> None:
    """One in ten of the mails is refused for good meanwhile."""
    wanted = fill(portal, server, count)
    killed = storm(portal, server, workers=workers, kills=kills)
    assert killed > kills / 2
    check(portal, server, wanted, killed)


@pytest.mark.parametrize(
    ("count", "workers"), [(60, 3), pytest.param(2_000, 4, marks=pytest.mark.heavy)]
)
def test_several_at_once_send_each_mail_once(
    portal: Portal, server: MailServer, count: int, workers: int
) -> None:
    """More than one of them has something to do."""
    wanted = fill(portal, server, count)
    assert storm(portal, server, workers=workers, kills=0) == 0
    assert sorted(server.recipients) == sorted(wanted)


@pytest.mark.parametrize(("lease", "copies"), [(trying.LEASE, 1), (timedelta(0), 2)])
def test_a_mail_in_hand_is_taken_by_nobody_else(
    portal: Portal,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    lease: timedelta,
    copies: int,
) -> None:
    """Another worker comes between taking and sending; without a lease it would send a copy."""
    mails.queue(portal, "ada@example.com")
    mails.configure(portal, f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setattr(trying, "LEASE", lease)
    deliver = DeliveryRun._deliver

    def with_another_between(self: DeliveryRun, mail: QueuedMail) -> object:
        with portal.start(*_COMMAND) as other:
            other.communicate(timeout=_PATIENCE)
        return deliver(self, mail)

    monkeypatch.setattr(DeliveryRun, "_deliver", with_another_between)
    portal.ok("notification", "deliver")
    assert server.recipients == ["ada@example.com"] * copies


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_is_asked_to_end_finishes_the_mail_in_hand(
    portal: Portal, server: MailServer, number: signal.Signals
) -> None:
    """It says how many were sent, leaves no mail held, and the next run sends the rest once."""
    wanted = fill(portal, server, 60)
    worker = portal.start("notification", "deliver", "--follow")
    until = time.monotonic() + _PATIENCE
    while len(server.taken) < 5 and time.monotonic() < until:
        time.sleep(0.001)
    worker.send_signal(number)
    _, err = worker.communicate(timeout=_PATIENCE)
    assert worker.returncode == 128 + number
    sent = portal.value("SELECT count(*) FROM notifications WHERE state = 'sent'")
    assert sent == len(server.taken) < len(wanted)
    assert f"Interrupted. {sent} mails were sent" in err
    assert portal.value("SELECT count(*) FROM notifications WHERE lease IS NOT NULL") == 0
    portal.run(*_COMMAND)
    assert sorted(server.recipients) == sorted(wanted)


def test_who_follows_sends_what_comes_and_outlasts_a_server_that_is_away(portal: Portal) -> None:
    """It tells of each mail and of the server on standard error."""
    portal.now = None
    with socket.socket() as nobody:
        # A place that is taken and where nobody answers.
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        mails.configure(portal, f"smtp://127.0.0.1:{port}")
        mails.queue(portal, "ada@example.com")
        follower = portal.start("notification", "deliver", "--follow")
        assert follower.stderr is not None
        assert "cannot be used now" in follower.stderr.readline()
    with mails.serving(port=port) as server:
        assert follower.stderr.readline() == "1 invitation to ada@example.com: sent\n"
        mails.queue(portal, "ben@example.com")
        assert follower.stderr.readline() == "2 invitation to ben@example.com: sent\n"
        assert server.recipients == ["ada@example.com", "ben@example.com"]
    follower.terminate()
    _, err = follower.communicate(timeout=_PATIENCE)
    assert follower.returncode == 128 + signal.SIGTERM
    # Python writes a line again during which a signal comes.
    assert err.removeprefix("2 invitation to ben@example.com: sent\n") == (
        "Interrupted. 2 mails were sent.\n"
    )
