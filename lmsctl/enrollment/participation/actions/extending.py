"""Extending one person's deadline."""

from zoneinfo import ZoneInfo

from lmsctl.audit import actions as audit
from lmsctl.enrollment.participation.results import Extension
from lmsctl.enrollment.participation.rules import moments
from lmsctl.kit import canonical
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.training.deadlines import actions as deadlines
from lmsctl.training.deadlines import store as extension_store
from lmsctl.training.results import Deadline
from lmsctl.user import store as users
from lmsctl.user.actions import finding
from lmsctl.user.store import Person


def extend(  # noqa: PLR0913 - one keyword for each thing an extension has
    work: Work,
    login: str,
    code: str,
    *,
    deadline: Deadline,
    until: TimeWord,
    reason: str,
    zone: ZoneInfo | None,
) -> tuple[Extension, bool, ZoneInfo]:
    """Extend a deadline of a training for one person, even one that has passed.

    It takes the place of an earlier one, and never makes a deadline come sooner. Without offset
    `until` is of `zone`, or of the training's zone when that is None. Returns it, whether it is
    new, and that zone. Needs `training.enroll` and `enrollment.manage` over the training, and the
    latter over the person. Raises TrainingUnknown, UserUnknown, ExtensionMissing and what the
    checks raise.
    """

    def get() -> Person:
        return finding.get_where_allowed(work, login, "enrollment.manage")

    deadlines.get_restrictable(work, code)
    rights.get_for_update(work, get, users.lock_for_share)
    training = deadlines.get_restrictable_for_update(work, code)
    person = get()
    portal_rules.check_confirmed(person, "given an extension")
    here = zone or training.zone
    until_at = moments.resolve_extension_end(until, work.now, here)
    text = canonical.check_text(reason, field="reason")
    is_new = extension_store.find(work, training.id, person.id, deadline) != (until_at, text)
    if is_new:
        extension_store.add(
            work,
            training.id,
            person.id,
            deadline=deadline,
            until_at=until_at,
            reason=text,
            given_by=rights.actor_name(work),
        )
        detail = {"login": person.login, "deadline": deadline.value, "reason": text}
        audit.record(work, "training.extended", f"training {training.code}", **detail)
    extension = Extension(person.login, training.code, deadline, until_at, text)
    return extension, is_new, here
