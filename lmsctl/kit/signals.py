"""Signals that end the program, and the one moment at which they have to wait."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STATUS_OF_SIGNALS = 128
_A_MOMENT = 0.01
_unfinished: set[str] = set()


class Stopped(KeyboardInterrupt):
    """Somebody, or the system, has asked the program to end: Ctrl-C by another name."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def install() -> None:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does, unless they are ignored (nohup)."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)
    sys.unraisablehook = _send_again


def status(interrupt: BaseException) -> int:
    """Return the exit status a shell expects after a signal: 130 for Ctrl-C, 143, 129."""
    number = interrupt.number if isinstance(interrupt, Stopped) else signal.SIGINT
    return _STATUS_OF_SIGNALS + number


def _pass_over(_number: int, _frame: FrameType | None) -> None:
    """Do nothing."""


def _stop(number: int, _frame: FrameType | None) -> None:
    for again in (signal.SIGTERM, signal.SIGHUP):
        # Who asks twice must not disturb the tidying up. SIG_IGN would be told of on standard error
        # where the second one has come already, and it would be handed down to child processes.
        signal.signal(again, _pass_over)
    raise Stopped(number)


def _send_again(dropped: "UnraisableHookArgs") -> None:
    """Send a signal once more that came in a destructor or a weak reference's callback.

    Python drops what is raised there, so the program would go on as if nobody had asked it to end.
    """
    if not isinstance(dropped.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
        return
    number = status(dropped.exc_value) - _STATUS_OF_SIGNALS
    for other in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(other) is _pass_over:
            signal.signal(other, _stop)
    here = threading.main_thread().ident or 0
    # Not at once: it would come while this is called, and what is raised here is dropped, too.
    threading.Timer(_A_MOMENT, signal.pthread_kill, (here, number)).start()


@contextmanager
def delay_signals(*, once: bool = False) -> Iterator[None]:
    """Let a signal that ends the program wait until the block is over, and raise it then.

    With `once` a second one is raised at once: whoever sends it does not want to wait. Only the
    main thread is told of signals, so elsewhere this does nothing. What the system or whoever
    started the program has set to be ignored or to kill stays as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    noted: list[tuple[int, FrameType | None]] = []

    def note(number: int, frame: FrameType | None) -> None:
        noted.append((number, frame))
        if once and len(noted) > 1:
            raise_noted()

    def raise_noted() -> None:
        number, frame = noted[-1]
        handler = kept[signal.Signals(number)]
        assert callable(handler)
        handler(number, frame)

    kept = {number: signal.getsignal(number) for number in _ENDING}
    heard = [number for number, handler in kept.items() if callable(handler)]
    for number in heard:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, kept[number])
        if noted:
            raise_noted()


def remove_at_exit(path: str) -> str:
    """Return `path`, which is to be removed whatever happens, also by `remove_all_at_exit`."""
    _unfinished.add(path)
    return path


def remove_now(path: str) -> None:
    """Remove a file of `remove_at_exit` now, if it is still there."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - pathlib costs start-up time
    _unfinished.discard(path)


def remove_all_at_exit() -> None:
    """Remove what is left when a signal came while others tidied up; the program ends then.

    Such signals are passed over meanwhile, and kill from then on: nothing is left to be done.
    """
    heard = [number for number in _ENDING if callable(signal.getsignal(number))]
    for number in heard:
        signal.signal(number, _pass_over)
    for path in tuple(_unfinished):
        with suppress(OSError):
            remove_now(path)
    for number in heard:
        signal.signal(number, signal.SIG_DFL)
