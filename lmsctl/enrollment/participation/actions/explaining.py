"""Why a person may not join, leave or switch: every closed gate at once, and who could open it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.enrollment import rules as enrollment_rules
from lmsctl.enrollment.participation.actions import finding
from lmsctl.enrollment.participation.actions.finding import PersonInTraining
from lmsctl.enrollment.participation.errors import (
    AccessToCome,
    NoSessionOffered,
    TrainingMomentMissing,
)
from lmsctl.enrollment.participation.results import ClosedGate, LearnerAct, ParticipationExplained
from lmsctl.enrollment.participation.rules import gates
from lmsctl.enrollment.participation.rules.situation import Situation
from lmsctl.kit import timewords
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.training.rules import SessionRecord
from lmsctl.training.sessions import store as session_store


def explain(  # noqa: PLR0913 - whom, what, when and for which eyes
    work: Work,
    login: str | None,
    code: str,
    *,
    given_session: str | None,
    at: TimeWord | None,
    zone: ZoneInfo | None,
) -> tuple[ParticipationExplained, list[ClosedGate], ZoneInfo]:
    """Return what a person may do in a training at `at` (now when None), and each closed gate.

    Whoever does not take part may join; whoever does may leave and switch. With a session that is
    the one they would come to. Only time is imagined to pass, and nothing changes by asking.
    Without offset `at` is of `zone`, or of the training's zone when that is None; the one that
    holds is returned too. Others than oneself need `enrollment.view`. Raises UserUnknown,
    TrainingUnknown, SessionUnknown and TrainingMomentMissing.
    """
    part = finding.get_visible(work, login, code, "enrollment.view")
    here = zone or part.training.zone
    situation = finding.get_situation(work, part)
    situation = replace(
        situation, now=timewords.moment_or_now(at, work.now, here, TrainingMomentMissing, "--at")
    )
    session = None
    if given_session is not None:
        session = session_store.get(work, part.training, given_session)
    acts = (LearnerAct.LEAVE, LearnerAct.SWITCH) if part.participation else (LearnerAct.JOIN,)
    refusals = [
        (act, refusal) for act in acts for refusal in _closed_gates(part, situation, act, session)
    ]
    if work.is_for_learner:
        for _, refusal in refusals:
            refusal.address_to_learner()
    closed = [
        ClosedGate(
            act,
            refusal.code,
            refusal.format_message(here),
            _opens_at(part, refusal),
            refusal.format_hint(here),
        )
        for act, refusal in refusals
    ]
    closed_acts = {gate.act for gate in closed}
    return (
        ParticipationExplained(
            login=part.person.login,
            training=part.training.code,
            session=part.participation.session if part.participation else None,
            at=situation.now,
            may_join=None if part.participation else LearnerAct.JOIN not in closed_acts,
            may_leave=LearnerAct.LEAVE not in closed_acts if part.participation else None,
            may_switch=LearnerAct.SWITCH not in closed_acts if part.participation else None,
        ),
        closed,
        here,
    )


def _opens_at(part: PersonInTraining, refusal: Refusal) -> datetime | None:
    """Return when a gate opens by itself: time alone brings only access."""
    is_access = isinstance(refusal, AccessToCome) and part.participation is not None
    return part.participation.access_at if part.participation and is_access else None


def _closed_gates(
    part: PersonInTraining, situation: Situation, act: LearnerAct, session: SessionRecord | None
) -> Iterator[Refusal]:
    """Yield every gate that keeps a person from an act, or from a session by it."""
    refusal = enrollment_rules.obstacle_to_enrolling(part.person)
    if refusal is not None:
        yield refusal
    if act is LearnerAct.JOIN:
        yield from gates.gates_to_join(situation, session)
    elif act is LearnerAct.LEAVE:
        yield from gates.gates_to_leave(situation)
    elif session is not None:
        yield from gates.gates_to_switch(situation, session)
    else:
        yield from gates.gates_to_give_up_session(situation)
        if not gates.list_switchable(situation):
            yield NoSessionOffered(training=part.training.code)
