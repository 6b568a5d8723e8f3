"""Acting on the command lines of a batch: each in a transaction of its own, or all in one."""

import io
import itertools
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, Self, TextIO, TypeVar, cast

from lmsctl.batch import rules
from lmsctl.batch.errors import BatchTooLarge, BatchUnreadable, CommandNotAtomic, StreamOfBatch
from lmsctl.batch.results import CommandOutcome, CommandResult, CommandResultWithOutput
from lmsctl.kit import csvbytes, render
from lmsctl.kit import work as units
from lmsctl.kit.answer import DRY_RUN_PREFIX, Done, Listing, StreamedResult, Text, queued_sentence
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, Location, Refusal, RefusalKind
from lmsctl.kit.invocation import Invocation
from lmsctl.kit.work import Work

T = TypeVar("T")

_STDIN = "-"
_DETAILS_SHOWN = 5
# Whatever these say, the next line would get the same answer.
_ENDS_ALL = {RefusalKind.INTERNAL, RefusalKind.CONFIG, RefusalKind.UNAVAILABLE, RefusalKind.SCHEMA}
# A line that is too long fails alone; one that goes on after this is taken for endless.
_LINE_PASSED_LIMIT = 16 * rules.LINE_BYTES_LIMIT
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What the caller of a batch wants: the file of command lines, and what a failure means."""

    path: str
    is_atomic: bool = False
    stops: bool = False

    @property
    def shown(self) -> str:
        """The name to speak of the file."""
        return "<stdin>" if self.path == _STDIN else self.path


def run(env: Environment, order: BatchRequest) -> StreamedResult:
    """Act on all lines of a file; every command asks for its own rights.

    Each is a unit of work of its own, done when its result is asked for. With `is_atomic` all are
    one, done before this returns: the first failure undoes everything. What would befall every
    further line as well (no database, a configuration that is wrong, a bug) is raised, with the
    line as its location, and so is BatchUnreadable.
    """
    env.files.reads(order.path)
    batch = _Batch(env, order)
    rows = _run_atomically(batch) if order.is_atomic else _run_separately(batch)
    return StreamedResult(Listing(batch.record, rows), lambda: _finish(batch, rows))


@dataclass(slots=True)
class _Batch:
    """What is known while a batch is worked on."""

    env: Environment
    order: BatchRequest
    record: type[CommandResult] = field(init=False)
    counted: Counter[CommandOutcome] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        is_json = self.env.output in {"json", "jsonl"}
        self.record = CommandResultWithOutput if is_json else CommandResult
        self.env.check(Listing(self.record, ()))

    def parse_invocation(self, argv: list[str]) -> Invocation:
        """Return what a line calls for, if it may stand here."""
        call = self.env.parse_invocation(argv)
        rules.check(call, self.env.options, is_atomic=self.order.is_atomic)
        return call

    def prepared(self, call: Invocation, kind: type[Environment]) -> Environment:
        """Return what the command of a line is given: our options but for those in the line."""
        return kind(
            replace(self.env.options, **{"no_input": True, **call.given}),
            call.command,
            environ=self.env.environ,
            load_portal=self.env.load_portal,
            apply_due_changes=self.env.apply_due_changes,
            audit=self.env.audit,
        )

    def told(self, number: int, answer: Any, here: Environment) -> CommandResult:
        """Return the line of a command that has answered."""
        done = answer if isinstance(answer, Done) else Done(answer, "", is_changed=False)
        is_json = self.record is CommandResultWithOutput
        fate = CommandOutcome.CHANGED if done.is_changed else CommandOutcome.UNCHANGED
        is_rehearsal = here.options.dry_run
        # Where all lines are rehearsed, one sentence in the end says it for all.
        is_alone = is_rehearsal and not self.env.options.dry_run
        words = [
            f"{DRY_RUN_PREFIX if is_alone and done.sentence else ''}{done.sentence}",
            *done.notes,
        ]
        if here.notices:
            words.append(queued_sentence(here.notices, is_rehearsal=is_rehearsal))
        return self.line(
            number,
            here.command,
            CommandOutcome.FAILED if done.status else fate,
            exit_status=done.status,
            message=" ".join(filter(None, words)) or None,
            **({"result": _document(done.result, here)} if is_json else {}),
        )

    def refused(
        self, number: int, command: str | None, refusal: Refusal, here: Environment
    ) -> CommandResult:
        """Return the line of a command that was refused; raises what would befall all others."""
        if refusal.kind in _ENDS_ALL:
            refusal.location = refusal.location or Location(self.order.shown, line=number)
            raise refusal
        shown = refusal.details[:_DETAILS_SHOWN]
        words = [reason.format_message(here.zone) for reason in (refusal, *shown)]
        if len(refusal.details) > len(shown):
            words.append(f"And {len(refusal.details) - len(shown)} more.")
        return self.line(
            number,
            command,
            CommandOutcome.FAILED,
            exit_status=refusal.exit_status,
            code=refusal.code,
            message=" ".join(words),
            hint=refusal.format_hint(here.zone),
        )

    def line(
        self, number: int, command: str | None, fate: CommandOutcome, **more: Any
    ) -> CommandResult:
        """Return one line of the answer."""
        return self.record(number, command, fate, **more)


def _document(result: Any, here: Environment) -> Any:
    """Return what the command would print as JSON."""
    if isinstance(result, Text):
        return result.text
    text = io.StringIO()
    view = render.View(output="json", zone=here.zone or render.UTC)
    render.render(result, view, text, lambda _: None)
    return json.loads(text.getvalue() or "null")


def _finish(batch: _Batch, rows: Iterator[CommandResult]) -> Done:
    """Do what was not asked for yet, and return the sentence about everything."""
    for _ in rows:
        pass
    counted = batch.counted
    total = counted.total()
    parts = [
        f"{counted[fate]} {fate.replace('_', ' ')}" for fate in CommandOutcome if counted[fate]
    ]
    failure = EXIT_STATUS[RefusalKind.REJECTED if batch.order.is_atomic else RefusalKind.PARTIAL]
    return Done(
        None,
        f"{total} command{'' if total == 1 else 's'}{': ' if parts else ''}{', '.join(parts)}.",
        is_changed=bool(counted[CommandOutcome.CHANGED]),
        status=failure if counted[CommandOutcome.FAILED] else 0,
    )


# One transaction each ----------------------------------------------------------------------------


def _run_separately(batch: _Batch) -> Iterator[CommandResult]:
    is_over = False
    # Rows that come to a terminal one by one are progress enough.
    is_seen = sys.stdout.isatty() and batch.env.output not in {"auto", "table"}
    with _open_file(batch.order) as stream:
        for number, raw in _lines(batch.order, stream):
            line = _run_line(batch, number, raw, is_over=is_over)
            if line is None:
                continue
            batch.counted[line.outcome] += 1
            is_over = is_over or (batch.order.stops and line.outcome is CommandOutcome.FAILED)
            if not is_seen:
                batch.env.console.progress("Running", batch.counted.total(), None)
            yield line
            # Whoever feeds us through a pipe may wait for this before saying more.
            sys.stdout.flush()
    batch.env.console.end()


def _run_line(batch: _Batch, number: int, raw: bytes, *, is_over: bool) -> CommandResult | None:
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
        with _reserving_streams(batch.order), _sharing_connection(batch.env, here, number):
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


# All in one --------------------------------------------------------------------------------------


class _AtomicEnvironment(Environment):
    """An invocation inside the transaction of a batch, which begins and ends it."""

    moment: datetime

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
        work.now = self.moment
        return units.run_within(work, verb)


class _Failed(Exception):  # noqa: N818 - a signal that undoes the transaction, never shown
    """One line failed; `refusal` is why, None if it only answered with another status."""

    def __init__(self, line: CommandResult, here: Environment, refusal: Refusal | None) -> None:
        super().__init__(line.line)
        self.line = line
        self.here = here
        self.refusal = refusal


def _run_atomically(batch: _Batch) -> Iterator[CommandResult]:
    with ExitStack() as closing:
        commands, told = (closing.enter_context(_Spool(batch.order)) for _ in range(2))
        wrong = _read_commands(batch, commands)
        failed = None if wrong else _run_all(batch, commands, told)
        if wrong or failed:
            named = closing.enter_context(_Spool(batch.order))
            wrong |= _check_all(batch, commands, wrong, named)
            if failed and failed.refusal and not wrong:
                failed.here.record(failed.refusal)
            rows = _results_after_failure(batch, named, wrong, failed.line if failed else None)
        else:
            rows = _results_after_success(batch, told)
        return _counted(batch, rows, closing.pop_all())


def _read_commands(batch: _Batch, commands: "_Spool") -> dict[int, CommandResult]:
    """Put the words of all commands aside, and return the lines that hold none."""
    wrong = {}
    with _open_file(batch.order) as stream:
        for number, raw in _lines(batch.order, stream):
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
    batch: _Batch, commands: "_Spool", wrong: Container[int], named: "_Spool"
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


def _run_all(batch: _Batch, commands: "_Spool", told: "_Spool") -> "_Failed | None":
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
        with _reserving_streams(batch.order), ExitStack() as ending:
            # A bar that moves has put itself before the streams it found.
            ending.callback(batch.env.console.end)
            batch.env.write(act_on_all)
    except _Failed as failed:
        return failed
    return None


def _run_in_transaction(batch: _Batch, work: Work, number: int, argv: list[str]) -> CommandResult:
    command, here = None, batch.env
    try:
        call = batch.parse_invocation(argv)
        command = call.command
        here = batch.prepared(call, _AtomicEnvironment)
        cast("_AtomicEnvironment", here).moment = work.now
        batch.env.share_connection(here, f"Line {number}")
        line = batch.told(number, call.act(here), here)
    except Refusal as refusal:
        raise _Failed(batch.refused(number, command, refusal, here), here, refusal) from refusal
    if line.outcome is CommandOutcome.FAILED:
        raise _Failed(line, here, None)
    return line


def _results_after_success(batch: _Batch, told: "_Spool") -> Iterator[CommandResult]:
    for number, command, fate, message, result in told:
        more = {} if result is None else {"result": result}
        yield batch.line(
            number, command, CommandOutcome(fate), exit_status=0, message=message, **more
        )


def _results_after_failure(
    batch: _Batch, commands: "_Spool", wrong: dict[int, CommandResult], failed: CommandResult | None
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
    batch: _Batch, rows: Iterator[CommandResult], closing: ExitStack
) -> Iterator[CommandResult]:
    with closing:
        for line in rows:
            batch.counted[line.outcome] += 1
            yield line


# Streams -----------------------------------------------------------------------------------------


class _Spool:
    """Plain values put aside in an anonymous file, to be read as often as needed."""

    def __init__(self, order: BatchRequest) -> None:
        self.count = 0
        self._order = order
        self._left = self._limit = csvbytes.spool_limit()
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - by __exit__

    def __enter__(self) -> Self:
        """Return the spool."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the file."""
        self._file.close()

    def add(self, value: Any) -> None:
        """Put one value behind the others; raises BatchTooLarge."""
        text = json.dumps(value) + "\n"
        self._left -= len(text)
        if self._left < 0:
            raise BatchTooLarge(file=self._order.shown, limit=f"{self._limit >> 20} MiB")
        self._file.write(text)
        self.count += 1

    def clear(self) -> None:
        """Begin afresh."""
        self._file.seek(0)
        self._file.truncate()
        self.count = 0
        self._left = self._limit

    def __iter__(self) -> Iterator[Any]:
        """Yield the values from the first one on."""
        self._file.seek(0)
        yield from map(json.loads, iter(self._file.readline, ""))


class _ReservedStream:
    """A stream that the batch uses itself; raises StreamOfBatch whatever is wanted of it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, wanted: str) -> NoReturn:
        raise StreamOfBatch(stream=self._name)


@contextmanager
def _reserving_streams(order: BatchRequest) -> Iterator[None]:
    """Keep commands from the streams that are ours."""
    kept = sys.stdin
    if order.path == _STDIN:
        sys.stdin = cast("TextIO", _ReservedStream("standard input"))
    try:
        with redirect_stdout(cast("TextIO", _ReservedStream("standard output"))):
            yield
    finally:
        sys.stdin = kept


@contextmanager
def _open_file(order: BatchRequest) -> Iterator[BinaryIO]:
    if order.path == _STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(order.path).open("rb")  # noqa: SIM115 - entered below, where it may fail
    except OSError as error:
        raise _unreadable(order, error) from error
    with stream:
        yield stream


def _lines(order: BatchRequest, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number; of one that is too long more than is allowed."""
    limit = rules.LINE_BYTES_LIMIT + 1
    for number in itertools.count(1):
        try:
            raw = rest = stream.readline(limit)
            passed = 0
            while len(rest) == limit and not rest.endswith(b"\n"):
                passed += limit
                if passed > _LINE_PASSED_LIMIT:
                    reason = f"line {number} does not end after {_LINE_PASSED_LIMIT >> 20} MiB"
                    raise BatchUnreadable(file=order.shown, reason=reason)
                rest = stream.readline(limit)
        except OSError as error:
            raise _unreadable(order, error) from error
        if not raw:
            return
        yield number, raw.removeprefix(_MARK) if number == 1 else raw


def _unreadable(order: BatchRequest, error: OSError) -> BatchUnreadable:
    return BatchUnreadable(file=order.shown, reason=error.strerror or str(error))
