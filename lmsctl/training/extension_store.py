"""The SQL of the training room: for whom deadlines hold off."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class Extended:
    """Until when one deadline of a training holds off for a person."""

    training_id: int
    deadline: str
    until_at: datetime


def of_user(work: Work, user_id: int) -> dict[int, dict[str, datetime]]:
    """Return until when deadlines hold off for a person, by training and deadline."""
    found: dict[int, dict[str, datetime]] = {}
    for row in work.all(
        Extended,
        "SELECT training_id, deadline, until_at FROM deadline_extensions WHERE user_id = :user",
        user=user_id,
    ):
        found.setdefault(row.training_id, {})[row.deadline] = row.until_at
    return found


def of_training(work: Work, training_id: int, user_id: int) -> dict[str, datetime]:
    """Return until when deadlines of a training hold off for a person, by deadline."""
    return of_user(work, user_id).get(training_id, {})


@dataclass(frozen=True, slots=True)
class _Given:
    until_at: datetime
    reason: str


def given(work: Work, training_id: int, user_id: int, deadline: str) -> tuple[datetime, str] | None:
    """Return until when a deadline holds off for a person, and why; None for not at all."""
    found = work.one(
        _Given,
        """
        SELECT until_at, reason FROM deadline_extensions
        WHERE training_id = :training AND user_id = :user AND deadline = :deadline
        """,
        training=training_id,
        user=user_id,
        deadline=deadline,
    )
    return (found.until_at, found.reason) if found else None


def add(  # noqa: PLR0913 - one keyword for each thing an extension has
    work: Work,
    training_id: int,
    user_id: int,
    *,
    deadline: str,
    until_at: datetime,
    reason: str,
    given_by: str,
) -> None:
    """Let a deadline hold off for a person, in place of what was said before."""
    work.run(
        """
        INSERT INTO deadline_extensions
            (user_id, training_id, deadline, until_at, reason, given_by, given_at)
        VALUES (:user, :training, :deadline, :until, :reason, :by, :now)
        ON CONFLICT (user_id, training_id, deadline) DO UPDATE
        SET until_at = excluded.until_at, reason = excluded.reason, given_by = excluded.given_by,
            given_at = excluded.given_at
        """,
        user=user_id,
        training=training_id,
        deadline=deadline,
        until=until_at,
        reason=reason,
        by=given_by,
        now=work.now,
    )
