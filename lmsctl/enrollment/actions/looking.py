"""Looking at enrollments: of many people, of one, and through the eyes of a learner."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from lmsctl.content import store as content
from lmsctl.content.results import Opening
from lmsctl.content.rules import Item
from lmsctl.department import store as departments
from lmsctl.enrollment import rules, store
from lmsctl.enrollment.errors import EnrollmentUnknown
from lmsctl.enrollment.items.actions.naming import Rules, is_named, named_rules
from lmsctl.enrollment.learner import store as learner_store
from lmsctl.enrollment.learner.store import Offered, Seen
from lmsctl.enrollment.participation import store as participation_store
from lmsctl.enrollment.participation.errors import ParticipationUnknown
from lmsctl.enrollment.participation.rules import placing as training_rules
from lmsctl.enrollment.participation.rules.placing import Target
from lmsctl.enrollment.results import (
    Access,
    Because,
    Course,
    EnrollmentRow,
    EnrollmentShown,
    Offer,
    ParticipationShown,
    Phase,
    Reason,
    State,
)
from lmsctl.enrollment.store import Filter, Line
from lmsctl.kit import canonical
from lmsctl.kit.answer import Order
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ALL_IN_SIGHT, ANYWHERE, Scope, Sight
from lmsctl.training import actions as training_room
from lmsctl.training import store as trainings
from lmsctl.training.errors import TrainingUnknown
from lmsctl.user import store as users
from lmsctl.user.store import Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which enrollments somebody asks for; None does not narrow.

    `training` is a code, or CODE:SESSION; it and `content` leave out the other sort.
    """

    login: str | None = None
    content: str | None = None
    training: str | None = None
    department: str | None = None
    phase: State | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Rows:
    """Enrollments, read as they are shown: all, or no more than the first need."""

    read: Callable[[int | None], Iterable[Line]]
    named: Rules

    def __iter__(self) -> Iterator[EnrollmentRow]:
        return _rows(self.read(None), self.named)

    def first(self, count: int, order: Order) -> Iterable[EnrollmentRow]:
        """Return some of the rows, the first `count` in `order` among them."""
        return self if order else _rows(self.read(count), self.named)


def list_enrollments(work: Work, wanted: Wanted) -> Iterable[EnrollmentRow]:
    """Return the enrollments of people in scope that fit every filter, by login and code.

    Canceled ones only when the phase asks for them. Needs `enrollment.view`. Raises UserUnknown,
    ContentUnknown, TrainingUnknown, SessionUnknown, TargetUnclear, DepartmentUnknown and
    EnrollmentUnclear.
    """
    rules.check_one_sort(wanted.content, wanted.training, is_needed=False)
    scope = rights.require(work, "enrollment.view")
    login, code, department = wanted.login, wanted.content, wanted.department
    target = _target(work, wanted.training, scope) if wanted.training is not None else None
    fitting = Filter(
        user_id=users.get(work, login, scope).id if login is not None else None,
        item_id=content.get(work, code).id if code is not None else None,
        training_id=target.training.id if target else None,
        session_id=target.session_id if target else None,
        under=departments.get(work, department, scope).path if department is not None else None,
        phase=wanted.phase,
        reason=wanted.reason,
    )
    return _Rows(partial(store.listed, work, scope, fitting), named_rules(work))


def _target(work: Work, given: str, scope: Scope) -> Target:
    code, session = training_rules.parse_target(given)
    training = trainings.get(work, code, ANYWHERE)
    if not (
        training_room.is_seen(work, training)
        or participation_store.has_any(work, training.id, scope)
    ):
        raise TrainingUnknown(given=canonical.excerpt(code))
    return Target(training, trainings.get_session(work, training, session) if session else None)


def _rows(lines: Iterable[Line], named: Rules) -> Iterator[EnrollmentRow]:
    for _, group in groupby(lines, key=lambda line: (line.training is None, line.id)):
        same = list(group)
        first = same[0]
        yield EnrollmentRow(
            id=first.id,
            login=first.login,
            content=first.content,
            training=first.training,
            session=first.session,
            title=first.title,
            phase=first.phase,
            enrolled_at=first.enrolled_at,
            due_at=first.due_at,
            completed_at=first.completed_at,
            canceled_at=first.canceled_at,
            reasons=because(
                _reason(line.reason, line.reference, named) for line in same if line.reason
            ),
        )


def _reason(reason: str, reference: str | None, named: Rules) -> tuple[str, bool]:
    """Return a reason as it may be shown, and whether that is all of it."""
    if not is_named(reason, reference, named):
        return reason, False
    return f"{reason} {reference}" if reference else reason, True


def show(work: Work, login: str, code: str) -> EnrollmentShown:
    """Return one enrollment, canceled or not; needs `enrollment.view` over the person.

    Raises UserUnknown, ContentUnknown and EnrollmentUnknown.
    """
    scope = rights.require(work, "enrollment.view")
    person = users.get(work, login, scope)
    item = content.get(work, code)
    for phase in (None, State.CANCELED):
        wanted = Filter(user_id=person.id, item_id=item.id, phase=phase)
        for row in _rows(store.listed(work, scope, wanted), named_rules(work)):
            return _shown(work, person, item, row)
    raise EnrollmentUnknown(login=person.login, content=item.code)


def _shown(work: Work, person: Person, item: Item, row: EnrollmentRow) -> EnrollmentShown:
    doings = store.doings(work, person.id, item.id)
    return EnrollmentShown(
        id=row.id,
        login=row.login,
        content=item.code,
        title=row.title,
        phase=row.phase,
        enrolled_at=row.enrolled_at,
        due_at=row.due_at,
        completed_at=row.completed_at,
        canceled_at=row.canceled_at,
        reasons=_reasons(work, row.id),
        views=doings.views,
        best_score=doings.best_score,
        last_event_at=doings.last_event_at,
    )


def _reasons(work: Work, number: int) -> list[Because]:
    """Return why an enrollment is; if the actor may be told of no reason, one without a name."""
    named = named_rules(work)
    found = store.reasons(work, number)
    told = [one for one in found if is_named(one.reason, one.reference, named)]
    return told or [replace(one, reference="") for one in found[:1]]


def show_participation(work: Work, login: str, code: str) -> tuple[ParticipationShown, ZoneInfo]:
    """Return how a person takes part in a training, or did, and the training's zone.

    Needs `enrollment.view` over the person. Raises UserUnknown, TrainingUnknown and
    ParticipationUnknown.
    """
    scope = rights.require(work, "enrollment.view")
    person = users.get(work, login, scope)
    training = trainings.get(work, code, ANYWHERE)
    part = participation_store.latest(work, training.id, person.id)
    if part is None and not training_room.is_seen(work, training):
        raise TrainingUnknown(given=canonical.excerpt(code))
    if part is None:
        raise ParticipationUnknown(login=person.login, training=training.code)
    shown = ParticipationShown(
        id=part.id,
        login=person.login,
        training=training.code,
        title=training.title,
        session=part.session,
        state=part.state,
        side=part.side,
        is_preselected=part.is_preselected,
        access_at=part.access_at,
        enrolled_at=part.enrolled_at,
        answered_at=part.answered_at,
        canceled_at=part.canceled_at,
        attendance=participation_store.days_attended(work, part.id, part.session_id),
        points=part.points,
        certificate=part.certificate,
        result_at=part.result_at,
        extensions=participation_store.extensions(work, training.id, person.id),
    )
    return shown, training.zone


# Through the eyes of a learner -------------------------------------------------------------------


def learner(work: Work, given: str) -> Person:
    """Return whose view is asked for: the actor themselves, or somebody they may look after.

    Others need `enrollment.view` over the person. Raises PermissionMissing and UserUnknown.
    """
    actor = rights.actor(work)
    if actor.user_id is not None:
        found = users.find(work, given, ANYWHERE)
        if found is not None and found.id == actor.user_id:
            return found
    return users.get(work, given, rights.require(work, "enrollment.view"))


def sight_over(work: Work, person: Person) -> Sight:
    """Return what the actor may be told the names of in the view of a person.

    They themselves know which groups and departments they are in.
    """
    actor = rights.actor(work)
    return ALL_IN_SIGHT if actor.user_id == person.id else actor.sight


def courses(work: Work, given: str) -> Iterator[Course]:
    """Return what a person is enrolled in and what they may open, saying which and why, by code.

    What they are enrolled in stays when it is archived, and is there while it is a draft; what is
    merely open to them is active. Raises what `learner` raises.
    """
    person = learner(work, given)
    seen = learner_store.seen(work, person.id, person.path, sight_over(work, person))
    named = None if rights.actor(work).user_id == person.id else named_rules(work)
    return (_course(list(group), named) for _, group in groupby(seen, key=lambda row: row.code))


def _course(rows: list[Seen], named: Rules) -> Course:
    first = rows[0]
    return Course(
        code=first.code,
        kind=first.kind,
        title=first.title,
        status=first.status,
        access=Access.ENROLLED if first.phase else Access.OPEN,
        phase=Phase(first.phase) if first.phase else None,
        enrolled_at=first.enrolled_at,
        due_at=first.due_at,
        completed_at=first.completed_at,
        because=because(_why(row, named) for row in rows),
    )


def _why(row: Seen, named: Rules) -> tuple[str, bool]:
    if row.reason is not None:
        return _reason(row.reason, row.reference, named)
    to = {"user": "to the person", "organization": "to everybody"}.get(
        row.audience or "", f"to {rule(row.audience or '', row.reference)}"
    )
    where = f" with folder {row.grant_code}" if row.grant_code != row.code else ""
    return f"granted {to}{where}", is_told(row.audience, row.reference)


def catalog(work: Work, given: str) -> Iterator[Offer]:
    """Return what the catalog offers to a person and by which rules, by code; only active items.

    Raises what `learner` raises.
    """
    person = learner(work, given)
    sight = sight_over(work, person)
    offered = learner_store.offered(work, person.id, person.path, person.type, sight)
    return (_offer(list(group)) for _, group in groupby(offered, key=lambda row: row.code))


def _offer(rows: list[Offered]) -> Offer:
    first = rows[0]
    return Offer(
        code=first.code,
        kind=first.kind,
        title=first.title,
        is_enrolled=first.is_enrolled,
        because=because(
            (rule(row.opening, row.name), is_told(row.opening, row.name)) for row in rows
        ),
    )


def because(reasons: Iterable[tuple[str, bool]]) -> list[str]:
    """Return the reasons of which the actor may be told; if there is none, one without a name."""
    given = list(reasons)
    return [text for text, told in given if told] or [text for text, _ in given[:1]]


def is_told(sort: str | None, name: str | None) -> bool:
    """Say whether a reason of that sort is not a group or department that is out of sight."""
    return name is not None or sort not in {Opening.GROUP, Opening.DEPARTMENT}


def rule(opening: str, name: str | None) -> str:
    """Return how a rule of the catalog is called: `group Pilots`, `everybody`."""
    return f"{opening} {name}" if name else opening
