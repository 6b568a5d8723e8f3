"""The verbs of the training room."""

from lmsctl.training.actions.trainings import (
    create,
    delete,
    edit,
    find_conflicting,
    is_visible,
    list_trainings,
    show,
    to_row,
    visible_scope,
)
from lmsctl.training.catalog.actions import close, list_openings, offer
from lmsctl.training.deadlines.actions import (
    get_restrictable,
    get_restrictable_for_update,
    set_deadlines,
    set_lock,
    timeline,
)
from lmsctl.training.participants.actions.attending import (
    list_attendance,
    list_participants,
    record_attendance,
)
from lmsctl.training.participants.actions.away import (
    cancel_all_of,
    count_places_of,
    places_of,
    send_missed,
)
from lmsctl.training.sessions.actions import (
    DayChange,
    DayPlan,
    add_day,
    cancel_session,
    create_session,
    edit_session,
    find_conflicting_session,
    list_sessions,
    show_session,
)

__all__ = [
    "DayChange",
    "DayPlan",
    "add_day",
    "cancel_all_of",
    "cancel_session",
    "close",
    "count_places_of",
    "create",
    "create_session",
    "delete",
    "edit",
    "edit_session",
    "find_conflicting",
    "find_conflicting_session",
    "get_restrictable",
    "get_restrictable_for_update",
    "is_visible",
    "list_attendance",
    "list_openings",
    "list_participants",
    "list_sessions",
    "list_trainings",
    "offer",
    "places_of",
    "record_attendance",
    "send_missed",
    "set_deadlines",
    "set_lock",
    "show",
    "show_session",
    "timeline",
    "to_row",
    "visible_scope",
]
