"""Enrolling people in items: one, many, or those an administrator names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.content import rules as content_rules
from lmsctl.content.results import Kind
from lmsctl.content.rules import Item
from lmsctl.enrollment import rules
from lmsctl.enrollment.items.actions import pairs
from lmsctl.enrollment.items.actions.pairs import Order, Task
from lmsctl.enrollment.items.actions.telling import tell_enrolled
from lmsctl.enrollment.items.rules import Standing
from lmsctl.enrollment.items.store import enrolling as enrolling_store
from lmsctl.enrollment.results import PairOutcome, Reason
from lmsctl.enrollment.rules import Candidate
from lmsctl.kit.answer import Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal

_NAMES_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Admission:
    """What enrolling people in one item came to, by their ids.

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
    found = [] if was_never_in else enrolling_store.standings_for_update(work, item.id, [user_id])
    numbers, admission = _admit(work, [user_id], found, item, reason, reference)
    return numbers[0] if numbers else found[0].id, user_id in admission.new


def enroll_many(
    work: Work, user_ids: Sequence[int], item: Item, reason: Reason, reference: str
) -> Admission:
    """Enroll people in an item as `enroll_one` does, with as many statements as for one person."""
    found = enrolling_store.standings_for_update(work, item.id, user_ids)
    return _admit(work, user_ids, found, item, reason, reference)[1]


def _admit(  # noqa: PLR0913, PLR0917 - who, how they stand, in what, and why
    work: Work,
    user_ids: Sequence[int],
    found: Sequence[Standing],
    item: Item,
    reason: Reason,
    reference: str,
) -> tuple[list[int], Admission]:
    """Enroll those who are not enrolled; return the numbers of new rows, and what it came to.

    The due date is fixed now. In a pathway's mandatory items they get the phase pre-enrolled.
    """
    due_at = content_rules.due_at(item, work.now, portal.zone(work))
    known = {standing.user_id for standing in found}
    new = [user_id for user_id in user_ids if user_id not in known]
    again = [standing for standing in found if not standing.is_enrolled]
    numbers = enrolling_store.enroll_new(work, item.id, new, due_at) if new else []
    if again:
        enrolling_store.enroll_again(work, [standing.id for standing in again], due_at)
    fresh = [*new, *(standing.user_id for standing in again)]
    enrolled = {standing.id: standing.user_id for standing in found if standing.is_enrolled}
    noted = enrolling_store.add_reason(
        work, item.id, [*fresh, *enrolled.values()], reason, reference
    )
    confirmed = [enrolled[number] for number in noted if number in enrolled]
    if fresh and item.kind == Kind.PATHWAY:
        enrolling_store.prepare(work, item.id, item.code, fresh)
    return numbers, Admission(frozenset(fresh), frozenset(confirmed), due_at)


def enroll(work: Work, order: Order) -> list[PairOutcome]:
    """Enroll people in items: all of them or nobody, one outcome for each pair.

    Needs `enrollment.manage`; people outside its departments do not exist here. Raises UserUnknown,
    PersonNotActive, NotConfirmedYet, ContentUnknown, ContentArchived, ContentIsFolder, or
    PairsRefused with several of them, and what choosing raises.
    """

    def refusals(_item: Item, people: Sequence[Candidate]) -> Mapping[int, Refusal]:
        found = {person.id: rules.unfit(person) for person in people}
        return {number: refusal for number, refusal in found.items() if refusal is not None}

    def act(item: Item, people: Sequence[Candidate]) -> Mapping[int, PairOutcome]:
        ids = [person.id for person in people]
        admission = enroll_many(work, ids, item, Reason.ADMINISTRATOR, "")
        _record(work, "enrollment.created", item, people, admission.new)
        tell_enrolled(work, item, list(admission.new), "an administrator enrolled this person")
        return {person.id: _enrolled(person, item, admission) for person in people}

    task = Task("enrolled", content_rules.check_enrollable, refusals, act)
    return pairs.carry_out(work, order, task)


def _enrolled(person: Candidate, item: Item, admission: Admission) -> PairOutcome:
    outcome = Outcome.UNCHANGED
    if person.id in admission.new:
        outcome = Outcome.CREATED
    elif person.id in admission.confirmed:
        outcome = Outcome.UPDATED
    due_at = admission.due_at if outcome is Outcome.CREATED else None
    return PairOutcome(person.login, item.code, outcome, due_at, None, None)


def _record(
    work: Work, code: str, item: Item, people: Sequence[Candidate], ids: Collection[int]
) -> None:
    if ids:
        logins = [person.login for person in people if person.id in ids]
        names = {"people": logins} if len(logins) <= _NAMES_LIMIT else {}
        audit.record(work, code, f"content {item.code}", count=len(logins), **names)
