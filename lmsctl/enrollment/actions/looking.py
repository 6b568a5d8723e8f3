"""Looking at enrollments: of many people, of one, and through the eyes of a learner."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from lmsctl.content import store as content
from lmsctl.department import store as departments
from lmsctl.enrollment import learner_store, store
from lmsctl.enrollment.errors import EnrollmentUnknown
from lmsctl.enrollment.learner_store import Offered, Seen
from lmsctl.enrollment.results import (
    Access,
    Course,
    EnrollmentRow,
    EnrollmentShown,
    Offer,
    Phase,
    Reason,
    State,
)
from lmsctl.enrollment.store import Filter, Line
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import EVERYWHERE, Scope
from lmsctl.user import store as users
from lmsctl.user.store import Person


def list_enrollments(  # noqa: PLR0913 - one keyword for each filter
    work: Work,
    *,
    login: str | None = None,
    code: str | None = None,
    department: str | None = None,
    phase: State | None = None,
    reason: Reason | None = None,
) -> Iterator[EnrollmentRow]:
    """Return the enrollments of people in scope that fit every filter, by login and code.

    Canceled ones only when `phase` asks for them. Needs `enrollment.view`. Raises UserUnknown,
    ContentUnknown and DepartmentUnknown.
    """
    scope = rights.require(work, "enrollment.view")
    wanted = Filter(
        user_id=users.get(work, login, scope).id if login is not None else None,
        item_id=content.get(work, code).id if code is not None else None,
        under=departments.get(work, department, scope).path if department is not None else None,
        phase=phase,
        reason=reason,
    )
    return _rows(store.listed(work, scope, wanted))


def _rows(lines: Iterable[Line]) -> Iterator[EnrollmentRow]:
    for _, group in groupby(lines, key=lambda line: line.id):
        same = list(group)
        first = same[0]
        yield EnrollmentRow(
            id=first.id,
            login=first.login,
            content=first.content,
            title=first.title,
            phase=State(first.phase),
            enrolled_at=first.enrolled_at,
            due_at=first.due_at,
            completed_at=first.completed_at,
            canceled_at=first.canceled_at,
            reasons=[_reason(line.reason, line.reference) for line in same if line.reason],
        )


def _reason(reason: str, reference: str | None) -> str:
    return f"{reason} {reference}" if reference else reason


def show(work: Work, login: str, code: str) -> EnrollmentShown:
    """Return one enrollment, canceled or not; needs `enrollment.view` over the person.

    Raises UserUnknown, ContentUnknown and EnrollmentUnknown.
    """
    scope = rights.require(work, "enrollment.view")
    person = users.get(work, login, scope)
    item = content.get(work, code)
    for phase in (None, State.CANCELED):
        wanted = Filter(user_id=person.id, item_id=item.id, phase=phase)
        for row in _rows(store.listed(work, scope, wanted)):
            return _shown(work, person, item.id, row)
    raise EnrollmentUnknown(login=person.login, content=item.code)


def _shown(work: Work, person: Person, item_id: int, row: EnrollmentRow) -> EnrollmentShown:
    doings = store.doings(work, person.id, item_id)
    return EnrollmentShown(
        id=row.id,
        login=row.login,
        content=row.content,
        title=row.title,
        phase=row.phase,
        enrolled_at=row.enrolled_at,
        due_at=row.due_at,
        completed_at=row.completed_at,
        canceled_at=row.canceled_at,
        reasons=store.reasons(work, row.id),
        views=doings.views,
        best_score=doings.best_score,
        last_event_at=doings.last_event_at,
    )


# Through the eyes of a learner -------------------------------------------------------------------


def learner(work: Work, given: str) -> Person:
    """Return whose view is asked for: the actor themselves, or somebody they may look after.

    Others need `enrollment.view` over the person. Raises PermissionMissing and UserUnknown.
    """
    actor = rights.actor(work)
    if actor.user_id is not None:
        found = users.find(work, given, Scope((EVERYWHERE,)))
        if found is not None and found.id == actor.user_id:
            return found
    return users.get(work, given, rights.require(work, "enrollment.view"))


def courses(work: Work, given: str) -> Iterator[Course]:
    """Return what a person is enrolled in and what they may open, saying which and why, by code.

    What they are enrolled in stays when it is archived, and is there while it is a draft; what is
    merely open to them is active. Raises what `learner` raises.
    """
    person = learner(work, given)
    seen = learner_store.seen(work, person.id, person.path)
    return (_course(list(group)) for _, group in groupby(seen, key=lambda row: row.code))


def _course(rows: list[Seen]) -> Course:
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
        because=[_why(row) for row in rows],
    )


def _why(row: Seen) -> str:
    if row.reason is not None:
        return _reason(row.reason, row.reference)
    to = {"user": "to the person", "organization": "to everybody"}.get(
        row.audience or "", f"to {row.audience} {row.reference}"
    )
    where = f" with folder {row.grant_code}" if row.grant_code != row.code else ""
    return f"granted {to}{where}"


def catalog(work: Work, given: str) -> Iterator[Offer]:
    """Return what the catalog offers to a person and by which rules, by code; only active items.

    Raises what `learner` raises.
    """
    person = learner(work, given)
    offered = learner_store.offered(work, person.id, person.path, person.type)
    return (_offer(list(group)) for _, group in groupby(offered, key=lambda row: row.code))


def _offer(rows: list[Offered]) -> Offer:
    first = rows[0]
    return Offer(
        code=first.code,
        kind=first.kind,
        title=first.title,
        is_enrolled=first.is_enrolled,
        because=[rule(row.opening, row.name) for row in rows],
    )


def rule(opening: str, name: str | None) -> str:
    """Return how a rule of the catalog is called: `group Pilots`, `everybody`."""
    return f"{opening} {name}" if name else opening
