"""One run of a worker: a mail taken, sent and noted after the other.

What became of a mail is noted in the same transaction that takes the next one, and made durable
before that is sent: whoever is killed has at most one mail in hand, which may come a second time.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from lmsctl.audit import actions as audit
from lmsctl.kit import secret, signals
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Refusal, RefusalKind
from lmsctl.kit.mail_settings import Sender
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.actions import writing as calendar_entries
from lmsctl.notification.delivery import store
from lmsctl.notification.delivery.actions import transport as transports
from lmsctl.notification.delivery.actions.transport import Transport
from lmsctl.notification.delivery.results import Delivery, Fault, QueuedMail
from lmsctl.notification.delivery.rules import composing, trying
from lmsctl.notification.delivery.rules.composing import Envelope, Unsendable
from lmsctl.notification.results import MessageState
from lmsctl.rights import actions as rights

PERMISSION = "notification.deliver"
# In seconds: how often somebody who follows looks for mails, and waits for a server.
LOOK_EVERY = 5.0
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 300.0
# So many mails come between two that are tried again, so that neither kind keeps the other waiting.
_AGAIN_EVERY = 10
# How long what has left is tried to be noted while others keep the database locked.
_NOTING_PATIENCE = 600.0

T = TypeVar("T")


@dataclass(slots=True)
class DeliveryRun:
    """One run of one worker, and what has become of its mails so far."""

    env: Environment
    transport: Transport
    sender: Sender
    follows: bool = False
    mark: str = field(default_factory=secret.identifier)
    counts: Counter[MessageState] = field(default_factory=Counter)
    holding: QueuedMail | None = None
    _noted: Counter[MessageState] = field(default_factory=Counter)

    @property
    def sentence(self) -> str:
        """What has become of the mails so far."""
        parts = [f"{counted(self.counts[MessageState.SENT], 'mail', 'sent')}"]
        if later := self.counts[MessageState.RETRYING]:
            parts.append(f"{later} to be tried again")
        if failed := self.counts[MessageState.FAILED] + self.counts[MessageState.GAVE_UP]:
            parts.append(f"{failed} failed")
        return f"{', '.join(parts)}."

    def deliveries(self) -> Iterator[Delivery]:
        """Send what is due and yield what became of each mail, until there is no more.

        Whoever follows goes on and waits for more. Raises PermissionMissing, and what the transport
        raises when no mail can be sent at all.
        """
        pause = _FIRST_PAUSE
        is_stopped = False
        try:
            while True:
                try:
                    yield from self._until_empty()
                    pause = _FIRST_PAUSE
                except Refusal as refusal:
                    if not self.follows or refusal.kind is not RefusalKind.UNAVAILABLE:
                        raise
                    self._wait_for_others(refusal, pause)
                    pause = min(_LONGEST_PAUSE, pause * 2)
                    continue
                if not self.follows:
                    return
                time.sleep(LOOK_EVERY)
        except (KeyboardInterrupt, GeneratorExit):
            is_stopped = True
            # It may have come in the middle of a statement, and such a connection takes no other.
            self.env.close()
            raise
        finally:
            self._end(is_stopped=is_stopped)

    def _wait_for_others(self, refusal: Refusal, pause: float) -> None:
        """Let a server or a database that is not there now have time to come back."""
        self.transport.close()
        self._let_go()
        self.env.close()
        self.env.console.info(f"{refusal.format_message()} Trying again in {pause:.0f} s.")
        time.sleep(pause)

    def _until_empty(self) -> Iterator[Delivery]:
        self._write(self._take)
        if self.holding is not None:
            self.transport.open()
        while self.holding is not None:
            yield self._deliver(self.holding)
        self._end()

    def _write(self, verb: Callable[[Work], T]) -> None:
        def noting(work: Work) -> None:
            work.note_after_commit = self.sentence
            verb(work)

        self.env.write(noting)

    def _take(self, work: Work) -> None:
        """Take the next mail: as a rule one that was not tried yet, sometimes one to try again."""
        rights.require_everywhere(work, PERMISSION)
        self.holding = None
        until = work.now + trying.LEASE
        is_again = self.counts.total() % _AGAIN_EVERY == 0
        for wanted in (is_again, not is_again):
            self.holding = self.holding or store.claim(work, self.mark, until, is_again=wanted)

    def _deliver(self, mail: QueuedMail) -> Delivery:
        envelope, fault = self._compose(mail)
        if envelope is not None:
            fault = self.transport.offer(envelope)
        # From here on the mail may have left, and that is noted before anybody ends us.
        with signals.delay_signals(once=True):
            if fault is None and envelope is not None:
                fault = self.transport.hand_over(envelope)
            return self._note(mail, fault)

    def _compose(self, mail: QueuedMail) -> tuple[Envelope | None, Fault | None]:
        """Return a mail in its envelope, or what is wrong with it: that never stops the others."""
        try:
            return compose(mail, self.sender), None
        except Unsendable as wrong:
            return None, Fault(str(wrong), is_final=True)
        except Exception as bug:  # noqa: BLE001 - whatever one mail holds, the others leave
            return None, Fault(f"it cannot be written ({type(bug).__name__})", is_final=True)

    def _note(self, mail: QueuedMail, fault: Fault | None) -> Delivery:
        """Make durable what became of a mail, and take the next one."""
        delivery = [_pending(mail)]

        def note(work: Work) -> None:
            delivery[0] = _noted(work, mail, self.mark, fault)
            self._take(work)

        self.counts[_state(mail, fault)] += 1
        self._patiently(partial(self._write, note))
        return delivery[0]

    def _patiently(self, act: Callable[[], None]) -> None:
        """Do it once the database is free: what has left must not leave again."""
        begun = time.monotonic()
        while True:
            try:
                act()
            except Refusal as refusal:
                is_over = time.monotonic() - begun > _NOTING_PATIENCE
                if is_over or refusal.kind is not RefusalKind.UNAVAILABLE or not refusal.retryable:
                    raise
                self.env.close()
                time.sleep(1)
            else:
                return

    def _let_go(self) -> None:
        """Let others have the mail in hand, which was not sent."""
        if self.holding is not None:
            mail, self.holding = self.holding, None
            try:
                self._write(lambda work: store.release(work, mail, self.mark))
            except Refusal:
                # It is free again when our time with it is over.
                self.env.close()

    def _note_run(self, work: Work) -> None:
        """Write into the audit log what has become of mails since the last such row."""
        new = self.counts - self._noted
        audit.record(work, "notification.delivered", "mails", **dict(new))
        self._noted = Counter(self.counts)

    def _end(self, *, is_stopped: bool = False) -> None:
        """Leave everything in order, whatever ends the run.

        Who is stopped in the middle says what was done until then.
        """
        self.transport.close()
        self._let_go()
        if self.counts != self._noted:
            self._write(self._note_run)
        if is_stopped and self.counts:
            self.env.keep_note(self.sentence)


def begin(env: Environment, *, follows: bool = False) -> DeliveryRun:
    """Return a run that has not begun, and ask for the right to it before anything else.

    Raises PermissionMissing and what `transport.find` raises.
    """
    env.read(lambda work: rights.require_everywhere(work, PERMISSION))
    env.connect().rollback()
    transport, sender = transports.find(env.config)
    return DeliveryRun(env, transport, sender, follows)


def rehearse(work: Work, sender: Sender) -> Iterator[Delivery]:
    """Yield the mails that are due as a run would find them; needs `notification.deliver`.

    Those that can never be sent have an error. Nothing is sent, and nobody is asked.
    """
    for mail in store.due(work):
        try:
            compose(mail, sender)
        except Unsendable as wrong:
            yield _pending(mail, str(wrong))
        else:
            yield _pending(mail)


def compose(mail: QueuedMail, sender: Sender) -> Envelope:
    """Return a mail as it is sent; raises Unsendable."""
    recipient = composing.check_recipient(mail.recipient)
    entry = calendar_entries.finish(mail.calendar, recipient) if mail.calendar else None
    return composing.compose(mail, sender, entry)


def _pending(mail: QueuedMail, error: str | None = None) -> Delivery:
    state = MessageState.RETRYING if mail.tries else MessageState.QUEUED
    return Delivery(
        mail.id, mail.kind, mail.recipient, mail.subject, state, mail.tries, None, error
    )


def _state(mail: QueuedMail, fault: Fault | None) -> MessageState:
    if fault is None:
        return MessageState.SENT
    if fault.is_final:
        return MessageState.FAILED
    is_over = mail.tries + 1 >= trying.MOST_TRIES
    return MessageState.GAVE_UP if is_over else MessageState.RETRYING


def _noted(work: Work, mail: QueuedMail, mark: str, fault: Fault | None) -> Delivery:
    """Note what became of a mail, and return it."""
    state, tries = _state(mail, fault), mail.tries + 1
    next_try_at = None
    if fault is None:
        store.set_sent(work, mail)
    else:
        if state is MessageState.RETRYING:
            next_try_at = trying.next_try(tries, work.now)
        store.set_failed(work, mail, mark, fault.text, next_try_at)
    error = fault.text if fault else None
    return Delivery(
        mail.id, mail.kind, mail.recipient, mail.subject, state, tries, next_try_at, error
    )
