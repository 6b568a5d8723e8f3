"""The administrator's acts on people in trainings: enrolling, moving, canceling, results."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.audit import actions as audit
from lmsctl.enrollment.participation.actions import pairs
from lmsctl.enrollment.participation.actions.pairs import Logins, Standings, Task, TrainingOrder
from lmsctl.enrollment.participation.errors import EditMissing
from lmsctl.enrollment.participation.rules import placing as training_rules
from lmsctl.enrollment.participation.rules.placing import Target, Verdicts
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Candidate
from lmsctl.kit import canonical, timewords
from lmsctl.kit.answer import Outcome
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import rules as room_rules
from lmsctl.training import store
from lmsctl.training.actions import telling
from lmsctl.training.actions.telling import SessionWithDays
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.results import EnrolledBy
from lmsctl.training.rules import ParticipantRecord

_NAMES_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """How people come into a training.

    `access` is from when on they see it, now when None; without offset it is of `zone`, or of the
    training's zone when that is None. With `over_reason` they come in although it is full.
    """

    access: TimeWord | None = None
    zone: ZoneInfo | None = None
    over_reason: str | None = None


def enroll_in_trainings(
    work: Work, order: TrainingOrder, terms: Terms
) -> tuple[list[PairOutcome], list[str]]:
    """Enroll people in trainings, in the session that is named or in none: everybody or nobody.

    A session that is named is pre-selected. With `order.keeps_going` as many get a place as there
    are, in the order in which the people were chosen. Returns one outcome for each pair, and what
    the administrator should know. Raises TargetUnclear, TrainingUnknown, SessionUnknown,
    SessionCanceled, TargetTwice, SessionSecond, SessionFull, PersonNotActive, UserUnknown,
    AccessMissing, or PairsRefused with several of them, and what choosing raises.
    """
    notes: list[str] = []

    def decide(target: Target, people: Sequence[Candidate], standings: Standings) -> Verdicts:
        is_over = terms.over_reason is not None
        return training_rules.enrolling(target, people, standings, is_over=is_over)

    def act(target: Target, verdicts: Verdicts, standings: Standings, logins: Logins) -> None:
        new, placed = verdicts.of(Outcome.CREATED), verdicts.of(Outcome.UPDATED)
        at = telling.place(work, target.session_id)
        _claim(work, target, len(new) + len(placed), terms.over_reason)
        if new:
            people_store.enroll(
                work,
                target.training.id,
                new,
                session_id=target.session_id,
                is_preselected=target.session is not None,
                side=EnrolledBy.ADMINISTRATOR,
                access_at=_access_at(work, target, terms),
            )
            telling.invite(
                work, target.training, at, people_store.audience(target.training.id, new)
            )
        if placed:
            ids = [standings[number].id for number in placed]
            audience = people_store.audience(target.training.id, placed)
            telling.tell_moved(work, target.training, None, at, audience)
            people_store.move_to_session(work, ids, target.session_id, is_preselected=True)
        if new or placed:
            who = [logins[number] for number in (*new, *placed)]
            _record(work, "training.enrolled", target, who, terms.over_reason)
            _tell_organizer(work, target, who, "enrolled in")
            notes.extend(_late_to_come(work, target))

    task = Task("enrolled", frees_places=False, decide=decide, act=act)
    return pairs.carry_out(work, order, task), notes


def _access_at(work: Work, target: Target, terms: Terms) -> datetime:
    zone = terms.zone or target.training.zone
    return training_rules.access_at(terms.access, work.now, zone)


def _claim(work: Work, target: Target, count: int, over_reason: str | None) -> None:
    """Take places in the target's session; raises SessionFull when there are too few."""
    if target.session is None or not count:
        return
    if over_reason is not None:
        people_store.claim_over_capacity(work, target.session.id, count)
    elif not people_store.claim(work, target.session.id, count):
        raise training_rules.full(target, f"{count} more")


def _record(
    work: Work, code: str, target: Target, logins: Sequence[str], reason: str | None = None
) -> None:
    detail: dict[str, Any] = {"count": len(logins)}
    if len(logins) <= _NAMES_LIMIT:
        detail["people"] = list(logins)
    if reason is not None:
        detail["over_capacity"] = reason
    audit.record(work, code, f"training {target.name}", **detail)


def _tell_organizer(work: Work, target: Target, logins: Sequence[str], done: str) -> None:
    session = target.session.code if target.session else None
    names = logins if len(logins) <= _NAMES_LIMIT else ()
    telling.tell_organizer_of_people(
        work, target.training, len(logins), done, session=session, logins=names
    )


def _late_to_come(work: Work, target: Target) -> Iterator[str]:
    if target.session is not None:
        yield from training_rules.late_to_come(target.session, work.now)


def _late_to_go(work: Work, target: Target, gone: Sequence[ParticipantRecord]) -> list[str]:
    """Return a sentence for each session that people left after its cancellation deadline."""
    left = {standing.session_id for standing in gone}
    zone = target.training.zone
    return [
        f"Cancellations for {session.training}:{session.code} stopped at "
        f"{timewords.show(session.cancellations_stop_at or work.now, zone)}; "
        "you are not bound by that."
        for session in store.sessions(work, ANYWHERE, target.training.id)
        if session.id in left and room_rules.has_passed(session.cancellations_stop_at, work.now)
    ]


def edit_participation(
    work: Work, order: TrainingOrder, terms: Terms, *, leaves_session: bool = False
) -> tuple[list[PairOutcome], list[str]]:
    """Put participants into the session that is named, or change from when on they have access.

    The new places are taken first and the old ones given up only then. A session that is given
    is pre-selected; with `leaves_session` they have none, and choose one themselves. Returns what
    `enroll_in_trainings` returns. Raises what that raises, ParticipationUnknown, ResultRecorded and
    EditMissing.
    """
    notes: list[str] = []
    moves = leaves_session or any(training_rules.parse_target(t)[1] for t in order.targets)
    if not moves and terms.access is None:
        raise EditMissing(field="--session")

    def decide(target: Target, people: Sequence[Candidate], standings: Standings) -> Verdicts:
        return training_rules.editing(
            target,
            people,
            standings,
            moves=moves,
            access_at=_access_at(work, target, terms) if terms.access else None,
            now=work.now,
            is_over=terms.over_reason is not None,
        )

    def act(target: Target, verdicts: Verdicts, standings: Standings, logins: Logins) -> None:
        changed = [standings[number] for number in verdicts.of(Outcome.UPDATED)]
        if not changed:
            return
        moved = _change_sessions(work, target, changed, terms.over_reason) if moves else []
        if moved:
            notes.extend([*_late_to_go(work, target, moved), *_late_to_come(work, target)])
        if terms.access is not None:
            _give_access(work, target, changed, _access_at(work, target, terms), moves=moves)
        who = [logins[one.user_id] for one in changed]
        _record(work, "training.participation_changed", target, who, terms.over_reason)
        if moved:
            who = [logins[one.user_id] for one in moved]
            done = "moved within" if target.session else "left without a session of"
            _tell_organizer(work, target, who, done)

    task = Task("changed", frees_places=True, decide=decide, act=act)
    return pairs.carry_out(work, order, task), notes


def _change_sessions(
    work: Work, target: Target, changed: Sequence[ParticipantRecord], over_reason: str | None
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
    work: Work, target: Target, moved: Sequence[ParticipantRecord], over_reason: str | None
) -> None:
    ids = [standing.id for standing in moved]
    new = telling.place(work, target.session_id)
    for old, audience in _by_session(work, target, moved):
        telling.tell_moved(work, target.training, old, new, audience)
    _claim(work, target, len(moved), over_reason)
    people_store.release(work, ids)
    people_store.move_to_session(
        work, ids, target.session_id, is_preselected=target.session is not None
    )


def _give_access(
    work: Work,
    target: Target,
    changed: Sequence[ParticipantRecord],
    access_at: datetime,
    *,
    moves: bool,
) -> None:
    """Let people have access at another instant, and their invitations come then."""
    given = [one for one in changed if training_rules.is_access_new(one, access_at, work.now)]
    people_store.change(work, [one.id for one in given], access_at=access_at)
    if moves:
        at = telling.place(work, target.session_id)
        audience = people_store.audience(target.training.id, [one.user_id for one in given])
        telling.renew_invitations(work, target.training, at, audience)
        return
    for at, audience in _by_session(work, target, given):
        telling.renew_invitations(work, target.training, at, audience)


def _by_session(
    work: Work, target: Target, people: Sequence[ParticipantRecord]
) -> Iterator[tuple[SessionWithDays | None, Audience]]:
    """Yield the sessions of these people, None for none, and who is in each."""
    by_session: dict[int | None, list[int]] = {}
    for standing in people:
        by_session.setdefault(standing.session_id, []).append(standing.user_id)
    for session_id, user_ids in by_session.items():
        audience = people_store.audience(target.training.id, user_ids)
        yield telling.place(work, session_id), audience


def cancel_participation(work: Work, order: TrainingOrder) -> tuple[list[PairOutcome], list[str]]:
    """Cancel the enrollments of people in trainings, whose places are free from then on.

    With a session only of who is in it. Returns what `enroll_in_trainings` returns; who took part
    and does not any more is unchanged. Raises ParticipationUnknown and what that raises.
    """
    notes: list[str] = []

    def decide(target: Target, people: Sequence[Candidate], standings: Standings) -> Verdicts:
        ids = [person.id for person in people]
        were_in = people_store.ever_enrolled(work, target.training.id, ids)
        return training_rules.ending(target, people, standings, were_in)

    def act(target: Target, verdicts: Verdicts, standings: Standings, logins: Logins) -> None:
        gone = [standings[number] for number in verdicts.of(Outcome.DELETED)]
        if gone:
            ids = [standing.id for standing in gone]
            for old, audience in _by_session(work, target, gone):
                telling.tell_removed(work, target.training, old, audience)
            people_store.release(work, ids)
            people_store.cancel(work, ids)
            who = [logins[standing.user_id] for standing in gone]
            _record(work, "training.participation_canceled", target, who)
            _tell_organizer(work, target, who, "taken out of")
            notes.extend(_late_to_go(work, target, gone))

    task = Task("taken out", frees_places=True, decide=decide, act=act)
    return pairs.carry_out(work, order, task), notes


def record_result(
    work: Work, order: TrainingOrder, *, points: int | None, certificate: str | None
) -> list[PairOutcome]:
    """Record what participants reached, in place of what was recorded before; nothing clears it.

    Raises ParticipationUnknown, PointsWrong and what `enroll_in_trainings` raises.
    """
    training_rules.check_points(points)
    text = canonical.check_text(certificate or "", field="certificate", min_chars=0) or None

    def decide(target: Target, people: Sequence[Candidate], standings: Standings) -> Verdicts:
        return training_rules.grading(target, people, standings, (points, text))

    def act(target: Target, verdicts: Verdicts, standings: Standings, logins: Logins) -> None:
        changed = verdicts.of(Outcome.UPDATED)
        if changed:
            ids = [standings[number].id for number in changed]
            has_any = points is not None or text is not None
            result_at = work.now if has_any else None
            people_store.change(work, ids, points=points, certificate=text, result_at=result_at)
            who = [logins[number] for number in changed]
            _record(work, "training.result_recorded", target, who)

    task = Task("graded", frees_places=False, decide=decide, act=act)
    return pairs.carry_out(work, order, task)
