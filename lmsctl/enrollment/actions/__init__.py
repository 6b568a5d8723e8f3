"""The verbs of the enrollment room."""

from lmsctl.enrollment.actions.attending import (
    calendar,
    notifications,
    offers_of_trainings,
    trainings,
)
from lmsctl.enrollment.actions.enrolling import (
    Admission,
    cancel,
    enroll,
    enroll_many,
    enroll_one,
    unprepare,
)
from lmsctl.enrollment.actions.explaining import explain
from lmsctl.enrollment.actions.extending import extend
from lmsctl.enrollment.actions.looking import (
    Wanted,
    catalog,
    courses,
    list_enrollments,
    show,
    show_participation,
)
from lmsctl.enrollment.actions.pairs import Order
from lmsctl.enrollment.actions.participating import answer, join, leave, offers, switch
from lmsctl.enrollment.actions.progress import record
from lmsctl.enrollment.actions.telling import tell_enrolled
from lmsctl.enrollment.actions.training_enrolling import (
    Terms,
    cancel_participation,
    edit_participation,
    enroll_in_trainings,
    record_result,
)
from lmsctl.enrollment.actions.training_pairs import TrainingOrder

__all__ = [
    "Admission",
    "Order",
    "Terms",
    "TrainingOrder",
    "Wanted",
    "answer",
    "calendar",
    "cancel",
    "cancel_participation",
    "catalog",
    "courses",
    "edit_participation",
    "enroll",
    "enroll_in_trainings",
    "enroll_many",
    "enroll_one",
    "explain",
    "extend",
    "join",
    "leave",
    "list_enrollments",
    "notifications",
    "offers",
    "offers_of_trainings",
    "record",
    "record_result",
    "show",
    "show_participation",
    "switch",
    "tell_enrolled",
    "trainings",
    "unprepare",
]
