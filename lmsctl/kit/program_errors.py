"""Every way the program itself, rather than a room, says no."""

from __future__ import annotations

from lmsctl.kit import errors
from lmsctl.kit.errors import Refusal, RefusalKind


class UsageWrong(errors.Usage):
    """The command line does not fit the command."""

    code = "usage"
    message = "{reason}"
    hint = "See '{command} --help'."


class ArgumentUndecodable(errors.Usage):
    """Bytes that are no text, or a NUL, which no database of ours keeps."""

    code = "argument_undecodable"
    message = "The argument '{given}' is not text in UTF-8."
    hint = "Type it again, or set the terminal to UTF-8."


class FirstWrong(errors.Usage):
    """--first wants a number of rows."""

    code = "first_wrong"
    message = "--first must be a number from 0 to {most}."
    hint = "Give a number of rows, for example --first 10."


class OutputUnwritable(errors.Unavailable):
    """Standard output takes no more: a full disk, or a closed stream."""

    code = "output_unwritable"
    message = "The output could not be written: {reason}."
    hint = "Make room, or send the output elsewhere."
    retryable = False


class InternalError(Refusal):
    """A bug of ours."""

    kind = RefusalKind.INTERNAL
    code = "internal"
    message = "Something went wrong inside lmsctl ({what})."
    hint = "Please report it with {evidence}."
