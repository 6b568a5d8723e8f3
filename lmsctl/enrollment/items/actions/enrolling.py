"""Enrolling people in items, and canceling that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.content import rules as content_rules
from lmsctl.content.results import Kind
from lmsctl.content.rules import Item
from lmsctl.enrollment import rules, store
from lmsctl.enrollment.errors import EnrollmentUnknown
from lmsctl.enrollment.items.actions import pairs
from lmsctl.enrollment.items.actions.naming import is_named, named_rules
from lmsctl.enrollment.items.actions.pairs import Order, Task
from lmsctl.enrollment.items.actions.telling import tell_enrolled
from lmsctl.enrollment.results import PairOutcome, Reason
from lmsctl.enrollment.rules import Candidate, Standing
from lmsctl.enrollment.store import Chosen
from lmsctl.kit import discover
from lmsctl.kit.answer import Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal

_NAMES_LIMIT = 100


# Rights aside ------------------------------------------------------------------------------------


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
    found = [] if was_never_in else store.standings_for_update(work, item.id, [user_id])
    numbers, admission = _admit(work, [user_id], found, item, reason, reference)
    return numbers[0] if numbers else found[0].id, user_id in admission.new


def enroll_many(
    work: Work, user_ids: Sequence[int], item: Item, reason: Reason, reference: str
) -> Admission:
    """Enroll people in an item as `enroll_one` does, with as many statements as for one person."""
    found = store.standings_for_update(work, item.id, user_ids)
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
    numbers = store.enroll_new(work, item.id, new, due_at) if new else []
    if again:
        store.enroll_again(work, [standing.id for standing in again], due_at)
    fresh = [*new, *(standing.user_id for standing in again)]
    enrolled = {standing.id: standing.user_id for standing in found if standing.is_enrolled}
    noted = store.add_reason(work, item.id, [*fresh, *enrolled.values()], reason, reference)
    confirmed = [enrolled[number] for number in noted if number in enrolled]
    if fresh and item.kind == Kind.PATHWAY:
        store.prepare(work, item.id, item.code, fresh)
    return numbers, Admission(frozenset(fresh), frozenset(confirmed), due_at)


def unprepare(work: Work, code: str, user_ids: Sequence[int] | None) -> None:
    """Take away what a pathway had prepared for people (everybody when None), unless completed."""
    ids = store.prepared_for_update(work, code, user_ids)
    if ids:
        store.take_reasons(work, ids, Chosen(Reason.PATHWAY, code))
        store.cancel_groundless(work, ids)


# The administrator's acts ------------------------------------------------------------------------


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


def cancel(
    work: Work, order: Order, *, reason: Reason | None = None, reference: str | None = None
) -> list[PairOutcome]:
    """Cancel enrollments, or take one reason of them away; what people did so far stays.

    An enrollment that keeps another reason goes on (`updated`); one that was canceled before, or
    never had that reason, is `unchanged`. Of a pathway goes too what it had prepared. A rule out of
    scope is no reason that can be named. Needs `enrollment.manage`. Raises UserUnknown,
    ContentUnknown, EnrollmentUnknown for whoever never was enrolled, or PairsRefused with several
    of them, and what choosing raises.
    """

    def found(item: Item, people: Sequence[Candidate]) -> dict[int, Standing]:
        ids = [person.id for person in people]
        return {
            standing.user_id: standing
            for standing in store.standings_for_update(work, item.id, ids)
        }

    def refusals(item: Item, people: Sequence[Candidate]) -> Mapping[int, Refusal]:
        present = found(item, people)
        return {
            person.id: EnrollmentUnknown(login=person.login, content=item.code)
            for person in people
            if person.id not in present
        }

    def act(item: Item, people: Sequence[Candidate]) -> Mapping[int, PairOutcome]:
        numbers = {number: standing.id for number, standing in found(item, people).items()}
        chosen = _chosen(work, reason, reference)
        touched = set(store.with_reason(work, list(numbers.values()), chosen))
        store.take_reasons(work, list(touched), chosen)
        ended = set(store.cancel_groundless(work, list(touched)))
        gone = {user_id for user_id, number in numbers.items() if number in ended}
        if gone and item.kind == Kind.PATHWAY:
            unprepare(work, item.code, sorted(gone))
        if gone:
            store.note_by_hand(work, sorted(ended))
            discover.announce("after_cancel_by_hand", work, item.id, sorted(gone))
        _record(work, "enrollment.canceled", item, people, gone)
        return {
            person.id: _ended(person, item, numbers[person.id], ended, touched) for person in people
        }

    return pairs.carry_out(work, order, Task("taken out", lambda _item: None, refusals, act))


def _chosen(work: Work, reason: Reason | None, reference: str | None) -> Chosen:
    if reference is None or is_named(
        Reason.RULE, reference, named_rules(work, "enrollment.manage")
    ):
        return Chosen(reason, reference)
    return Chosen(reason, reference, but=Reason.RULE)


def _ended(
    person: Candidate, item: Item, number: int, ended: Collection[int], touched: Collection[int]
) -> PairOutcome:
    outcome = Outcome.UPDATED if number in touched else Outcome.UNCHANGED
    if number in ended:
        outcome = Outcome.DELETED
    return PairOutcome(person.login, item.code, outcome, None, None, None)
