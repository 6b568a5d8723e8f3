"""Answering a shell; whatever goes wrong, nothing is offered and nothing is said."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any

# Typer's own Click: what finds out what a line that is not complete asks for has no other door.
from typer._click.shell_completion import (
    _resolve_context,
    _resolve_incomplete,
)

from lmsctl.completion import actions
from lmsctl.completion.results import Offered, Offers, Shell
from lmsctl.completion.rules import kinds, lines
from lmsctl.kit import cells
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
    kind = kind_of(asked)
    if kind is None:
        return Offers()
    env = prepare(Options(quiet=True, **_heard(ctx)), "completion")
    env.most_patience = _PATIENCE_SECONDS
    try:
        return actions.offers(env, kind, Typed(start))
    finally:
        env.close()


def kind_of(asked: Any) -> str | None:
    """Return the kind of value that an option or argument takes; None when it is written freely."""
    options = asked.opts if asked.param_type_name == "option" else []
    return kinds.find([*options, asked.metavar or ""])


def _heard(ctx: Any) -> dict[str, Any]:
    """Return the global options on the line that decide which values there are."""
    heard: dict[str, Any] = {}
    here = ctx
    while here is not None:
        given = ((name, here.params.get(name)) for name in _HEARD)
        heard = {**{name: value for name, value in given if value is not None}, **heard}
        here = here.parent
    return heard
