"""Doing something with many people and many trainings: one outcome for each, all or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lmsctl.enrollment.errors import PersonNotActive
from lmsctl.enrollment.items.actions import pairs
from lmsctl.enrollment.participation.errors import ParticipationUnknown
from lmsctl.enrollment.participation.rules import placing as training_rules
from lmsctl.enrollment.participation.rules.placing import Target, Verdicts
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Candidate, Selection
from lmsctl.enrollment.selection.actions import Chosen, choose_for_change
from lmsctl.kit import canonical
from lmsctl.kit.answer import Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.portal.errors import NotConfirmedYet
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import rules as room_rules
from lmsctl.training import store
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.rules import ParticipantRecord

Standings = Mapping[int, ParticipantRecord]
Logins = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """Which people, which trainings (each as `CODE` or `CODE:SESSION`), and how far to go."""

    people: Selection
    targets: Sequence[str]
    keeps_going: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with people, a training at a time; `done` is the word for it.

    `decide` says what is to become of whom, knowing how they stand; `act` does it, and is told what
    everybody is called. With
    `frees_places` people may give up the sessions that they are in.
    """

    done: str
    frees_places: bool
    decide: Callable[[Target, Sequence[Candidate], Standings], Verdicts]
    act: Callable[[Target, Verdicts, Standings, Logins], None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A training, locked, how the people stand to it, and what is to become of them."""

    target: Target
    standings: Standings
    verdicts: Verdicts


def carry_out(work: Work, order: TrainingOrder, task: Task) -> list[PairOutcome]:
    """Do `task` with everybody in every training; needs `training.enroll` over the people.

    Whom a department, a group or a filter brings in and who is not active, or does not take part
    where that is needed, is skipped. Anything else that cannot be stops everything, unless `order`
    keeps going. How many statements it takes does not depend on how many people there are. Raises
    what is in the way, or PairsRefused when it is several things, and what choosing raises.
    """
    work.about = canonical.excerpt(f"training {', '.join(order.targets)}")
    targets: list[Target] = []
    wrong: dict[str, Refusal] = {}

    def also() -> None:
        found, refused = _targets(work, order.targets)
        targets.extend(found)
        wrong.update(refused)

    chosen = choose_for_change(work, "training.enroll", order.people, also)
    plans = [_plan(work, target, chosen, task) for target in targets]
    in_the_way = [*chosen.unknown.values(), *wrong.values()]
    for plan in plans:
        in_the_way += [
            refusal
            for number, refusal in plan.verdicts.refused.items()
            if not _is_skipped(number, refusal, chosen)
        ]
    if not order.keeps_going:
        # What holds for a person whatever the training is said once.
        once = {refusal.message(): refusal for refusal in in_the_way}
        pairs.check_none(list(once.values()), task.done)
    outcomes: list[PairOutcome] = []
    logins_by_id = {person.id: person.login for person in chosen.people}
    for plan in plans:
        task.act(plan.target, plan.verdicts, plan.standings, logins_by_id)
        outcomes += _outcomes(plan, chosen)
    logins = [*chosen.unknown, *(person.login for person in chosen.people)]
    return outcomes + [
        _failed(login, given, None, refusal) for given, refusal in wrong.items() for login in logins
    ]


def _targets(work: Work, given: Sequence[str]) -> tuple[list[Target], dict[str, Refusal]]:
    """Return the targets in the order of their ids, their trainings locked, and what is wrong."""
    named: dict[int, tuple[str, Target]] = {}
    wrong: dict[str, Refusal] = {}
    for text in given:
        code, session = training_rules.parse_target(text)
        try:
            target = _found(work, code, session)
            training_rules.check_once(
                named.setdefault(target.training.id, (text, target))[1], target
            )
        except Refusal as refusal:
            wrong[text] = refusal
    targets: list[Target] = []
    for text, target in (named[number] for number in sorted(named)):
        try:
            targets.append(_shared(work, target))
        except Refusal as refusal:
            wrong[text] = refusal
    return targets, wrong


def _found(work: Work, code: str, session: str | None) -> Target:
    row = store.get(work, code, ANYWHERE)
    return Target(row, store.get_session(work, row, session) if session else None)


def _shared(work: Work, target: Target) -> Target:
    """Return a target whose training nobody changes from now on; raises SessionCanceled."""
    row = store.get_for_share(work, target.training.id)
    if target.session is None:
        return Target(row, None)
    session = store.session_by_id(work, target.session.id)
    room_rules.check_not_canceled(session)
    return Target(row, session)


def _plan(work: Work, target: Target, chosen: Chosen, task: Task) -> _Plan:
    ids = [person.id for person in chosen.people]
    found = people_store.participants_for_update(work, target.training.id, ids)
    standings = {standing.user_id: standing for standing in found}
    held = {standing.session_id for standing in found} if task.frees_places else set()
    touched = {target.session_id, *held}
    people_store.lock_sessions(work, [number for number in touched if number is not None])
    if target.session is not None:
        target = replace(target, session=store.session_by_id(work, target.session.id))
    return _Plan(target, standings, task.decide(target, chosen.people, standings))


def _is_skipped(number: int, refusal: Refusal, chosen: Chosen) -> bool:
    is_plain = isinstance(refusal, PersonNotActive | NotConfirmedYet | ParticipationUnknown)
    return is_plain and number not in chosen.named


def _outcomes(plan: _Plan, chosen: Chosen) -> Iterator[PairOutcome]:
    target, verdicts = plan.target, plan.verdicts
    session = target.session.code if target.session else None
    for login, refusal in chosen.unknown.items():
        yield _failed(login, target.training.code, session, refusal)
    for person in chosen.people:
        if person.id in verdicts.outcomes:
            yield PairOutcome(
                login=person.login,
                content=None,
                outcome=verdicts.outcomes[person.id],
                due_at=None,
                code=None,
                message=None,
                training=target.training.code,
                session=session,
            )
        else:
            refusal = verdicts.refused[person.id]
            is_skipped = _is_skipped(person.id, refusal, chosen)
            outcome = Outcome.SKIPPED if is_skipped else Outcome.FAILED
            yield _failed(person.login, target.training.code, session, refusal, outcome)


def _failed(
    login: str,
    training: str,
    session: str | None,
    refusal: Refusal,
    outcome: Outcome = Outcome.FAILED,
) -> PairOutcome:
    return PairOutcome(
        login=login,
        content=None,
        outcome=outcome,
        due_at=None,
        code=refusal.code,
        message=refusal.message(),
        training=training,
        session=session,
    )
