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
from lmsctl.batch.results import Fate, Line, LineWithResult
from lmsctl.kit import csvbytes, render
from lmsctl.kit import work as units
from lmsctl.kit.answer import REHEARSED, Done, Listing, Running, Text, queued
from lmsctl.kit.environment import Call, Environment
from lmsctl.kit.errors import EXIT_STATUS, Kind, Location, Refusal
from lmsctl.kit.work import Work

T = TypeVar("T")

_STDIN = "-"
_DETAILS_SHOWN = 5
# Whatever these say, the next line would get the same answer.
_ENDS_ALL = {Kind.INTERNAL, Kind.CONFIG, Kind.UNAVAILABLE, Kind.SCHEMA}
# A line that is too long fails alone; one that goes on after this is taken for endless.
_LINE_PASSED_LIMIT = 16 * rules.LINE_BYTES_LIMIT
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller of a batch wants: the file of command lines, and what a failure means."""

    path: str
    is_atomic: bool = False
    stops: bool = False

    @property
    def shown(self) -> str:
        """The name to speak of the file."""
        return "<stdin>" if self.path == _STDIN else self.path


def run(env: Environment, order: Order) -> Running:
    """Act on all lines of a file; every command asks for its own rights.

    Each is a unit of work of its own, done when its result is asked for. With `is_atomic` all are
    one, done before this returns: the first failure undoes everything. What would befall every
    further line as well (no database, a configuration that is wrong, a bug) is raised, with the
    line as its location, and so is BatchUnreadable.
    """
    env.files.reads(order.path)
    batch = _Batch(env, order)
    rows = _together(batch) if order.is_atomic else _separately(batch)
    return Running(Listing(batch.record, rows), lambda: _end(batch, rows))


@dataclass(slots=True)
class _Batch:
    """What is known while a batch is worked on."""

    env: Environment
    order: Order
    record: type[Line] = field(init=False)
    counted: Counter[Fate] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        is_json = self.env.output in {"json", "jsonl"}
        self.record = LineWithResult if is_json else Line
        self.env.check(Listing(self.record, ()))

    def understand(self, argv: list[str]) -> Call:
        """Return what a line calls for, if it may stand here."""
        call = self.env.understand(argv)
        rules.check(call, self.env.options, is_atomic=self.order.is_atomic)
        return call

    def prepared(self, call: Call, kind: type[Environment]) -> Environment:
        """Return what the command of a line is given: our options but for those in the line."""
        return kind(
            replace(self.env.options, **{"no_input": True, **call.given}),
            call.command,
            environ=self.env.environ,
            load_portal=self.env.load_portal,
            apply_due_changes=self.env.apply_due_changes,
            audit=self.env.audit,
        )

    def told(self, number: int, answer: Any, here: Environment) -> Line:
        """Return the line of a command that has answered."""
        done = answer if isinstance(answer, Done) else Done(answer, "", is_changed=False)
        is_json = self.record is LineWithResult
        fate = Fate.CHANGED if done.is_changed else Fate.UNCHANGED
        is_rehearsal = here.options.dry_run
        # Where all lines are rehearsed, one sentence in the end says it for all.
        is_alone = is_rehearsal and not self.env.options.dry_run
        words = [f"{REHEARSED if is_alone and done.sentence else ''}{done.sentence}", *done.notes]
        if here.notices:
            words.append(queued(here.notices, is_rehearsal=is_rehearsal))
        return self.line(
            number,
            here.command,
            Fate.FAILED if done.status else fate,
            exit_status=done.status,
            message=" ".join(filter(None, words)) or None,
            **({"result": _document(done.result, here)} if is_json else {}),
        )

    def refused(
        self, number: int, command: str | None, refusal: Refusal, here: Environment
    ) -> Line:
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
            Fate.FAILED,
            exit_status=refusal.exit_status,
            code=refusal.code,
            message=" ".join(words),
            hint=refusal.format_hint(here.zone),
        )

    def line(self, number: int, command: str | None, fate: Fate, **more: Any) -> Line:
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


def _end(batch: _Batch, rows: Iterator[Line]) -> Done:
    """Do what was not asked for yet, and return the sentence about everything."""
    for _ in rows:
        pass
    counted = batch.counted
    total = counted.total()
    parts = [f"{counted[fate]} {fate.replace('_', ' ')}" for fate in Fate if counted[fate]]
    failure = EXIT_STATUS[Kind.REJECTED if batch.order.is_atomic else Kind.PARTIAL]
    return Done(
        None,
        f"{total} command{'' if total == 1 else 's'}{': ' if parts else ''}{', '.join(parts)}.",
        is_changed=bool(counted[Fate.CHANGED]),
        status=failure if counted[Fate.FAILED] else 0,
    )


# One transaction each ----------------------------------------------------------------------------


def _separately(batch: _Batch) -> Iterator[Line]:
    is_over = False
    # Rows that come to a terminal one by one are progress enough.
    is_seen = sys.stdout.isatty() and batch.env.output not in {"auto", "table"}
    with _opened(batch.order) as stream:
        for number, raw in _lines(batch.order, stream):
            line = _attempted(batch, number, raw, is_over=is_over)
            if line is None:
                continue
            batch.counted[line.outcome] += 1
            is_over = is_over or (batch.order.stops and line.outcome is Fate.FAILED)
            if not is_seen:
                batch.env.talk.progress("Running", batch.counted.total(), None)
            yield line
            # Whoever feeds us through a pipe may wait for this before saying more.
            sys.stdout.flush()
    batch.env.talk.end()


def _attempted(batch: _Batch, number: int, raw: bytes, *, is_over: bool) -> Line | None:
    """Do one line and return what became of it; None if there is nothing in it."""
    here, command = batch.env, None
    try:
        argv = rules.words(raw)
        if argv is None:
            return None
        call = batch.understand(argv)
        command = call.command
        if is_over:
            return batch.line(number, command, Fate.NOT_ATTEMPTED)
        here = batch.prepared(call, Environment)
        with _streams_kept(batch.order), _lent(batch.env, here, number):
            return batch.told(number, call.act(here), here)
    except Refusal as refusal:
        if is_over:
            return batch.line(number, command, Fate.NOT_ATTEMPTED)
        line = batch.refused(number, command, refusal, here)
        if here is not batch.env:
            here.record(refusal)
        return line


@contextmanager
def _lent(env: Environment, here: Environment, number: int) -> Iterator[None]:
    env.lend(here, f"Line {number}")
    try:
        yield
    finally:
        env.take_back()


# All in one --------------------------------------------------------------------------------------


class _Part(Environment):
    """An invocation inside the transaction of a batch, which begins and ends it."""

    moment: datetime

    def read(self, verb: Callable[[Work], T]) -> T:
        """Do `verb` on what the lines before have left."""
        return self._joined(verb)

    def write(self, verb: Callable[[Work], T], *, begins_itself: bool = False) -> T:
        """Do `verb`; raises CommandNotAtomic where it wants to begin by itself."""
        if begins_itself:
            raise CommandNotAtomic(command=self.command)
        self.has_written = True
        return self._joined(verb)

    def _joined(self, verb: Callable[[Work], T]) -> T:
        work = self._work()
        work.now = self.moment
        return units.run_within(work, verb)


class _Failed(Exception):  # noqa: N818 - a signal that undoes the transaction, never shown
    """One line failed; `refusal` is why, None if it only answered with another status."""

    def __init__(self, line: Line, here: Environment, refusal: Refusal | None) -> None:
        super().__init__(line.line)
        self.line = line
        self.here = here
        self.refusal = refusal


def _together(batch: _Batch) -> Iterator[Line]:
    with ExitStack() as closing:
        commands, told = (closing.enter_context(_Spool(batch.order)) for _ in range(2))
        wrong = _read(batch, commands)
        failed = None if wrong else _carried_out(batch, commands, told)
        if wrong or failed:
            named = closing.enter_context(_Spool(batch.order))
            wrong |= _understood(batch, commands, wrong, named)
            if failed and failed.refusal and not wrong:
                failed.here.record(failed.refusal)
            rows = _after_failure(batch, named, wrong, failed.line if failed else None)
        else:
            rows = _after_success(batch, told)
        return _counted(batch, rows, closing.pop_all())


def _read(batch: _Batch, commands: "_Spool") -> dict[int, Line]:
    """Put the words of all commands aside, and return the lines that hold none."""
    wrong = {}
    with _opened(batch.order) as stream:
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


def _understood(
    batch: _Batch, commands: "_Spool", wrong: Container[int], named: "_Spool"
) -> dict[int, Line]:
    """Put each line's command into `named`, and return those wrong whatever the portal holds.

    They are told in place of a line that failed, because nobody needs the portal to see them.
    """
    found = {}
    for number, argv in commands:
        command = None
        if number not in wrong:
            try:
                command = batch.understand(argv).command
            except Refusal as refusal:
                found[number] = batch.refused(number, command, refusal, batch.env)
        named.add([number, command])
    return found


def _carried_out(batch: _Batch, commands: "_Spool", told: "_Spool") -> "_Failed | None":
    """Do all lines in one transaction; return how one failed, if any did.

    A line is understood when its turn comes, and so only once: if one is wrong whatever the portal
    holds, that undoes those before it.
    """

    def act_on_all(work: Work) -> None:
        told.clear()
        for done, (number, argv) in enumerate(commands):
            work.talk.progress("Running", done, commands.count)
            line = _joined(batch, work, number, argv)
            result = getattr(line, "result", None)
            told.add([number, line.command, line.outcome, line.message, result])

    try:
        with _streams_kept(batch.order), ExitStack() as ending:
            # A bar that moves has put itself before the streams it found.
            ending.callback(batch.env.talk.end)
            batch.env.write(act_on_all)
    except _Failed as failed:
        return failed
    return None


def _joined(batch: _Batch, work: Work, number: int, argv: list[str]) -> Line:
    command, here = None, batch.env
    try:
        call = batch.understand(argv)
        command = call.command
        here = batch.prepared(call, _Part)
        cast("_Part", here).moment = work.now
        batch.env.lend(here, f"Line {number}")
        line = batch.told(number, call.act(here), here)
    except Refusal as refusal:
        raise _Failed(batch.refused(number, command, refusal, here), here, refusal) from refusal
    if line.outcome is Fate.FAILED:
        raise _Failed(line, here, None)
    return line


def _after_success(batch: _Batch, told: "_Spool") -> Iterator[Line]:
    for number, command, fate, message, result in told:
        more = {} if result is None else {"result": result}
        yield batch.line(number, command, Fate(fate), exit_status=0, message=message, **more)


def _after_failure(
    batch: _Batch, commands: "_Spool", wrong: dict[int, Line], failed: Line | None
) -> Iterator[Line]:
    """Yield every line with what became of it: nothing, or nothing that lasts."""
    if wrong:
        failed = None
    for number, command in commands:
        if number in wrong:
            yield wrong[number]
        elif failed is not None and number == failed.line:
            yield failed
        elif failed is not None and number < failed.line:
            yield batch.line(number, command, Fate.ROLLED_BACK)
        else:
            yield batch.line(number, command, Fate.NOT_ATTEMPTED)


def _counted(batch: _Batch, rows: Iterator[Line], closing: ExitStack) -> Iterator[Line]:
    with closing:
        for line in rows:
            batch.counted[line.outcome] += 1
            yield line


# Streams -----------------------------------------------------------------------------------------


class _Spool:
    """Plain values put aside in an anonymous file, to be read as often as needed."""

    def __init__(self, order: Order) -> None:
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


class _Taken:
    """A stream that the batch uses itself; raises StreamOfBatch whatever is wanted of it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, wanted: str) -> NoReturn:
        raise StreamOfBatch(stream=self._name)


@contextmanager
def _streams_kept(order: Order) -> Iterator[None]:
    """Keep commands from the streams that are ours."""
    kept = sys.stdin
    if order.path == _STDIN:
        sys.stdin = cast("TextIO", _Taken("standard input"))
    try:
        with redirect_stdout(cast("TextIO", _Taken("standard output"))):
            yield
    finally:
        sys.stdin = kept


@contextmanager
def _opened(order: Order) -> Iterator[BinaryIO]:
    if order.path == _STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(order.path).open("rb")  # noqa: SIM115 - entered below, where it may fail
    except OSError as error:
        raise _unreadable(order, error) from error
    with stream:
        yield stream


def _lines(order: Order, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
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


def _unreadable(order: Order, error: OSError) -> BatchUnreadable:
    return BatchUnreadable(file=order.shown, reason=error.strerror or str(error))
