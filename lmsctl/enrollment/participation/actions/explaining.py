"""Why a person may not join, leave or switch: every closed gate at once, and who could open it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.enrollment import rules as enrollment_rules
from lmsctl.enrollment.participation.actions import learning as participating
from lmsctl.enrollment.participation.actions.learning import PersonInTraining
from lmsctl.enrollment.participation.errors import AccessToCome, NoSessionOffered
from lmsctl.enrollment.participation.results import ClosedGate, LearnerAct, ParticipationExplained
from lmsctl.enrollment.participation.rules import gates
from lmsctl.enrollment.participation.rules.gates import Situation
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
    TrainingUnknown, SessionUnknown and AskedMomentMissing.
    """
    part = participating.get_visible(work, login, code, "enrollment.view")
    here = zone or part.training.zone
    case = participating.get_situation(work, part)
    case = replace(case, now=gates.resolve_moment(at, work.now, here))
    session = None
    if given_session is not None:
        session = session_store.get(work, part.training, given_session)
    acts = (LearnerAct.LEAVE, LearnerAct.SWITCH) if part.standing else (LearnerAct.JOIN,)
    closed = [
        ClosedGate(
            act,
            refusal.code,
            refusal.format_message(here),
            _opens_at(part, refusal),
            refusal.format_hint(here),
        )
        for act in acts
        for refusal in _closed_gates(part, case, act, session)
    ]
    closed_acts = {gate.act for gate in closed}
    return (
        ParticipationExplained(
            login=part.person.login,
            training=part.training.code,
            session=part.standing.session if part.standing else None,
            at=case.now,
            may_join=None if part.standing else LearnerAct.JOIN not in closed_acts,
            may_leave=LearnerAct.LEAVE not in closed_acts if part.standing else None,
            may_switch=LearnerAct.SWITCH not in closed_acts if part.standing else None,
        ),
        closed,
        here,
    )


def _opens_at(part: PersonInTraining, refusal: Refusal) -> datetime | None:
    """Return when a gate opens by itself: time alone brings only access."""
    is_access = isinstance(refusal, AccessToCome) and part.standing is not None
    return part.standing.access_at if part.standing and is_access else None


def _closed_gates(
    part: PersonInTraining, case: Situation, act: LearnerAct, session: SessionRecord | None
) -> Iterator[Refusal]:
    refusal = enrollment_rules.obstacle_to_enrolling(part.person)
    if refusal is not None:
        yield refusal
    if act is LearnerAct.JOIN:
        yield from gates.gates_to_join(case, session)
    elif act is LearnerAct.LEAVE:
        yield from gates.gates_to_leave(case)
    elif session is not None:
        yield from gates.gates_to_switch(case, session)
    else:
        yield from gates.gates_to_give_up_session(case)
        if not gates.list_switchable(case):
            yield NoSessionOffered(training=part.training.code)
