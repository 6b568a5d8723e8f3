"""Every way the training room can say no."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected


class TrainingUnknown(NotFound):
    """No training of that code or number, or not one the actor may touch."""

    code = "training_unknown"
    message = "There is no training '{given}'."
    hint = (
        "'lmsctl training list' shows those one keeps or enrolls people in, 'lmsctl learner catalog"
        " LOGIN' those that somebody may join."
    )


class TrainingExists(Conflict):
    """A training of that code exists."""

    code = "training_exists"
    message = "The training '{given}' exists already."
    hint = "Choose another code, or give --if-exists skip or update."


class DescriptionTooLong(Rejected):
    """More than a description holds."""

    code = "description_too_long"
    message = "The description has {chars} characters, more than {most}."
    hint = "Shorten it to at most {most} characters."


class OrganizerUnfit(Rejected):
    """Somebody who cannot look after a training."""

    code = "organizer_unfit"
    message = "'{login}' cannot organize a training: {reason}."
    hint = "Name an active person who may see trainings, or grant a role first."
