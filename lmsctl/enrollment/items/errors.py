"""Every way the enrollments in items can say no."""

from lmsctl.kit.errors import NotFound


class EnrollmentUnknown(NotFound):
    """The person never was enrolled in the item."""

    code = "enrollment_unknown"
    message = "'{login}' is not enrolled in '{content}'."
    hint = "'lmsctl enrollment list --user {login}' shows in what."
