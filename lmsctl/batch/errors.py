"""Every way the batch room can say no."""

from lmsctl.kit.errors import NotFound, Rejected, Usage


class BatchMissing(NotFound):
    """The file of command lines is not there."""

    code = "batch_missing"
    message = "There is no file '{file}'."
    hint = "Check the path, or give - to read from standard input."


class BatchUnreadable(Rejected):
    """The file of command lines is a folder, may not be read, or has a line without end."""

    code = "batch_unreadable"
    message = "The file '{file}' cannot be read: {reason}."
    hint = "Check the path, or give - to read from standard input."


class BatchTooLarge(Rejected):
    """More than can be put aside for one transaction."""

    code = "batch_too_large"
    message = "'{file}' comes to more than {limit} in one transaction."
    hint = "Check what feeds it, split it, or leave out --atomic."


class LineUnreadable(Rejected):
    """A line that cannot be taken apart into words."""

    code = "line_unreadable"
    message = "The line is not a command: {reason}."
    hint = (
        "Write one command in each line, quoted as for a shell,"
        ' or as a JSON list of its words: ["token", "list"].'
    )


class CommandAlone(Usage):
    """A command that is about more than the rows of the portal."""

    code = "command_alone"
    message = "'{command}' does not run in a batch."
    hint = "Run it by itself, before or after the batch."


class CommandNotAtomic(Usage):
    """A command whose doing does not end with the transaction it would be a part of."""

    code = "command_not_atomic"
    message = "'{command}' cannot be undone with the others, because it also reads or writes files."
    hint = "Leave out --atomic, or run it by itself."


class OptionOfBatch(Usage):
    """A global option that cannot differ from line to line."""

    code = "option_of_batch"
    message = "{option} holds for a whole batch, not for one line of it."
    hint = "Give it to 'lmsctl batch' itself and take it out of the line."


class ActorOfBatch(Usage):
    """A line wants the rights of somebody else although the batch has somebody's."""

    code = "actor_of_batch"
    message = "The whole batch acts as {actor}, so a line cannot say --as."
    hint = "Take --as out of the line, or run the batch without it."


class StreamOfBatch(Usage):
    """A command in a batch wants a stream that the batch itself uses."""

    code = "stream_of_batch"
    message = "Here the {stream} belongs to the batch."
    hint = "Let the command read or write a file instead."
