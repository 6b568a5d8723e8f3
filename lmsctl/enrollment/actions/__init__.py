"""The verbs of the enrollment room."""

from lmsctl.enrollment.actions.enrolling import (
    Admission,
    cancel,
    enroll,
    enroll_many,
    enroll_one,
    unprepare,
)
from lmsctl.enrollment.actions.looking import catalog, courses, list_enrollments, show
from lmsctl.enrollment.actions.pairs import Order
from lmsctl.enrollment.actions.progress import record

__all__ = [
    "Admission",
    "Order",
    "cancel",
    "catalog",
    "courses",
    "enroll",
    "enroll_many",
    "enroll_one",
    "list_enrollments",
    "record",
    "show",
    "unprepare",
]
