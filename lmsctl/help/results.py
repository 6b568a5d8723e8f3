"""What the help room answers with."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Something `help` has words about."""

    KEY = "topic"
    WRAPS = True

    topic: str
    about: str


@dataclass(frozen=True, slots=True)
class TopicText:
    """A topic and its words."""

    KEY = "topic"

    topic: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code of refusals: its class, the exit status, and what is said.

    `message` and `hint` have the names of values in braces.
    """

    KEY = "code"
    WRAPS = True

    code: str
    error_class: str
    exit_code: int
    message: str
    hint: str
    about: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument or an option of a command: how it is written, what it takes, what it means."""

    KEY = "name"

    name: str
    spellings: Sequence[str]
    takes: str | None
    about: str
    is_required: bool
    is_repeatable: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command, as `--help` explains it: a noun has `commands`, a verb has the rest."""

    KEY = "command"

    command: str
    about: str
    usage: str
    text: str
    arguments: Sequence[Parameter]
    options: Sequence[Parameter]
    examples: Sequence[str]
    commands: Sequence[str]
