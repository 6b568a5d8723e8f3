"""Running each command line of a batch in a transaction of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lmsctl.batch import rules
from lmsctl.batch.actions.lines import open_file, read_lines, reserving_streams
from lmsctl.batch.actions.state import Batch
from lmsctl.batch.results import CommandOutcome, CommandResult
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Refusal


def run_separately(batch: Batch) -> Iterator[CommandResult]:
    """Run each line in its own transaction when its result is asked for, and yield that.

    Raises what `Batch.refused` raises, and BatchUnreadable.
    """
    is_over = False
    # Rows that come to a terminal one by one are progress enough.
    is_seen = sys.stdout.isatty() and batch.env.output not in {"auto", "table"}
    with open_file(batch.request) as stream:
        for number, raw in read_lines(batch.request, stream):
            line = _run_line(batch, number, raw, is_over=is_over)
            if line is None:
                continue
            batch.counted[line.outcome] += 1
            is_over = is_over or (batch.request.stops and line.outcome is CommandOutcome.FAILED)
            if not is_seen:
                batch.env.console.progress("Running", batch.counted.total(), None)
            yield line
            # Whoever feeds us through a pipe may wait for this before saying more.
            sys.stdout.flush()
    batch.env.console.end()


def _run_line(batch: Batch, number: int, raw: bytes, *, is_over: bool) -> CommandResult | None:
    """Do one line and return what became of it; None if there is nothing in it."""
    here, command = batch.env, None
    try:
        argv = rules.words(raw)
        if argv is None:
            return None
        call = batch.parse_invocation(argv)
        command = call.command
        if is_over:
            return batch.line(number, command, CommandOutcome.NOT_ATTEMPTED)
        here = batch.prepared(call, Environment)
        with reserving_streams(batch.request), _sharing_connection(batch.env, here, number):
            return batch.told(number, call.act(here), here)
    except Refusal as refusal:
        if is_over:
            return batch.line(number, command, CommandOutcome.NOT_ATTEMPTED)
        line = batch.refused(number, command, refusal, here)
        if here is not batch.env:
            here.record(refusal)
        return line


@contextmanager
def _sharing_connection(env: Environment, here: Environment, number: int) -> Iterator[None]:
    env.share_connection(here, f"Line {number}")
    try:
        yield
    finally:
        env.end_sharing()
