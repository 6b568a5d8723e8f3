"""The verbs of the registration room: switches, letting people in, confirming, releasing."""

from lmsctl.registration.actions.entering import Door, Entered, enter
from lmsctl.registration.actions.submitting import submit
from lmsctl.registration.actions.switches import change, switches
from lmsctl.registration.actions.waiting import (
    check_newcomer_not_waiting,
    check_not_waiting,
    confirm,
    list_pending,
    pending_refusal,
    release,
    resend,
)

__all__ = [
    "Door",
    "Entered",
    "change",
    "check_newcomer_not_waiting",
    "check_not_waiting",
    "confirm",
    "enter",
    "list_pending",
    "pending_refusal",
    "release",
    "resend",
    "submit",
    "switches",
]
