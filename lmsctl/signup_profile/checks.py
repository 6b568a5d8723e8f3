"""What must hold between sign-up profiles and their activations."""

from sqlmodel import col, func, select

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.registration.model import Registration
from lmsctl.registration.results import RegistrationState
from lmsctl.signup_profile.model import Activation, SignupProfile

_COUNTED = select(
    SignupProfile.code,
    SignupProfile.activations_used,
    select(func.count())
    .select_from(Activation)
    .join(Registration, col(Registration.id) == col(Activation.registration_id))
    .where(
        col(Activation.profile_id) == col(SignupProfile.id),
        col(Registration.state).in_([RegistrationState.PENDING, RegistrationState.CONFIRMED]),
    )
    .scalar_subquery()
    .label("registrations"),
).subquery("counted")

CHECKS = (
    Check(
        "activations_counted",
        "The activations used are the registrations by the profile, confirmed or pending.",
        select(
            example(
                _COUNTED.c.code,
                ": used ",
                _COUNTED.c.activations_used,
                ", registrations ",
                _COUNTED.c.registrations,
            )
        ).where(_COUNTED.c.activations_used != _COUNTED.c.registrations),
    ),
    Check(
        "activations_within_limit",
        "No profile has more activations used than it has.",
        select(
            example(
                SignupProfile.code,
                ": ",
                SignupProfile.activations_used,
                " of ",
                SignupProfile.activation_limit,
            )
        ).where(col(SignupProfile.activations_used) > col(SignupProfile.activation_limit)),
    ),
)
