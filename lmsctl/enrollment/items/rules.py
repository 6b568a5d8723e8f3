"""Pure decisions on people in items: what enrolling again makes."""

from dataclasses import dataclass

from lmsctl.enrollment.results import Phase


@dataclass(frozen=True, slots=True)
class EnrollmentState:
    """One person's enrollment in one item, as far as decisions rest on it."""

    id: int
    user_id: int
    phase: Phase
    is_canceled: bool

    @property
    def is_enrolled(self) -> bool:
        """Whether enrolling them again makes nothing new."""
        return not self.is_canceled and self.phase != Phase.PRE_ENROLLED
