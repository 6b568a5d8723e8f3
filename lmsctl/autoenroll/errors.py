"""The refusals of the autoenroll room."""

from lmsctl.kit.errors import Conflict, NotFound, Usage


class AutoenrollUnknown(NotFound):
    """Raised when no rule has that code or number, or it is out of scope: one answer for both."""

    code = "autoenroll_unknown"
    message = "There is no auto-enrollment rule '{given}'."
    hint = "'lmsctl autoenroll list' shows those you may see."


class AutoenrollExists(Conflict):
    """Raised when a rule of that code exists, and it says something else."""

    code = "autoenroll_exists"
    message = "The auto-enrollment rule '{rule}' exists already."
    hint = "Choose another code; to let a rule say something else, delete it and make it again."


class AutoenrollRepeated(Conflict):
    """Raised when a rule that enrolls the same people in the same item exists."""

    code = "autoenroll_repeated"
    message = "The auto-enrollment rule '{rule}' names the same people and the same content."
    hint = "Use that one, or give --if-exists skip or update."


class DepthWithoutDepartment(Usage):
    """Raised when subdepartments are mentioned and no department is named."""

    code = "depth_without_department"
    message = "--no-subdepartments says something about a department, and none is named."
    hint = "Give --department, or leave --no-subdepartments out."
