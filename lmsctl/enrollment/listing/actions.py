"""Listing the enrollments of people in content and in trainings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from lmsctl.content.store import items as content
from lmsctl.department import store as departments
from lmsctl.enrollment import rules
from lmsctl.enrollment.items.actions.reasons import (
    VisibleRules,
    describe_reason,
    list_visible_rules,
    visible_reasons,
)
from lmsctl.enrollment.listing import store
from lmsctl.enrollment.listing.results import EnrollmentRow
from lmsctl.enrollment.listing.rules import EnrollmentQuery
from lmsctl.enrollment.listing.store import EnrollmentFilter, EnrollmentLine
from lmsctl.enrollment.participation import store as participation_store
from lmsctl.enrollment.participation.rules.placing import TrainingTarget
from lmsctl.kit.answer import SortOrder
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Scope
from lmsctl.training import rules as training_rules
from lmsctl.training import store as trainings
from lmsctl.training.access import actions as access
from lmsctl.training.sessions import store as session_store
from lmsctl.user import store as users


@dataclass(frozen=True, slots=True)
class _ListedEnrollments:
    """The rows of a list of enrollments: all of them, or those that the first ones need."""

    read: Callable[[int | None], Iterable[EnrollmentLine]]
    named: VisibleRules

    def __iter__(self) -> Iterator[EnrollmentRow]:
        return _to_rows(self.read(None), self.named)

    def first(self, count: int, order: SortOrder) -> Iterable[EnrollmentRow]:
        """Return rows among which are the first `count` in `order`."""
        return self if order else _to_rows(self.read(count), self.named)


def list_enrollments(work: Work, query: EnrollmentQuery) -> Iterable[EnrollmentRow]:
    """Return the enrollments of people in scope that fit every filter, by login and code.

    Canceled ones only when the phase asks for them. Needs `enrollment.view`. Raises UserUnknown,
    ContentUnknown, TrainingUnknown, SessionUnknown, TargetUnclear, DepartmentUnknown and
    EnrollmentUnclear.
    """
    rules.check_content_or_training(query.content, query.training, is_needed=False)
    scope = rights.require(work, "enrollment.view")
    login, code, department = query.login, query.content, query.department
    target = (
        _get_visible_target(work, query.training, scope) if query.training is not None else None
    )
    chosen = EnrollmentFilter(
        user_id=users.get(work, login, scope).id if login is not None else None,
        item_id=content.get(work, code).id if code is not None else None,
        training_id=target.training.id if target else None,
        session_id=target.session_id if target else None,
        under=departments.get(work, department, scope).path if department is not None else None,
        phase=query.phase,
        reason=query.reason,
        people=query.people,
    )
    return _ListedEnrollments(
        partial(store.list_lines, work, scope, chosen), list_visible_rules(work)
    )


def _get_visible_target(work: Work, given: str, scope: Scope) -> TrainingTarget:
    """Return a training and its session, if any, that the actor may see; raises TrainingUnknown."""
    code, session = training_rules.parse_target(given)
    training = trainings.find(work, code, ANYWHERE)
    if training is None or not (
        access.is_visible(work, training)
        or participation_store.is_visible_through_people(work, training.id, scope)
    ):
        access.refuse_unknown(work, code)
    return TrainingTarget(training, session_store.get(work, training, session) if session else None)


def _to_rows(lines: Iterable[EnrollmentLine], named: VisibleRules) -> Iterator[EnrollmentRow]:
    """Yield one row for the lines of each enrollment, which have a reason each."""
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
            reasons=visible_reasons(
                describe_reason(line.reason, line.reference, named) for line in same if line.reason
            ),
        )
