"""Filling a test portal: the commands of a plan, in one transaction."""

import shlex

from lmsctl.kit import secret
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Location, Refusal
from lmsctl.kit.inner_commands import InnerCommands
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.seed import store
from lmsctl.seed.errors import SeedNeedsEmptyPortal, SeedNeedsSandbox
from lmsctl.seed.results import Seeded
from lmsctl.seed.rules.plan import plan
from lmsctl.seed.rules.sizes import SeedSizes, SeedStep, check_sizes

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
        commands = InnerCommands(env, work, "The plan", wants_notices=wants_notices)
        with secret.repeatable(sizes.seed):
            for done, step in enumerate(plan(sizes, work.now)):
                work.console.progress("Seeding", done, steps)
                _carry_out(commands, step)
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


def _carry_out(commands: InnerCommands, step: SeedStep) -> None:
    """Do one command inside the transaction of the whole; raises what it is refused for."""
    try:
        commands.run(step.words, at=step.at, file=step.file or ())
    except Refusal as refusal:
        refusal.location = refusal.location or Location(shlex.join(["lmsctl", *step.words]))
        raise
