"""Command lines carried out inside the transaction of another command."""

import csv
import io
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from lmsctl.kit import work as units
from lmsctl.kit.environment import Environment
from lmsctl.kit.work import Work

T = TypeVar("T")
# Rows of a file, the heading row first.
Rows = Iterable[Sequence[str]]


@dataclass(slots=True)
class InnerCommands:
    """Runs command lines inside `outer`, as if somebody typed them: with all rules of theirs.

    `name` is what the command they belong to calls them. With `wants_notices` they queue what they
    would alone. What they would ask is agreed to, and `agreed` collects it.
    """

    env: Environment
    outer: Work
    name: str
    wants_notices: bool = False
    agreed: list[str] = field(default_factory=list)

    def run(self, words: Sequence[str], *, at: datetime | None = None, file: Rows = ()) -> None:
        """Do one command, at another moment than the outer one if `at` says so.

        `file` is its standard input. Raises what the command is refused for.
        """
        env = self.env
        call = env.parse_invocation(words)
        here = _InnerEnvironment(
            replace(env.options, **{"no_input": True, "yes": True, **call.given}),
            call.command, environ=env.environ, load_portal=env.load_portal,
            apply_due_changes=env.apply_due_changes, audit=env.audit,
        )  # fmt: skip
        here.commands, here.moment = self, at or self.outer.now
        env.share_connection(here, self.name)
        with _streams(file):
            call.act(here)


class _InnerEnvironment(Environment):
    """An invocation at its own moment, inside the transaction of another."""

    commands: InnerCommands
    moment: datetime

    @property
    def is_within(self) -> bool:
        """It is."""
        return True

    def read(self, verb: Callable[[Work], T]) -> T:
        """Do `verb` on what the commands before have left."""
        return self.write(verb)

    def write(self, verb: Callable[[Work], T], *, begins_itself: bool = False) -> T:  # noqa: ARG002 - it has begun
        """Do `verb`, whether or not it would begin by itself."""
        work = self._work()
        work.now, work.is_silent = self.moment, not self.commands.wants_notices
        answer = units.run_within(work, verb)
        self.commands.agreed += work.agreed
        return answer


@contextmanager
def _streams(rows: Rows) -> Iterator[None]:
    """Give a command its file as standard input, and keep what it says to itself."""
    kept = sys.stdin
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
        file.seek(0)
        sys.stdin = file
        try:
            with redirect_stdout(io.StringIO()):
                yield
        finally:
            sys.stdin = kept
