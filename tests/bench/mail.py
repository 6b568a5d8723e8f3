"""Mails that leave, beside a bare loop of the standard library over one connection."""

import multiprocessing
import smtplib
import socket
import statistics
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from aiosmtpd.controller import Controller

from lmsctl import cli
from lmsctl.kit import database, driver
from lmsctl.kit.invocation import Options
from lmsctl.kit.mail_settings import Sender
from lmsctl.notification.delivery.actions import delivering
from lmsctl.notification.delivery.results import QueuedMail
from lmsctl.notification.results import MessageState
from tests.bench.common import Bench, Place, say, timed

_MAILS = 1_000
_RUNS = 5
_SENDER = "learning@example.com"
_SUBJECT = "Sie können anfangen"
_BODY = "Hello Zoë,\n\n" + "it begins on Monday, and everybody is glad that you come.\n" * 10


class _Taking:
    """A server that takes every mail and forgets it."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one."""
        return "250 OK"


def _serve(ready: Connection) -> None:
    controller = Controller(_Taking(), hostname="127.0.0.1", port=0)
    controller.port = ready.recv()
    controller.start()
    ready.send(True)
    ready.recv()
    controller.stop()


def mail(bench: Bench) -> None:
    """V-M1: mails per second of `notification deliver`, each durable before the next one leaves."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    server.start()
    ours.send(port)
    ours.recv()
    try:
        for dialect in ("sqlite", "postgresql"):
            place = _filled(bench.fresh(dialect), port)
            pairs = [(_bare(port), _delivered(place)) for _ in range(_RUNS)]
            ratio = statistics.median(bare / own for bare, own in pairs)
            rate = _MAILS / statistics.median(own for _, own in pairs)
            what = f"mails per second, {dialect} ({rate:.0f})"
            say("V-M1", what, ratio, ">= 0.5", "smtplib, one connection")
    finally:
        ours.send(None)
        server.join()


def _bare(port: int) -> float:
    """Return the seconds for as many mails of the same words, written beforehand."""
    sample = QueuedMail(
        1, "x", "p1@example.com", _SUBJECT, _BODY, None, f"<{1:032x}@lmsctl.invalid>",
        datetime(2026, 3, 1, tzinfo=UTC), 0,
    )  # fmt: skip
    data = delivering.compose(sample, Sender("", _SENDER)).data

    def send_all() -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for number in range(_MAILS):
                connection.sendmail(_SENDER, [f"p{number}@example.com"], data)

    return timed(send_all)


def _filled(place: Place, port: int) -> Place:
    """Let mails of a portal go to the server."""
    config = f'[mail]\ntransport = "smtp://127.0.0.1:{port}"\nsender = "{_SENDER}"\n'
    (place.folder / "lmsctl.toml").write_text(config)
    return place


def _delivered(place: Place) -> float:
    """Return the seconds for mails that were queued beforehand."""
    _queue(place)
    options = Options(config=str(place.folder / "lmsctl.toml"), database_url=place.url)
    env = cli._prepare(options, "notification deliver")
    run = delivering.begin(env)
    seconds = timed(lambda: list(run.deliveries()))
    env.close()
    if run.counts != {MessageState.SENT: _MAILS}:
        raise SystemExit(f"not all mails were sent: {run.sentence}")
    return seconds


def _queue(place: Place) -> None:
    connection = driver.open_database(place.url, patience=10)
    connection.begin_writing()
    start = time.time_ns()
    for number in range(_MAILS):
        database.execute(
            connection,
            """
            INSERT INTO notifications (channel, kind, address, reason, subject, body, message_id,
                state, due_at, created_at)
            VALUES ('mail', 'x', :address, 'bench', :subject, :body, :id, 'queued', :due, :due)
            """,
            address=f"p{number}@example.com",
            subject=_SUBJECT,
            body=_BODY,
            id=f"<{start + number:032x}@lmsctl.invalid>",
            due="2026-03-01T09:00:00Z",
        )
    connection.commit()
    connection.close()
