"""The statements that cancel enrollments in items and take their reasons away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import (
    col,
    exists,
    select,
    update,
)
from sqlmodel import delete as delete_from

from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.enrollment.results import Phase, Reason
from lmsctl.kit.statements import among
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class ReasonFilter:
    """Which reasons are meant; None does not narrow, and reasons of the kind `but` never are."""

    reason: Reason | None
    reference: str | None
    but: Reason | None = None

    def among(self, ids: Sequence[int]) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions on the reasons of these enrollments."""
        yield among(EnrollmentReason.enrollment_id, ids)
        if self.reason is not None:
            yield col(EnrollmentReason.reason) == self.reason
        if self.reference is not None:
            yield col(EnrollmentReason.reference) == self.reference
        if self.but is not None:
            yield col(EnrollmentReason.reason) != self.but


def list_with_reason(work: Work, ids: Sequence[int], chosen: ReasonFilter) -> list[int]:
    """Return which of the enrollments have a reason that is meant."""
    statement = select(EnrollmentReason.enrollment_id).distinct()
    return work.values(statement.where(*chosen.among(ids)))


def delete_reasons(work: Work, ids: Sequence[int], chosen: ReasonFilter) -> None:
    """Delete the reasons that are meant from enrollments."""
    work.run(delete_from(EnrollmentReason).where(*chosen.among(ids)))


def cancel_without_reason(work: Work, ids: Sequence[int]) -> list[int]:
    """Cancel those of the enrollments that have no reason left, and return their ids."""
    has_reason = exists().where(col(EnrollmentReason.enrollment_id) == col(Enrollment.id))
    return work.values(
        update(Enrollment)
        .where(among(Enrollment.id, ids), col(Enrollment.canceled_at).is_(None), ~has_reason)
        .values(canceled_at=work.now)
        .returning(col(Enrollment.id))
    )


def mark_canceled_by_hand(work: Work, ids: Sequence[int]) -> None:
    """Mark canceled enrollments as ended by somebody, and not by a pathway that went.

    What a pathway had prepared and took back stays in the phase pre-enrolled; these leave it.
    """
    work.run(
        update(Enrollment)
        .where(among(Enrollment.id, ids), col(Enrollment.phase) == Phase.PRE_ENROLLED)
        .values(phase=Phase.ENROLLED)
    )


def list_prepared_for_update(work: Work, code: str, user_ids: Sequence[int] | None) -> list[int]:
    """Lock and return the ids of the enrollments that a pathway is a reason of.

    Completed ones are left out. `user_ids` are the people who are meant, None for everybody.
    """
    statement = (
        select(Enrollment.id)
        .join(EnrollmentReason, col(EnrollmentReason.enrollment_id) == col(Enrollment.id))
        .where(
            col(EnrollmentReason.reason) == Reason.PATHWAY,
            col(EnrollmentReason.reference) == code,
            col(Enrollment.phase) != Phase.COMPLETED,
        )
    )
    if user_ids is not None:
        other = aliased(Enrollment)
        theirs = select(other.id).where(among(other.user_id, user_ids))
        statement = statement.where(col(Enrollment.id).in_(theirs))
    return work.values(statement.order_by(col(Enrollment.id)).with_for_update(of=Enrollment))
