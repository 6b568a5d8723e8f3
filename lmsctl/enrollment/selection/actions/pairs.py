"""Changing pairs of people and targets: one outcome for each pair, and all of them or none.

A target is an item, or a training and maybe a session of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from lmsctl.audit import actions as audit
from lmsctl.enrollment.errors import PersonNotActive
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Candidate
from lmsctl.enrollment.selection.actions.choosing import (
    ChosenPeople,
    choose_locked,
    lock_people,
)
from lmsctl.enrollment.selection.errors import PairsRefused
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit import canonical
from lmsctl.kit.answer import Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.portal.errors import NotConfirmedYet

T = TypeVar("T")
# Up to so many people are named in the audit log, and to whoever organizes a training.
NAMES_LIMIT = 100


@dataclass(frozen=True, slots=True)
class LockedTargets(Generic[T]):
    """Targets that nobody changes now, by their ids in the order of the answer.

    `wrong` says of what was written why it names none.
    """

    found: Mapping[int, T]
    wrong: Mapping[str, Refusal]


@dataclass(frozen=True, slots=True)
class TargetName:
    """How the answer names a target: by the code of an item, or of a training and its session."""

    content: str | None = None
    training: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class PairResult:
    """What became of whom, by their ids; `due_at` is when the item is due for who is new in it."""

    outcomes: Mapping[int, Outcome]
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PairPlan:
    """What is to be done with people and one target.

    `refused` says by their ids with whom it cannot be done; `apply` does it with the others.
    """

    name: TargetName
    refused: Mapping[int, Refusal]
    apply: Callable[[], PairResult]


@dataclass(frozen=True, slots=True)
class PairChange(Generic[T]):
    """One way of changing pairs, a target at a time.

    It takes `permission` over the people. `done` is the word for what was done with them. `lock`
    finds and locks what the targets mean, and `plan` decides what becomes of people in one of them.
    Whom a department, a group or a filter brings in is skipped if they are not active, or for the
    refusal `skipped`.
    """

    noun: Literal["content", "training"]
    permission: str
    done: str
    lock: Callable[[Sequence[str]], LockedTargets[T]]
    plan: Callable[[T, Sequence[Candidate]], PairPlan]
    skipped: type[Refusal] | None = None

    def is_skipped(self, user_id: int, refusal: Refusal, chosen: ChosenPeople) -> bool:
        """Say whether a refused person is passed over, so that nothing else stops for them."""
        is_unfit = isinstance(refusal, PersonNotActive | NotConfirmedYet)
        is_skipped = self.skipped is not None and isinstance(refusal, self.skipped)
        return (is_unfit or is_skipped) and user_id not in chosen.named


def change_pairs(work: Work, request: PairRequest, change: PairChange[T]) -> list[PairOutcome]:
    """Make a change to every pair of people and targets, and return one outcome for each.

    Whom a department, a group or a filter brings in and who is not active, or not enrolled where
    that is needed, is skipped. Anything else that cannot be stops everything, unless the request
    keeps going. How many statements it takes does not depend on how many people there are. Raises
    what is in the way, or PairsRefused when it is several things, and what `choose` raises.
    """
    work.about = canonical.excerpt(f"{change.noun} {', '.join(request.targets)}")
    ids = lock_people(work, change.permission, request.people)
    targets = change.lock(request.targets)
    chosen = choose_locked(work, change.permission, request.people, ids)
    # By their numbers, so that no two who name the same targets wait for each other.
    plans = {
        number: change.plan(targets.found[number], chosen.people)
        for number in sorted(targets.found)
    }
    in_order = [plans[number] for number in targets.found]
    if not request.keeps_going:
        _raise_any(_refusals(change, in_order, targets.wrong, chosen), change.done)
    results = {number: _apply(plan, chosen) for number, plan in plans.items()}
    outcomes = [
        outcome
        for number in targets.found
        for outcome in _outcomes(change, plans[number], results[number], chosen)
    ]
    logins = [*chosen.unknown, *(person.login for person in chosen.people)]
    return outcomes + [
        _failed(login, TargetName(**{change.noun: given}), refusal)
        for given, refusal in targets.wrong.items()
        for login in logins
    ]


def _refusals(
    change: PairChange[T],
    plans: Sequence[PairPlan],
    wrong: Mapping[str, Refusal],
    chosen: ChosenPeople,
) -> list[Refusal]:
    """Return what is in the way; what holds for a person whatever the target is stands once."""
    found = [*chosen.unknown.values(), *wrong.values()]
    found += [
        refusal
        for plan in plans
        for number, refusal in plan.refused.items()
        if not change.is_skipped(number, refusal, chosen)
    ]
    return list({refusal.format_message(): refusal for refusal in found}.values())


def _raise_any(in_the_way: Sequence[Refusal], done: str) -> None:
    """Raise what is in the way: the one thing, or PairsRefused with several."""
    if len(in_the_way) == 1:
        raise in_the_way[0]
    if in_the_way:
        raise PairsRefused(count=len(in_the_way), done=done, details=in_the_way)


def _apply(plan: PairPlan, chosen: ChosenPeople) -> PairResult:
    """Apply a plan, unless everybody is refused."""
    return plan.apply() if len(plan.refused) < len(chosen.people) else PairResult({})


def _outcomes(
    change: PairChange[T], plan: PairPlan, result: PairResult, chosen: ChosenPeople
) -> Iterator[PairOutcome]:
    """Yield the outcome of each person with one target."""
    for login, refusal in chosen.unknown.items():
        yield _failed(login, plan.name, refusal)
    for person in chosen.people:
        if person.id in result.outcomes:
            outcome = result.outcomes[person.id]
            due_at = result.due_at if outcome is Outcome.CREATED else None
            yield _outcome(person.login, plan.name, outcome, due_at=due_at)
        else:
            refusal = plan.refused[person.id]
            is_skipped = change.is_skipped(person.id, refusal, chosen)
            outcome = Outcome.SKIPPED if is_skipped else Outcome.FAILED
            yield _failed(person.login, plan.name, refusal, outcome)


def _failed(
    login: str, name: TargetName, refusal: Refusal, outcome: Outcome = Outcome.FAILED
) -> PairOutcome:
    """Return the outcome of somebody who is refused."""
    return _outcome(login, name, outcome, refusal=refusal)


def _outcome(
    login: str,
    name: TargetName,
    outcome: Outcome,
    *,
    due_at: datetime | None = None,
    refusal: Refusal | None = None,
) -> PairOutcome:
    """Return one outcome, in the words of the answer."""
    return PairOutcome(
        login=login,
        content=name.content,
        outcome=outcome,
        due_at=due_at,
        code=refusal.code if refusal else None,
        message=refusal.format_message() if refusal else None,
        training=name.training,
        session=name.session,
    )


def record_people(work: Work, event: str, about: str, logins: Sequence[str], **detail: str) -> None:
    """Write into the audit log what was done with people: how many, and who if they are few."""
    names = {"people": list(logins)} if len(logins) <= NAMES_LIMIT else {}
    audit.record(work, event, about, count=len(logins), **names, **detail)
