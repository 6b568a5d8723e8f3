"""Every way choosing people can say no."""

from lmsctl.kit.errors import Rejected, Usage


class PairsRefused(Rejected):
    """Several things keep pairs of people and targets from being changed."""

    code = "pairs_refused"
    message = "{count} things stand in the way; nobody was {done}."
    hint = "Correct these, or give --keep-going to do the rest."


class SelectionMissing(Usage):
    """Nobody is named, by whatever option."""

    code = "selection_missing"
    message = "Nobody is named."
    hint = "Give --user, --department or --group; 'enroll' knows --filter and --from too."


class FilterOnNames(Usage):
    """A filter was given for people who are named one by one."""

    code = "filter_on_names"
    message = "--filter narrows departments and groups, not people named with --user."
    hint = "Leave out --user, or --filter."


class LearnerUnnamed(Usage):
    """No learner is named, and the actor is none."""

    code = "learner_unnamed"
    message = "Nobody is named."
    hint = "Give --user, or act as a person with --as."
