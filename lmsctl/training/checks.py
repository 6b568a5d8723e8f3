"""What must hold between sessions, their days, their places and the people in them."""

from sqlmodel import col, exists, func, not_, select

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.training.model import SessionDay, Training, TrainingEnrollment, TrainingSession
from lmsctl.user.model import User

_NAME = (Training.code, ":", TrainingSession.code)

_COUNTED = (
    select(
        col(Training.code).label("training"),
        TrainingSession.code,
        TrainingSession.taken,
        select(func.count())
        .select_from(TrainingEnrollment)
        .where(
            col(TrainingEnrollment.session_id) == col(TrainingSession.id),
            col(TrainingEnrollment.canceled_at).is_(None),
        )
        .scalar_subquery()
        .label("people"),
    )
    .select_from(TrainingSession)
    .join(Training, col(Training.id) == col(TrainingSession.training_id))
    .subquery("counted")
)

CHECKS = (
    Check(
        "sessions_have_days",
        "Every session has at least one day.",
        select(example(*_NAME))
        .select_from(TrainingSession)
        .join(Training, col(Training.id) == col(TrainingSession.training_id))
        .where(not_(exists().where(col(SessionDay.session_id) == col(TrainingSession.id)))),
    ),
    Check(
        "places_within_capacity",
        "Nobody is in a full session but those who were put in deliberately.",
        select(example(*_NAME, ": ", TrainingSession.taken, " of ", TrainingSession.capacity))
        .select_from(TrainingSession)
        .join(Training, col(Training.id) == col(TrainingSession.training_id))
        .where(
            col(TrainingSession.taken)
            > col(TrainingSession.capacity) + col(TrainingSession.over_capacity)
        ),
    ),
    Check(
        "places_counted",
        "The places taken in a session are the people enrolled in it.",
        select(
            example(
                _COUNTED.c.training,
                ":",
                _COUNTED.c.code,
                ": ",
                _COUNTED.c.taken,
                " taken, ",
                _COUNTED.c.people,
                " people",
            )
        ).where(_COUNTED.c.taken != _COUNTED.c.people),
    ),
    Check(
        "canceled_sessions_are_empty",
        "Nobody is in a session that was canceled.",
        select(example(User.login, " in ", *_NAME))
        .select_from(TrainingEnrollment)
        .join(User, col(User.id) == col(TrainingEnrollment.user_id))
        .join(TrainingSession, col(TrainingSession.id) == col(TrainingEnrollment.session_id))
        .join(Training, col(Training.id) == col(TrainingSession.training_id))
        .where(
            col(TrainingEnrollment.canceled_at).is_(None),
            col(TrainingSession.canceled_at).is_not(None),
        ),
    ),
)
