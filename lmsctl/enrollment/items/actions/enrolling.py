"""Enrolling people in items: one, many, or those an administrator names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lmsctl.content import rules as content_rules
from lmsctl.content.results import ContentKind
from lmsctl.content.rules import Item
from lmsctl.enrollment import rules
from lmsctl.enrollment.items.actions.locking import lock_items
from lmsctl.enrollment.items.actions.telling import tell_enrolled
from lmsctl.enrollment.items.rules import EnrollmentState
from lmsctl.enrollment.items.store import enrolling as store
from lmsctl.enrollment.results import PairOutcome, Reason
from lmsctl.enrollment.rules import Candidate
from lmsctl.enrollment.selection.actions.pairs import (
    PairChange,
    PairPlan,
    PairResult,
    TargetName,
    change_pairs,
    record_people,
)
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit.answer import Outcome
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal


@dataclass(frozen=True, slots=True)
class EnrolledPeople:
    """The ids of the people who were enrolled in an item, and when it is due for who is new.

    `new` were not enrolled before; `confirmed` were, and have one more reason for it.
    """

    new: frozenset[int]
    confirmed: frozenset[int]
    due_at: datetime | None


def enroll_one(  # noqa: PLR0913 - who, in what, and why
    work: Work,
    user_id: int,
    item: Item,
    reason: Reason,
    reference: str,
    *,
    was_never_in: bool = False,
) -> tuple[int, bool]:
    """Enroll a person in an item, rights aside; returns the enrollment's id and whether it is new.

    Whether person and item are fit for it is the caller's business, and so is the audit log.
    Enrolling again changes nothing but the reasons; completion stays. `was_never_in` is for whoever
    knows that they never were enrolled in it.
    """
    found = [] if was_never_in else store.list_for_update(work, item.id, [user_id])
    numbers, admission = _enroll_missing(work, [user_id], found, item, reason, reference)
    return numbers[0] if numbers else found[0].id, user_id in admission.new


def enroll_many(
    work: Work, user_ids: Sequence[int], item: Item, reason: Reason, reference: str
) -> EnrolledPeople:
    """Enroll people in an item as `enroll_one` does, with as many statements as for one person."""
    found = store.list_for_update(work, item.id, user_ids)
    return _enroll_missing(work, user_ids, found, item, reason, reference)[1]


def _enroll_missing(  # noqa: PLR0913, PLR0917 - who, how they stand, in what, and why
    work: Work,
    user_ids: Sequence[int],
    found: Sequence[EnrollmentState],
    item: Item,
    reason: Reason,
    reference: str,
) -> tuple[list[int], EnrolledPeople]:
    """Enroll those who are not enrolled; return the numbers of new rows, and what it came to.

    The due date is fixed now. In a pathway's mandatory items they get the phase pre-enrolled.
    """
    due_at = content_rules.due_at(item, work.now, portal.zone(work))
    known = {state.user_id for state in found}
    new = [user_id for user_id in user_ids if user_id not in known]
    again = [state for state in found if not state.is_enrolled]
    numbers = store.enroll_new(work, item.id, new, due_at) if new else []
    if again:
        store.enroll_again(work, [state.id for state in again], due_at)
    fresh = [*new, *(state.user_id for state in again)]
    enrolled = {state.id: state.user_id for state in found if state.is_enrolled}
    noted = store.add_reason(work, item.id, [*fresh, *enrolled.values()], reason, reference)
    confirmed = [enrolled[number] for number in noted if number in enrolled]
    if fresh and item.kind == ContentKind.PATHWAY:
        store.prepare_steps(work, item.id, item.code, fresh)
    return numbers, EnrolledPeople(frozenset(fresh), frozenset(confirmed), due_at)


def enroll(work: Work, request: PairRequest) -> list[PairOutcome]:
    """Enroll people in items: all of them or nobody; return one outcome for each pair.

    Needs `enrollment.manage`; people outside its departments do not exist here. Raises UserUnknown,
    PersonNotActive, NotConfirmedYet, ContentUnknown, ContentArchived, ContentIsFolder, or
    PairsRefused with several of them, and what choosing raises.
    """

    def plan(item: Item, people: Sequence[Candidate]) -> PairPlan:
        obstacles = {person.id: rules.obstacle_to_enrolling(person) for person in people}
        refused = {number: found for number, found in obstacles.items() if found is not None}
        logins = {person.id: person.login for person in people if person.id not in refused}
        return PairPlan(TargetName(item.code), refused, lambda: _enroll_by_hand(work, item, logins))

    change = PairChange(
        noun="content",
        permission="enrollment.manage",
        done="enrolled",
        lock=lambda codes: lock_items(work, codes, content_rules.check_enrollable),
        plan=plan,
    )
    return change_pairs(work, request, change)


def _enroll_by_hand(work: Work, item: Item, logins: Mapping[int, str]) -> PairResult:
    """Enroll people, given by their ids, in an item by hand; tell them, and write that down."""
    admission = enroll_many(work, list(logins), item, Reason.ADMINISTRATOR, "")
    new = [login for number, login in logins.items() if number in admission.new]
    if new:
        record_people(work, "enrollment.created", f"content {item.code}", new)
    tell_enrolled(work, item, list(admission.new), "an administrator enrolled this person")
    outcomes = dict.fromkeys(logins, Outcome.UNCHANGED)
    outcomes |= dict.fromkeys(admission.confirmed, Outcome.UPDATED)
    outcomes |= dict.fromkeys(admission.new, Outcome.CREATED)
    return PairResult(outcomes, admission.due_at)
