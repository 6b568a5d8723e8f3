"""Answering a shell; whatever goes wrong, nothing is offered and nothing is said."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

# Typer's own Click: what finds out what a line that is not complete asks for has no other door.
from typer._click.shell_completion import (
    _resolve_context,
    _resolve_incomplete,
)

from lmsctl.completion import actions
from lmsctl.completion.results import Offered, Offers, Shell
from lmsctl.completion.rules import kinds, lines
from lmsctl.kit import cells
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.invocation import Options
from lmsctl.kit.offers import Typed

# Whoever presses a key waits no longer: for a lock, and for all of it.
_PATIENCE_SECONDS = 0.3
_MOST_SECONDS = 3.0
_GLOBAL_NAMES = frozenset(item.name for item in fields(Options))
# What decides which values there are; all else on the line does not matter here.
_HEARD = ("config", "context", "database_url", "as_login")

Prepare = Callable[[Options, str], Environment]


def answer(shell: str, given: Sequence[str], root: Any, prepare: Prepare) -> str:
    """Return the answer to a shell that has `given` a command line, empty if there is none.

    bash gives the name of the program, the line up to the cursor and what separates words in it;
    zsh and fish give the words behind the name of the program, the last one as far as it is typed.
    """
    usual = signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, _MOST_SECONDS)
    try:
        found = _answer(Shell(shell), given, root, prepare)
    except Exception:  # noqa: BLE001 - a line that is being typed is no place for errors
        return ""
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)
    return "".join(f"{line}\n" for line in found)


def _answer(shell: Shell, given: Sequence[str], root: Any, prepare: Prepare) -> list[str]:
    if shell is not Shell.BASH:
        return lines.answer_others(_offers(given[:-1], given[-1], root, prepare))
    program, line, breaks = given
    words, last = lines.read_line(line, program, breaks)
    return lines.answer_bash(_offers(words, last.value, root, prepare), last)


def _offers(words: Sequence[str], start: str, root: Any, prepare: Prepare) -> Offers:
    """Return how the word that begins with `start` may go on behind `words`."""
    before = list(words)
    prefix = ""
    if start.startswith("--") and "=" in start and "--" not in before:
        option, _, start = start.partition("=")
        before.append(option)
        prefix = f"{option}="
    with _resolve_context(root, {}, "lmsctl", before) as ctx:
        # A value may begin like an option: --sort -name.
        asked, _ = _resolve_incomplete(ctx, before, "")
        if getattr(asked, "param_type_name", "") != "option":
            asked, start = _resolve_incomplete(ctx, before, start)
        if hasattr(asked, "param_type_name"):
            found = _values(asked, ctx, start, prepare)
        else:
            found = Offers([*_subcommands(asked, ctx), *_options(asked, ctx, start)])
    shown = [one for one in found.words if cells.visible(one.word) == one.word]
    chosen = [Offered(prefix + one.word, one.about) for one in lines.choose(shown, start)]
    return Offers(chosen, is_open=found.is_open, is_file=found.is_file)


def _subcommands(command: Any, ctx: Any) -> Iterator[Offered]:
    if hasattr(command, "list_commands"):
        for name in command.list_commands(ctx):
            about = command.get_command(ctx, name).get_short_help_str(limit=80)
            yield Offered(name, about)


def _options(command: Any, ctx: Any, start: str) -> Iterator[Offered]:
    """Yield the options that are not given yet, the global ones last, wherever they are hidden."""
    if not start.startswith("-"):
        return
    options = [one for one in command.get_params(ctx) if one.param_type_name == "option"]
    for option in sorted(options, key=lambda one: one.name in _GLOBAL_NAMES):
        is_known = not option.hidden or option.name in _GLOBAL_NAMES
        if is_known and (option.multiple or not _is_given(option, ctx)):
            for name in (*option.opts, *option.secondary_opts):
                yield Offered(name, option.help or "")


def _is_given(option: Any, ctx: Any) -> bool:
    source = ctx.get_parameter_source(option.name)
    return source is not None and source.name == "COMMANDLINE"


def _values(asked: Any, ctx: Any, start: str, prepare: Prepare) -> Offers:
    """Return the values that an option or argument may have."""
    if hasattr(asked.type, "choices"):
        return Offers([Offered(str(getattr(one, "value", one))) for one in asked.type.choices])
    kind = kind_of(asked, ctx)
    if kind is None or kind == "file":
        return Offers(is_file=kind == "file")
    if kind in {"columns", "sort"}:
        return _columns(ctx.command, kind, start)
    root = ctx.find_root().command
    if kind == "topic" and (said := ctx.params.get(asked.name)):
        return Offers(list(_subcommands(root.resolve_command(ctx, list(said))[1], ctx)))
    env = prepare(Options(quiet=True, **_heard(ctx)), "completion")
    env.most_patience = _PATIENCE_SECONDS
    try:
        found = actions.offers(env, kind, Typed(start, _training_on(ctx)))
    finally:
        env.close()
    nouns = _subcommands(root, ctx) if kind == "topic" else ()
    return replace(found, words=[*found.words, *nouns])


def kind_of(asked: Any, ctx: Any) -> str | None:
    """Return the kind of value that an option or argument takes; None when it is written freely."""
    command = ctx.command_path.split()[1:]
    if asked.param_type_name == "option":
        return kinds.find(command, asked.opts, asked.metavar)
    kind = kinds.find(command, [], asked.metavar or asked.name.upper())
    is_training = kind == "content" and ctx.params.get("training") is True
    return "training" if is_training else kind


def _columns(command: Any, kind: str, start: str) -> Offers:
    """Return the columns of what a command answers with, behind those that are given."""
    names = dict.fromkeys(_column_names(getattr(command.callback, "answer", None)))
    before = start[: start.rfind(",") + 1]
    if kind == "sort" and start[len(before) :].startswith("-"):
        before += "-"
    given = before.replace("-", "").split(",")
    words = [Offered(before + name) for name in names if name not in given]
    return Offers(words, is_open=True)


def _column_names(answer: Any) -> Iterator[str]:
    """Yield the columns of what a verb declares as its answer: one thing, a Listing, or either."""
    parts = get_args(answer)
    if parts:
        for part in parts:
            yield from _column_names(part)
    elif is_dataclass(answer) and answer is not Done:
        yield from (item.name for item in fields(answer))


def _training_on(ctx: Any) -> str:
    """Return the training that the line names so far, the last of several; empty without one."""
    for one in ctx.command.params:
        given = ctx.params.get(one.name)
        if given and given is not True and kind_of(one, ctx) in {"training", "place"}:
            return str(given if isinstance(given, str) else given[-1])
    return ""


def _heard(ctx: Any) -> dict[str, Any]:
    """Return the global options on the line that decide which values there are."""
    heard: dict[str, Any] = {}
    here = ctx
    while here is not None:
        given = ((name, here.params.get(name)) for name in _HEARD)
        heard = {**{name: value for name, value in given if value is not None}, **heard}
        here = here.parent
    return heard
