"""Pure decisions on administrators' acts: who gets which place, and what becomes of whom."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from lmsctl.enrollment import rules
from lmsctl.enrollment.participation.errors import (
    OverCapacityUnreasoned,
    ParticipationUnknown,
    PointsWrong,
    ResultMissing,
    ResultRecorded,
    SessionFull,
    SessionMisplaced,
    SessionSecond,
    TargetTwice,
)
from lmsctl.enrollment.rules import Candidate
from lmsctl.kit import canonical, wall_clock, zones
from lmsctl.kit.answer import Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.training import rules as training_rules
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.rules import SessionRecord, TrainingRecord

_MOST_POINTS = 1_000_000


@dataclass(frozen=True, slots=True)
class TrainingTarget:
    """A training that people are enrolled in, and the session they are put into, if any."""

    training: TrainingRecord
    session: SessionRecord | None

    @property
    def session_id(self) -> int | None:
        """The id of the session, None without one."""
        return self.session.id if self.session else None

    @property
    def name(self) -> str:
        """The target as it is written: `CODE` or `CODE:SESSION`."""
        return f"{self.training.code}:{self.session.code}" if self.session else self.training.code


@dataclass(frozen=True, slots=True)
class Terms:
    """How people come into a training.

    `access` is from when on they see it, now when None; without offset it is of `zone`, or of the
    training's zone when that is None. With `over_reason` they come in although it is full.
    """

    access: TimeWord | None = None
    zone: ZoneInfo | None = None
    over_reason: str | None = None

    @property
    def is_over_capacity(self) -> bool:
        """Whether people come in although no place is left."""
        return self.over_reason is not None


def check_without_session(given: str) -> str:
    """Return the code of a training; raises SessionMisplaced when it names a session as well."""
    code, session = training_rules.parse_target(given)
    if session is not None:
        raise SessionMisplaced(given=canonical.excerpt(given), field="--training")
    return code


def check_named_once(first: TrainingTarget, second: TrainingTarget) -> None:
    """Raise TargetTwice unless two targets of one training name the same session, or none."""
    if first.session_id != second.session_id:
        raise TargetTwice(training=first.training.code, first=first.name, second=second.name)


def check_over_reason(reason: str | None, *, is_over: bool) -> str | None:
    """Return the reason for going over capacity, None when people may not.

    Raises OverCapacityUnreasoned unless there are both the wish and the reason, or neither.
    """
    if is_over != bool(canonical.trim(reason or "")):
        raise OverCapacityUnreasoned(field="--reason" if is_over else "--over-limit")
    return canonical.check_text(reason or "", field="reason", min_chars=0) or None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is to become of people, and the refusals of the others, both by their ids."""

    outcomes: Mapping[int, Outcome]
    refused: Mapping[int, Refusal]

    def with_outcome(self, outcome: Outcome) -> list[int]:
        """Return the ids of the people with this outcome."""
        return [number for number, found in self.outcomes.items() if found is outcome]


def decide_enrolling(
    target: TrainingTarget,
    people: Sequence[Candidate],
    participations: Mapping[int, ParticipantRecord],
    *,
    is_over: bool,
) -> Verdicts:
    """Return what becomes of people who are to be enrolled: created, updated or unchanged.

    Updated are those who take part and get their session. Created and updated ones take a place of
    the session, if there is one; when places run out, the earlier of `people` get them.
    """
    outcomes: dict[int, Outcome] = {}
    refused: dict[int, Refusal] = {}
    left = take_places(target, is_over=is_over)
    for person in people:
        participation = participations.get(person.id)
        refusal = _obstacle(target, person, participation)
        if refusal is not None:
            refused[person.id] = refusal
        elif participation is not None and target.session_id in {None, participation.session_id}:
            outcomes[person.id] = Outcome.UNCHANGED
        elif next(left):
            outcomes[person.id] = Outcome.CREATED if participation is None else Outcome.UPDATED
        else:
            refused[person.id] = session_full(target, f"'{person.login}'")
    return Verdicts(outcomes, refused)


def take_places(target: TrainingTarget, *, is_over: bool) -> Iterator[bool]:
    """Yield for each further person who needs a place whether there is one left."""
    free = None if target.session is None or is_over else target.session.free
    return (free is None or taken < free for taken in count())


def _obstacle(
    target: TrainingTarget, person: Candidate, participation: ParticipantRecord | None
) -> Refusal | None:
    """Return why a person cannot be enrolled in a target, None when they can."""
    refusal = rules.obstacle_to_enrolling(person)
    if refusal is not None:
        return refusal
    if participation is None or target.session_id in {None, participation.session_id}:
        return None
    if participation.session_id is None:
        return (
            refuse_for_result(person.login, target.training) if participation.has_result else None
        )
    return SessionSecond(
        login=person.login, training=target.training.code, session=participation.session
    )


def refuse_for_result(login: str, training: TrainingRecord) -> ResultRecorded:
    """Return the refusal of another session for somebody who has a result."""
    return ResultRecorded(login=login, training=training.code)


def session_full(target: TrainingTarget, who: str) -> SessionFull:
    """Return the refusal of `who` for whom the target's session has no place left."""
    session = target.session
    assert session is not None
    return SessionFull(
        who=who, training=session.training, session=session.code, capacity=session.capacity
    )


def registration_notes(session: SessionRecord, now: datetime) -> Iterator[str]:
    """Yield what an administrator should know who puts people into a session now."""
    yield from _deadline_notes("Registration", session, session.registration_stops_at, now)


def cancellation_notes(session: SessionRecord, now: datetime) -> Iterator[str]:
    """Yield what an administrator should know who takes people out of a session now."""
    yield from _deadline_notes("Cancellations", session, session.cancellations_stop_at, now)


def _deadline_notes(
    what: str, session: SessionRecord, stops_at: datetime | None, now: datetime
) -> Iterator[str]:
    """Yield a sentence when a deadline of a session, which binds learners only, is over."""
    if stops_at is not None and training_rules.has_passed(stops_at, now):
        shown = wall_clock.show(stops_at, zones.from_database(session.time_zone))
        name = f"{session.training}:{session.code}"
        yield f"{what} for {name} stopped at {shown}; you are not bound by that."


def decide_editing(  # noqa: PLR0913 - what is wanted, and how things stand
    target: TrainingTarget,
    people: Sequence[Candidate],
    participations: Mapping[int, ParticipantRecord],
    *,
    moves: bool,
    access_at: datetime | None,
    now: datetime,
    is_over: bool,
) -> Verdicts:
    """Return what becomes of participants who are to change: updated or unchanged.

    With `moves` they are put into the target's session, or into none when it has none; who has a
    result does not move. Whoever is in that session already has it for good from then on. When
    places run out, the earlier of `people` get them. Who has access keeps it: another instant that
    is not to come changes nothing.
    """
    outcomes: dict[int, Outcome] = {}
    refused: dict[int, Refusal] = {}
    left = take_places(target, is_over=is_over)
    for person in people:
        participation = participations.get(person.id)
        if participation is None:
            refused[person.id] = participation_unknown(person, target)
            continue
        is_moved = moves and participation.session_id != target.session_id
        if is_moved and participation.has_result:
            refused[person.id] = refuse_for_result(person.login, target.training)
        elif is_moved and not next(left):
            refused[person.id] = session_full(target, f"'{person.login}'")
        else:
            is_pinned = moves and target.session is not None and not participation.is_preselected
            is_changed = is_moved or is_pinned or is_access_new(participation, access_at, now)
            outcomes[person.id] = Outcome.UPDATED if is_changed else Outcome.UNCHANGED
    return Verdicts(outcomes, refused)


def is_access_new(
    participation: ParticipantRecord, access_at: datetime | None, now: datetime
) -> bool:
    """Say whether access from `access_at` on changes anything; who has access keeps it."""
    if access_at is None or access_at == participation.access_at:
        return False
    return max(access_at, participation.access_at) > now


def participation_unknown(person: Candidate, target: TrainingTarget) -> ParticipationUnknown:
    """Return the refusal of somebody who does not take part."""
    return ParticipationUnknown(login=person.login, training=target.training.code)


def decide_canceling(
    target: TrainingTarget,
    people: Sequence[Candidate],
    participations: Mapping[int, ParticipantRecord],
    were_in: Collection[int],
) -> Verdicts:
    """Return what becomes of people whose enrollment is canceled: deleted, or unchanged.

    Unchanged are those who took part and do not any more, or not in the session that is meant.
    """
    outcomes: dict[int, Outcome] = {}
    refused: dict[int, Refusal] = {}
    for person in people:
        participation = participations.get(person.id)
        if participation is not None and target.session_id in {None, participation.session_id}:
            outcomes[person.id] = Outcome.DELETED
        elif participation is not None or person.id in were_in:
            outcomes[person.id] = Outcome.UNCHANGED
        else:
            refused[person.id] = participation_unknown(person, target)
    return Verdicts(outcomes, refused)


def check_result(points: int | None, certificate: str | None, *, is_clearing: bool) -> None:
    """Raise ResultMissing unless there is a result, or it is to be cleared, and not both."""
    has_any = points is not None or bool(canonical.trim(certificate or ""))
    is_wrong = points is not None or certificate is not None if is_clearing else not has_any
    if is_wrong:
        raise ResultMissing(field="--clear" if is_clearing else "--points")


def check_points(points: int | None) -> None:
    """Raise PointsWrong for points out of bounds."""
    if points is not None and not 0 <= points <= _MOST_POINTS:
        raise PointsWrong(given=points, most=_MOST_POINTS, field="--points")


def decide_grading(
    target: TrainingTarget,
    people: Sequence[Candidate],
    participations: Mapping[int, ParticipantRecord],
    result: tuple[int | None, str | None],
) -> Verdicts:
    """Return what becomes of participants whose points and certificate are recorded."""
    outcomes: dict[int, Outcome] = {}
    refused: dict[int, Refusal] = {}
    for person in people:
        participation = participations.get(person.id)
        if participation is None:
            refused[person.id] = participation_unknown(person, target)
        else:
            is_changed = (participation.points, participation.certificate) != result
            outcomes[person.id] = Outcome.UPDATED if is_changed else Outcome.UNCHANGED
    return Verdicts(outcomes, refused)
