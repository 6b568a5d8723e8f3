"""The statements that enroll people in items, and prepare what a pathway leads to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, exists, insert, literal, null, select, true, update

from lmsctl.content.model import ContentItem, PathwayItem
from lmsctl.content.results import ContentStatus
from lmsctl.enrollment.items.rules import EnrollmentState
from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.enrollment.results import Phase, Reason
from lmsctl.kit import columns
from lmsctl.kit.statements import NOW, among, columns_of, insert_once_of
from lmsctl.kit.work import Work
from lmsctl.user.model import User

_DUE = bindparam("due", type_=columns.Moment)
_ITEM = bindparam("item", type_=BigInteger)
_ENROLLED = literal(Phase.ENROLLED, columns.Choice(Phase))
_PRE_ENROLLED = literal(Phase.PRE_ENROLLED, columns.Choice(Phase))


def renewal(phase: Any, due_at: Any, now: Any) -> dict[str, Any]:
    """Return the changes that let an enrollment begin again, in `phase` unless it is completed.

    By whatever way people are enrolled again, this is what becomes of the enrollment they had.
    """
    return {
        "canceled_at": null(),
        "enrolled_at": now,
        "due_at": due_at,
        "phase": case((col(Enrollment.completed_at).is_(None), phase), else_=col(Enrollment.phase)),
    }


def reason_columns(
    enrollment: type[Enrollment], reason: Any, reference: Any, now: Any
) -> tuple[Any, ...]:
    """Return the columns of EnrollmentReason that say why somebody is in `enrollment`."""
    return (
        col(enrollment.id).label("enrollment_id"),
        reason.label("reason"),
        reference.label("reference"),
        now.label("since_at"),
    )


# An item of a pathway that people get with it; the statement must be about both tables.
IS_PATHWAY_STEP = and_(
    col(PathwayItem.is_mandatory), col(ContentItem.status) != ContentStatus.ARCHIVED
)
# Which enrollments it is about is asked apart from their order: to find rows in the order of their
# ids SQLite would read every enrollment of the item, where the unique key finds them.
_OTHER = aliased(Enrollment)
_SELECT_STATES = (
    select(
        *columns_of(
            EnrollmentState, Enrollment, is_canceled=col(Enrollment.canceled_at).is_not(None)
        )
    )
    .where(
        col(Enrollment.id).in_(
            select(_OTHER.id).where(
                col(_OTHER.item_id) == bindparam("item"), among(_OTHER.user_id, bindparam("users"))
            )
        )
    )
    .order_by(col(Enrollment.id))
    .with_for_update()
)
_NEW: tuple[Any, ...] = (col(User.id), _ITEM, _ENROLLED, NOW, _DUE)
_ENROLL_NEW = (
    insert(Enrollment)
    .from_select(
        ["user_id", "item_id", "phase", "enrolled_at", "due_at"],
        select(*_NEW).where(among(User.id, bindparam("users"))),
        include_defaults=False,
    )
    .returning(col(Enrollment.id))
)
_ENROLL_AGAIN = (
    update(Enrollment)
    .where(among(Enrollment.id, bindparam("ids")))
    .values(**renewal(_ENROLLED, _DUE, NOW))
)
_REASON = reason_columns(
    Enrollment,
    bindparam("why", type_=columns.Choice(Reason)),
    bindparam("named", type_=Text),
    NOW,
)
_ADD_REASON = insert_once_of(
    EnrollmentReason,
    select(*_REASON).where(
        col(Enrollment.item_id) == bindparam("item"), among(Enrollment.user_id, bindparam("users"))
    ),
).returning(col(EnrollmentReason.enrollment_id))


def list_for_update(work: Work, item_id: int, user_ids: Sequence[int]) -> list[EnrollmentState]:
    """Lock and return the enrollments of people in an item, canceled ones too.

    Their reasons must be read after this: others may have changed them before the lock was taken.
    """
    return work.all(EnrollmentState, _SELECT_STATES, item=item_id, users=user_ids)


def is_known(work: Work, item_id: int, user_id: int) -> bool:
    """Say whether a person is enrolled in an item, or prepared for it by a pathway."""
    found = select(Enrollment.id).where(
        col(Enrollment.item_id) == item_id,
        col(Enrollment.user_id) == user_id,
        col(Enrollment.canceled_at).is_(None),
    )
    return work.value(found) is not None


def enroll_new(
    work: Work, item_id: int, user_ids: Sequence[int], due_at: datetime | None
) -> list[int]:
    """Enroll people who never were in the item, and return the enrollments' ids."""
    return work.values(_ENROLL_NEW, item=item_id, users=user_ids, now=work.now, due=due_at)


def enroll_again(work: Work, ids: Sequence[int], due_at: datetime | None) -> None:
    """Let enrollments that were canceled or only prepared begin again, as `renewal` says."""
    work.run(_ENROLL_AGAIN, ids=ids, now=work.now, due=due_at)


def add_reason(
    work: Work, item_id: int, user_ids: Sequence[int], reason: Reason, reference: str
) -> list[int]:
    """Add a reason to the enrollments of people in an item; return those that did not have it."""
    return work.values(
        _ADD_REASON,
        item=item_id,
        users=user_ids,
        why=reason,
        named=reference,
        now=work.now,
    )


_STEPS = (
    select(PathwayItem.item_id)
    .join(ContentItem, col(ContentItem.id) == col(PathwayItem.item_id))
    .where(
        col(PathwayItem.pathway_id) == bindparam("pathway"),
        IS_PATHWAY_STEP,
    )
)
_STEP = _STEPS.subquery()
_LOCK_STEPS = (
    select(Enrollment.id)
    .where(
        col(Enrollment.id).in_(
            select(_OTHER.id).where(
                among(_OTHER.user_id, bindparam("users")), col(_OTHER.item_id).in_(_STEPS)
            )
        )
    )
    .order_by(col(Enrollment.id))
    .with_for_update()
)
_PREPARE_NEW = insert(Enrollment).from_select(
    ["user_id", "item_id", "phase", "enrolled_at"],
    select(
        col(User.id),
        _STEP.c.item_id,
        _PRE_ENROLLED,
        NOW,
    )
    .join(_STEP, true())
    .where(
        among(User.id, bindparam("users")),
        ~exists().where(
            col(Enrollment.user_id) == col(User.id), col(Enrollment.item_id) == _STEP.c.item_id
        ),
    ),
    include_defaults=False,
)
_PREPARE_AGAIN = (
    update(Enrollment)
    .where(
        col(Enrollment.canceled_at).is_not(None),
        among(Enrollment.user_id, bindparam("users")),
        col(Enrollment.item_id).in_(_STEPS),
    )
    .values(**renewal(_PRE_ENROLLED, null(), NOW))
)
_ADD_PATHWAY = insert_once_of(
    EnrollmentReason,
    select(*_REASON).where(
        among(Enrollment.user_id, bindparam("users")), col(Enrollment.item_id).in_(_STEPS)
    ),
)


def prepare_steps(work: Work, pathway_id: int, code: str, user_ids: Sequence[int]) -> None:
    """Give people the phase pre-enrolled in a pathway's mandatory items, where they have none."""
    wanted = {"pathway": pathway_id, "users": user_ids}
    # Whoever cancels one of them meanwhile would take its reasons and not see ours.
    work.values(_LOCK_STEPS, **wanted)
    work.run(_PREPARE_NEW, now=work.now, **wanted)
    work.run(_PREPARE_AGAIN, now=work.now, **wanted)
    work.run(_ADD_PATHWAY, now=work.now, why=Reason.PATHWAY, named=code, **wanted)
