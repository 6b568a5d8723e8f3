"""What must hold between registrations that wait for confirmation and their people."""

from sqlmodel import and_, col, func, select

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.registration.model import Registration
from lmsctl.registration.results import RegistrationState
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus

CHECKS = (
    Check(
        "pending_registrations_have_people",
        "Every pending registration has its pending person, and both expire together.",
        select(example("registration ", Registration.id))
        .select_from(Registration)
        .outerjoin(
            User,
            and_(
                col(User.id) == col(Registration.user_id),
                col(User.status) == UserStatus.PENDING,
                col(User.expires_at) == col(Registration.expires_at),
            ),
        )
        .where(col(Registration.state) == RegistrationState.PENDING, col(User.id).is_(None)),
    ),
    Check(
        "pending_people_have_registrations",
        "Every pending person has exactly one pending registration.",
        select(example(User.login)).where(
            col(User.status) == UserStatus.PENDING,
            select(func.count())
            .select_from(Registration)
            .where(
                col(Registration.user_id) == col(User.id),
                col(Registration.state) == RegistrationState.PENDING,
            )
            .scalar_subquery()
            != 1,
        ),
    ),
)
