"""Asking for values that a command line lacks, on the terminal; without one, naming all of them.

An answer passes the checks of its option. What only the command can check, such as whether a
department exists, is asked again when the command refuses it, unless something was changed.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from lmsctl.kit import cells
from lmsctl.kit.errors import Refusal, RefusalKind
from lmsctl.kit.program_errors import UsageWrong

if TYPE_CHECKING:
    from lmsctl.kit.options import Wanted

_CORRECTABLE = {
    RefusalKind.USAGE,
    RefusalKind.NOT_FOUND,
    RefusalKind.CONFLICT,
    RefusalKind.REJECTED,
}
_MOST_CHOICES = 9
_KEY = "lmsctl.asked"
# How a help text ends, and what it says of an option that may be given again.
_AGAIN = re.compile(r"(; again( for \w+)?)?\.?$")


@dataclass(frozen=True, slots=True)
class _Gaps:
    """The parameters that a command line lacks, groups of which it lacks all, and those offered."""

    lacking: Sequence[Any]
    groups: Sequence[Sequence[Any]]
    offered: Sequence[Any]


@dataclass(slots=True)
class _Asked:
    """The command line to which answers were given, and the answers by the names of parameters.

    `defaults` are for what may be left out.
    """

    args: Sequence[str]
    answers: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)


class _EndOfInput(Exception):  # noqa: N818 - it never leaves this module
    """Whoever is asked has ended the input."""


def may_ask(environ: Mapping[str, str], *, is_forbidden: bool) -> bool:
    """Say whether a person sits at the terminal and wants to be asked."""
    if is_forbidden or environ.get("LMSCTL_NO_INPUT") or environ.get("CI"):
        return False
    return sys.stdin.isatty() and sys.stderr.isatty()


def fill_in(ctx: typer.Context, args: Sequence[str], wanted: Wanted, *, may_ask: bool) -> bool:
    """Ask for what `args` lack, so that parsing them again finds it; say whether anything was.

    Raises UsageWrong, which names all that is missing, where nobody can be asked.
    """
    if _KEY in ctx.meta:
        return False
    gaps = _find_gaps(ctx, args, wanted)
    if not may_ask:
        # A group alone is for the command to speak of, which knows more about it.
        if gaps.lacking or len(gaps.groups) > 1:
            raise _missing(ctx, gaps)
        return False
    if not (gaps.lacking or gaps.groups or gaps.offered):
        return False
    asked = _Asked(list(args))
    try:
        _ask_for(ctx, gaps, asked)
    except _EndOfInput:
        if gaps.lacking or gaps.groups:
            raise _missing(ctx, gaps) from None
    ctx.meta[_KEY] = asked
    ctx.default_map = asked.answers
    return True


def _find_gaps(ctx: typer.Context, args: Sequence[str], wanted: Wanted) -> _Gaps:
    """Return what a command line lacks, and what may be asked for besides."""
    command: Any = ctx.command
    given = command.make_parser(ctx).parse_args(list(args))[0]
    parameters = {one.name: one for one in command.get_params(ctx)}
    absent = {name for name, one in parameters.items() if _is_absent(ctx, one, given)}
    return _Gaps(
        lacking=[one for name, one in parameters.items() if one.required and name in absent],
        groups=[
            [parameters[name] for name in group]
            for group in wanted.one_of
            if absent.issuperset(group)
        ],
        offered=[parameters[name] for name in wanted.offered if absent.issuperset(wanted.offered)],
    )


def _ask_for(ctx: typer.Context, gaps: _Gaps, asked: _Asked) -> None:
    """Put an answer for each gap among the answers; raises _EndOfInput."""
    for one in gaps.lacking:
        asked.answers[one.name] = _ask(ctx, one)
    for group in gaps.groups:
        if not any(one.name in asked.answers for one in group):
            name, answer = _ask_one_of(ctx, group)
            asked.answers[name] = answer
    for one in gaps.offered:
        asked.defaults[one.name] = one.get_default(ctx) or ""
        asked.answers[one.name] = _ask(ctx, one, default=asked.defaults[one.name]) or None


def ask_again(
    ctx: typer.Context, refusal: Refusal, take_back: Callable[[Refusal], bool]
) -> Sequence[str] | None:
    """Tell of a refused answer and ask for another one; return the command line to parse again.

    Return None if the refusal is about no answer, or if `take_back`, which ends what was refused,
    says that some of it stands. Raises typer.Abort when the input ends.
    """
    asked: _Asked | None = ctx.meta.get(_KEY)
    if asked is None or refusal.kind not in _CORRECTABLE:
        return None
    parameters: dict[Any, Any] = {one.name: one for one in ctx.command.get_params(ctx)}
    named = [name for name in asked.answers if _names(refusal, parameters[name])]
    told = [name for name, answer in asked.answers.items() if _tells(refusal, answer)]
    name = next(iter(named + told), None)
    if name is None or not take_back(refusal):
        return None
    for line in cells.error_lines(refusal, None):
        _say(line)
    try:
        default = asked.defaults.get(name)
        asked.answers[name] = _ask(ctx, parameters[name], default=default) or None
    except _EndOfInput:
        # Why nothing was done is told already.
        raise typer.Abort from None
    return asked.args


def _names(refusal: Refusal, parameter: Any) -> bool:
    """Say whether a refusal names a parameter."""
    names = {parameter.name, *(option.lstrip("-") for option in parameter.opts)}
    field = (refusal.field or "").lstrip("-")
    return field in names or field.replace("-", "_") in names


def _tells(refusal: Refusal, answer: Any) -> bool:
    """Say whether a refusal tells an answer, or one of its words."""
    answers = answer if isinstance(answer, list) else [answer]
    return any(value in answers for value in refusal.values.values() if isinstance(value, str))


def _is_absent(ctx: typer.Context, parameter: Any, given: Mapping[str, Any]) -> bool:
    if parameter.required:
        value, _ = parameter.consume_value(ctx, given)
        return bool(parameter.value_is_missing(value))
    return given.get(parameter.name) is None


def _missing(ctx: typer.Context, gaps: _Gaps) -> Refusal:
    """Return the refusal that names all that is missing."""
    names = [_name(one) for one in gaps.lacking]
    names += [f"one of {' '.join(map(_name, group))}" for group in gaps.groups]
    first, *_ = [*gaps.lacking, *(one for group in gaps.groups for one in group)]
    return UsageWrong(
        reason=f"Missing: {', '.join(names)}.", command=ctx.command_path, field=_name(first)
    )


def _name(parameter: Any) -> str:
    """Return how a parameter is called in a help text."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return str(parameter.opts[0])


# At the terminal ---------------------------------------------------------------------------------


def _ask(ctx: typer.Context, parameter: Any, *, default: str | None = None, note: str = "") -> Any:
    """Return what somebody answers for a parameter, once its own checks let it pass.

    Without a `default` something must be answered. Raises _EndOfInput.
    """
    question = _question(parameter, default, note)
    while True:
        text = _read(question)
        if not text and default is not None:
            return default
        try:
            answer = _split(text) if _takes_many(parameter) else text
            if answer:
                parameter.type_cast_value(ctx, answer)
                return answer
            _say("A value is needed; Ctrl-C ends without a change.")
        except typer.TyperException as wrong:
            _say(wrong.format_message())
        except ValueError as wrong:
            _say(f"{wrong}.")


def _ask_one_of(ctx: typer.Context, group: Sequence[Any]) -> tuple[str, Any]:
    """Return the name of one of these parameters and the answer given for it."""
    while True:
        for at, parameter in enumerate(group):
            other = group[(at + 1) % len(group)]
            answer = _ask(ctx, parameter, default="", note=f"Enter for {_name(other)} instead")
            if answer:
                return parameter.name, answer


def _question(parameter: Any, default: str | None, note: str) -> str:
    """Return the words of a question: what is asked for, what it is, and what there is."""
    words = _name(parameter).lstrip("-").partition("|")[0].replace("-", " ")
    label = words.replace("...", "").capitalize().replace("url", "URL")
    choices = list(_choices(parameter))
    about = ", ".join(choices) if choices else _AGAIN.sub("", parameter.help or "")
    many = "several are separated by blanks" if _takes_many(parameter) else ""
    told = "; ".join(filter(None, ("" if about == label else about, many, note)))
    return label + (f" ({told})" if told else "") + (f" [{default}]: " if default else ": ")


def _choices(parameter: Any) -> Iterator[str]:
    """Yield the words of which a parameter takes one, if there are few."""
    choices = getattr(parameter.type, "choices", ())
    if len(choices) <= _MOST_CHOICES:
        yield from (str(getattr(one, "value", one)) for one in choices)


def _takes_many(parameter: Any) -> bool:
    return bool(parameter.multiple or parameter.nargs != 1)


def _split(text: str) -> list[str]:
    """Return the words of a line, those in quotes whole; raises ValueError."""
    return shlex.split(text)


def _read(question: str) -> str:
    """Return a line without blanks around it; raises _EndOfInput."""
    sys.stderr.write(cells.visible(question))
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
        raise _EndOfInput
    return line.strip()


def _say(line: str) -> None:
    sys.stderr.write(cells.visible(line) + "\n")
