"""Showing one enrollment in an item."""

from dataclasses import replace

from lmsctl.content.store import items as content
from lmsctl.enrollment.items.actions.reasons import is_reason_visible, list_visible_rules
from lmsctl.enrollment.items.errors import EnrollmentUnknown
from lmsctl.enrollment.items.results import EnrollmentShown, ReasonShown
from lmsctl.enrollment.items.store import showing as store
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.user import store as users


def show(work: Work, login: str, code: str) -> EnrollmentShown:
    """Return one enrollment, canceled or not; needs `enrollment.view` over the person.

    Raises UserUnknown, ContentUnknown and EnrollmentUnknown.
    """
    person = users.get(work, login, rights.require(work, "enrollment.view"))
    item = content.get(work, code)
    found = store.find(work, person.id, item.id)
    if found is None:
        raise EnrollmentUnknown(login=person.login, content=item.code)
    progress = store.summarize_progress(work, person.id, item.id)
    return EnrollmentShown(
        id=found.id,
        login=person.login,
        content=item.code,
        title=item.title,
        phase=found.phase,
        enrolled_at=found.enrolled_at,
        due_at=found.due_at,
        completed_at=found.completed_at,
        canceled_at=found.canceled_at,
        reasons=_visible_reasons(work, found.id),
        views=progress.views,
        best_score=progress.best_score,
        last_event_at=progress.last_event_at,
    )


def _visible_reasons(work: Work, enrollment_id: int) -> list[ReasonShown]:
    """Return why an enrollment is; if the actor may be told of no reason, one without a name."""
    named = list_visible_rules(work)
    found = store.list_reasons(work, enrollment_id)
    told = [one for one in found if is_reason_visible(one.reason, one.reference, named)]
    return told or [replace(one, reference="") for one in found[:1]]
