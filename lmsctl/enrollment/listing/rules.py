"""What somebody may ask for when enrollments are listed."""

from dataclasses import dataclass

from lmsctl.enrollment.results import Reason, ShownPhase
from lmsctl.user.results import UserOrigin, UserStatus, UserType
from lmsctl.user.rules import PeopleFilter


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
    type: UserType | None = None
    status: UserStatus | None = None
    origin: UserOrigin | None = None

    @property
    def people(self) -> PeopleFilter:
        """Whose enrollments are asked for, by what the people are."""
        return PeopleFilter(
            types=() if self.type is None else (self.type,),
            statuses=() if self.status is None else (self.status,),
            origins=() if self.origin is None else (self.origin,),
        )
