"""Changing how many people take part in trainings: lock, decide, change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lmsctl.enrollment.participation.errors import ParticipationUnknown
from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.participation.rules.placing import TrainingTarget, Verdicts
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Candidate
from lmsctl.enrollment.selection.actions.pairs import (
    LockedTargets,
    PairChange,
    PairPlan,
    PairResult,
    TargetName,
    change_pairs,
)
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import rules as training_rules
from lmsctl.training import store as trainings
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.sessions import rules as session_rules
from lmsctl.training.sessions import store as session_store

Participations = Mapping[int, ParticipantRecord]


@dataclass(frozen=True, slots=True)
class DecidedTraining:
    """A training, locked, with people, how they take part, and what is to become of whom."""

    target: TrainingTarget
    people: Sequence[Candidate]
    participations: Participations
    verdicts: Verdicts

    def logins(self, user_ids: Iterable[int]) -> list[str]:
        """Return what these of the people are called, in their order."""
        names = {person.id: person.login for person in self.people}
        return [names[number] for number in user_ids]


@dataclass(frozen=True, slots=True)
class TrainingChange:
    """What is done with people, a training at a time; `done` is the word for it.

    `decide` says what is to become of whom, knowing how they take part, and `apply` does it. With
    `frees_places` people may give up the sessions that they are in.
    """

    done: str
    frees_places: bool
    decide: Callable[[TrainingTarget, Sequence[Candidate], Participations], Verdicts]
    apply: Callable[[DecidedTraining], None]


def change_trainings(work: Work, request: PairRequest, change: TrainingChange) -> list[PairOutcome]:
    """Make a change to everybody in every training; needs `training.enroll` over the people.

    Whoever is not named, and is not active or does not take part where that is needed, is skipped.
    Returns and raises what `change_pairs` does; the outcomes come by the ids of the trainings.
    """

    def plan(target: TrainingTarget, people: Sequence[Candidate]) -> PairPlan:
        decided = _decide(work, target, people, change)

        def apply() -> PairResult:
            change.apply(decided)
            return PairResult(decided.verdicts.outcomes)

        session = target.session.code if target.session else None
        name = TargetName(training=target.training.code, session=session)
        return PairPlan(name, decided.verdicts.refused, apply)

    pairs = PairChange(
        noun="training",
        permission="training.enroll",
        done=change.done,
        lock=lambda given: _lock_targets(work, given),
        plan=plan,
        skipped=ParticipationUnknown,
    )
    return change_pairs(work, request, pairs)


def _lock_targets(work: Work, given: Sequence[str]) -> LockedTargets[TrainingTarget]:
    """Return the targets in the order of their ids, their trainings locked, and what is wrong."""
    named: dict[int, tuple[str, TrainingTarget]] = {}
    found: dict[int, TrainingTarget] = {}
    wrong: dict[str, Refusal] = {}
    for text in given:
        code, session = training_rules.parse_target(text)
        try:
            target = _get_target(work, code, session)
            placing.check_named_once(
                named.setdefault(target.training.id, (text, target))[1], target
            )
        except Refusal as refusal:
            wrong[text] = refusal
    for number, (text, target) in sorted(named.items()):
        try:
            found[number] = _get_for_share(work, target)
        except Refusal as refusal:
            wrong[text] = refusal
    return LockedTargets(found, wrong)


def _get_target(work: Work, code: str, session: str | None) -> TrainingTarget:
    """Return a training and its session, if any; raises TrainingUnknown and SessionUnknown."""
    training = trainings.get(work, code, ANYWHERE)
    return TrainingTarget(training, session_store.get(work, training, session) if session else None)


def _get_for_share(work: Work, target: TrainingTarget) -> TrainingTarget:
    """Return a target whose training nobody changes from now on; raises SessionCanceled."""
    training = trainings.get_for_share(work, target.training.id)
    if target.session is None:
        return TrainingTarget(training, None)
    session = session_store.by_id(work, target.session.id)
    session_rules.check_not_canceled(session)
    return TrainingTarget(training, session)


def _decide(
    work: Work, target: TrainingTarget, people: Sequence[Candidate], change: TrainingChange
) -> DecidedTraining:
    """Lock participants of a training and its sessions, and decide what becomes of whom."""
    ids = [person.id for person in people]
    found = people_store.participants_for_update(work, target.training.id, ids)
    participations = {participation.user_id: participation for participation in found}
    left = {participation.session_id for participation in found} if change.frees_places else set()
    touched = {target.session_id, *left}
    place_store.lock_sessions(work, [number for number in touched if number is not None])
    if target.session is not None:
        target = replace(target, session=session_store.by_id(work, target.session.id))
    return DecidedTraining(
        target, people, participations, change.decide(target, people, participations)
    )
