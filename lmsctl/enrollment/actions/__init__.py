"""The verbs of the enrollment room."""

from lmsctl.enrollment.actions.looking import (
    Wanted,
    catalog,
    courses,
    list_enrollments,
    show,
    show_participation,
)
from lmsctl.enrollment.items.actions.enrolling import (
    Admission,
    cancel,
    enroll,
    enroll_many,
    enroll_one,
    unprepare,
)
from lmsctl.enrollment.items.actions.pairs import Order
from lmsctl.enrollment.items.actions.telling import tell_enrolled
from lmsctl.enrollment.learner.actions import (
    calendar,
    notifications,
    offers_of_trainings,
    trainings,
)
from lmsctl.enrollment.participation.actions.enrolling import (
    Terms,
    cancel_participation,
    edit_participation,
    enroll_in_trainings,
    record_result,
)
from lmsctl.enrollment.participation.actions.explaining import explain
from lmsctl.enrollment.participation.actions.extending import extend
from lmsctl.enrollment.participation.actions.learning import answer, join, leave, offers, switch
from lmsctl.enrollment.participation.actions.pairs import TrainingOrder
from lmsctl.enrollment.progress.actions import record

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
