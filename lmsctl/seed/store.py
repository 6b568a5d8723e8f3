"""The statements of the seed room: what a portal holds, in numbers."""

from typing import Any

from sqlmodel import col, func, select

from lmsctl.content.model import ContentItem
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment, ProgressEvent
from lmsctl.group.model import Group
from lmsctl.kit.work import Work
from lmsctl.signup_profile.model import Activation, SignupProfile
from lmsctl.token.model import Redemption, Token
from lmsctl.training.model import Training, TrainingEnrollment, TrainingSession
from lmsctl.user.model import User

_COUNTED = {
    "people": User,
    "departments": Department,
    "groups": Group,
    "content": ContentItem,
    "profiles": SignupProfile,
    "activations": Activation,
    "tokens": Token,
    "redemptions": Redemption,
    "trainings": Training,
    "sessions": TrainingSession,
    "events": ProgressEvent,
}


def numbers(work: Work) -> dict[str, int]:
    """Return how many things of each kind there are; of enrollments those that go on."""
    counts: list[Any] = [
        select(func.count()).select_from(table).scalar_subquery().label(name)
        for name, table in _COUNTED.items()
    ]
    in_items = select(func.count()).where(col(Enrollment.canceled_at).is_(None))
    in_trainings = select(func.count()).where(col(TrainingEnrollment.canceled_at).is_(None))
    enrollments = in_items.scalar_subquery() + in_trainings.scalar_subquery()
    counts.append(enrollments.label("enrollments"))
    [found] = work.tuples(select(*counts))
    return dict(zip([*_COUNTED, "enrollments"], found, strict=True))
