"""Canceling enrollments in items, or taking away reasons of them."""

from collections.abc import Mapping, Sequence

from lmsctl.content.results import ContentKind
from lmsctl.content.rules import Item
from lmsctl.enrollment import hookpoints
from lmsctl.enrollment.items.actions.locking import lock_items
from lmsctl.enrollment.items.actions.reasons import is_reason_visible, list_visible_rules
from lmsctl.enrollment.items.errors import EnrollmentUnknown
from lmsctl.enrollment.items.store import canceling as store
from lmsctl.enrollment.items.store import enrolling as enrolling_store
from lmsctl.enrollment.items.store.canceling import ReasonFilter
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


def cancel_prepared(work: Work, code: str, user_ids: Sequence[int] | None) -> None:
    """Take away what a pathway had prepared for people (everybody when None), unless completed."""
    ids = store.list_prepared_for_update(work, code, user_ids)
    if ids:
        store.delete_reasons(work, ids, ReasonFilter(Reason.PATHWAY, code))
        store.cancel_without_reason(work, ids)


def cancel(
    work: Work, request: PairRequest, *, reason: Reason | None = None, reference: str | None = None
) -> list[PairOutcome]:
    """Cancel enrollments, or take one reason of them away; what people did so far stays.

    An enrollment that keeps another reason goes on (`updated`); one that was canceled before, or
    never had that reason, is `unchanged`. Of a pathway goes too what it had prepared. A rule out of
    scope is no reason that can be named. Needs `enrollment.manage`. Raises UserUnknown,
    ContentUnknown, EnrollmentUnknown for whoever never was enrolled, or PairsRefused with several
    of them, and what choosing raises.
    """

    def plan(item: Item, people: Sequence[Candidate]) -> PairPlan:
        user_ids = [person.id for person in people]
        states = enrolling_store.list_for_update(work, item.id, user_ids)
        ids = {state.user_id: state.id for state in states}
        refused = {
            person.id: EnrollmentUnknown(login=person.login, content=item.code)
            for person in people
            if person.id not in ids
        }
        logins = {person.id: person.login for person in people if person.id in ids}

        def apply() -> PairResult:
            return take_reasons_away(
                work, item, logins, ids, _reason_filter(work, reason, reference)
            )

        return PairPlan(TargetName(item.code), refused, apply)

    change = PairChange(
        noun="content",
        permission="enrollment.manage",
        done="taken out",
        lock=lambda codes: lock_items(work, codes),
        plan=plan,
        skipped=EnrollmentUnknown,
    )
    return change_pairs(work, request, change)


def _reason_filter(work: Work, reason: Reason | None, reference: str | None) -> ReasonFilter:
    """Return which reasons are meant: never a rule that the actor may not be told of."""
    may_name = reference is None or is_reason_visible(
        Reason.RULE, reference, list_visible_rules(work, "enrollment.manage")
    )
    return ReasonFilter(reason, reference, but=None if may_name else Reason.RULE)


def take_reasons_away(
    work: Work, item: Item, logins: Mapping[int, str], ids: Mapping[int, int], chosen: ReasonFilter
) -> PairResult:
    """Take reasons away from enrollments in an item, and end those that have none left.

    `logins` and `ids`, the numbers of the enrollments, are by the ids of the people.
    """
    touched = set(store.list_with_reason(work, [ids[number] for number in logins], chosen))
    store.delete_reasons(work, list(touched), chosen)
    ended = set(store.cancel_without_reason(work, list(touched)))
    gone = sorted(number for number in logins if ids[number] in ended)
    if gone and item.kind == ContentKind.PATHWAY:
        cancel_prepared(work, item.code, gone)
    if gone:
        store.mark_canceled_by_hand(work, sorted(ended))
        hookpoints.after_cancel_by_hand(work, item.id, gone)
        names = [login for number, login in logins.items() if ids[number] in ended]
        record_people(work, "enrollment.canceled", f"content {item.code}", names)
    outcomes = dict.fromkeys(logins, Outcome.UNCHANGED)
    outcomes |= {number: Outcome.UPDATED for number in logins if ids[number] in touched}
    return PairResult(outcomes | dict.fromkeys(gone, Outcome.DELETED))
