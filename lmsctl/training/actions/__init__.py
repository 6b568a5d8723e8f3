"""The verbs of the training room."""

from lmsctl.training.actions.trainings import (
    as_listed,
    create,
    delete,
    edit,
    existing,
    is_seen,
    list_trainings,
    show,
    sight,
)
from lmsctl.training.catalog.actions import close, list_openings, offer
from lmsctl.training.deadlines.actions import (
    restrained,
    seen_restrained,
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
    Plan,
    Shift,
    add_day,
    cancel_session,
    create_session,
    edit_session,
    existing_session,
    list_sessions,
    show_session,
)

__all__ = [
    "Plan",
    "Shift",
    "add_day",
    "as_listed",
    "cancel_all_of",
    "cancel_session",
    "close",
    "count_places_of",
    "create",
    "create_session",
    "delete",
    "edit",
    "edit_session",
    "existing",
    "existing_session",
    "is_seen",
    "list_attendance",
    "list_openings",
    "list_participants",
    "list_sessions",
    "list_trainings",
    "offer",
    "places_of",
    "record_attendance",
    "restrained",
    "seen_restrained",
    "send_missed",
    "set_deadlines",
    "set_lock",
    "show",
    "show_session",
    "sight",
    "timeline",
]
