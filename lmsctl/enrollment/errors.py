"""Every way the enrollment room can say no."""

from lmsctl.kit.errors import Rejected, Usage


class PersonNotActive(Rejected):
    """Somebody who is not active was to be enrolled."""

    code = "person_not_active"
    message = "'{login}' is {status} and cannot be enrolled."
    hint = "Activate the person first ('lmsctl user activate {login}'), or leave them out."


class ContentUnnamed(Usage):
    """No content and no training is named."""

    code = "content_unnamed"
    message = "It is not said in which content or training."
    hint = "Give --content or --training; a file given to 'enroll --from' has such a column."


class FileNotAlone(Usage):
    """An option was given that does not go with a file of pairs, or only with one."""

    code = "file_not_alone"
    message = "{option} does not go with {other}."
    hint = "Rows say whom and what; one --content or one --training may speak for blank cells."


class OptionIdle(Usage):
    """An option was given without the option that it depends on."""

    code = "option_idle"
    message = "{option} means nothing without {needed}."
    hint = "Leave it out, or give {needed}."


class EnrollmentUnclear(Usage):
    """Content and a training are named at once, or neither is."""

    code = "enrollment_unclear"
    message = "It is not clear which enrollment is meant: one in content, or one in a training."
    hint = "Give --content or --training, not both."
