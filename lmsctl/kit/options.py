"""The edge that every command line shares: global options anywhere, verbs, nouns, help texts.

It is long because what turns functions into commands stands beside the options that all of them
have.
"""

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, get_type_hints

import typer
import typer.core

from lmsctl.kit import asking, rehearsal
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import NotFound, Refusal, TitleGiven, Usage
from lmsctl.kit.invocation import Invocation, Options
from lmsctl.kit.nouns import NounGroup

# One entry for each field of Options: its type, how it is written, what it takes, what it means.
_GLOBALS: dict[str, tuple[type, tuple[str, ...], str | None, str]] = {
    "config": (str, ("--config",), "FILE", "The configuration file."),
    "context": (str, ("--context", "-C"), "NAME", "Which connection of the configuration."),
    "database_url": (
        str,
        ("--database-url",),
        "URL",
        "Database URL (without a password).",
    ),
    "output": (
        str,
        ("--output", "-o"),
        "FORMAT",
        "auto, table, plain, json, jsonl, csv, id or off.",
    ),
    "columns": (str, ("--columns",), "A,B", "Only these columns, separated by commas."),
    "no_headers": (bool, ("--no-headers",), None, "No heading line."),
    "sort": (str, ("--sort",), "A,-B", "Order by these columns; -COLUMN for descending."),
    "first": (int, ("--first",), "N", "Only the first N."),
    "dry_run": (bool, ("--dry-run", "-n"), None, "Simulate: run, roll back, show the result."),
    "yes": (bool, ("--yes", "-y"), None, "Answer yes to confirmations."),
    "no_input": (bool, ("--no-input",), None, "Never ask anything."),
    "as_login": (str, ("--as",), "LOGIN", "Act with that user's rights."),
    "tz": (str, ("--tz",), "ZONE", "Zone for times without offset and for tables."),
    "exit_code": (bool, ("--exit-code",), None, "Exit 3 when something changed or would change."),
    "quiet": (bool, ("--quiet", "-q"), None, "Fewer messages."),
    "verbose": (bool, ("--verbose", "-v"), None, "More messages."),
    "debug": (bool, ("--debug",), None, "Show the traceback of a failure, secrets removed."),
    "color": (str, ("--color",), "WHEN", "auto, always or never."),
    "no_progress": (bool, ("--no-progress",), None, "No progress on standard error."),
}
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# What eighty columns leave between the indentation and the sign of another line.
_EXAMPLE_WIDTH = 76
# Verbs whose options say what they change.
_CHANGING = ("edit", "set")
FOOTER = "Global options work here too: see 'lmsctl help options'."


class ChangeMissing(Usage):
    """Raised when a command that changes things is given nothing to change."""

    code = "change_missing"
    message = "Nothing is given to change."
    hint = "Give at least one of {options}."


@dataclass(slots=True)
class ProgramRun:
    """What one run of the program shares between the entry, the command and the exit.

    Without `prepare` a command line is only understood: invoking it returns its Invocation.
    """

    prepare: Callable[[Options, str], Environment] | None = None
    given: dict[str, Any] = field(default_factory=dict)
    environment: Environment | None = None

    def add_options(self, values: dict[str, Any]) -> None:
        """Take the global options of one level; a later level wins over an earlier one."""
        self.given.update({name: value for name, value in values.items() if value is not None})

    def run(self, call: Invocation) -> Any:
        """Run the command and return its answer."""
        if self.prepare is None:
            return call
        self.environment = self.prepare(Options(**self.given), call.command)
        return call.act(self.environment)

    @property
    def is_rehearsal(self) -> bool:
        """Whether the command is to be run, and then undone."""
        return self.prepare is not None and bool(self.given.get("dry_run"))

    def may_ask(self, ctx: typer.Context) -> bool:
        """Say whether somebody can be asked for what a command line lacks."""
        if self.prepare is None:
            return False
        forbidden = self.given.get("no_input") or ctx.params.get("no_input")
        return asking.may_ask(os.environ, is_forbidden=bool(forbidden))

    def take_back(self, refusal: Refusal) -> bool:
        """End what was refused, unless some of it stands; say whether it can be tried again."""
        env = self.environment
        if env is None or env.committed_note or env.doubt or env.written:
            return False
        env.console.end()
        env.record(refusal)
        env.close()
        self.environment = None
        return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command wants beyond the values that it requires, by the names of its parameters.

    Of each group in `one_of` one is needed. What is in `offered` may be left out, and is asked for
    on a terminal unless some of it is given.
    """

    one_of: Sequence[Sequence[str]] = ()
    offered: Sequence[str] = ()


_NOTHING = Wanted()


class AskingCommand(typer.core.TyperCommand):
    """A command that asks for values that are missing and for others in place of wrong answers."""

    def make_parser(self, ctx: Any) -> Any:
        """Return the parser of the command line, which knows former spellings of options too."""
        parser = super().make_parser(ctx)
        # There is no way to declare a spelling that no help text shows.
        known = parser._long_opt  # noqa: SLF001
        former = getattr(self.callback, "formerly", {})
        known.update({old: known[new] for old, new in former.items()})
        return parser

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of a command line, asking for what they lack; raises UsageWrong."""
        wanted = self.callback.wanted  # type: ignore[union-attr]  # every verb has it
        try:
            rest = super().parse_args(ctx, list(args))
            if wanted == _NOTHING or ctx.resilient_parsing:
                return rest
        except typer.TyperException as wrong:
            # Typer keeps the class of what is missing to itself.
            if type(wrong).__name__ != "MissingParameter" or ctx.resilient_parsing:
                raise
        may_ask = ctx.find_object(ProgramRun).may_ask(ctx)
        if asking.fill_in(ctx, args, wanted, may_ask=may_ask):
            return super().parse_args(ctx, list(args))
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; once more if an answer was wrong and another one is given."""
        while True:
            try:
                return super().invoke(ctx)
            except Refusal as refusal:
                again = asking.ask_again(ctx, refusal, ctx.find_object(ProgramRun).take_back)
                if again is None:
                    raise
                self.parse_args(ctx, list(again))


def noun(name: str, summary: str) -> typer.Typer:
    """Return the command group of one noun, which takes the global options as well."""
    app = typer.Typer(
        name=name,
        cls=NounGroup,
        help=summary,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings=_CONTEXT,
    )
    app.callback()(global_options_callback())
    return app


def single(name: str, summary: str) -> typer.Typer:
    """Return the app of one command at the top level, without a noun."""
    return typer.Typer(
        name=name,
        help=summary,
        add_completion=False,
        rich_markup_mode=None,
        context_settings=_CONTEXT,
    )


def verbs() -> typer.Typer:
    """Return an app for verbs of a noun that stand in another file; the noun includes it."""
    return typer.Typer(rich_markup_mode=None)


def global_options_callback() -> Callable[..., None]:
    """Return the callback of a group, which only takes the global options."""

    def hear(ctx: typer.Context, **given: Any) -> None:
        ctx.find_object(ProgramRun).add_options(given)  # type: ignore[union-attr]  # the entry always sets it

    hear.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # Typer reads it
        [_context_parameter(), *_global_parameters()]
    )
    hear.__annotations__ = {}
    return hear


def verb(
    app: typer.Typer,
    name: str | None = None,
    *,
    examples: Sequence[str] = (),
    wanted: Wanted = _NOTHING,
    formerly: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a command of `app`.

    The function takes an Environment first, then its own parameters as Typer annotates them, and
    returns its answer; its docstring is the help text and `examples` are shown under it. A
    parameter whose type is a dataclass stands for the options that the fields declare. A function
    that answers with one thing, or with a Listing of one kind, declares that as what it returns.
    `wanted` is what it asks for beyond the values that it requires. `formerly` has options by what
    they were called once, which still works and is told nowhere.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(ctx: typer.Context, **given: Any) -> Any:
            session = ctx.find_object(ProgramRun)
            assert session is not None
            session.add_options({key: given.pop(key) for key in _GLOBALS})
            _check_change(ctx)
            act = partial(function, **_collect_arguments(own, given))
            if session.is_rehearsal:
                act = partial(rehearsal.compare, ctx, given, act)
            answer = session.run(Invocation(" ".join(_path(ctx)), dict(session.given), act))
            return (
                _explain_if_empty(answer, ctx, session.given)
                if isinstance(answer, Listing)
                else answer
            )

        declared = inspect.signature(function, eval_str=True)
        own = list(declared.parameters.values())[1:]
        spread = [option for parameter in own for option in _spread(parameter)]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # Typer reads it
            [_context_parameter(), *spread, *_global_parameters()]
        )
        run.__annotations__ = {}
        run.__doc__ = _help(function, examples)
        run.__name__ = function.__name__
        run.answer = declared.return_annotation  # type: ignore[attr-defined]  # its columns are offered
        run.verb = function  # type: ignore[attr-defined]  # rehearsals look by it
        run.wanted = wanted  # type: ignore[attr-defined]  # AskingCommand reads it
        run.formerly = formerly  # type: ignore[attr-defined]  # AskingCommand reads it
        app.command(
            name or function.__name__.replace("_", "-"),
            cls=AskingCommand,
            short_help=_summary(run.__doc__),
            epilog=FOOTER,
        )(run)
        return function

    return decorate


def _check_change(ctx: typer.Context) -> None:
    """Raise ChangeMissing where options say what a command changes and none of them is given."""
    own = _own_options(ctx)
    if ctx.info_name in _CHANGING and own and not any(_is_given(ctx, one) for one in own):
        raise ChangeMissing(options=[one.opts[0] for one in own if one.opts[0] != "--if-version"])


def _own_options(ctx: typer.Context) -> list[Any]:
    """Return the options of a command that not every command has."""
    return [
        one
        for one in ctx.command.params
        if one.param_type_name == "option" and one.name not in {*_GLOBALS, "help"}
    ]


def _is_given(ctx: typer.Context, option: Any) -> bool:
    """Say whether an option is on the command line, or was answered to a question."""
    return getattr(ctx.get_parameter_source(option.name), "name", "") != "DEFAULT"


def _explain_if_empty(
    listing: Listing[Any], ctx: typer.Context, given: Mapping[str, Any]
) -> Listing[Any]:
    """Return a list with what is to be said if there is nothing in it."""
    filters = [one.opts[0] for one in _own_options(ctx) if _is_given(ctx, one)]
    filters += ["--first"] if given.get("first") == 0 else []
    return replace(listing, when_empty=listing.explain_empty(filters, given.get("as_login")))


def _spread(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    """Yield what stands on the command line for a parameter of a verb."""
    if not is_dataclass(parameter.annotation):
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        return
    types = get_type_hints(parameter.annotation, include_extras=True)
    for item in fields(parameter.annotation):
        yield inspect.Parameter(
            item.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if item.default is MISSING else item.default,
            annotation=types[item.name],
        )


def _collect_arguments(
    own: Sequence[inspect.Parameter], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a verb from what was `given` on the command line."""
    return {
        parameter.name: _build_record(parameter.annotation, given)
        if is_dataclass(parameter.annotation)
        else given[parameter.name]
        for parameter in own
    }


def _build_record(record: Any, given: Mapping[str, Any]) -> Any:
    """Return a dataclass with those of the values `given` on the command line that it has."""
    return record(**{item.name: given[item.name] for item in fields(record)})


def _path(ctx: typer.Context) -> list[str]:
    """Return the names of the commands that lead to this one."""
    names: list[str] = []
    here: Any = ctx
    while here.parent is not None:
        names.insert(0, str(here.info_name))
        here = here.parent
    return names


def _summary(text: str) -> str:
    """Return the first sentence of a docstring; Typer would cut a longer summary."""
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".") + "."


def _help(function: Callable[..., Any], examples: Sequence[str]) -> str:
    """Return the help of a verb: its docstring and examples."""
    text = inspect.cleandoc(function.__doc__ or "")
    if examples:
        # Click rewraps paragraphs unless they begin with a backspace.
        text += "\n\n\b\nExamples:\n" + "\n".join(map(wrap_example, examples))
    return text


def wrap_example(example: str, width: int = _EXAMPLE_WIDTH) -> str:
    """Return one command line, with a backslash and a line break before options if it is long."""
    lines = [""]
    for part in example.split(" --"):
        word = f" --{part}" if lines != [""] else f"  {part}"
        if len(lines[-1]) + len(word) > width:
            lines.append("     ")
        lines[-1] += word
    return " \\\n".join(lines)


def _context_parameter() -> inspect.Parameter:
    return inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )


def _global_parameters() -> list[inspect.Parameter]:
    """Return the global options, hidden: `help options` is the place to read about them."""
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                kind | None,
                typer.Option(*spelling, metavar=takes, help=text, hidden=True, show_default=False),
            ],
        )
        for name, (kind, spelling, takes, text) in _GLOBALS.items()
    ]


def is_global(parameter: Any) -> bool:
    """Say whether a parameter of a command is one of the options that every command takes."""
    return parameter.name in _GLOBALS


def help_on_globals() -> str:
    """Return the lines of `help options`: every global option and what it means."""
    rows = [
        (" ".join([", ".join(spelling), takes or ""]).strip(), text)
        for _, spelling, takes, text in _GLOBALS.values()
    ]
    width = max(len(left) for left, _ in rows)
    return "\n".join(f"  {left:<{width}}  {right}" for left, right in rows)


# What many verbs share ---------------------------------------------------------------------------


class Existing(StrEnum):
    """What `create` does when the thing exists already."""

    FAIL = "fail"
    SKIP = "skip"
    UPDATE = "update"


class Missing(StrEnum):
    """What `delete` does when the thing does not exist."""

    FAIL = "fail"
    OK = "ok"


Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="KEY=VALUE",
        help="Only whose field is this, built in (last-name=) or custom; repeatable.",
    ),
]
Search = Annotated[
    str | None, typer.Option("--search", metavar="TEXT", help="Part of the code or the title.")
]
IfExists = Annotated[
    Existing, typer.Option("--if-exists", help="When it exists already: fail, skip or update.")
]
IfMissing = Annotated[
    Missing, typer.Option("--if-missing", help="When it does not exist: fail, or ok.")
]
IfVersion = Annotated[
    int | None, typer.Option("--if-version", min=1, help="Only if nobody changed it since.")
]


def edited(after: Any, what: str, *, is_changed: bool) -> Done:
    """Return the answer of an edit that leaves `after`; `what` is how the sentence names it."""
    return Done(
        after, f"{'Updated' if is_changed else 'Unchanged:'} {what}.", is_changed=is_changed
    )


def deleted(delete: Callable[[], Any], what: str, given: str, if_missing: Missing) -> Done:
    """Return the answer of `delete`, which returns what went (KEY names it) or raises NotFound."""
    try:
        gone = delete()
    except NotFound as missing:
        if if_missing is Missing.FAIL or isinstance(missing, TitleGiven):
            raise
        outcome = ItemOutcome(given, Outcome.UNCHANGED)
        return Done(outcome, f"There is no {what} {given}.", is_changed=False)
    return Done(gone, f"Deleted the {what} {getattr(gone, gone.KEY)}.")
