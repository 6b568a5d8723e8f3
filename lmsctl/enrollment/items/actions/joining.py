"""A learner takes an item that the catalog opens to them, and gives it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmsctl.audit import actions as audit
from lmsctl.content import rules as content_rules
from lmsctl.content.errors import ContentUnknown
from lmsctl.content.results import ContentStatus
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.enrollment import rules
from lmsctl.enrollment.items.actions.canceling import take_reasons_away
from lmsctl.enrollment.items.actions.enrolling import enroll_one
from lmsctl.enrollment.items.actions.telling import tell_enrolled
from lmsctl.enrollment.items.errors import (
    ContentNotOffered,
    ContentNotTaken,
    EnrollmentUnknown,
)
from lmsctl.enrollment.items.rules import EnrollmentState
from lmsctl.enrollment.items.store import canceling as canceling_store
from lmsctl.enrollment.items.store import enrolling as store
from lmsctl.enrollment.items.store import joining as joining_store
from lmsctl.enrollment.items.store.canceling import ReasonFilter
from lmsctl.enrollment.results import PairOutcome, Reason
from lmsctl.enrollment.selection.actions.learners import get_learner
from lmsctl.kit import canonical
from lmsctl.kit.answer import Outcome
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.user import store as users
from lmsctl.user.store import Person

_TAKEN = ReasonFilter(Reason.CATALOG, None)


@dataclass(frozen=True, slots=True)
class PersonInItem:
    """A person, an item, and how the one is enrolled in the other, None for never."""

    person: Person
    item: Item
    state: EnrollmentState | None
    is_offered: bool

    def to_result(self, outcome: Outcome) -> PairOutcome:
        """Return what became of them."""
        return PairOutcome(self.person.login, self.item.code, outcome, None, None, None)


def join(work: Work, login: str | None, code: str) -> PairOutcome:
    """Enroll a person in an item that the catalog opens to them, and tell them.

    Whoever is enrolled already stays so, unchanged. Raises what `get_learner` raises,
    PersonNotActive, ContentUnknown, TitleGiven, ContentIsFolder, ContentArchived and
    ContentNotOffered.
    """
    part = _get_for_update(work, login, code)
    refusal = rules.obstacle_to_enrolling(part.person)
    if refusal is not None:
        raise refusal
    content_rules.check_enrollable(part.item)
    if part.state is not None and part.state.is_enrolled:
        return part.to_result(Outcome.UNCHANGED)
    if not part.is_offered:
        raise ContentNotOffered(login=part.person.login, content=part.item.code)
    enroll_one(work, part.person.id, part.item, Reason.CATALOG, "")
    audit.record(work, "enrollment.joined", _name(part.item), login=part.person.login)
    tell_enrolled(work, part.item, [part.person.id], "this person took it from the catalog")
    return part.to_result(Outcome.CREATED)


def leave(work: Work, login: str | None, code: str) -> tuple[PairOutcome, Sequence[str]]:
    """Let a person give an item back that they took from the catalog; what they did stays.

    The outcome is `updated` when they stay enrolled for other reasons. Whoever could not take it
    again is asked first; what they are told then is returned too. Raises what `get_learner`
    raises, ContentUnknown, TitleGiven, EnrollmentUnknown, ContentNotTaken and ConfirmationNeeded.
    """
    part = _get_for_update(work, login, code)
    person, item, state = part.person, part.item, part.state
    if state is None or state.is_canceled:
        raise EnrollmentUnknown(login=person.login, content=item.code)
    if not canceling_store.list_with_reason(work, [state.id], _TAKEN):
        raise ContentNotTaken(login=person.login, content=item.code)
    warnings = []
    if not part.is_offered:
        closed = ContentNotOffered(login=person.login, content=item.code)
        warnings = [
            closed.format_message(),
            f"Taking '{item.code}' again will not be possible.",
        ]
        work.confirm(f"Leave '{item.code}'?", warnings)
    left = take_reasons_away(work, item, {person.id: person.login}, {person.id: state.id}, _TAKEN)
    return part.to_result(left.outcomes[person.id]), warnings


def _get_for_update(work: Work, login: str | None, code: str) -> PersonInItem:
    """Return a person and an item, both locked, and the enrollment, which is locked too.

    Raises what `get_learner` raises, ContentUnknown and TitleGiven.
    """
    person = rights.get_for_update(work, lambda: get_learner(work, login), users.lock_for_share)
    item = content.get_for_share(work, _get_visible(work, person, code).id)
    rights.refresh(work)
    person = get_learner(work, login)
    work.about = f"{_name(item)}, user {person.login}"
    states = store.list_for_update(work, item.id, [person.id])
    is_offered = item.status == ContentStatus.ACTIVE and _has_rule(work, person, item)
    return PersonInItem(person, item, states[0] if states else None, is_offered)


def _get_visible(work: Work, person: Person, code: str) -> Item:
    """Return an item that the actor sees, or that the person is enrolled in or could take.

    Raises ContentUnknown for any other, as for one that does not exist.
    """
    if rights.actor(work).may("content.view"):
        return content.get(work, code)
    item = content.find(work, code)
    if item is None or not (
        _has_rule(work, person, item) or store.is_known(work, item.id, person.id)
    ):
        raise ContentUnknown(given=canonical.excerpt(code))
    return item


def _has_rule(work: Work, person: Person, item: Item) -> bool:
    return joining_store.has_rule_for(
        work, item.id, user_id=person.id, path=person.path, type_=person.type
    )


def _name(item: Item) -> str:
    return f"content {item.code}"
