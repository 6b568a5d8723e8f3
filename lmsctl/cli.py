"""The root: argv in, exit status out; builds the environment, catches every refusal, prints."""

import contextlib
import gc
import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import typer
import typer.core

from lmsctl.kit import driver, errors, render
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import FORMATS, Environment, Options
from lmsctl.kit.errors import Kind, Refusal
from lmsctl.kit.options import Session, hearing
from lmsctl.kit.talk import StderrTalk
from lmsctl.kit.work import Work
from lmsctl.nouns import NOUNS

_AUDITED = {Kind.NOT_FOUND, Kind.CONFLICT, Kind.REJECTED, Kind.FORBIDDEN}


class UsageWrong(errors.Usage):
    """The command line does not fit the command."""

    code = "usage"
    says = "{reason}"
    hint = "See '{command} --help'."


class FirstWrong(errors.Usage):
    """--first wants a number of rows."""

    code = "first_wrong"
    says = "--first must be at least 0."
    hint = "Give a number of rows, for example --first 10."


class Broken(Refusal):
    """A bug of ours."""

    kind = Kind.INTERNAL
    code = "internal"
    says = "Something went wrong inside lmsctl ({what}); nothing was changed by this step."
    hint = "Please report it with the file {file}."


class Root(typer.core.TyperGroup):
    """The nouns, known by name from a table and imported only when argv names one."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return every noun in the order of the table."""
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a stand-in that knows its one-line help, enough for listing."""
        if cmd_name not in NOUNS:
            return None
        return typer.core.TyperCommand(cmd_name, help=NOUNS[cmd_name][2], rich_markup_mode=None)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Import the noun that `args` name; an unknown one gets the nearest name."""
        self.commands = dict.fromkeys(NOUNS)  # type: ignore[arg-type]  # names for suggestions only
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, None if stand_in is None else load(str(name)), rest


def load(name: str) -> Any:
    """Return the real command of the noun `name`, importing its room."""
    module, attribute, _ = NOUNS[name]
    command = typer.main.get_command(getattr(importlib.import_module(module), attribute))
    command.name = name
    return command


def build() -> Any:
    """Return the root command with the global options and every noun behind it."""
    app = typer.Typer(
        cls=Root,
        help="Set up accounts and enrollments of a learning portal.",
        epilog="Topics: lmsctl help times | csv | output | errors | options | rights",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(hearing(is_hidden=False))
    return typer.main.get_command(app)


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit status; everything it prints goes to the streams."""
    session = Session(prepare=_prepare)
    _speak_utf8()
    try:
        status = _run(list(argv) or ["--help"], session)
        sys.stdout.flush()
    except Refusal as refusal:
        status = _refuse(refusal, session, argv)
    except typer.Exit as leaving:
        status = leaving.exit_code
    except typer.TyperException as wrong:
        status = _refuse(_usage(wrong), session, argv)
    except (KeyboardInterrupt, typer.Abort):
        _end_talk(session)
        sys.stderr.write("Interrupted; nothing was changed.\n")
        status = errors.INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        status = errors.PIPE_CLOSED
    except Exception as bug:  # noqa: BLE001 - the last line of defense: nobody ever sees a traceback
        status = _refuse(_broken(bug, session), session, argv)
    finally:
        if session.environment:
            session.environment.close()
    return status


def _run(argv: list[str], session: Session) -> int:
    root = build()
    if "_LMSCTL_COMPLETE" in os.environ:
        root.main(args=argv, prog_name="lmsctl", obj=session)
    with root.make_context("lmsctl", argv, obj=session) as ctx:
        answer = root.invoke(ctx)
        return _show(answer, session.environment)


def _prepare(options: Options, command: str) -> Environment:
    gc.enable()
    if options.first is not None and options.first < 0:
        raise FirstWrong(field="--first")
    talk = StderrTalk(is_quiet=options.quiet, has_progress=not options.no_progress)
    return Environment(options, command, enter=_enter, settle=_settle, talk=talk)


def _enter(work: Work) -> None:
    from lmsctl.portal import actions as portal

    portal.enter(work)


def _settle(work: Work) -> None:
    from lmsctl.user import actions as user

    user.settle(work)


# Printing ----------------------------------------------------------------------------------------


def _show(answer: Any, env: Environment | None) -> int:
    if env is None:
        return 0
    result = answer.result if isinstance(answer, Done) else answer
    env.talk.end()
    render.render(result, _view(env), sys.stdout, env.talk.say)
    if not isinstance(answer, Done):
        return 0
    is_rehearsal = env.options.dry_run
    env.talk.say(("Dry run, nothing was changed: " if is_rehearsal else "") + render.visible(answer.sentence))
    for note in answer.notes:
        env.talk.say(render.visible(note))
    if answer.status:
        return answer.status
    return errors.CHANGES if env.options.exit_code and answer.is_changed else 0


def _view(env: Environment) -> render.View:
    is_terminal = sys.stdout.isatty()
    width = None
    if is_terminal:
        width = typer.get_terminal_size().columns
    return render.View(
        output=env.output,
        zone=env.zone or UTC,
        columns=env.options.columns,
        sort=env.options.sort,
        first=env.options.first,
        has_headers=not env.options.no_headers,
        width=width,
        color=is_terminal and _wants_color(env),
    )


def _wants_color(env: Environment) -> bool:
    choice = env.options.color or env.config.values.get("color", "auto")
    if choice != "auto":
        return bool(choice == "always")
    return not env.environ.get("NO_COLOR") or bool(env.environ.get("FORCE_COLOR"))


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A C locale would otherwise turn the first accent into a failure.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _discard_output() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_talk(session: Session) -> None:
    if session.environment:
        session.environment.talk.end()


# Refusing ----------------------------------------------------------------------------------------


def _refuse(refusal: Refusal, session: Session, argv: Sequence[str]) -> int:
    _end_talk(session)
    env = session.environment
    if env is not None:
        _record(refusal, env)
    zone = env.zone if env else None
    if _wanted_output(env, argv) in {"json", "jsonl"}:
        sys.stderr.write(render.dumps({"error": render.error_object(refusal, zone)}) + "\n")
    else:
        for line in render.error_lines(refusal, zone):
            sys.stderr.write(line + "\n")
    if env is not None and env.options.debug and refusal.kind is not Kind.INTERNAL:
        sys.stderr.write(_safe_traceback(refusal))
    return refusal.exit_status


def _record(refusal: Refusal, env: Environment) -> None:
    is_told = refusal.kind is Kind.FORBIDDEN or (env.has_written and refusal.kind in _AUDITED)
    if not is_told or env.options.dry_run or not env.is_connected:
        return
    from lmsctl.audit import actions as audit
    from lmsctl.kit.work import carry_out

    # Who cannot write at all is told why they were refused, not that it could not be recorded.
    with contextlib.suppress(errors.Unavailable, errors.SchemaMismatch):
        carry_out(env.work_for_audit, lambda work: audit.record_refusal(work, refusal))


def _wanted_output(env: Environment | None, argv: Sequence[str]) -> str:
    if env is not None:
        with contextlib.suppress(Refusal):
            return env.output
    for at, word in enumerate(argv):
        for spelling in ("--output=", "-o"):
            if word.startswith(spelling) and word[len(spelling) :] in FORMATS:
                return word[len(spelling) :]
        if word in {"-o", "--output"} and at + 1 < len(argv):
            return argv[at + 1]
    return os.environ.get("LMSCTL_OUTPUT", "auto")


def _usage(wrong: typer.TyperException) -> Refusal:
    ctx = getattr(wrong, "ctx", None)
    if ctx is not None and wrong.message == ctx.get_help():
        sys.stderr.write(wrong.message + "\n\n")
        return UsageWrong(reason="A command is missing.", command=ctx.command_path)
    reason = " ".join(wrong.format_message().split())
    option = getattr(getattr(wrong, "param", None), "opts", None)
    return UsageWrong(
        reason=reason if reason.endswith((".", "?")) else reason + ".",
        command=ctx.command_path if ctx else "lmsctl",
        field=option[0] if option else None,
    )


def _broken(bug: BaseException, session: Session) -> Refusal:
    text = _safe_traceback(bug)
    env = session.environment
    if env is not None and env.options.debug:
        sys.stderr.write(text)
    descriptor, file = tempfile.mkstemp(prefix="lmsctl-", suffix=".traceback")
    with open(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
    return Broken(what=type(bug).__name__, file=file)


def _safe_traceback(error: BaseException) -> str:
    lines = traceback.format_exception(error)
    return driver.without_password("".join(lines))


