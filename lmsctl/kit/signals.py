"""Signals that end the program, and the one moment at which they have to wait."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held() -> Iterator[None]:
    """Let signals that end the program wait until the block is over, and raise the last one then.

    Only the main thread is told of signals, so elsewhere this does nothing. What the system or
    whoever started the program has set to be ignored or to kill stays as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    noted: list[tuple[int, FrameType | None]] = []
    kept = {number: signal.getsignal(number) for number in _ENDING}
    heard = [number for number, handler in kept.items() if callable(handler)]
    for number in heard:
        signal.signal(number, lambda *caught: noted.append(caught))
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, kept[number])
        if noted:
            handler = kept[signal.Signals(noted[-1][0])]
            assert callable(handler)
            handler(*noted[-1])
