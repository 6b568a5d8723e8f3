"""The statements that record what one person did, and move their enrollment on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import and_, col, select, update

from lmsctl.enrollment.model import Enrollment, ProgressEvent
from lmsctl.enrollment.results import EventKind, Phase
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work

IS_PRE_ENROLLED = and_(
    col(Enrollment.phase) == Phase.PRE_ENROLLED, col(Enrollment.canceled_at).is_(None)
)
IS_INCOMPLETE = and_(
    col(Enrollment.phase) != Phase.COMPLETED, col(Enrollment.canceled_at).is_(None)
)


def add_event(work: Work, **values: Any) -> bool:
    """Insert one event, unless it is there already; says whether it is new."""
    return work.insert_once(ProgressEvent, values) == 1


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """The score and the source of a recorded event."""

    score: int | None
    source: str


def get_event(
    work: Work, *, user_id: int, item_id: int | None, event: EventKind, happened_at: datetime
) -> RecordedEvent:
    """Return the score and the source of an event that is recorded."""
    found = work.one(
        RecordedEvent,
        select(*columns_of(RecordedEvent, ProgressEvent)).where(
            col(ProgressEvent.user_id) == user_id,
            # An item that is None is asked for with IS NULL.
            col(ProgressEvent.item_id) == item_id,
            col(ProgressEvent.event) == event,
            col(ProgressEvent.happened_at) == happened_at,
        ),
    )
    assert found is not None
    return found


def begin_enrollment(
    work: Work, user_id: int, item_id: int, enrolled_at: datetime, due_at: datetime | None
) -> None:
    """Turn the enrollment of somebody who is pre-enrolled into an enrolled one."""
    work.run(
        update(Enrollment)
        .where(
            col(Enrollment.user_id) == user_id,
            col(Enrollment.item_id) == item_id,
            IS_PRE_ENROLLED,
        )
        .values(phase=Phase.ENROLLED, enrolled_at=enrolled_at, due_at=due_at)
    )


def complete_enrollment(work: Work, user_id: int, item_id: int, completed_at: datetime) -> None:
    """Complete an enrollment, if there is one that is not completed yet."""
    work.run(
        update(Enrollment)
        .where(
            col(Enrollment.user_id) == user_id,
            col(Enrollment.item_id) == item_id,
            IS_INCOMPLETE,
        )
        .values(phase=Phase.COMPLETED, completed_at=completed_at)
    )
