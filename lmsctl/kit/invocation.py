"""What a command line asks for, understood and not acted on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lmsctl.kit.errors import Usage

if TYPE_CHECKING:
    from lmsctl.kit.environment import Environment


class OutputUnknown(Usage):
    """A format nobody knows."""

    code = "output_unknown"
    message = "'{given}' is not an output format."
    hint = "Use one of: {known}."


class ColorUnknown(Usage):
    """A choice of color nobody knows."""

    code = "color_unknown"
    message = "'{given}' does not say when to use color."
    hint = "Use one of: {known}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The global options as given; None means not given."""

    config: str | None = None
    context: str | None = None
    database_url: str | None = None
    output: str | None = None
    columns: str | None = None
    no_headers: bool = False
    sort: str | None = None
    first: int | None = None
    dry_run: bool = False
    yes: bool = False
    no_input: bool = False
    as_login: str | None = None
    tz: str | None = None
    exit_code: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    color: str | None = None
    no_progress: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command line, understood and not acted on.

    `command` is its words without arguments, `given` holds the global options in it by the fields
    of Options, and `act` does what is asked for and returns the answer.
    """

    command: str
    given: Mapping[str, Any]
    act: Callable[[Environment], Any]
