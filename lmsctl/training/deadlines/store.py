"""The statements on extensions: until when deadlines are extended for whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work
from lmsctl.training.model import DeadlineExtension
from lmsctl.training.results import Deadline


@dataclass(frozen=True, slots=True)
class ExtendedDeadline:
    """Until when a deadline of a training is extended for a person."""

    training_id: int
    deadline: Deadline
    until_at: datetime


def of_user(work: Work, user_id: int) -> dict[int, dict[Deadline, datetime]]:
    """Return until when deadlines are extended for a person, by training and deadline."""
    found: dict[int, dict[Deadline, datetime]] = {}
    for row in work.all(
        ExtendedDeadline,
        select(*columns_of(ExtendedDeadline, DeadlineExtension)).where(
            col(DeadlineExtension.user_id) == user_id
        ),
    ):
        found.setdefault(row.training_id, {})[row.deadline] = row.until_at
    return found


def of_training(work: Work, training_id: int, user_id: int) -> dict[Deadline, datetime]:
    """Return until when deadlines of a training are extended for a person, by deadline."""
    return of_user(work, user_id).get(training_id, {})


@dataclass(frozen=True, slots=True)
class _ExtensionReason:
    """Until when a deadline is extended, and why."""

    until_at: datetime
    reason: str


def find(
    work: Work, training_id: int, user_id: int, deadline: Deadline
) -> tuple[datetime, str] | None:
    """Return until when a deadline is extended for a person, and why; None if it is not."""
    found = work.one(
        _ExtensionReason,
        select(*columns_of(_ExtensionReason, DeadlineExtension)).where(
            col(DeadlineExtension.training_id) == training_id,
            col(DeadlineExtension.user_id) == user_id,
            col(DeadlineExtension.deadline) == deadline,
        ),
    )
    return (found.until_at, found.reason) if found else None


def add(  # noqa: PLR0913 - one keyword for each thing an extension has
    work: Work,
    training_id: int,
    user_id: int,
    *,
    deadline: Deadline,
    until_at: datetime,
    reason: str,
    given_by: str,
) -> None:
    """Extend a deadline for a person, in place of an extension they had before."""
    values = {
        "user_id": user_id,
        "training_id": training_id,
        "deadline": deadline,
        "until_at": until_at,
        "reason": reason,
        "given_by": given_by,
        "given_at": work.now,
    }
    work.upsert(DeadlineExtension, ("user_id", "training_id", "deadline"), values)
