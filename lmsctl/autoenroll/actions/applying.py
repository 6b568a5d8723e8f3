"""Applying a rule by hand, and what that would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.autoenroll import rules
from lmsctl.autoenroll.actions.joining import enroll_by_rule
from lmsctl.autoenroll.actions.keeping import get_for_update, get_managed
from lmsctl.autoenroll.results import AppliedOutcome, PreviewedPerson
from lmsctl.autoenroll.rules import PersonOfRule, RuleRecord
from lmsctl.autoenroll.store import people as people_store
from lmsctl.content import rules as content_rules
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.enrollment.errors import PersonNotActive
from lmsctl.enrollment.items.actions import telling as enrollment_telling
from lmsctl.kit.answer import Outcome
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights
from lmsctl.user import store as users


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What applying a rule did: one outcome for each person.

    `left` counts who was there before the rule and would have been enrolled, had it been asked for;
    `removed` who would have been, had they not been taken out by hand.
    """

    outcomes: Sequence[AppliedOutcome]
    left: int
    removed: int
    is_changed: bool


def preview(work: Work, given: str) -> list[PreviewedPerson]:
    """Return whom applying a rule would change, what for, and what --notify would send them.

    Needs `enrollment.manage` over the rule, and shows people in its scope; changes nothing. Raises
    AutoenrollUnknown and ContentArchived.
    """
    scope = rights.require(work, "enrollment.manage")
    rule = get_managed(work, given)
    item = content.by_id(work, rule.item_id)
    content_rules.check_enrollable(item)
    due_at = content_rules.due_at(item, work.now, portal.zone(work))
    people = people_store.people_about(work, rule, scope)
    found = [_preview_of(person, item, due_at) for person in people]
    return [prospect for prospect in found if prospect.outcome is not Outcome.UNCHANGED]


def _preview_of(person: PersonOfRule, item: Item, due_at: datetime | None) -> PreviewedPerson:
    """Return what applying a rule would do for one person."""
    outcome = rules.outcome_for(person)
    is_new = outcome is Outcome.CREATED
    return PreviewedPerson(
        login=person.login,
        department=person.department,
        status=person.status,
        content=item.code,
        outcome=outcome,
        due_at=due_at if is_new else None,
        needs_existing=not person.is_waiting,
        was_removed=person.is_removed,
        sends=_messages(person) if is_new else [],
    )


def _messages(person: PersonOfRule) -> list[str]:
    """Return which messages --notify would send to a person."""
    return ["notice", *([f"mail to {person.email}"] if person.email else [])]


def apply(
    work: Work, given: str, *, is_for_all: bool, includes_removed: bool, wants_notices: bool
) -> ApplyResult:
    """Enroll who waits for a rule, and with `is_for_all` who was there before it, if asked for.

    Who was taken out by hand stays out unless `includes_removed`.

    Needs `enrollment.manage` over the rule, and means people in its scope. Who is not active waits
    from then on. A confirmation is needed when somebody would be enrolled. Raises
    AutoenrollUnknown and ContentArchived.
    """
    rule = get_for_update(work, given)
    scope = rights.require(work, "enrollment.manage")
    # Not shared: nobody is to take them out of the item between the decision and the deed.
    held_ids = users.lock_all(
        work, [person.id for person in people_store.people_about(work, rule, scope)]
    )
    item = content.get_for_share(work, rule.item_id)
    rights.refresh(work)
    scope = rights.require(work, "enrollment.manage")
    content_rules.check_enrollable(item)
    fitting = [one for one in people_store.people_about(work, rule, scope) if one.id in held_ids]
    people = [
        person
        for person in fitting
        if rules.is_applied_to(person, is_for_all=is_for_all, includes_removed=includes_removed)
    ]
    new, confirmed, waiting = (
        [person for person in people if rules.outcome_for(person) is outcome]
        for outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.SKIPPED)
    )
    if new:
        work.confirm(f"Enroll {counted(len(new), 'person')} in '{item.code}'?")
    due_at = _enroll(work, rule, item, new, confirmed)
    if waiting:
        people_store.add_waiting(work, rule.id, [person.id for person in waiting])
    if wants_notices and new:
        reason = f"the auto-enrollment rule {rule.code} enrolled them"
        enrollment_telling.tell_enrolled(work, item, [person.id for person in new], reason)
    is_new_waiting = any(not person.is_waiting for person in waiting)
    return ApplyResult(
        [_outcome(person, item, due_at) for person in people],
        left=0 if is_for_all else sum(rules.is_left_out(person) for person in fitting),
        removed=0 if includes_removed else sum(person.is_removed for person in fitting),
        is_changed=bool(new or confirmed or is_new_waiting),
    )


def _enroll(
    work: Work,
    rule: RuleRecord,
    item: Item,
    new: Sequence[PersonOfRule],
    confirmed: Sequence[PersonOfRule],
) -> datetime | None:
    """Enroll them, write it down, and return when it is due."""
    if not (new or confirmed):
        return None
    logins = {person.id: person.login for person in (*new, *confirmed)}
    admission = enroll_by_rule(work, rule.id, rule.code, item, logins)
    audit.record(work, "autoenroll.applied", f"autoenroll {rule.code}", count=len(new))
    return admission.due_at


def _outcome(person: PersonOfRule, item: Item, due_at: datetime | None) -> AppliedOutcome:
    """Return what applying a rule did for one person."""
    outcome = rules.outcome_for(person)
    if outcome is Outcome.SKIPPED:
        why = PersonNotActive(login=person.login, status=person.status)
        words = f"'{person.login}' is {person.status}, and is enrolled on becoming active."
        return AppliedOutcome(person.login, item.code, outcome, None, why.code, words)
    due_at = due_at if outcome is Outcome.CREATED else None
    return AppliedOutcome(person.login, item.code, outcome, due_at, None, None)
