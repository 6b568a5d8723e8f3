"""Filling a test portal: the commands of a plan, in one transaction."""

import csv
import io
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from lmsctl.kit import secret
from lmsctl.kit import work as units
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Location, Refusal
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.seed import store
from lmsctl.seed.errors import SeedNeedsEmptyPortal, SeedNeedsSandbox
from lmsctl.seed.results import Seeded
from lmsctl.seed.rules.plan import plan
from lmsctl.seed.rules.sizes import SeedSizes, SeedStep, check_sizes

T = TypeVar("T")

# What a new portal has: its root department and its owner.
_FROM_THE_BEGINNING = {"people": 1, "departments": 1}
_WORDS = {
    "people": "user",
    "departments": "department",
    "groups": "group",
    "content": "content item",
    "profiles": "sign-up profile",
    "activations": "activation",
    "tokens": "token",
    "redemptions": "redemption",
    "trainings": "training",
    "sessions": "session",
    "events": "event",
    "enrollments": "enrollment",
}


def seed(env: Environment, sizes: SeedSizes, *, wants_notices: bool = False) -> Done:
    """Carry out the plan of these sizes; all or nothing.

    Every command goes the way of one that somebody types, with all its rules; it needs
    `portal.settings`. Nothing is queued unless `wants_notices`. Raises SeedSizeWrong,
    SeedNeedsSandbox, SeedNeedsEmptyPortal, and what a command is refused for.
    """
    check_sizes(sizes)

    def fill(work: Work) -> Seeded:
        rights.require_everywhere(work, "portal.settings")
        _check_vacant(work)
        steps = len(list(plan(sizes, work.now)))
        with secret.repeatable(sizes.seed):
            for done, step in enumerate(plan(sizes, work.now)):
                work.console.progress("Seeding", done, steps)
                _carry_out(env, step, wants_notices=wants_notices)
        return Seeded(sizes.seed, **store.numbers(work))

    made = env.write(fill)
    return Done(made, f"Filled the portal: {counted(made.people, 'user')}.")


def _check_vacant(work: Work) -> None:
    """Raise SeedNeedsSandbox and SeedNeedsEmptyPortal."""
    if not work.is_sandbox:
        raise SeedNeedsSandbox
    more = {
        name: number
        for name, number in store.numbers(work).items()
        if number > _FROM_THE_BEGINNING.get(name, 0)
    }
    if more:
        raise SeedNeedsEmptyPortal(
            found=", ".join(counted(n, _WORDS[name]) for name, n in more.items())
        )


def _carry_out(env: Environment, step: SeedStep, *, wants_notices: bool) -> None:
    """Do one command inside the transaction of the whole; raises what it is refused for."""
    call = env.parse_invocation(step.words)
    given = {"no_input": True, **call.given}
    here = _SeedEnvironment(
        replace(env.options, **given), call.command, environ=env.environ,
        load_portal=env.load_portal, apply_due_changes=env.apply_due_changes, audit=env.audit,
    )  # fmt: skip
    here.moment, here.wants_notices = step.at, wants_notices
    env.share_connection(here, "The plan")
    try:
        with _streams(step.file):
            call.act(here)
    except Refusal as refusal:
        refusal.location = refusal.location or Location(shlex.join(["lmsctl", *step.words]))
        raise


class _SeedEnvironment(Environment):
    """An invocation at its own moment, inside the transaction of a seed."""

    moment: datetime
    wants_notices: bool

    def read(self, verb: Callable[[Work], T]) -> T:
        """Do `verb` on what the commands before have left."""
        return self.write(verb)

    def write(self, verb: Callable[[Work], T], *, begins_itself: bool = False) -> T:  # noqa: ARG002 - it has begun
        """Do `verb`, whether or not it would begin by itself."""
        work = self._work()
        work.now, work.is_silent = self.moment, not self.wants_notices
        return units.run_within(work, verb)


@contextmanager
def _streams(rows: Iterable[Sequence[str]] | None) -> Iterator[None]:
    """Give a command its file as standard input, and keep what it says to itself."""
    kept = sys.stdin
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows or ())
        file.seek(0)
        sys.stdin = file
        try:
            with redirect_stdout(io.StringIO()):
                yield
        finally:
            sys.stdin = kept
