"""Every way choosing people can say no."""

from lmsctl.kit.errors import Rejected, Usage


class PairsRefused(Rejected):
    """Several pairs of people and items cannot be."""

    code = "pairs_refused"
    message = "{count} things stand in the way; nobody was {done}."
    hint = "Correct these, or give --keep-going to do the rest."


class SelectionMissing(Usage):
    """Nobody named."""

    code = "selection_missing"
    message = "Nobody is named."
    hint = "Give --user, --department or --group; 'enroll' knows --filter and --from too."


class FilterOnNames(Usage):
    """A filter beside names."""

    code = "filter_on_names"
    message = "--filter narrows departments and groups, not people named with --user."
    hint = "Leave out --user, or --filter."


class FilterWrong(Usage):
    """A filter that is not KEY=VALUE, or has a value that its key never has."""

    code = "filter_wrong"
    message = "'{given}' is no filter: {reason}."
    hint = "Write type=, status=, origin= or the name of a custom field, as in type=staff."
