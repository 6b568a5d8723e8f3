"""The verbs of the registration room: switches, letting people in, confirming, releasing."""

from lmsctl.registration.actions.entering import Door, check_open, enter
from lmsctl.registration.actions.submitting import submit
from lmsctl.registration.actions.switches import change, switches
from lmsctl.registration.actions.waiting import ask_anew, confirm, list_pending, release

__all__ = [
    "Door",
    "ask_anew",
    "change",
    "check_open",
    "confirm",
    "enter",
    "list_pending",
    "release",
    "submit",
    "switches",
]
