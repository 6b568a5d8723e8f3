"""Running all command lines of a batch in one transaction."""

from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack
from typing import TypeVar, cast

from lmsctl.batch import rules
from lmsctl.batch.actions.lines import open_file, read_lines, reserving_streams
from lmsctl.batch.actions.spooling import Spool
from lmsctl.batch.actions.state import Batch
from lmsctl.batch.errors import CommandNotAtomic
from lmsctl.batch.results import CommandOutcome, CommandResult
from lmsctl.kit import work as units
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work

T = TypeVar("T")


class _AtomicEnvironment(Environment):
    """An invocation inside the transaction of a batch, which begins and ends it."""

    outer: Work

    def read(self, verb: Callable[[Work], T]) -> T:
        """Do `verb` on what the lines before have left."""
        return self._run_in_transaction(verb)

    def write(self, verb: Callable[[Work], T], *, begins_itself: bool = False) -> T:
        """Do `verb`; raises CommandNotAtomic where it wants to begin by itself."""
        if begins_itself:
            raise CommandNotAtomic(command=self.command)
        self.has_written = True
        return self._run_in_transaction(verb)

    def _run_in_transaction(self, verb: Callable[[Work], T]) -> T:
        work = self._work()
        work.now = self.outer.now
        work.share_endings(self.outer)
        with self._addressing():
            return units.run_within(work, verb)


class LineFailed(Exception):  # noqa: N818 - a signal that undoes the transaction, never shown
    """One line failed; `refusal` is why, None if it only answered with another status."""

    def __init__(self, line: CommandResult, here: Environment, refusal: Refusal | None) -> None:
        super().__init__(line.line)
        self.line = line
        self.here = here
        self.refusal = refusal


def run_atomically(batch: Batch) -> Iterator[CommandResult]:
    """Run all lines in one transaction, and yield the result of each; the first failure undoes all.

    Raises what `Batch.refused` raises, BatchUnreadable and BatchTooLarge.
    """
    with ExitStack() as closing:
        commands, told = (closing.enter_context(Spool(batch.request)) for _ in range(2))
        wrong = _read_commands(batch, commands)
        failed = None if wrong else _run_all(batch, commands, told)
        if wrong or failed:
            named = closing.enter_context(Spool(batch.request))
            wrong |= _check_all(batch, commands, wrong, named)
            if failed and failed.refusal and not wrong:
                failed.here.record(failed.refusal)
            rows = _results_after_failure(batch, named, wrong, failed.line if failed else None)
        else:
            rows = _results_after_success(batch, told)
        return _counted(batch, rows, closing.pop_all())


def _read_commands(batch: Batch, commands: "Spool") -> dict[int, CommandResult]:
    """Put the words of all commands aside, and return the lines that hold none."""
    wrong = {}
    with open_file(batch.request) as stream:
        for number, raw in read_lines(batch.request, stream):
            argv = None
            try:
                argv = rules.words(raw)
                if argv is None:
                    continue
            except Refusal as refusal:
                wrong[number] = batch.refused(number, None, refusal, batch.env)
            commands.add([number, argv])
    return wrong


def _check_all(
    batch: Batch, commands: "Spool", wrong: Container[int], named: "Spool"
) -> dict[int, CommandResult]:
    """Put each line's command into `named`, and return those wrong whatever the portal holds.

    They are told in place of a line that failed, because nobody needs the portal to see them.
    """
    found = {}
    for number, argv in commands:
        command = None
        if number not in wrong:
            try:
                command = batch.parse_invocation(argv).command
            except Refusal as refusal:
                found[number] = batch.refused(number, command, refusal, batch.env)
        named.add([number, command])
    return found


def _run_all(batch: Batch, commands: "Spool", told: "Spool") -> "LineFailed | None":
    """Do all lines in one transaction; return how one failed, if any did.

    A line is understood when its turn comes, and so only once: if one is wrong whatever the portal
    holds, that undoes those before it.
    """

    def act_on_all(work: Work) -> None:
        told.clear()
        for done, (number, argv) in enumerate(commands):
            work.console.progress("Running", done, commands.count)
            line = _run_in_transaction(batch, work, number, argv)
            result = getattr(line, "result", None)
            told.add([number, line.command, line.outcome, line.message, result])

    try:
        with reserving_streams(batch.request), ExitStack() as ending:
            # A bar that moves has put itself before the streams it found.
            ending.callback(batch.env.console.end)
            batch.env.write(act_on_all)
    except LineFailed as failed:
        return failed
    return None


def _run_in_transaction(batch: Batch, work: Work, number: int, argv: list[str]) -> CommandResult:
    command, here = None, batch.env
    try:
        call = batch.parse_invocation(argv)
        command = call.command
        here = batch.prepared(call, _AtomicEnvironment)
        cast("_AtomicEnvironment", here).outer = work
        batch.env.share_connection(here, f"Line {number}")
        line = batch.told(number, call.act(here), here)
    except Refusal as refusal:
        raise LineFailed(batch.refused(number, command, refusal, here), here, refusal) from refusal
    if line.outcome is CommandOutcome.FAILED:
        raise LineFailed(line, here, None)
    return line


def _results_after_success(batch: Batch, told: "Spool") -> Iterator[CommandResult]:
    for number, command, outcome, message, result in told:
        more = {} if result is None else {"result": result}
        yield batch.line(
            number, command, CommandOutcome(outcome), exit_status=0, message=message, **more
        )


def _results_after_failure(
    batch: Batch, commands: "Spool", wrong: dict[int, CommandResult], failed: CommandResult | None
) -> Iterator[CommandResult]:
    """Yield every line with what became of it: nothing, or nothing that lasts."""
    if wrong:
        failed = None
    for number, command in commands:
        if number in wrong:
            yield wrong[number]
        elif failed is not None and number == failed.line:
            yield failed
        elif failed is not None and number < failed.line:
            yield batch.line(number, command, CommandOutcome.ROLLED_BACK)
        else:
            yield batch.line(number, command, CommandOutcome.NOT_ATTEMPTED)


def _counted(
    batch: Batch, rows: Iterator[CommandResult], closing: ExitStack
) -> Iterator[CommandResult]:
    with closing:
        for line in rows:
            batch.counted[line.outcome] += 1
            yield line
