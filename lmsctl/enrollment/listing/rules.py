"""What somebody may ask for when enrollments are listed."""

from dataclasses import dataclass

from lmsctl.enrollment.results import Reason, ShownPhase


@dataclass(frozen=True, slots=True)
class EnrollmentQuery:
    """Which enrollments somebody asks for; None does not narrow.

    `training` is a code, or CODE:SESSION; it and `content` leave out the other sort.
    """

    login: str | None = None
    content: str | None = None
    training: str | None = None
    department: str | None = None
    phase: ShownPhase | None = None
    reason: Reason | None = None
