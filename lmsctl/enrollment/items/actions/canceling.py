"""Canceling enrollments in items, or reasons of them."""

from collections.abc import Collection, Mapping, Sequence

from lmsctl.content.results import Kind
from lmsctl.content.rules import Item
from lmsctl.enrollment.items.actions import pairs
from lmsctl.enrollment.items.actions.enrolling import _record
from lmsctl.enrollment.items.actions.naming import is_named, named_rules
from lmsctl.enrollment.items.actions.pairs import Order, Task
from lmsctl.enrollment.items.errors import EnrollmentUnknown
from lmsctl.enrollment.items.rules import Standing
from lmsctl.enrollment.items.store import canceling as canceling_store
from lmsctl.enrollment.items.store import enrolling as enrolling_store
from lmsctl.enrollment.items.store.canceling import Chosen
from lmsctl.enrollment.results import PairOutcome, Reason
from lmsctl.enrollment.rules import Candidate
from lmsctl.kit import discover
from lmsctl.kit.answer import Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work


def unprepare(work: Work, code: str, user_ids: Sequence[int] | None) -> None:
    """Take away what a pathway had prepared for people (everybody when None), unless completed."""
    ids = canceling_store.prepared_for_update(work, code, user_ids)
    if ids:
        canceling_store.take_reasons(work, ids, Chosen(Reason.PATHWAY, code))
        canceling_store.cancel_groundless(work, ids)


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
            for standing in enrolling_store.standings_for_update(work, item.id, ids)
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
        touched = set(canceling_store.with_reason(work, list(numbers.values()), chosen))
        canceling_store.take_reasons(work, list(touched), chosen)
        ended = set(canceling_store.cancel_groundless(work, list(touched)))
        gone = {user_id for user_id, number in numbers.items() if number in ended}
        if gone and item.kind == Kind.PATHWAY:
            unprepare(work, item.code, sorted(gone))
        if gone:
            canceling_store.note_by_hand(work, sorted(ended))
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
