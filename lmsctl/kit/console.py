"""What is said to the person at the terminal while and after a command works, on standard error."""

import sys
import time
from typing import Any, TextIO

_PATIENCE_SECONDS = 1.0
_LINE_EVERY_SECONDS = 10.0


class Console:
    """Somebody to talk to; this one says nothing."""

    def info(self, sentence: str) -> None:
        """Say one sentence."""

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Say how much of `total` (None when unknown) is done."""

    def end(self) -> None:
        """Clear away what is still moving."""


class StderrConsole(Console):
    """Sentences on standard error; a moving bar on a terminal, else a line every ten seconds.

    Nothing shows for work of under a second.
    """

    def __init__(self, *, is_quiet: bool, has_progress: bool, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_quiet = is_quiet
        self._has_progress = has_progress and not is_quiet
        self._started = time.monotonic()
        self._last_line = self._started
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}

    def info(self, sentence: str) -> None:
        """Say one sentence, unless less talk was asked for."""
        if not self._is_quiet:
            self.end()
            self._stream.write(sentence + "\n")

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Say how much of `total` (None when unknown) is done, not too often."""
        now = time.monotonic()
        if not self._has_progress or now - self._started < _PATIENCE_SECONDS:
            return
        if self._stream.isatty():
            self._move(what, done, total)
        elif now - self._last_line >= _LINE_EVERY_SECONDS:
            self._last_line = now
            of_total = f" of {total}" if total else ""
            self._stream.write(f"{what}: {done}{of_total}\n")
            self._stream.flush()

    def end(self) -> None:
        """Clear away the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
            self._tasks = {}

    def _move(self, what: str, done: int, total: int | None) -> None:
        if self._bar is None:
            from rich.console import Console as RichConsole
            from rich.progress import Progress

            self._bar = Progress(console=RichConsole(file=self._stream), transient=True)
            self._bar.start()
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total)
        self._bar.update(self._tasks[what], completed=done, total=total)
