"""The root: argv in, exit status out; builds the environment, catches every refusal, prints.

It is long because whatever ends a run is caught here, in one place, and becomes an exit status.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lmsctl.commands import build_root
from lmsctl.kit import canonical, cells, config, errors, render, signals, table_data
from lmsctl.kit.answer import (
    DRY_RUN_PREFIX,
    Done,
    FieldChange,
    Listing,
    StreamedResult,
    queued_sentence,
)
from lmsctl.kit.console import StderrConsole
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Refusal, RefusalKind
from lmsctl.kit.invocation import Invocation, Options
from lmsctl.kit.options import ProgramRun
from lmsctl.kit.program_errors import (
    ArgumentUndecodable,
    FirstWrong,
    InternalError,
    OutputUnwritable,
    UsageWrong,
)
from lmsctl.kit.safe_traceback import safe_traceback
from lmsctl.kit.sealing import Sealing
from lmsctl.kit.streams import OutputError

if TYPE_CHECKING:
    from lmsctl.kit.driver import Connection
    from lmsctl.kit.work import Work

_MOST_ROWS = 1_000_000_000
_UNCHANGED = "Nothing was changed."


def parse_invocation(argv: Sequence[str]) -> Invocation:
    """Return what a command line calls for, without doing it; raises Usage."""
    _check_decoded(argv)
    root = build_root()
    silence = contextlib.redirect_stdout(io.StringIO())
    try:
        with silence, root.make_context("lmsctl", list(argv), obj=ProgramRun()) as ctx:
            call: Invocation = root.invoke(ctx)
    except typer.TyperException as wrong:
        raise _usage(wrong) from wrong
    except typer.Exit as leaving:
        raise UsageWrong(reason="It only asks for help.", command="lmsctl") from leaving
    return call


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit status; everything it prints goes to the streams."""
    session = ProgramRun(prepare=_prepare)
    _use_utf8()
    try:
        status = _run(list(argv) or ["--help"], session)
    except Refusal as refusal:
        status = _print_refusal(refusal, session, argv)
    except typer.Exit as leaving:
        status = leaving.exit_code
    except typer.TyperException as wrong:
        _show_missing_help(wrong, session, argv)
        status = _print_refusal(_usage(wrong), session, argv)
    except (KeyboardInterrupt, typer.Abort) as interrupt:
        _end_talk(session)
        sys.stderr.write(f"Interrupted. {_outcome(session)}\n")
        status = signals.status(interrupt)
    except BrokenPipeError:
        _discard_output()
        status = errors.PIPE_CLOSED
    except Exception as bug:  # noqa: BLE001 - the last line of defense: nobody ever sees a traceback
        status = _print_refusal(_internal_error(bug, session, argv), session, argv)
    finally:
        if session.environment:
            # What is not sealed when somebody is in a hurry is sealed by whoever comes next.
            with contextlib.suppress(Exception, KeyboardInterrupt, SystemExit):
                session.environment.seal()
            session.environment.close()
    return status


def _run(argv: list[str], session: ProgramRun) -> int:
    if (shell := os.environ.get("_LMSCTL_COMPLETE")) is not None:
        return _complete(shell, argv)
    _check_decoded(argv)
    root = build_root()
    try:
        with root.make_context("lmsctl", argv, obj=session) as ctx:
            status = _print_answer(root.invoke(ctx), session.environment)
            sys.stdout.flush()
    except OutputError as failure:
        _discard_output()
        unwritable = OutputUnwritable(reason=failure.strerror)
        unwritable.committed_note = _outcome(session)
        raise unwritable from failure
    return status


def _complete(shell: str, argv: Sequence[str]) -> int:
    """Answer the question of a shell on how a command line may go on, and return status 0."""
    from lmsctl.completion.cli import asking

    sys.stdout.write(asking.answer(shell, argv, build_root(), _prepare))
    sys.stdout.flush()
    return 0


def _check_decoded(argv: Sequence[str]) -> None:
    """Raise ArgumentUndecodable for what Python could only keep as halves of surrogate pairs."""
    for word in argv:
        if re.search("[\0\ud800-\udfff]", word):
            raise ArgumentUndecodable(given=canonical.excerpt(word))


def _prepare(options: Options, command: str) -> Environment:
    gc.enable()
    if options.first is not None and not 0 <= options.first <= _MOST_ROWS:
        raise FirstWrong(most=_MOST_ROWS, field="--first")
    console = StderrConsole(is_quiet=options.quiet, has_progress=not options.no_progress)
    # Named here, they are loaded before a transaction begins in which they are used.
    from lmsctl.portal import actions as portal
    from lmsctl.user import actions as user

    return Environment(
        options,
        command,
        load_portal=lambda work: portal.load_portal(work),  # noqa: PLW0108 - naming it alone loads the module
        apply_due_changes=lambda work: user.apply_due_changes(work),  # noqa: PLW0108 - as above
        audit=_audit,
        sealing=Sealing(_seal_some),
        parse_invocation=parse_invocation,
        check=_check(options),
        console=console,
    )


def _check(options: Options) -> Callable[[object], None]:
    """Return what refuses, before a change is committed, an answer that could not be shown."""
    return lambda answer: render.check(answer, columns=options.columns, sort=options.sort)


def _audit(work: Work, refusal: Refusal) -> None:
    from lmsctl.audit import actions as audit

    audit.record_refusal(work, refusal)
    if refusal.besides is not None:
        refusal.besides(work)


def _seal_some(connection: Connection) -> bool:
    from lmsctl.audit import actions as audit

    return audit.seal_some(connection)


# Printing ----------------------------------------------------------------------------------------


def _print_answer(answer: Any, env: Environment | None) -> int:
    if env is None:
        return 0
    env.console.end()
    if isinstance(answer, StreamedResult):
        render.render(answer.listing, _view(env), sys.stdout, env.console.info)
        answer = answer.end()
    if not env.is_output_taken:
        render.render(_pick(answer, _view(env)), _view(env), sys.stdout, env.console.info)
    if not isinstance(answer, Done):
        return 0
    _tell(answer, env)
    if answer.status:
        return answer.status
    return errors.CHANGES if env.options.exit_code and answer.is_changed else 0


def _wish(read: Callable[[], str]) -> str:
    """Return how an answer is to be shown; `auto` where a wrong configuration is the answer."""
    try:
        return read()
    except errors.Misconfigured:
        return "auto"


def _pick(answer: Any, view: table_data.View) -> Any:
    """Return what to show of an answer: in a table of a rehearsal only what it would change."""
    if not isinstance(answer, Done):
        return answer
    if answer.changes and view.format == "table" and view.columns is None and view.sort is None:
        return Listing(FieldChange, answer.changes)
    return answer.result


def _tell(answer: Done, env: Environment) -> None:
    """Say the sentence about a change, what else is to be known, and what comes next."""
    prefix = DRY_RUN_PREFIX if env.options.dry_run else ""
    changes = f" Changes: {'; '.join(map(str, answer.changes))}." if answer.changes else ""
    env.console.info(prefix + cells.visible(answer.sentence + changes))
    for note in answer.notes:
        env.console.info(cells.visible(note))
    if env.notices:
        env.console.info(queued_sentence(env.notices, is_rehearsal=env.options.dry_run))
    is_wanted = sys.stderr.isatty() or env.options.verbose
    if answer.next_step and answer.is_changed and is_wanted and not env.options.dry_run:
        env.console.info(cells.visible(answer.next_step))


def _view(env: Environment) -> table_data.View:
    output = _wish(lambda: env.output)
    is_terminal = sys.stdout.isatty()
    width = None
    if is_terminal:
        width = typer.get_terminal_size().columns
    elif output == "table":
        width = _width_asked_for(env)
    return table_data.View(
        output=output,
        zone=env.zone or table_data.UTC,
        columns=env.options.columns,
        sort=env.options.sort,
        first=env.options.first,
        has_headers=not env.options.no_headers,
        width=width,
        color=_wants_color(env, is_terminal=is_terminal),
        is_terminal=is_terminal,
        now=env.now,
        is_dumb=env.environ.get("TERM") == "dumb",
    )


def _width_asked_for(env: Environment) -> int | None:
    """Return how wide the variable COLUMNS says that a table in a pipe is to be."""
    asked = env.environ.get("COLUMNS", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) else None


def _wants_color(env: Environment, *, is_terminal: bool) -> bool:
    wish = _wish(lambda: env.color)
    if wish != "auto":
        return wish == "always"
    if env.environ.get("FORCE_COLOR"):
        return True
    is_plain = env.environ.get("NO_COLOR") or env.environ.get("TERM") == "dumb"
    return is_terminal and not is_plain


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A C locale would otherwise turn the first accent into a failure.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _discard_output() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_talk(session: ProgramRun) -> None:
    if session.environment:
        session.environment.console.end()


# Refusing ----------------------------------------------------------------------------------------


def _print_refusal(refusal: Refusal, session: ProgramRun, argv: Sequence[str]) -> int:
    _end_talk(session)
    env = session.environment
    status = None
    if env is not None:
        refusal.committed_note = refusal.committed_note or env.committed_note
        try:
            env.record(refusal)
        except KeyboardInterrupt as interrupt:
            status = signals.status(interrupt)  # why it was refused is told all the same
        except Exception as bug:  # noqa: BLE001 - as in `main`
            refusal = _internal_error(bug, session, argv)
    zone = env.zone if env else None
    if _wants_json(session, argv):
        sys.stderr.write(cells.dumps({"error": cells.error_object(refusal, zone)}) + "\n")
    else:
        for line in cells.error_lines(refusal, zone):
            sys.stderr.write(line + "\n")
    if env is not None and env.options.debug and refusal.kind is not RefusalKind.INTERNAL:
        sys.stderr.write(safe_traceback(refusal, env.command, argv))
    return status or refusal.exit_status


def _wants_json(session: ProgramRun, argv: Sequence[str]) -> bool:
    """Say whether a refusal is to be JSON, also while the command line is not understood."""
    env = session.environment
    if env is None:
        option = re.compile(rf"(?:--output[= ]|-o[= ]?)({'|'.join(config.FORMATS)})")
        asked = [
            match[1]
            for word, following in pairwise([*argv, ""])
            for text in (word, f"{word} {following}")
            if (match := option.fullmatch(text))
        ]
        heard = {**session.given, "output": asked[-1]} if asked else session.given
        env = Environment(Options(**heard), "")
    try:
        return env.output in {"json", "jsonl"}
    except Exception:  # noqa: BLE001 - whatever keeps the configuration from being read is told already
        return False


def _is_bare(wrong: typer.TyperException) -> bool:
    """Say whether a noun stands there without a verb: Typer then complains with its help."""
    ctx = getattr(wrong, "ctx", None)
    return ctx is not None and wrong.message == ctx.get_help()


def _show_missing_help(
    wrong: typer.TyperException, session: ProgramRun, argv: Sequence[str]
) -> None:
    if _is_bare(wrong) and not _wants_json(session, argv):
        sys.stderr.write(wrong.message + "\n\n")


def _usage(wrong: typer.TyperException) -> Refusal:
    ctx = getattr(wrong, "ctx", None)
    if ctx is not None and _is_bare(wrong):
        return UsageWrong(reason="A command is missing.", command=ctx.command_path)
    reason = " ".join(wrong.format_message().split())
    option = getattr(getattr(wrong, "param", None), "opts", None)
    return UsageWrong(
        reason=reason if reason.endswith((".", "?")) else reason + ".",
        command=ctx.command_path if ctx else "lmsctl",
        field=option[0] if option else None,
    )


def _outcome(session: ProgramRun) -> str:
    """Return what is to be said about the changes of a run that ends early."""
    env = session.environment
    if env is None:
        return _UNCHANGED
    return " ".join(filter(None, (env.committed_note, env.doubt, env.written))) or _UNCHANGED


def _internal_error(bug: BaseException, session: ProgramRun, argv: Sequence[str]) -> Refusal:
    import tempfile

    env = session.environment
    text = safe_traceback(bug, env.command if env else "", argv)
    if env is not None and env.options.debug:
        sys.stderr.write(text)
    try:
        descriptor, file = tempfile.mkstemp(prefix="lmsctl-", suffix=".traceback")
        os.close(descriptor)
        Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
        evidence = f"the file {file}"
    except OSError:
        evidence = "what --debug shows"
    broken = InternalError(what=type(bug).__name__, evidence=evidence)
    broken.committed_note = _outcome(session)
    return broken
