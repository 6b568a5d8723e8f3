"""Taking people out of trainings, as administrators do."""

from collections.abc import Sequence

from lmsctl.enrollment.participation.actions import reporting
from lmsctl.enrollment.participation.actions.changing import (
    DecidedTraining,
    Participations,
    TrainingChange,
    change_trainings,
)
from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.participation.rules.placing import TrainingTarget, Verdicts
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Candidate
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit.answer import Outcome
from lmsctl.kit.work import Work
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.telling import actions as telling


def cancel_participation(work: Work, request: PairRequest) -> tuple[list[PairOutcome], list[str]]:
    """Cancel the enrollments of people in trainings, whose places are free from then on.

    With a session only of who is in it. Returns what `enroll_in_trainings` returns; who took part
    and does not any more is unchanged. Raises ParticipationUnknown and what that raises.
    """
    notes: list[str] = []

    def decide(
        target: TrainingTarget, people: Sequence[Candidate], participations: Participations
    ) -> Verdicts:
        ids = [person.id for person in people]
        were_in = people_store.ever_enrolled(work, target.training.id, ids)
        return placing.decide_canceling(target, people, participations, were_in)

    def apply(decided: DecidedTraining) -> None:
        target = decided.target
        gone = [
            decided.participations[number]
            for number in decided.verdicts.with_outcome(Outcome.DELETED)
        ]
        if not gone:
            return
        ids = [participation.id for participation in gone]
        for old, audience in reporting.by_session(work, target, gone):
            telling.tell_removed(work, target.training, old, audience)
        place_store.release(work, ids)
        people_store.cancel(work, ids)
        logins = decided.logins(participation.user_id for participation in gone)
        reporting.record(work, "training.participation_canceled", target, logins)
        reporting.tell_organizer(work, target, logins, "taken out of")
        notes.extend(reporting.cancellation_notes(work, target, gone))

    change = TrainingChange("taken out", frees_places=True, decide=decide, apply=apply)
    return change_trainings(work, request, change), notes
