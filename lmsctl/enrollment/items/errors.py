"""Every way the enrollments in items can say no."""

from lmsctl.kit.errors import NotFound, Rejected


class EnrollmentUnknown(NotFound):
    """The person never was enrolled in the item."""

    code = "enrollment_unknown"
    message = "'{login}' is not enrolled in '{content}'."
    hint = "'lmsctl enrollment list --user {login}' shows in what."
    learner_hint = "'lmsctl learner courses {login}' shows in what you are enrolled."


class ContentNotOffered(Rejected):
    """Raised when an item is not in somebody's catalog."""

    code = "content_not_offered"
    message = "The catalog does not open '{content}' to '{login}'."
    hint = (
        "An administrator can open it (lmsctl catalog open {content}) or enroll the person (lmsctl"
        " enroll --user {login} --content {content})."
    )
    learner_hint = "Ask an administrator to open it, or to enroll you."


class ContentNotTaken(Rejected):
    """Raised when somebody gives an item back that they did not take from the catalog."""

    code = "content_not_taken"
    message = "'{login}' did not take '{content}' from the catalog, and cannot give it back."
    hint = (
        "An administrator can end the enrollment: lmsctl enrollment cancel --user {login} --content"
        " {content}."
    )
    learner_hint = "Ask an administrator to end the enrollment."
