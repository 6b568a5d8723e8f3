"""Recording what participants of trainings reached."""

from functools import partial

from lmsctl.enrollment.participation.actions import reporting
from lmsctl.enrollment.participation.actions.changing import (
    DecidedTraining,
    TrainingChange,
    change_trainings,
)
from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit import canonical
from lmsctl.kit.answer import Outcome
from lmsctl.kit.work import Work
from lmsctl.training.participants.store import people as people_store


def record_result(
    work: Work, request: PairRequest, *, points: int | None, certificate: str | None
) -> list[PairOutcome]:
    """Record what participants reached, in place of what was recorded before; None clears it.

    Raises ParticipationUnknown, PointsWrong and what `enroll_in_trainings` raises.
    """
    placing.check_points(points)
    text = canonical.check_text(certificate or "", field="certificate", min_chars=0) or None

    def apply(decided: DecidedTraining) -> None:
        changed = decided.verdicts.with_outcome(Outcome.UPDATED)
        if not changed:
            return
        ids = [decided.participations[number].id for number in changed]
        has_any = points is not None or text is not None
        result_at = work.now if has_any else None
        people_store.change(work, ids, points=points, certificate=text, result_at=result_at)
        logins = decided.logins(changed)
        reporting.record(work, "training.result_recorded", decided.target, logins)

    decide = partial(placing.decide_grading, result=(points, text))
    change = TrainingChange("graded", frees_places=False, decide=decide, apply=apply)
    return change_trainings(work, request, change)
