"""Showing how one person takes part in a training."""

from zoneinfo import ZoneInfo

from lmsctl.enrollment.participation import store as participation_store
from lmsctl.enrollment.participation.errors import ParticipationUnknown
from lmsctl.enrollment.participation.results import ParticipationShown
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import store as trainings
from lmsctl.training.access import actions as access
from lmsctl.user import store as users


def show_participation(work: Work, login: str, code: str) -> tuple[ParticipationShown, ZoneInfo]:
    """Return how a person takes part in a training, or did, and the training's zone.

    Needs `enrollment.view` over the person. Raises UserUnknown, TrainingUnknown and
    ParticipationUnknown.
    """
    scope = rights.require(work, "enrollment.view")
    person = users.get(work, login, scope)
    training = trainings.find(work, code, ANYWHERE)
    if training is None:
        access.refuse_unknown(work, code)
    part = participation_store.find_latest(work, training.id, person.id)
    if part is None and not access.is_visible(work, training):
        access.refuse_unknown(work, code)
    if part is None:
        raise ParticipationUnknown(login=person.login, training=training.code)
    shown = ParticipationShown(
        id=part.id,
        login=person.login,
        training=training.code,
        title=training.title,
        session=part.session,
        state=part.state,
        side=part.side,
        is_preselected=part.is_preselected,
        access_at=part.access_at,
        enrolled_at=part.enrolled_at,
        answered_at=part.answered_at,
        canceled_at=part.canceled_at,
        attendance=participation_store.list_attendance(work, part.id, part.session_id),
        points=part.points,
        certificate=part.certificate,
        result_at=part.result_at,
        extensions=participation_store.list_extensions(work, training.id, person.id),
    )
    return shown, training.zone
