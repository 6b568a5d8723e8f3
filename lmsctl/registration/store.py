"""The statements of the registration room: who came in, and who still waits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select, update

from lmsctl.department.model import Department
from lmsctl.kit.address import login_key
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.registration.model import Registration
from lmsctl.registration.results import PendingRegistration, RegistrationState
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """A registration as the program needs it."""

    id: int
    user_id: int | None
    state: RegistrationState
    expires_at: datetime | None
    confirmed_at: datetime | None


_SELECT_ROW_FOR_UPDATE = select(*columns_of(RegistrationRow, Registration)).with_for_update()
_SELECT_BY_DIGEST = _SELECT_ROW_FOR_UPDATE.where(
    col(Registration.code_digest) == bindparam("digest")
)
_SELECT_LATEST = (
    _SELECT_ROW_FOR_UPDATE.where(col(Registration.user_id) == bindparam("user"))
    .order_by(col(Registration.id).desc())
    .limit(1)
)


def add(work: Work, **values: Any) -> int:
    """Insert a registration and return its id."""
    return work.insert(Registration, **values)


def find_for_update(work: Work, digest: str) -> RegistrationRow | None:
    """Return the registration whose confirmation code has this fingerprint, or None."""
    return work.one(RegistrationRow, _SELECT_BY_DIGEST, digest=digest)


def confirm(work: Work, user_ids: Sequence[int]) -> None:
    """Note that the addresses of people who wait were confirmed now."""
    work.run(
        update(Registration)
        .where(
            among(Registration.user_id, user_ids),
            col(Registration.state) == RegistrationState.PENDING,
        )
        .values(state=RegistrationState.CONFIRMED, confirmed_at=work.now, expires_at=None)
    )


_SELECT_PENDING = (
    select(
        *columns_of(
            PendingRegistration,
            Registration,
            login=col(User.login),
            email=col(User.email),
            department=col(Department.full_name),
            ends_at=col(Registration.expires_at),
        )
    )
    .select_from(Registration)
    .join(User, col(User.id) == col(Registration.user_id))
    .join(Department, col(Department.id) == col(User.department_id))
    .where(
        col(Registration.state) == RegistrationState.PENDING,
        col(Registration.expires_at) > NOW,
    )
)
_SELECT_PENDING_OF = _SELECT_PENDING.where(col(User.id) == bindparam("user"))


def find_latest_for_update(work: Work, user_id: int) -> RegistrationRow | None:
    """Return the last registration by which a person came, or None."""
    return work.one(RegistrationRow, _SELECT_LATEST, user=user_id)


def find_pending(work: Work, user_id: int) -> PendingRegistration | None:
    """Return the registration of a person that waits for its confirmation."""
    return work.one(PendingRegistration, _SELECT_PENDING_OF, user=user_id, now=work.now)


def expire(work: Work, user_ids: Sequence[int]) -> list[int]:
    """Note that these people's registrations came to nothing; returns the registrations' ids."""
    ids: list[int] = work.values(
        select(Registration.id)
        .where(
            among(Registration.user_id, user_ids),
            col(Registration.state) == RegistrationState.PENDING,
        )
        .order_by(col(Registration.id))
    )
    work.run(
        update(Registration)
        .where(among(Registration.id, ids))
        .values(state=RegistrationState.EXPIRED, expires_at=None)
    )
    return ids


def list_pending_starting(work: Work, start: str, scope: Scope) -> list[str]:
    """Return the addresses in scope of who waits that begin so, as `list_starting` does."""
    statement = (
        select(User.email)
        .select_from(Registration)
        .join(User, col(User.id) == col(Registration.user_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .where(
            col(Registration.state) == RegistrationState.PENDING,
            col(Registration.expires_at) > NOW,
            in_scope(scope, Department.path),
        )
    )
    return list_starting(work, statement, col(User.email_key), login_key(start), now=work.now)


def list_pending(work: Work, scope: Scope) -> Iterator[PendingRegistration]:
    """Yield the registrations in scope that wait, soonest to expire first."""
    return work.each(
        PendingRegistration,
        _SELECT_PENDING.where(in_scope(scope, Department.path)).order_by(
            col(Registration.expires_at), col(Registration.id)
        ),
        now=work.now,
    )
