"""The refusals of the training room that are about trainings themselves."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class TrainingUnknown(NotFound):
    """Raised when no training has that code or number, or the actor may not touch it."""

    code = "training_unknown"
    message = "There is no training '{given}'."
    hint = (
        "'lmsctl training list' shows those one keeps or enrolls people in, 'lmsctl learner catalog"
        " LOGIN' those that somebody may join."
    )
    learner_hint = "'lmsctl learner catalog LOGIN' shows the trainings that you may join."


class TrainingExists(Conflict):
    """Raised when a training of that code exists."""

    code = "training_exists"
    message = "The training '{given}' exists already."
    hint = "Choose another code, or give --if-exists skip or update."


class TargetUnclear(Usage):
    """Raised when a training and a session cannot be told apart."""

    code = "target_unclear"
    message = "'{given}' names no training."
    hint = "Write the code of a training, or of a training and its session as in first-aid:spring."


class SessionUnnamed(Usage):
    """Raised when a training is named where a session of it is meant."""

    code = "session_unnamed"
    message = "No session of '{training}' is named."
    hint = "Write its code behind that of the training, as in {training}:spring."


class SessionUnclear(Usage):
    """Raised when a session is named twice, or as one of another training."""

    code = "session_unclear"
    message = "'{training}' and '{session}' do not name one session."
    hint = "Write TRAINING:SESSION once, or the code of the training and that of its session."


class ClockKeptIdle(Usage):
    """Raised when the clock is to be kept and no other time zone is given."""

    code = "clock_kept_idle"
    message = "--keep-clock means nothing without --time-zone."
    hint = "Leave it out, or give --time-zone."


class DescriptionTooLong(Rejected):
    """Raised when a description has more characters than it may have."""

    code = "description_too_long"
    message = "The description has {chars} characters, more than {most}."
    hint = "Shorten it to at most {most} characters."


class OrganizerUnfit(Rejected):
    """Raised when the named person cannot organize a training."""

    code = "organizer_unfit"
    message = "'{login}' cannot organize a training: {reason}."
    hint = "Name an active person who may see trainings, or grant a role first."
