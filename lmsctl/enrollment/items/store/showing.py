"""The statements that show one enrollment in an item."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import (
    case,
    col,
    func,
    select,
)

from lmsctl.enrollment.items.results import ReasonShown
from lmsctl.enrollment.model import Enrollment, EnrollmentReason, ProgressEvent
from lmsctl.enrollment.results import EventKind, ShownPhase
from lmsctl.enrollment.store import SHOWN_PHASE
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class EnrollmentRecord:
    """One enrollment in an item, in the phase that is shown."""

    id: int
    phase: ShownPhase
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None


def find(work: Work, user_id: int, item_id: int) -> EnrollmentRecord | None:
    """Return a person's enrollment in an item, canceled or not; None if there never was one."""
    return work.one(
        EnrollmentRecord,
        select(*columns_of(EnrollmentRecord, Enrollment, phase=SHOWN_PHASE)).where(
            col(Enrollment.user_id) == user_id, col(Enrollment.item_id) == item_id
        ),
    )


def list_reasons(work: Work, enrollment_id: int) -> list[ReasonShown]:
    """Return the reasons of an enrollment, in the order in which they came."""
    return work.all(
        ReasonShown,
        select(*columns_of(ReasonShown, EnrollmentReason))
        .where(col(EnrollmentReason.enrollment_id) == enrollment_id)
        .order_by(
            col(EnrollmentReason.since_at),
            col(EnrollmentReason.reason),
            col(EnrollmentReason.reference),
        ),
    )


@dataclass(frozen=True, slots=True)
class ProgressSummary:
    """How often a person viewed an item, their best score and their latest event."""

    views: int
    best_score: int | None
    last_event_at: datetime | None


def summarize_progress(work: Work, user_id: int, item_id: int) -> ProgressSummary:
    """Return the views, the best score and the latest event of a person with an item."""
    found = work.one(
        ProgressSummary,
        select(
            *columns_of(
                ProgressSummary,
                ProgressEvent,
                views=func.count(case((col(ProgressEvent.event) == EventKind.VIEWED, 1))),
                best_score=func.max(ProgressEvent.score),
                last_event_at=func.max(ProgressEvent.happened_at),
            )
        ).where(col(ProgressEvent.user_id) == user_id, col(ProgressEvent.item_id) == item_id),
    )
    assert found is not None
    return found
