"""The SQL of the registration room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit.work import Work
from lmsctl.registration.results import Pending
from lmsctl.rights.rules import Scope


@dataclass(frozen=True, slots=True)
class Row:
    """A registration as the program needs it."""

    id: int
    user_id: int | None
    state: str
    expires_at: datetime | None
    confirmed_at: datetime | None


_ROW = "SELECT id, user_id, state, expires_at, confirmed_at FROM registrations"


def add(work: Work, **values: Any) -> int:
    """Insert a registration and return its id."""
    return work.insert("registrations", **values)


def by_code(work: Work, digest: str) -> Row | None:
    """Return the registration whose confirmation code has this fingerprint, locked."""
    return work.one(Row, f"{_ROW} WHERE code_digest = :digest{work.for_update}", digest=digest)


def confirm(work: Work, user_ids: Sequence[int]) -> None:
    """Note that the addresses of people who wait were confirmed now."""
    work.run(
        """
        UPDATE registrations SET state = 'confirmed', confirmed_at = :now, expires_at = NULL
        WHERE user_id IN :users AND state = 'pending'
        """,
        users=list(user_ids),
        now=work.now,
    )


_PENDING = """
    SELECT r.id, u.login, u.email, d.full_name AS department, r.source, r.registered_at,
           r.expires_at
    FROM registrations r
    JOIN users u ON u.id = r.user_id
    JOIN departments d ON d.id = u.department_id
    WHERE r.state = 'pending' AND r.expires_at > :now
"""


def latest_of(work: Work, user_id: int) -> Row | None:
    """Return the registration by which a person came, locked."""
    return work.one(
        Row,
        f"{_ROW} WHERE user_id = :user ORDER BY id DESC LIMIT 1{work.for_update}",
        user=user_id,
    )


def pending_of(work: Work, user_id: int) -> Pending | None:
    """Return the registration of a person that waits for its confirmation."""
    return work.one(Pending, f"{_PENDING} AND u.id = :user", user=user_id, now=work.now)


def expire(work: Work, user_ids: Sequence[int]) -> list[int]:
    """Note that these people's registrations came to nothing; returns the registrations' ids."""
    ids: list[int] = work.values(
        """
        SELECT id FROM registrations WHERE user_id IN :users AND state = 'pending' ORDER BY id
        """,
        users=list(user_ids),
    )
    work.run(
        "UPDATE registrations SET state = 'expired', expires_at = NULL WHERE id IN :ids", ids=ids
    )
    return ids


def pending(work: Work, scope: Scope) -> Iterator[Pending]:
    """Yield the registrations in scope that wait, soonest to expire first."""
    return work.each(
        Pending,
        f"{_PENDING} AND {scope.clause('d.path')} ORDER BY r.expires_at, r.id",
        now=work.now,
    )
