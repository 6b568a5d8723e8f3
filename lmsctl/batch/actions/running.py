"""Acting on the command lines of a batch: each in a transaction of its own, or all in one."""

from collections.abc import Iterator
from typing import TypeVar

from lmsctl.batch.actions.atomic import run_atomically
from lmsctl.batch.actions.lines import BatchRequest
from lmsctl.batch.actions.separate import run_separately
from lmsctl.batch.actions.state import Batch
from lmsctl.batch.results import CommandOutcome, CommandResult
from lmsctl.kit.answer import Done, Listing, StreamedResult
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, RefusalKind
from lmsctl.kit.plurals import counted

T = TypeVar("T")


def run(env: Environment, request: BatchRequest) -> StreamedResult:
    """Act on all lines of a file; every command asks for its own rights.

    Each is a unit of work of its own, done when its result is asked for. With `is_atomic` all are
    one, done before this returns: the first failure undoes everything. What would befall every
    further line as well (no database, a configuration that is wrong, a bug) is raised, with the
    line as its location, and so is BatchUnreadable.
    """
    env.files.reads(request.path)
    batch = Batch(env, request)
    rows = run_atomically(batch) if request.is_atomic else run_separately(batch)
    return StreamedResult(Listing(batch.record, rows), lambda: _finish(batch, rows))


def _finish(batch: Batch, rows: Iterator[CommandResult]) -> Done:
    """Do what was not asked for yet, and return the sentence about everything."""
    for _ in rows:
        pass
    outcomes = batch.counted
    total = outcomes.total()
    parts = [
        f"{outcomes[outcome]} {outcome.replace('_', ' ')}"
        for outcome in CommandOutcome
        if outcomes[outcome]
    ]
    failure = EXIT_STATUS[RefusalKind.REJECTED if batch.request.is_atomic else RefusalKind.PARTIAL]
    return Done(
        None,
        f"{counted(total, 'command')}{': ' if parts else ''}{', '.join(parts)}.",
        is_changed=bool(outcomes[CommandOutcome.CHANGED]),
        status=failure if outcomes[CommandOutcome.FAILED] else 0,
    )
