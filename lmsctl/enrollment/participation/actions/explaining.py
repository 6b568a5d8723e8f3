"""Why a person may not join, leave or switch: every closed gate at once, and who could open it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.enrollment import rules as enrollment_rules
from lmsctl.enrollment.participation.actions import learning as participating
from lmsctl.enrollment.participation.actions.learning import Part
from lmsctl.enrollment.participation.errors import AccessToCome, NoSessionOffered
from lmsctl.enrollment.participation.results import Act, ClosedGate, PartExplained
from lmsctl.enrollment.participation.rules import gates
from lmsctl.enrollment.participation.rules.gates import Case
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.training import store
from lmsctl.training.rules import SessionRecord


def explain(  # noqa: PLR0913 - whom, what, when and for which eyes
    work: Work,
    login: str | None,
    code: str,
    *,
    given_session: str | None,
    at: TimeWord | None,
    zone: ZoneInfo | None,
) -> tuple[PartExplained, list[ClosedGate], ZoneInfo]:
    """Return what a person may do in a training at `at` (now when None), and each closed gate.

    Whoever does not take part may join; whoever does may leave and switch. With a session that is
    the one they would come to. Only time is imagined to pass, and nothing changes by asking.
    Without offset `at` is of `zone`, or of the training's zone when that is None; the one that
    holds is returned too. Others than oneself need `enrollment.view`. Raises UserUnknown,
    TrainingUnknown, SessionUnknown and AskedMomentMissing.
    """
    part = participating.seen(work, login, code, "enrollment.view")
    here = zone or part.training.zone
    case = participating.case_of(work, part)
    case = replace(case, now=gates.moment_of(at, work.now, here))
    session = None
    if given_session is not None:
        session = store.get_session(work, part.training, given_session)
    acts = (Act.LEAVE, Act.SWITCH) if part.standing else (Act.JOIN,)
    closed = [
        ClosedGate(
            act,
            refusal.code,
            refusal.format_message(here),
            _opens_at(part, refusal),
            refusal.format_hint(here),
        )
        for act in acts
        for refusal in _closed(part, case, act, session)
    ]
    closed_acts = {gate.act for gate in closed}
    return (
        PartExplained(
            login=part.person.login,
            training=part.training.code,
            session=part.standing.session if part.standing else None,
            at=case.now,
            may_join=None if part.standing else Act.JOIN not in closed_acts,
            may_leave=Act.LEAVE not in closed_acts if part.standing else None,
            may_switch=Act.SWITCH not in closed_acts if part.standing else None,
        ),
        closed,
        here,
    )


def _opens_at(part: Part, refusal: Refusal) -> datetime | None:
    """Return when a gate opens by itself: time alone brings only access."""
    is_access = isinstance(refusal, AccessToCome) and part.standing is not None
    return part.standing.access_at if part.standing and is_access else None


def _closed(part: Part, case: Case, act: Act, session: SessionRecord | None) -> Iterator[Refusal]:
    refusal = enrollment_rules.obstacle_to_enrolling(part.person)
    if refusal is not None:
        yield refusal
    if act is Act.JOIN:
        yield from gates.closed_to_joining(case, session)
    elif act is Act.LEAVE:
        yield from gates.closed_to_leaving(case)
    elif session is not None:
        yield from gates.closed_to_switching(case, session)
    else:
        yield from gates.closed_to_giving_up(case)
        if not gates.offered(case):
            yield NoSessionOffered(training=part.training.code)
