"""The verbs of the registration room: switches, letting people in, confirming, releasing."""

from lmsctl.registration.actions.pending import (
    check_newcomer_not_pending,
    check_not_pending,
    confirm,
    list_pending,
    pending_refusal,
    release,
    resend,
)
from lmsctl.registration.actions.register import EntryPoint, RegistrationOutcome, register
from lmsctl.registration.actions.submit import submit
from lmsctl.registration.actions.switches import set_switches, show

__all__ = [
    "EntryPoint",
    "RegistrationOutcome",
    "check_newcomer_not_pending",
    "check_not_pending",
    "confirm",
    "list_pending",
    "pending_refusal",
    "register",
    "release",
    "resend",
    "set_switches",
    "show",
    "submit",
]
