"""Describing commands from the tree of commands, as `--help` does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lmsctl.commands import build_root, load_noun
from lmsctl.help.results import CommandHelp, Parameter
from lmsctl.kit.options import is_global
from lmsctl.nouns import NOUNS

_EXAMPLES = "\n\n\b\nExamples:\n"
_CONTINUED = " \\\n     "


def verbs_of(noun: str) -> Mapping[str, Any]:
    """Return the verbs of a noun by name; a noun that is a command of its own has none."""
    verbs: Mapping[str, Any] = getattr(load_noun(noun), "commands", {})
    return verbs


def describe_all() -> Iterator[CommandHelp]:
    """Yield every noun, each before its verbs."""
    for noun in NOUNS:
        yield describe(noun)
        yield from (describe(noun, verb) for verb in verbs_of(noun))


def describe(*path: str) -> CommandHelp:
    """Return what `--help` knows about the command that a noun, or a noun and a verb, name."""
    context = _context(*path)
    command = context.command
    text, _, examples = (command.help or "").partition(_EXAMPLES)
    own = [one for one in command.get_params(context) if not is_global(one) and one.name != "help"]
    parameters = [(one.param_type_name, _parameter(one, context)) for one in own]
    return CommandHelp(
        command=" ".join(path),
        about="\n\n".join(" ".join(part.split()) for part in text.split("\n\n")),
        usage=" ".join(context.command.collect_usage_pieces(context)),
        text=command.get_help(context),
        arguments=[one for kind, one in parameters if kind == "argument"],
        options=[one for kind, one in parameters if kind == "option"],
        examples=[line.strip() for line in examples.replace(_CONTINUED, "").splitlines()],
        commands=list(getattr(command, "commands", {})),
    )


def describe_global_options() -> Sequence[Parameter]:
    """Return the options that every command takes."""
    context = _context()
    found = context.command.get_params(context)
    return [_parameter(one, context) for one in found if is_global(one)]


def _context(*path: str) -> Any:
    context = build_root().make_context("lmsctl", [], resilient_parsing=True)
    command: Any = None
    for word in path:
        command = command.commands[word] if command else load_noun(word)
        context = command.make_context(word, [], parent=context, resilient_parsing=True)
    return context


def _parameter(parameter: Any, context: Any) -> Parameter:
    is_option = parameter.param_type_name == "option"
    is_flag = is_option and parameter.is_flag
    default = None if is_flag or callable(parameter.default) else parameter.default
    return Parameter(
        name=parameter.name if is_option else (parameter.metavar or parameter.name.upper()),
        spellings=[*parameter.opts, *parameter.secondary_opts] if is_option else [],
        takes=None if is_flag or not is_option else parameter.make_metavar(context),
        about=parameter.help or "",
        is_required=parameter.required,
        is_repeatable=bool(getattr(parameter, "multiple", False)) or parameter.nargs < 0,
        default=None if default is None else str(getattr(default, "value", default)),
    )
