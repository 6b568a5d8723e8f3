"""Giving participants of trainings another session, or another instant of access."""

from collections.abc import Sequence
from datetime import datetime

from lmsctl.enrollment.participation.actions import reporting
from lmsctl.enrollment.participation.actions.changing import (
    DecidedTraining,
    Participations,
    TrainingChange,
    change_trainings,
)
from lmsctl.enrollment.participation.actions.enrolling import access_of, claim_places
from lmsctl.enrollment.participation.errors import EditMissing
from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.participation.rules.placing import Terms, TrainingTarget, Verdicts
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Candidate
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit.answer import Outcome
from lmsctl.kit.work import Work
from lmsctl.training import rules as training_rules
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.sessions import store as session_store
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling.store import audiences as telling_store


def edit_participation(
    work: Work, request: PairRequest, terms: Terms, *, leaves_session: bool = False
) -> tuple[list[PairOutcome], list[str]]:
    """Put participants into the session that is named, or change from when on they have access.

    The new places are taken first and the old ones given up only then. A session that is given
    is pre-selected; with `leaves_session` they have none, and choose one themselves. Returns what
    `enroll_in_trainings` returns. Raises what that raises, ParticipationUnknown, ResultRecorded and
    EditMissing.
    """
    notes: list[str] = []
    moves = leaves_session or any(training_rules.parse_target(text)[1] for text in request.targets)
    if not moves and terms.access is None:
        raise EditMissing(field="--session")

    def decide(
        target: TrainingTarget, people: Sequence[Candidate], participations: Participations
    ) -> Verdicts:
        return placing.decide_editing(
            target,
            people,
            participations,
            moves=moves,
            access_at=access_of(work, target, terms) if terms.access else None,
            now=work.now,
            is_over=terms.is_over_capacity,
        )

    def apply(decided: DecidedTraining) -> None:
        target = decided.target
        changed = [
            decided.participations[number]
            for number in decided.verdicts.with_outcome(Outcome.UPDATED)
        ]
        if not changed:
            return
        moved = _change_sessions(work, target, changed, terms.over_reason) if moves else []
        if moved:
            notes.extend(reporting.cancellation_notes(work, target, moved))
            notes.extend(reporting.registration_notes(work, target))
        if terms.access is not None:
            _give_access(work, target, changed, access_of(work, target, terms), moves=moves)
        logins = decided.logins(one.user_id for one in changed)
        event = "training.participation_changed"
        reporting.record(work, event, target, logins, terms.over_reason)
        if moved:
            done = "moved within" if target.session else "left without a session of"
            names = decided.logins(one.user_id for one in moved)
            reporting.tell_organizer(work, target, names, done)

    change = TrainingChange("changed", frees_places=True, decide=decide, apply=apply)
    return change_trainings(work, request, change), notes


def _change_sessions(
    work: Work,
    target: TrainingTarget,
    changed: Sequence[ParticipantRecord],
    over_reason: str | None,
) -> list[ParticipantRecord]:
    """Give people another session, and return whom: the new places first, the old ones only then.

    Whoever is in it already has it for good from now on.
    """
    moved = [one for one in changed if one.session_id != target.session_id]
    stayed = [one.id for one in changed if one.session_id == target.session_id]
    if stayed and target.session is not None:
        people_store.change(work, stayed, is_preselected=True)
    if moved:
        _move(work, target, moved, over_reason)
    return moved


def _move(
    work: Work, target: TrainingTarget, moved: Sequence[ParticipantRecord], over_reason: str | None
) -> None:
    """Put people into the target's session, tell them, and free the places that they had."""
    ids = [participation.id for participation in moved]
    new = session_store.find_with_days(work, target.session_id)
    for old, audience in reporting.by_session(work, target, moved):
        telling.tell_moved(work, target.training, old, new, audience)
    claim_places(work, target, len(moved), over_reason)
    place_store.release(work, ids)
    people_store.move_to_session(
        work, ids, target.session_id, is_preselected=target.session is not None
    )


def _give_access(
    work: Work,
    target: TrainingTarget,
    changed: Sequence[ParticipantRecord],
    access_at: datetime,
    *,
    moves: bool,
) -> None:
    """Let people have access at another instant, and their invitations come then."""
    given = [one for one in changed if placing.is_access_new(one, access_at, work.now)]
    people_store.change(work, [one.id for one in given], access_at=access_at)
    if moves:
        at = session_store.find_with_days(work, target.session_id)
        audience = telling_store.audience(target.training.id, [one.user_id for one in given])
        telling.renew_invitations(work, target.training, at, audience)
        return
    for at, audience in reporting.by_session(work, target, given):
        telling.renew_invitations(work, target.training, at, audience)
