"""The expressions that several rooms of enrollment share, and how much hangs on items and users."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
)
from sqlmodel import (
    and_,
    case,
    col,
    func,
    literal,
    select,
)

from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment, ProgressEvent
from lmsctl.enrollment.results import Phase, ShownPhase
from lmsctl.kit import columns
from lmsctl.kit.statements import among
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User

CANCELED = literal(ShownPhase.CANCELED, columns.Choice(ShownPhase))
SHOWN_PHASE = case(
    (col(Enrollment.canceled_at).is_not(None), CANCELED), else_=col(Enrollment.phase)
)
# Somebody is in an item; in the phase pre-enrolled a pathway has only prepared that.
IS_ENROLLED = and_(
    col(Enrollment.canceled_at).is_(None), col(Enrollment.phase) != Phase.PRE_ENROLLED
)


def people_in_scope(scope: Scope, people: type[User] = User) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that people are in a scope; nothing when the scope is everywhere."""
    if not scope.is_everywhere:
        places = select(Department.id).where(in_scope(scope, Department.path))
        yield col(people.department_id).in_(places)


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """How many enrollments and progress events belong to something."""

    enrollments: int
    progress_events: int


def count_on_items(work: Work, ids: Sequence[int]) -> RecordCounts:
    """Count the enrollments in items, and the events about them."""
    return _count(work, among(Enrollment.item_id, ids), among(ProgressEvent.item_id, ids))


def count_on_user(work: Work, user_id: int) -> RecordCounts:
    """Count the enrollments and the events of a user."""
    return _count(work, col(Enrollment.user_id) == user_id, col(ProgressEvent.user_id) == user_id)


def _count(
    work: Work, are_theirs: ColumnElement[bool], are_events_theirs: ColumnElement[bool]
) -> RecordCounts:
    """Count the enrollments and the events for which conditions hold."""
    enrollments = select(func.count()).select_from(Enrollment).where(are_theirs)
    events = select(func.count()).select_from(ProgressEvent).where(are_events_theirs)
    found = work.one(
        RecordCounts,
        select(
            enrollments.scalar_subquery().label("enrollments"),
            events.scalar_subquery().label("progress_events"),
        ),
    )
    assert found is not None
    return found
