"""The tree of commands: the root, its help in groups, and nouns that are imported when named."""

import functools
import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import typer
import typer.core

from lmsctl.kit import nouns, synonyms
from lmsctl.kit.options import global_options_callback
from lmsctl.nouns import NOUNS

ABOUT = "Set up accounts and enrollments of a learning portal."
# Every noun once, those first that are needed first.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Start": ("init", "settings", "doctor", "seed", "help"),
    "People": ("user", "department", "group", "field", "role", "can-i"),
    "Ways in": ("registration", "signup-profile", "token"),
    "Learning": (
        "content",
        "training",
        "session",
        "catalog",
        "enroll",
        "enrollment",
        "autoenroll",
        "learner",
        "progress",
    ),
    "Reports": ("report", "audit", "run"),
    "Operation": (
        "notification",
        "config",
        "context",
        "db",
        "export",
        "diff",
        "apply",
        "batch",
        "completion",
        "docs",
        "version",
    ),
}
FIRST_STEPS = (
    ("lmsctl init", "a new portal in this folder"),
    ("lmsctl department create Sales", "a place for people"),
    ("lmsctl user import people.csv", "many people from a file"),
    ("lmsctl doctor", "what is missing"),
)
MORE = (
    ("lmsctl NOUN VERB --help", "what a command does, with examples"),
    ("lmsctl help", "topics: times, csv, output, errors, rights and more"),
    ("lmsctl help options", "the options that every command takes"),
)


class RootGroup(typer.core.TyperGroup):
    """The nouns, known by name from a table and imported only when argv names one."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Return every noun in the order of the table."""
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer's signature
        """Return a stand-in that knows its one-line help, enough for listing."""
        if cmd_name not in NOUNS:
            return None
        return typer.core.TyperCommand(cmd_name, help=NOUNS[cmd_name][2], rich_markup_mode=None)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Import the noun that `args` name; an unknown one gets a suggestion."""
        word = args[0]
        if word not in NOUNS and not ctx.resilient_parsing and not word.startswith("-"):
            nouns.fail_unknown(ctx, word, suggest(args))
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, None if stand_in is None else load_noun(str(name)), rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write what the program is, the first steps, and the nouns in groups."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        with formatter.section("First steps"):
            formatter.write_dl(FIRST_STEPS)
        for group, words in GROUPS.items():
            with formatter.section(group):
                # Every group has its second column where the longest noun wants it.
                widest = max(map(len, NOUNS))
                formatter.write_dl([(word.ljust(widest), NOUNS[word][2]) for word in words])
        with formatter.section("More"):
            formatter.write_dl(MORE)


def suggest(words: Sequence[str]) -> str | None:
    """Return the command that most likely was meant by `words`, the first of which is no noun."""
    first, second, *_ = [*words, "", ""]
    noun = synonyms.noun_for(second, NOUNS)
    if noun in NOUNS and synonyms.is_verb(first):  # `lmsctl create user`
        turned = nouns.suggest_verb(noun, first, _verbs(noun))
        if turned is not None:
            return turned
    meant = synonyms.suggest_noun(first, NOUNS)
    if meant not in NOUNS or not second or second.startswith("-"):
        return meant
    return nouns.suggest_verb(meant, second, _verbs(meant)) or meant


def _verbs(noun: str) -> Mapping[str, Any]:
    verbs: Mapping[str, Any] = getattr(load_noun(noun), "commands", {})
    return verbs


@functools.cache
def load_noun(name: str) -> Any:
    """Return the real command of the noun `name`, importing its room."""
    module, attribute, _ = NOUNS[name]
    command = typer.main.get_command(getattr(importlib.import_module(module), attribute))
    command.name = name
    return command


@functools.cache
def build_root() -> Any:
    """Return the root command with the global options and every noun behind it."""
    app = typer.Typer(
        cls=RootGroup,
        help=ABOUT,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(global_options_callback())
    return typer.main.get_command(app)
