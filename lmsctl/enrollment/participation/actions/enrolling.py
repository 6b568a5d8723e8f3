"""Enrolling people in trainings, as administrators do."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from lmsctl.enrollment.participation.actions import reporting
from lmsctl.enrollment.participation.actions.changing import (
    DecidedTraining,
    TrainingChange,
    change_trainings,
)
from lmsctl.enrollment.participation.rules import moments, placing
from lmsctl.enrollment.participation.rules.placing import Terms, TrainingTarget
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit.answer import Outcome
from lmsctl.kit.work import Work
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.results import EnrolledBy
from lmsctl.training.sessions import store as session_store
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling.store import audiences as telling_store


def enroll_in_trainings(
    work: Work, request: PairRequest, terms: Terms
) -> tuple[list[PairOutcome], list[str]]:
    """Enroll people in trainings, in the session that is named or in none: everybody or nobody.

    A session that is named is pre-selected. If the request keeps going as many get a place as there
    are, in the order in which the people were chosen. Returns one outcome for each pair, and what
    the administrator should know. Raises TargetUnclear, TrainingUnknown, SessionUnknown,
    SessionCanceled, TargetTwice, SessionSecond, SessionFull, PersonNotActive, UserUnknown,
    AccessMissing, or PairsRefused with several of them, and what choosing raises.
    """
    notes: list[str] = []

    def apply(decided: DecidedTraining) -> None:
        _enroll(work, decided, terms)
        if _coming(decided):
            notes.extend(reporting.registration_notes(work, decided.target))
        notes.extend(_access_notes(work, decided, terms))

    decide = partial(placing.decide_enrolling, is_over=terms.is_over_capacity)
    change = TrainingChange("enrolled", frees_places=False, decide=decide, apply=apply)
    return change_trainings(work, request, change), notes


def _access_notes(work: Work, decided: DecidedTraining, terms: Terms) -> Iterator[str]:
    """Yield who takes part already and keeps the access that they have, and how to change it."""
    if terms.access is None:
        return
    access_at = access_of(work, decided.target, terms)
    kept = [
        number
        for number in decided.verdicts.outcomes
        if number in decided.participations
        and placing.is_access_new(decided.participations[number], access_at, work.now)
    ]
    if kept:
        yield reporting.note_on_kept_access(decided.target, decided.logins(kept))


def _coming(decided: DecidedTraining) -> Sequence[int]:
    """Return the ids of those who are new in a training, then of those who get their session."""
    verdicts = decided.verdicts
    return [*verdicts.with_outcome(Outcome.CREATED), *verdicts.with_outcome(Outcome.UPDATED)]


def _enroll(work: Work, decided: DecidedTraining, terms: Terms) -> None:
    """Enroll who is new, give others their session, and tell them and the organizer."""
    target, verdicts = decided.target, decided.verdicts
    new, placed = verdicts.with_outcome(Outcome.CREATED), verdicts.with_outcome(Outcome.UPDATED)
    at = session_store.find_with_days(work, target.session_id)
    claim_places(work, target, len(new) + len(placed), terms.over_reason)
    if new:
        people_store.enroll(
            work,
            target.training.id,
            new,
            session_id=target.session_id,
            is_preselected=target.session is not None,
            side=EnrolledBy.ADMINISTRATOR,
            access_at=access_of(work, target, terms),
        )
        telling.invite(work, target.training, at, telling_store.audience(target.training.id, new))
    if placed:
        ids = [decided.participations[number].id for number in placed]
        audience = telling_store.audience(target.training.id, placed)
        telling.tell_moved(work, target.training, None, at, audience)
        people_store.move_to_session(work, ids, target.session_id, is_preselected=True)
    logins = decided.logins(_coming(decided))
    if logins:
        reporting.record(work, "training.enrolled", target, logins, terms.over_reason)
        reporting.tell_organizer(work, target, logins, "enrolled in")


def access_of(work: Work, target: TrainingTarget, terms: Terms) -> datetime:
    """Return from when on people see a training; raises what `placing.resolve_access` raises."""
    return moments.resolve_access(terms.access, work.now, terms.zone or target.training.zone)


def claim_places(work: Work, target: TrainingTarget, count: int, over_reason: str | None) -> None:
    """Take places in the target's session, if it has one; raises SessionFull if too few are left.

    With `over_reason` they are taken although the session is full.
    """
    if target.session is None or not count:
        return
    if over_reason is not None:
        place_store.claim_over_capacity(work, target.session.id, count)
    elif not place_store.claim(work, target.session.id, count):
        raise placing.session_full(target, f"{count} more")
