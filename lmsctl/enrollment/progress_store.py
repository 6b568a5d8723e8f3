"""The SQL of the enrollment room: what people did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit.work import Work


def add(work: Work, **values: Any) -> bool:
    """Insert one event, unless it is there already; says whether it is new."""
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    sql = f"INSERT INTO progress_events ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return work.run(sql, **values) == 1


@dataclass(frozen=True, slots=True)
class Known:
    """What else is recorded of an event."""

    score: int | None
    source: str


def known(
    work: Work, *, user_id: int, item_id: int | None, event: str, happened_at: datetime
) -> Known:
    """Return what is recorded of an event that is there."""
    found = work.one(
        Known,
        f"""
        SELECT score, source FROM progress_events
        WHERE user_id = :user AND event = :event AND happened_at = :at
          AND {"item_id IS NULL" if item_id is None else "item_id = :item"}
        """,
        user=user_id,
        event=event,
        at=happened_at,
        **({} if item_id is None else {"item": item_id}),
    )
    assert found is not None
    return found


def begin(
    work: Work, user_id: int, item_id: int, enrolled_at: datetime, due_at: datetime | None
) -> None:
    """Turn a pre-enrolled person, if they are that, into an enrolled one."""
    work.run(
        """
        UPDATE enrollments SET phase = 'enrolled', enrolled_at = :at, due_at = :due
        WHERE user_id = :user AND item_id = :item AND phase = 'pre-enrolled'
          AND canceled_at IS NULL
        """,
        user=user_id,
        item=item_id,
        at=enrolled_at,
        due=due_at,
    )


def complete(work: Work, user_id: int, item_id: int, completed_at: datetime) -> None:
    """Complete an enrollment, if there is one that is not completed yet."""
    work.run(
        """
        UPDATE enrollments SET phase = 'completed', completed_at = :at
        WHERE user_id = :user AND item_id = :item AND phase <> 'completed'
          AND canceled_at IS NULL
        """,
        user=user_id,
        item=item_id,
        at=completed_at,
    )
